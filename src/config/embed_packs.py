#!/usr/bin/env python3
"""Writes the C++ file that holds packs, by their kind: embed_packs.py OUT PACK..."""
import pathlib
import re
import sys

LIMIT = 16000  # characters of one literal; compilers promise 65,536
DELIMITER = "pack"


def literal(text):
    if f'){DELIMITER}"' in text:
        sys.exit(f'a pack may not hold the text ){DELIMITER}"')
    pieces = [text[i:i + LIMIT] for i in range(0, len(text), LIMIT)]
    return "\n".join(f'R"{DELIMITER}({piece}){DELIMITER}"' for piece in pieces)


def word(pack, key, otherwise=None):
    """What stands behind a key at the top of a pack."""
    found = re.search(rf"^{key}: *(\w+)", pack.read_text(), re.MULTILINE)
    return found[1] if found else otherwise


def source(kind, packs):
    rows = "".join(f'      {{"{pack.stem}", {literal(pack.read_text())},\n'
                   f'       {str(word(pack, "names") == "foreign").lower()}}},\n' for pack in packs)
    return f"""
namespace boxmeter::{kind} {{

std::span<const PackText> packs() {{
  static constexpr PackText kPacks[] = {{
{rows}  }};
  return kPacks;
}}

}}  // namespace boxmeter::{kind}
"""


out, *packs = map(pathlib.Path, sys.argv[1:])
kinds = sorted({word(pack, "kind") for pack in packs})
text = "".join(source(kind, [pack for pack in packs if word(pack, "kind") == kind]) for kind in kinds)
declarations = "".join(f"namespace boxmeter::{kind} {{\nstd::span<const PackText> packs();\n}}\n" for kind in kinds)
out.write_text('#include "device/kinds.h"\n\n' + declarations + text)
