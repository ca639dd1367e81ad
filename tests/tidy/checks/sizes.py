"""A file past 600 lines holds more than one idea."""
LIMIT = 600
CODE = (".h", ".hpp", ".cpp", ".c", ".py", ".sql", ".cmake")


def is_generated(text):
    return any("generated" in line.lower() for line in text.splitlines()[:3])


def check(tree):
    for path in tree.files:
        if not path.endswith(CODE) and tree.interpreter(path) not in ("bash", "sh", "python3"):
            continue
        lines = tree.text(path).count("\n")
        if lines > LIMIT and not is_generated(tree.text(path)):
            yield f"{path}:1: has {lines} lines; the limit is {LIMIT}"
