"""Names that others script against: the two commands, the presets, the programs."""
import json
import os
import re

COMMANDS = ("./packaging/quickstart", "./tests/run")
SCRIPTS = ("packaging/quickstart", "packaging/dependencies", "packaging/build", "tests/run", ".ci/run")
PROGRAMS = ("bin/belfryd", "bin/belfry", "bin/belfry-plugin-check")
PLUGINS = ("smtp", "mustache", "apikey")


def readme(tree):
    first = re.search(r"^```sh\n(.*?)^```", tree.text("README.md"), re.MULTILINE | re.DOTALL)
    for command in COMMANDS:
        if not first or not re.search(rf"^{re.escape(command)}\b", first.group(1), re.MULTILINE):
            yield f"README.md: its first block of sh does not show {command}"


def presets(tree):
    document = json.loads(tree.text("CMakePresets.json"))
    for kind in ("configurePresets", "buildPresets", "testPresets"):
        names = {preset["name"] for preset in document.get(kind, [])}
        for name in {"release", "asan", "tsan"} - names:
            yield f"CMakePresets.json: {kind} has no '{name}'"
    folders = {preset.get("binaryDir") for preset in document["configurePresets"]} - {None}
    if folders != {"${sourceDir}/build/${presetName}"}:
        yield f"CMakePresets.json: builds into {sorted(folders)}, not into build/<preset>"


def check(tree):
    yield from readme(tree)
    yield from presets(tree)
    for path in SCRIPTS:
        if not tree.exists(path):
            yield f"{path}: is missing"
    for path in (*PROGRAMS, *(f"plugins/{name}.so" for name in PLUGINS)):
        if tree.build and not os.access(tree.build / path, os.X_OK):
            yield f"{path}: is not in {tree.build}, or is not executable"
