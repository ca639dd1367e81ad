"""clang-format would change nothing."""
import re
import subprocess


def check(tree):
    run = subprocess.run(["clang-format", "--dry-run", *tree.cpp], cwd=tree.root, capture_output=True, text=True)
    places = re.findall(r"^(.+?):(\d+):\d+: (?:warning|error): code should be clang-formatted", run.stderr, re.MULTILINE)
    first = {}
    for path, line in places:
        first.setdefault(path, line)
    for path, line in first.items():
        yield f"{path}:{line}: differs from clang-format; run: clang-format -i {path}"
    if run.returncode != 0 and not places:
        yield f"clang-format: {run.stderr.strip()}"
