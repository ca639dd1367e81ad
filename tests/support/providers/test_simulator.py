#!/usr/bin/python3
"""Runs all *_tests.py of this folder: the tests of the provider simulators."""
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent

if __name__ == "__main__":
    unittest.main(module=None, argv=[sys.argv[0], "discover", "-s", str(HERE), "-p", "*_tests.py", *sys.argv[1:]])
