#!/usr/bin/env python3
"""Writes the C++ file that holds the packs of config/queries: embed_packs.py OUT PACK..."""
import pathlib
import sys

LIMIT = 16000  # characters of one literal; compilers promise 65,536
DELIMITER = "pack"


def literal(text):
    if f'){DELIMITER}"' in text:
        sys.exit(f'a pack may not hold the text ){DELIMITER}"')
    pieces = [text[i:i + LIMIT] for i in range(0, len(text), LIMIT)]
    return "\n".join(f'R"{DELIMITER}({piece}){DELIMITER}"' for piece in pieces)


out, *packs = map(pathlib.Path, sys.argv[1:])
rows = "".join(f'      {{"{pack.stem}", {literal(pack.read_text())}}},\n' for pack in packs)
out.write_text(f"""#include "config/config.h"

namespace boxmeter {{

const std::vector<std::pair<std::string, std::string>>& shipped_packs() {{
  static const std::vector<std::pair<std::string, std::string>> kPacks = {{
{rows}  }};
  return kPacks;
}}

}}  // namespace boxmeter
""")
