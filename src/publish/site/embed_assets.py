#!/usr/bin/env python3
"""Writes the C++ file that holds what pages refer to: embed_assets.py OUT FILE..."""
import pathlib
import sys

TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

out, *files = map(pathlib.Path, sys.argv[1:])
rows = "".join(f'      {{"{file.name}", "{TYPES[file.suffix]}", R"asset({file.read_text()})asset"}},\n' for file in files)
out.write_text(f"""#include "publish/site/assets.h"

namespace boxmeter {{

std::span<const Asset> assets() {{
  static constexpr Asset kAssets[] = {{
{rows}  }};
  return kAssets;
}}

}}  // namespace boxmeter
""")
