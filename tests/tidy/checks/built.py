"""Every source file is compiled: a test that nobody builds proves nothing."""
import json
import os

CODE = ("host", "sdk", "plugins", "tests")


def compiled(tree):
    with open(tree.build / "compile_commands.json", encoding="utf-8") as file:
        commands = json.load(file)
    return {os.path.relpath(os.path.realpath(os.path.join(entry["directory"], entry["file"])), tree.root) for entry in commands}


def check(tree):
    known = compiled(tree)
    for path in tree.cpp:
        if path.endswith((".cpp", ".c")) and path.split("/")[0] in CODE and path not in known:
            yield f"{path}: is built by no target; is its folder in a CMakeLists.txt?"
