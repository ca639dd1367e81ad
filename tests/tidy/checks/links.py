"""Relative links of Markdown pages lead to files, and their #anchors to headings."""
import posixpath
import re

LINK = re.compile(r"(?<!\\)\[[^\]]*\]\(([^()\s]+)\)")


def without_code(text):
    """The same lines, with fenced blocks and `code` blanked."""
    fenced = False
    for line in text.splitlines():
        if line.lstrip().startswith("```"):
            fenced = not fenced
            yield ""
        else:
            yield "" if fenced else re.sub(r"`[^`]*`", "", line)


def anchors(text):
    """As GitHub makes them: lower case, punctuation gone, spaces to dashes."""
    for line in text.splitlines():
        if line.startswith("#"):
            title = line.lstrip("#").strip().lower()
            yield re.sub(r"[^\w\- ]", "", title).replace(" ", "-")


def problem(tree, path, target):
    file, _, anchor = target.partition("#")
    place = posixpath.normpath(posixpath.join(posixpath.dirname(path), file)) if file else path
    if place.startswith("..") or not tree.exists(place):
        return f"leads to {place}, which is not there"
    if anchor and place.endswith(".md") and anchor not in set(anchors(tree.text(place))):
        return f"leads to #{anchor}, which is no heading of {place}"
    return None


def check(tree):
    for path in tree.files:
        if not path.endswith(".md"):
            continue
        for number, line in enumerate(without_code(tree.text(path)), 1):
            for target in LINK.findall(line):
                if "://" in target or target.startswith("mailto:"):
                    continue
                found = problem(tree, path, target)
                if found:
                    yield f"{path}:{number}: link {found}"
