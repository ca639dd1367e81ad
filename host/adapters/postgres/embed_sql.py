#!/usr/bin/env python3
"""Turns sql/*.sql into constants: embed_sql.py OUT.h OUT.cpp FILE.sql…

Each file holds one statement and begins with a comment that names its caller and the index it uses (style: one .sql per
statement, table_verb.sql). The comment stays out of what is sent. A file that breaks the form stops the build with its name.
"""
import pathlib
import re
import sys

MAX_NAME = 55  # PostgreSQL keeps 63 bytes of a prepared statement's name; variants append "#N"


def statement(path):
    """(name, sql) of one file."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", path.stem) or path.stem == "all" or len(path.stem) > MAX_NAME:
        sys.exit(f"{path}: the name must be lower_snake_case, at most {MAX_NAME} characters and not 'all'")
    lines = path.read_text(encoding="utf-8").splitlines()
    if not lines or not lines[0].startswith("--"):
        sys.exit(f"{path}: must begin with a '-- ' comment that names its caller and the index it uses")
    while lines and (lines[0].startswith("--") or not lines[0].strip()):
        lines.pop(0)
    sql = "\n".join(lines).strip().rstrip(";").rstrip()
    if not sql:
        sys.exit(f"{path}: holds no statement")
    if ')sql"' in sql:
        sys.exit(f"{path}: must not contain )sql\"")
    return path.stem, sql


def write_if_changed(path, text):
    """Keeps the time stamp of an unchanged file, so that nothing is compiled again for it."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def main():
    header, source = map(pathlib.Path, sys.argv[1:3])
    statements = [statement(pathlib.Path(name)) for name in sorted(sys.argv[3:])]
    declared = "".join(f"extern const Statement {name};\n" for name, _ in statements)
    defined = "".join(f'const Statement {name}{{"{name}", R"sql({sql})sql"}};\n' for name, sql in statements)
    everything = ", ".join(f"&{name}" for name, _ in statements)
    note = "// Generated from sql/*.sql by embed_sql.py.\n"
    space = "namespace belfry::pg::sql {\n\n%s\n}  // namespace belfry::pg::sql\n"
    declared += "\n/// Every statement above, by name.\nconst std::vector<const Statement*>& all();\n"
    defined += f"const std::vector<const Statement*>& all() {{\n  static const std::vector<const Statement*> every{{{everything}}};\n"
    defined += "  return every;\n}\n"
    includes = '#pragma once\n\n#include <vector>\n\n#include "adapters/postgres/statement.h"\n\n'
    write_if_changed(header, note + includes + space % declared)
    write_if_changed(source, f'{note}#include "sql_statements.h"\n\n' + space % defined)


main()
