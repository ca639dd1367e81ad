"""Scripts can be run: right bits, right grammar, and bash stops at the first error."""
import os
import subprocess


def bash_problems(tree, path):
    run = subprocess.run(["bash", "-n", path], cwd=tree.root, capture_output=True, text=True)
    if run.returncode != 0:
        yield run.stderr.strip()
    if not any(True for _ in tree.search(path, r"^set -euo pipefail$")):
        yield f"{path}:1: has no 'set -euo pipefail'"


def python_problems(tree, path):
    try:
        compile(tree.text(path), path, "exec")
    except SyntaxError as error:
        yield f"{path}:{error.lineno}: {error.msg}"


def check(tree):
    for path in tree.files:
        program = tree.interpreter(path)
        if program and not os.access(tree.root / path, os.X_OK):
            yield f"{path}: begins with #! but is not executable"
        if program == "bash":
            yield from bash_problems(tree, path)
        if program == "python3" or path.endswith(".py"):
            yield from python_problems(tree, path)
