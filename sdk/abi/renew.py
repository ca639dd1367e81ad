#!/usr/bin/env python3
"""Writes what the plugin ABI is checked against: probe.c, layout.h and baseline.abi.

  renew.py           after a wanted change of sdk/include/belfry: writes all three; look at the difference
  renew.py --check   says whether probe.c and layout.h have every type, member and constant of the headers

Needs a C compiler (CC, or cc) and, to write, abidw of the Debian package abigail-tools.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
INCLUDE = HERE.parent / "include"
CC = os.environ.get("CC", "cc")


def declarations():
    """({struct: [member]}, [opaque struct], [function type], [constant]) in the order of the headers."""
    structs, opaque, functions, constants = {}, [], [], []
    for header in sorted((INCLUDE / "belfry").glob("*.h")):
        text = re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.S)
        for name, body in re.findall(r"typedef struct (bf_\w+) \{(.*?)\n\} \1;", text, flags=re.S):
            structs[name] = members(body)
        opaque += re.findall(r"typedef struct (bf_\w+) \1;", text)
        functions += re.findall(r"typedef \w+ \(\*(bf_\w+)\)\(", text)
        for body in re.findall(r"enum \{(.*?)\}", text, flags=re.S):
            constants += re.findall(r"\b(BF_\w+)\s*=", body)
    return structs, opaque, functions, constants


def members(body):
    names = []
    for declaration in body.split(";"):
        pointer = re.search(r"\(\*(\w+)\)", declaration)
        plain = re.search(r"(\w+)(\[\w+\])?\s*$", declaration.strip())
        if pointer or plain:
            names.append((pointer or plain).group(1))
    return names


def includes():
    return "".join(f"#include <belfry/{h.name}>\n" for h in sorted((INCLUDE / "belfry").glob("*.h")))


def probe(structs, opaque, functions):
    lines = ["/* Written by renew.py: a library that uses every type of the ABI, for abidiff. */\n", includes(), "\n"]
    for name in [*structs, *opaque, *functions]:
        lines.append(f"BF_EXPORT void belfry_probe_{name}(const {name} *value);\n")
        lines.append(f"void belfry_probe_{name}(const {name} *value) {{ (void)value; }}\n")
    return "".join(lines)


def layout(structs, constants):
    questions = [f"sizeof({s})" for s in structs] + [f"offsetof({s}, {m})" for s in structs for m in structs[s]]
    questions += [f"(size_t){c}" for c in constants]
    with tempfile.TemporaryDirectory() as folder:
        source, program = pathlib.Path(folder, "ask.c"), pathlib.Path(folder, "ask")
        printed = "".join(f'  printf("%zu\\n", {q});\n' for q in questions)
        source.write_text(f"#include <stdio.h>\n{includes()}int main(void) {{\n{printed}  return 0;\n}}\n")
        subprocess.run([CC, "-std=c11", f"-I{INCLUDE}", source, "-o", program], check=True)
        answers = iter(subprocess.run([program], check=True, capture_output=True, text=True).stdout.split())
    lines = ["/* Written by renew.py: where every member of the ABI lies on a 64-bit machine, and what its constants are. */\n",
             "#ifndef BELFRY_LAYOUT_H\n#define BELFRY_LAYOUT_H\n\n", includes(), "\n"]
    for question in questions:
        text = question.replace("(size_t)", "")
        lines.append(f'BF_STATIC_ASSERT({question} == {next(answers)}u, "{text}");\n')
    return "".join(lines) + "\n#endif\n"


def write_baseline(path):
    with tempfile.TemporaryDirectory() as folder:
        library = pathlib.Path(folder, "libbelfry_abi_probe.so")
        subprocess.run([CC, "-std=c11", "-g", "-fPIC", "-shared", "-fvisibility=hidden", "-I../include", "probe.c", "-o", library],
                       cwd=HERE, check=True)
        subprocess.run(["abidw", "--no-corpus-path", "--no-comp-dir-path", "--no-show-locs", "--out-file", path, library], check=True)


def main():
    structs, opaque, functions, constants = declarations()
    wanted = {"probe.c": probe(structs, opaque, functions), "layout.h": layout(structs, constants)}
    if "--check" in sys.argv[1:]:
        old = [name for name, text in wanted.items() if not (HERE / name).exists() or (HERE / name).read_text() != text]
        if old:
            sys.exit(f"{', '.join(old)}: not what the headers of sdk/include/belfry say. If the change is wanted: sdk/abi/renew.py")
        return
    for name, text in wanted.items():
        (HERE / name).write_text(text)
    write_baseline(HERE / "baseline.abi")


if __name__ == "__main__":
    main()
