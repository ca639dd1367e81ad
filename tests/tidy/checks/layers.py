"""Every #include line against layers.yaml."""
import fnmatch
import posixpath

import yaml

INCLUDE = r'^\s*#\s*include\s*([<"])([^>"]+)[>"]'
CODE = ("host", "sdk", "plugins", "tests")
ROOTS = ("host", "sdk", "sdk/include", "sdk/cpp", "tests")  # what quoted includes are relative to, after the file's own folder
GENERATED = {"sql_statements.h": "host/adapters/postgres", "redis_scripts.h": "host/adapters/redis"}  # made by the build


class Table:
    def __init__(self, text):
        table = yaml.safe_load(text)
        self.libraries = table["libraries"]
        self.folders = table["folders"]
        self.narrow = table["narrow"]

    def folder(self, path):
        """The longest folder that holds the path, or None."""
        holders = [folder for folder in self.folders if is_within(path, folder)]
        return max(holders, key=len, default=None)

    def sees_file(self, folder, path):
        if self.folder(path) == folder:
            return True
        return any(is_within(path, seen) for seen in self.folders[folder].get("sees", []))

    def narrowed(self, path, file):
        """The name pattern that a file must have to include this one, if it has not; else None."""
        rule = self.narrow.get(file)
        if not rule or fnmatch.fnmatchcase(path, rule["only"]) or not any(is_within(path, folder) for folder in rule["in"]):
            return None
        return rule["only"]

    def sees_header(self, folder, header):
        names = self.folders[folder].get("libraries", [])
        return any(fnmatch.fnmatchcase(header, pattern) for name in names for pattern in self.libraries[name])


def is_within(path, folder):
    return path == folder or path.startswith(folder + "/")


def is_standard(header):
    return "." not in header and "/" not in header


def find(tree, path, header):
    """The file of this tree that a quoted include means, or None."""
    own = posixpath.dirname(path)
    for root in (own, *ROOTS):
        file = posixpath.normpath(posixpath.join(root, header))
        if tree.exists(file):
            return file
    return posixpath.join(GENERATED[header], header) if header in GENERATED else None


def problem(tree, table, folder, path, quote, header):
    if quote == "<":
        if is_standard(header) or table.sees_header(folder, header):
            return None
        return f"<{header}> is no standard header and none of {folder}'s libraries: {table.folders[folder].get('libraries', [])}"
    if ".." in header.split("/"):
        return f'"{header}" leaves its folder; name it from the root of its part'
    file = find(tree, path, header)
    if file is None:
        return f'"{header}" is no file of this tree'
    if table.sees_file(folder, file):
        only = table.narrowed(path, file)
        return f'"{header}" is for {only} alone in this layer' if only else None
    return f'"{header}" is not for {folder}, which sees: {table.folders[folder].get("sees", [])}'


def unused(table, used):
    """Permissions nobody needs: the table says what is, not what might be."""
    for folder, entry in table.folders.items():
        if folder.startswith("tests/"):
            continue
        for name in entry.get("libraries", []):
            if not any(fnmatch.fnmatchcase(header, pattern) for header in used.get(folder, ()) for pattern in table.libraries[name]):
                yield f"layers.yaml: {folder} may include library {name}, but never does; take it out"


def check(tree):
    table = Table(tree.text("tests/tidy/layers.yaml"))
    used = {}
    for path in tree.cpp:
        if path.split("/")[0] not in CODE:
            continue
        folder = table.folder(path)
        if folder is None:
            yield f"{path}:1: lies in no folder of tests/tidy/layers.yaml"
            continue
        for line, match in tree.search(path, INCLUDE):
            quote, header = match.groups()
            if quote == "<":
                used.setdefault(folder, set()).add(header)
            found = problem(tree, table, folder, path, quote, header)
            if found:
                yield f"{path}:{line}: {found}"
    yield from unused(table, used)
