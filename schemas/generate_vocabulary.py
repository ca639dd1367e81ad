#!/usr/bin/python3
"""Writes everything that is derived from schemas/vocabulary.yaml.

  schemas/generate_vocabulary.py           write the files that changed
  schemas/generate_vocabulary.py --check   write nothing; exit 1 and show the difference when a file is stale

Needs Debian's python3-yaml only.
"""
import argparse
import difflib
import pathlib
import sys

import yaml

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "schemas"))

from vocabulary_writers import cpp, markdown, openapi, sql  # noqa: E402
from vocabulary_writers.model import Vocabulary  # noqa: E402


def derived_files(vocabulary):
    """Path below the source tree → text."""
    return {
        "host/model/vocabulary.h": cpp.header(vocabulary),
        "host/model/vocabulary.cpp": cpp.source(vocabulary),
        "schemas/postgres/vocabulary.sql": sql.script(vocabulary),
        "schemas/api/vocabulary.yaml": openapi.components(vocabulary),
        "docs/reference/vocabulary.md": markdown.page(vocabulary),
    }


def difference(path, old, new):
    return difflib.unified_diff(old.splitlines(True), new.splitlines(True), path + " (committed)", path + " (derived)")


def stale_files(files):
    for path, text in files.items():
        target = ROOT / path
        old = target.read_text(encoding="utf-8") if target.exists() else ""
        if old != text:
            yield path, old, text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 when something is stale")
    options = parser.parse_args()

    with open(ROOT / "schemas/vocabulary.yaml", encoding="utf-8") as source:
        vocabulary = Vocabulary(yaml.safe_load(source))
    stale = list(stale_files(derived_files(vocabulary)))
    if options.check:
        for path, old, new in stale:
            sys.stdout.writelines(difference(path, old, new))
        if stale:
            print("stale; run schemas/generate_vocabulary.py:", ", ".join(path for path, _, _ in stale), file=sys.stderr)
        return 1 if stale else 0
    for path, _, new in stale:
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(new, encoding="utf-8")
        print("wrote", path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
