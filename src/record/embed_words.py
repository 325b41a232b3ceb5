#!/usr/bin/env python3
"""Writes the C++ file that holds the words of words.txt: embed_words.py OUT WORDS"""
import pathlib
import sys

out, words = map(pathlib.Path, sys.argv[1:])
text = "\n".join(line for line in words.read_text().splitlines() if not line.startswith("#"))
out.write_text(f"""#include <string_view>

namespace boxmeter::record {{

std::string_view shipped_words() {{ return R"words({text})words"; }}

}}  // namespace boxmeter::record
""")
