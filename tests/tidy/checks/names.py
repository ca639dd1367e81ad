"""Where things lie and what they are called."""
import re

from tree import CPP

TOP = {"CMakeLists.txt", "CMakePresets.json", "host", "sdk", "plugins", "config", "schemas", "packaging", "tests", "docs",
       "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"}
VAGUE = re.compile(r"(^|_)(utils?|common|managers?|helpers?|misc|stuff)(_|$)")
SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def check(tree):
    entries = {path.split("/")[0] for path in tree.files}
    for entry in sorted(entries - TOP):
        if not entry.startswith("."):
            yield f"{entry}: is no place at the top of the tree; those are: {' '.join(sorted(TOP))}"
    for entry in sorted(TOP - entries):
        yield f"{entry}: is missing at the top of the tree"
    for path in tree.cpp:
        *folders, name = path.split("/")
        stem = name[:name.index(".")]
        if not SNAKE.fullmatch(stem):
            yield f"{path}: source files are named in snake_case"
        for part in (*folders, stem):
            if VAGUE.search(part):
                yield f"{path}: '{part}' says nothing; say the noun"
