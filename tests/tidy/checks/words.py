"""Texts that no committed file holds."""
from tree import CPP

EVERYWHERE = {
    r"\b(T[O]DO|F[I]XME|X[X]X|H[A]CK)\b": "unfinished work is finished or is an issue, not a comment",
    r"(?<![\w.}-])/wor[k]/|/tmp/b[-]|\.librar[y]\b": "a path of one machine",
    # Patterns are written so that they do not find themselves.
    r"registry\.npmjs|npmjs\.org|pypi\.org|deb\.debian\.org|proxy\.golang|repo1\.maven|https?://[^\s/]*(registry|artifactory|nexus|mirror)\b":
        "a registry's host name: which one is used is the machine's setting",
}
IN_PYTHON_TESTS = {
    r"\btime\.sleep\s*\(": "tests wait for a condition with a deadline: wait_until and let_run of tests/support/wait_until.py",
}
IN_TESTS = {
    r"\bsleep_(for|until)\b|\bu?sleep\s*\(|\bnanosleep\b": "tests wait for a condition with a deadline, they do not sleep",
    r"\bGTEST_SKIP\b|\bDISABLED_": "tests run or do not exist",
}


def found(tree, path, patterns):
    for pattern, why in patterns.items():
        for line, match in tree.search(path, pattern):
            yield f"{path}:{line}: '{match.group().strip()}': {why}"


def check(tree):
    for path in tree.files:
        if path == "LICENSE" or not tree.is_text(path):
            continue
        yield from found(tree, path, EVERYWHERE)
        if path.startswith("tests/") and path.endswith(CPP):
            yield from found(tree, path, IN_TESTS)
        elif path.startswith("tests/") and path != "tests/support/wait_until.py":
            yield from found(tree, path, IN_PYTHON_TESTS)
