"""The files of a source tree, as git would commit them."""
import functools
import os
import pathlib
import re
import subprocess

CPP = (".h", ".hpp", ".cpp", ".c")
HEADERS = (".h", ".hpp")


class Tree:
    """Paths are texts relative to the root, with '/'. `build` is a configured build directory, or None."""

    def __init__(self, root, build=None):
        self.root = pathlib.Path(root).resolve()
        self.build = pathlib.Path(build).resolve() if build else None

    @functools.cached_property
    def files(self):
        paths = self._listed_by_git() or self._walked()
        return sorted(path for path in paths if (self.root / path).is_file())

    def below(self, folder, *suffixes):
        """Files in a folder, however deep; with suffixes, only those that end so."""
        return [path for path in self.files if path.startswith(folder + "/") and (not suffixes or path.endswith(suffixes))]

    @functools.cached_property
    def cpp(self):
        return [path for path in self.files if path.endswith(CPP)]

    def exists(self, path):
        return (self.root / path).exists()

    @functools.cache
    def text(self, path):
        return (self.root / path).read_text(encoding="utf-8")

    def is_text(self, path):
        return b"\0" not in (self.root / path).read_bytes()[:8192]

    def search(self, path, pattern):
        """(line number, match) of every line in which the pattern occurs."""
        wanted = re.compile(pattern)
        for number, line in enumerate(self.text(path).splitlines(), 1):
            match = wanted.search(line)
            if match:
                yield number, match

    def interpreter(self, path):
        """The program that a script's first line names: bash, python3, … or ''."""
        with open(self.root / path, "rb") as file:
            first = file.readline(200)
        match = re.match(rb"#!\s*\S*?/?(?:env\s+)?([\w.]+)\s*$", first)
        return match.group(1).decode() if match else ""

    def _listed_by_git(self):
        if not (self.root / ".git").exists():
            return []
        # safe.directory: a checkout may belong to another user than the one who tests it.
        command = ["git", "-c", f"safe.directory={self.root}", "-C", str(self.root), "ls-files", "-co", "--exclude-standard", "-z"]
        listed = subprocess.run(command, check=True, capture_output=True)
        return listed.stdout.decode().split("\0")[:-1]

    def _walked(self):
        for folder, folders, names in os.walk(self.root):
            folders[:] = [name for name in folders if name not in (".git", "build", "__pycache__")]
            for name in names:
                yield os.path.relpath(os.path.join(folder, name), self.root)
