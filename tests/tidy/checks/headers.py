"""What every header keeps: it is included once, and it opens no namespace for those who include it."""
from tree import HEADERS

# Literals such as 5s add operators only, no names that could clash.
USING = r"^\s*using\s+namespace\s+(?!std::(\w+_)?literals\b|std::\w+_literals\b)"


def is_guarded(text):
    lines = text.splitlines()
    if "#pragma once" in lines:
        return True
    guards = [line.split()[1] for line in lines if line.startswith("#ifndef ")]
    return bool(guards) and f"#define {guards[0]}" in lines  # the C ABI: a pragma is not C


def check(tree):
    for path in tree.files:
        if not path.endswith(HEADERS):
            continue
        if not is_guarded(tree.text(path)):
            yield f"{path}:1: has no #pragma once" + (" (or, as the ABI has, an #ifndef guard)" if path.startswith("sdk/") else "")
        for line, match in tree.search(path, USING):
            yield f"{path}:{line}: opens a namespace for everyone who includes it: {match.string.strip()}"
