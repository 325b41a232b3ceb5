#!/usr/bin/env python3
"""Fails when a file under src/ includes a folder that is not below its own, or a library that
belongs to another folder; and for names that clash or that nobody uses, which neither compilers nor ./dev lint tell."""
import pathlib
import re
import sys

# folder -> the folders of ours that it may include (design.md section 2)
MAY_USE = {
    "base": set(),
    "options": {"base"},
    "yaml": {"base", "metric"},
    "metric": {"base"},
    "http": {"base"},
    "device": {"base", "yaml", "metric", "http"},
    "publish": {"base", "yaml", "metric", "http"},
    "poll": {"base", "yaml", "metric", "http", "device"},
    "record": {"base", "metric", "http", "device", "poll"},
    "config": {"base", "yaml", "metric", "http", "device", "poll", "publish"},
    "app": {"base", "options", "yaml", "metric", "http", "device", "poll", "record", "publish", "config"},
    "sim": {"base", "options", "http"},
    "main.cpp": {"app", "device"},
    "pch.h": set(),
}
# library -> the folders that know it; one that is not listed may be used anywhere
KNOWN_BY = {
    "curl/": {"http"},
    "httplib.h": {"app"},
    "openssl/": {"http", "device", "sim"},
    "yaml-cpp/": {"yaml"},
    "pugixml.hpp": {"device", "sim"},
    "re2/": {"metric", "config", "record"},
    "prometheus/": {"publish"},
    "CLI/": {"options"},
    "zlib.h": {"publish", "http"},
}


def naming_brands(path: pathlib.Path, inside: pathlib.Path, text: str):
    """What is common to all brands learns of them from the table that it is given."""
    is_common = inside.parts[0] == "config" or inside.parts[0] == "app" and len(inside.parts) == 2
    if not is_common:
        return
    for brand in re.findall(r'#include "device/(\w+)/', text):
        yield f"{path}: {inside.parts[0]}/ may not include device/{brand}/: take it from the brand's DeviceKind row"
    if inside.parts[0] != "config":
        return
    for number, line in enumerate(text.splitlines(), 1):
        code = "" if re.match(r"\s*(//|\.example = )", line) else line.split("  //")[0]
        for word in re.findall(r"fritz|freebox", code, re.IGNORECASE):
            yield f"{path}:{number}: config/ may not know '{word}': let the brand's DeviceKind row tell it"


def complaints(src: pathlib.Path):
    for path in sorted(src.rglob("*.[hc]*")):
        folder = path.relative_to(src).parts[0]
        if folder not in MAY_USE:
            yield f"{path}: the folder {folder}/ has no place in the layering; add it to {__file__}"
            continue
        text = path.read_text()
        for used in re.findall(r'#include "(\w+)/', text):
            if used != folder and used not in MAY_USE[folder]:
                allowed = ", ".join(sorted(MAY_USE[folder])) or "nothing of ours"
                yield f"{path}: {folder}/ may not include {used}/ (it may include: {allowed})"
        for header in re.findall(r"#include <([^>]+)>", text):
            for library, folders in KNOWN_BY.items():
                if header.startswith(library) and folder not in folders:
                    yield f"{path}: <{header}> is known only to {', '.join(sorted(folders))}"
        yield from naming_brands(path, path.relative_to(src), text)
        if path.suffix == ".cpp":
            yield from unused_usings(path, text)
        brand = re.match(r"device/(\w+)/", str(path.relative_to(src)))
        if brand:
            for other in re.findall(r'#include "device/(\w+)/', text):
                if other != brand[1]:
                    yield f"{path}: a brand may not include another brand's folder {other}/"
        if folder == "app" and path.parent.name == "app":
            for name in re.findall(r"fritz\w*|freebox\w*", text, re.IGNORECASE):
                yield f"{path}: '{name}': what a brand's commands do belongs in app/<brand>/, and main.cpp hands it over"


def unused_usings(path: pathlib.Path, text: str):
    """Names that a .cpp takes over from a namespace and does not use.  ./dev lint cannot tell: it reads many files as one."""
    code = re.sub(r"//.*", "", text)
    for declared in re.findall(r"^ *using ((?:[\w:]+::\w+)(?:,\s*[\w:]+::\w+)*);", code, re.MULTILINE):
        for name in re.findall(r"::(\w+)(?=,|$)", declared):
            if len(re.findall(rf"\b{name}\b", code)) < 2:
                yield f"{path}: 'using' of {name}, which nothing here uses: remove it"


def types_of(text: str):
    """(namespace, name) of each type that is defined outside functions, types and unnamed namespaces.  clang-format
    puts these, and the lines of namespaces, at the left margin."""
    spaces = []
    for line in text.splitlines():
        if begun := re.match(r"(?:inline )?namespace ?([\w:]*) ?{$", line):
            spaces.append(begun[1])
        elif re.match(r"}  // namespace", line):
            spaces.pop()
        elif (named := re.match(r"(?:struct|class|union|enum(?: class)?) (\w+)\b(?!::)[^;]*$", line.split("  //")[0])) and "" not in spaces:
            yield "::".join(spaces), named[1]


def types_of_one_name(src: pathlib.Path):
    """Two of one name are one for the linker, which takes the functions of either: only a link of the whole tells (-Wodr)."""
    first = {}
    for path in sorted(src.rglob("*.[hc]*")):
        for found in types_of(path.read_text()):
            if first.setdefault(found, path) != path:
                yield f"{path}: {'::'.join(found)} is another type in {first[found]}: choose another name"


found = list(types_of_one_name(pathlib.Path(sys.argv[1]))) + list(complaints(pathlib.Path(sys.argv[1])))
print("\n".join(found))
sys.exit(bool(found))
