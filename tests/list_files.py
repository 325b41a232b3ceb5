#!/usr/bin/env python3
"""Prints the files below folders whose names match a pattern, sorted, relative to the project.

usage: list_files.py PATTERN FOLDER ... [-FILE ...]   (-FILE is left out)
"""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
left_out = {word[1:] for word in sys.argv[2:] if word.startswith("-")}
for folder in (word for word in sys.argv[2:] if not word.startswith("-")):
    for path in sorted((ROOT / folder).rglob(sys.argv[1])):
        name = str(path.relative_to(ROOT))
        if name not in left_out:
            print(name)
