#!/usr/bin/python3
"""Checks of the tree itself, without running any of it.

  tests/tidy/tidy.py                      every check
  tests/tidy/tidy.py layers links …       some of them
  --root DIR    the tree, default: the one this file lies in
  --build DIR   a built tree (checks `built`, `generated`, `fixed_names`), default: build/release of the tree
"""
import argparse
import importlib
import pathlib
import sys

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from tree import Tree  # noqa: E402

NAMES = sorted(path.stem for path in HERE.glob("checks/[a-z]*.py"))


def findings(name, tree):
    return list(importlib.import_module(f"checks.{name}").check(tree))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="check", help=f"of: {' '.join(NAMES)}")
    parser.add_argument("--root", default=HERE.parent.parent)
    parser.add_argument("--build")
    options = parser.parse_args()
    for name in options.names:
        if name not in NAMES:
            parser.error(f"there is no check '{name}'; there are: {' '.join(NAMES)}")

    tree = Tree(options.root, options.build or pathlib.Path(options.root) / "build/release")
    found = [f"{name}: {finding}" for name in options.names or NAMES for finding in findings(name, tree)]
    print("\n".join(found) or f"{len(tree.files)} files, nothing to say")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
