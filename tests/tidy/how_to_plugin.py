#!/usr/bin/python3
"""docs/how-to/write-a-plugin.md tells the truth: its files, exactly as they stand there, are built against the staged SDK and
pass the checker with their vectors.

  how_to_plugin.py BUILD_DIR
"""
import pathlib
import re
import subprocess
import sys
import tempfile

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/how-to/write-a-plugin.md"
FILES = {"CMakeLists.txt", "manifest.json", "plugin.cpp", "vectors/text.json"}


def files_of(page):
    """A block belongs to the file whose name begins the paragraph before it."""
    return {name: text for name, text in re.findall(r"^`([\w./]+)`[^`\n]*(?:\n(?!```|\n)[^\n]*|`[^`\n]*`[^\n]*)*\n\n```\w+\n(.*?)^```", page, re.M | re.S)}


def run(*command, cwd):
    print("+", *command, flush=True)
    subprocess.run(command, cwd=cwd, check=True)


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    files = files_of(PAGE.read_text(encoding="utf-8"))
    if set(files) != FILES:
        sys.exit(f"{PAGE} shows the files {sorted(files)}, not {sorted(FILES)}")
    with tempfile.TemporaryDirectory(prefix="belfry-how-to-") as folder:
        for name, text in files.items():
            path = pathlib.Path(folder) / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        run("cmake", "-G", "Ninja", "-S", ".", "-B", "build", "-DCMAKE_BUILD_TYPE=RelWithDebInfo", f"-DCMAKE_PREFIX_PATH={build}/sdk", cwd=folder)
        run("cmake", "--build", "build", cwd=folder)
        run(build / "bin/belfry-plugin-check", "--vectors", "vectors", "build/sms-by-mail.so", cwd=folder)


if __name__ == "__main__":
    main()
