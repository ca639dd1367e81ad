#!/usr/bin/env python3
"""Turns lua/*.lua into constants: embed_lua.py OUT.h OUT.cpp FILE.lua…

Each file holds one script and begins with a comment that says what it does, what its arguments are and what it answers.
"""
import pathlib
import sys


def script(path):
    text = path.read_text(encoding="utf-8")
    if not text.startswith("-- "):
        sys.exit(f"{path}: must begin with a '-- ' comment that says what it does")
    if ')lua"' in text:
        sys.exit(f"{path}: must not contain )lua\"")
    return path.stem, text


def write_if_changed(path, text):
    """Keeps the time stamp of an unchanged file, so that nothing is compiled again for it."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def main():
    header, source = map(pathlib.Path, sys.argv[1:3])
    scripts = [script(pathlib.Path(name)) for name in sorted(sys.argv[3:])]
    note = "// Generated from lua/*.lua by embed_lua.py.\n"
    space = "namespace belfry::redis::lua {\n\n%s\n}  // namespace belfry::redis::lua\n"
    declared = "".join(f"extern const char* const {name};\n" for name, _ in scripts)
    defined = "".join(f'const char* const {name} = R"lua({text})lua";\n' for name, text in scripts)
    write_if_changed(header, note + "#pragma once\n\n" + space % declared)
    write_if_changed(source, note + '#include "redis_scripts.h"\n\n' + space % defined)


main()
