#!/usr/bin/python3
"""Every check finds what it is there for, and nothing in a tree that is as it should be."""
import importlib
import json
import pathlib
import shutil
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from tree import Tree  # noqa: E402

LAYERS = (HERE / "layers.yaml").read_text(encoding="utf-8")
PRESETS = json.dumps({
    "configurePresets": [{"name": "base", "binaryDir": "${sourceDir}/build/${presetName}"},
                         {"name": "release"}, {"name": "asan"}, {"name": "tsan"}],
    "buildPresets": [{"name": "release"}, {"name": "asan"}, {"name": "tsan"}],
    "testPresets": [{"name": "release"}, {"name": "asan"}, {"name": "tsan"}]})
README = "# X\n```sh\n./packaging/quickstart\n./tests/run\n```\n"
UP = "schemas/postgres/migrations/001_a.up.sql"
DOWN = "schemas/postgres/migrations/001_a.down.sql"
STATEMENT = "host/adapters/postgres/sql/things_find.sql"
TABLE = {UP: "CREATE TABLE belfry.things (id uuid);\nCREATE INDEX things_by_age ON belfry.things (id);\n", DOWN: "DROP TABLE belfry.things;\n",
         "host/ports/thing_store.h": "#pragma once\nclass ThingStore {\n  void find();\n};\n",
         "host/adapters/postgres/a.cpp": "run(sql::things_find);\n"}
FIND = "SELECT 1 FROM belfry.things WHERE id = $1\n"
SCHEMAS = {f"schemas/config/{name}.schema.json": '{"type": "object", "additionalProperties": false, "properties": {"port": {"type": "integer"}}}'
           for name in ("belfry", "tenant", "template")}

# check, files, a part of each finding. No part: the tree is good.
CASES = [
    ("layers", {"host/model/a.h": '#include <string>\n#include "kit/b.h"\n', "host/kit/b.h": ""}, []),
    ("layers", {"host/kit/b.h": '#include "model/a.h"\n', "host/model/a.h": ""}, ['host/kit/b.h:1: "model/a.h" is not for host/kit']),
    ("layers", {"host/services/intake/a.cpp": '#include "adapters/postgres/pool.h"\n', "host/adapters/postgres/pool.h": ""}, ["is not for host/services"]),
    ("layers", {"host/adapters/curl/a.cpp": "#include <libpq-fe.h>\n"}, ["<libpq-fe.h> is no standard header and none of host/adapters/curl's"]),
    ("layers", {"host/adapters/postgres/a.cpp": "#include <libpq-fe.h>\n#include <Poco/Data/Session.h>\n"}, []),
    ("layers", {"plugins/channel/x/a.cpp": "#include <belfry/belfry.hpp>\n#include <vector>\n"}, []),
    ("layers", {"plugins/channel/x/a.cpp": "#include <sys/socket.h>\n"}, ["none of plugins's libraries"]),
    ("layers", {"plugins/channel/x/a.cpp": '#include "kit/b.h"\n', "host/kit/b.h": ""}, ['"kit/b.h" is not for plugins']),
    ("layers", {"plugins/channel/x/a.cpp": '#include "../y/b.h"\n', "plugins/channel/y/b.h": ""}, ["leaves its folder"]),
    ("layers", {"host/kit/a.cpp": '#include "kit/gone.h"\n'}, ['"kit/gone.h" is no file of this tree']),
    ("layers", {"host/elsewhere/a.cpp": ""}, ["lies in no folder"]),
    ("layers", {"host/services/a.cpp": '#include "kit/json.h"\n', "host/kit/json.h": ""}, ["is for *_json.cpp alone"]),
    ("layers", {"host/services/a_json.cpp": '#include "kit/json.h"\n', "host/kit/json.h": ""}, []),
    ("headers", {"a.h": "#pragma once\nusing namespace std::chrono_literals;\n"}, []),
    ("headers", {"sdk/include/belfry/a.h": "/* A. */\n#ifndef A_H\n#define A_H\n#endif\n"}, []),
    ("headers", {"a.h": "int a;\n"}, ["a.h:1: has no #pragma once"]),
    ("headers", {"a.h": "#pragma once\n  using namespace std;\n"}, ["a.h:2: opens a namespace"]),
    ("words", {"tests/a.cpp": "int a;\n", "docs/a.md": "workers/ and ./work/ are fine\n"}, []),
    ("words", {"a.cpp": "// TO" "DO: later\n"}, ["a.cpp:1: 'TO" "DO'"]),
    ("words", {"docs/a.md": "see /wo" "rk/main\n"}, ["a path of one machine"]),
    ("words", {"a.sh": "npm --registry https://regis" "try.npm" "js.org\n"}, ["a registry's host name"]),
    ("words", {"tests/a.cpp": "std::this_thread::sleep_for(1s);\n"}, ["'sleep_for'"]),
    ("words", {"tests/a.py": "time." + "sleep(1)\n"}, ["'time." + "sleep('"]),
    ("words", {"tests/a.cpp": "GTEST_SKIP();\nTEST(A, DISABLED_b)\n"}, ["'GTEST_SKIP'", "'DISABLED_'"]),
    ("names", {"extra/a.txt": ""}, ["extra: is no place at the top"]),
    ("names", {"host/kit/string_utils.h": ""}, ["'string_utils' says nothing"]),
    ("names", {"host/kit/CamelCase.h": ""}, ["snake_case"]),
    ("sizes", {"a.cpp": "\n" * 600, "b.cpp": "// Generated from c.\n" + "\n" * 700}, []),
    ("sizes", {"a.cpp": "\n" * 601}, ["a.cpp:1: has 601 lines"]),
    ("sql", {**TABLE, STATEMENT: "-- Caller: ThingStore::find. Index: things_by_age.\n" + FIND}, []),
    ("sql", {**TABLE, STATEMENT: "-- Finds. Index: things_by_age.\n" + FIND}, ["no '-- Caller: Class::function'"]),
    ("sql", {**TABLE, STATEMENT: "-- Caller: Nobody::find. Index: things_by_age.\n" + FIND}, ["no header of the host declares it"]),
    ("sql", {**TABLE, STATEMENT: "-- Caller: ThingStore::drop. Index: things_by_age.\n" + FIND}, ["has no such function"]),
    ("sql", {**TABLE, STATEMENT: "-- Caller: ThingStore::find.\n" + FIND}, ["names no 'Index:'"]),
    ("sql", {**TABLE, STATEMENT: "-- Caller: ThingStore::find. Index: things_by_luck.\n" + FIND}, ["no migration makes"]),
    ("sql", {**TABLE, STATEMENT.replace("find", "count"): "-- Caller: ThingStore::find.\nSELECT 1\n"}, ["nothing in host/ uses sql::things_count"]),
    ("sql", {UP: "SELECT 1;\n"}, ["001_a.down.sql: is missing"]),
    ("sql", {UP: "SELECT 1;\n", DOWN: "-- nothing\n"}, ["001_a.down.sql:1: does nothing"]),
    ("sql", {UP.replace("001", "002"): "SELECT 1;\n", DOWN.replace("001", "002"): "SELECT 1;\n"}, ["number 001 is missing"]),
    ("sql", {"schemas/postgres/migrations/1.sql": "SELECT 1;\n"}, ["is named otherwise"]),
    ("links", {"docs/a.md": "[b](b.md#two-words) [c](https://example.org) `[d](none.md)`\n```\n[e](none.md)\n```\n", "docs/b.md": "## Two words\n"}, []),
    ("links", {"docs/a.md": "[b](b.md)\n"}, ["docs/a.md:1: link leads to docs/b.md, which is not there"]),
    ("links", {"docs/a.md": "[b](b.md#three)\n", "docs/b.md": "## Two\n"}, ["leads to #three, which is no heading"]),
    ("config_files", {**SCHEMAS, "config/default.yaml": "port: 1\n"}, []),
    ("config_files", {**SCHEMAS, "config/default.yaml": "port: one\n"}, ["/port: 'one' is not of type 'integer'"]),
    ("config_files", {**SCHEMAS, "config/tenants/a.yaml": "prot: 1\n"}, ["'prot' was unexpected"]),
    ("config_files", {**SCHEMAS, "config/default.yaml": "a: [\n"}, ["is no YAML"]),
    ("scripts", {"a": "#!/usr/bin/env bash\nset -euo pipefail\n"}, []),
    ("scripts", {"a": "#!/usr/bin/env bash\nset -euo pipefail\nif\n"}, ["syntax error"]),
    ("scripts", {"a": "#!/usr/bin/env bash\ntrue\n"}, ["has no 'set -euo pipefail'"]),
    ("scripts", {"a.py": "def\n"}, ["a.py:1: invalid syntax"]),
    ("fixed_names", {"README.md": README.replace("run", "walk")}, ["does not show ./tests/run"]),
    ("fixed_names", {"CMakePresets.json": PRESETS.replace("tsan", "rare")}, ["has no 'tsan'"] * 3),
    ("format", {".clang-format": "BasedOnStyle: Google\n", "a.cpp": "int a;\n"}, []),
    ("format", {".clang-format": "BasedOnStyle: Google\n", "a.cpp": "int  a ;\n"}, ["a.cpp:1: differs from clang-format"]),
]
PLACES = {"names": {name + "/a.txt": "" for name in ("host", "sdk", "plugins", "config", "schemas", "packaging", "tests", "docs")}
          | {name: "" for name in ("CMakeLists.txt", "CMakePresets.json", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE")},
          "layers": {"tests/tidy/layers.yaml": LAYERS},
          "fixed_names": {"README.md": README, "CMakePresets.json": PRESETS} | {path: "" for path in (
              "packaging/quickstart", "packaging/dependencies", "packaging/build", "tests/run", ".ci/run")}}


class Checks(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="belfry-tidy-"))
        self.addCleanup(shutil.rmtree, self.root)

    def write(self, files):
        for path, text in files.items():
            file = self.root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            file.chmod(0o755 if text.startswith("#!") else 0o644)

    def findings(self, check, build=None):
        found = importlib.import_module(f"checks.{check}").check(Tree(self.root, build))
        return [finding for finding in found if "but never does" not in finding]  # small trees use little of the table

    def expect(self, found, parts):
        self.assertEqual(len(found), len(parts), found)
        for part in parts:
            self.assertTrue(any(part in finding for finding in found), f"{part!r} is not in {found}")

    def test_cases(self):
        for check, files, parts in CASES:
            with self.subTest(check=check, files=list(files), parts=parts):
                shutil.rmtree(self.root)
                self.write(PLACES.get(check, {}) | files)
                self.expect(self.findings(check), parts)

    def test_an_unused_permission_is_found(self):
        self.write(PLACES["layers"])
        found = list(importlib.import_module("checks.layers").check(Tree(self.root)))
        self.assertIn("layers.yaml: host/kit may include library openssl, but never does; take it out", found)

    def test_a_source_that_nobody_builds_is_found(self):
        command = {"directory": str(self.root), "file": "tests/a.cpp", "command": "c++"}
        self.write({"tests/a.cpp": "", "tests/b.cpp": "", "out/compile_commands.json": json.dumps([command])})
        self.expect(self.findings("built", self.root / "out"), ["tests/b.cpp: is built by no target"])

    def test_stale_files_are_found(self):
        self.write({"schemas/generate_vocabulary.py": "print('stale')\nraise SystemExit(1)\n", "schemas/generate_config.py": "", "tests/bench/table": "",
                    "out/bin/belfry": "#!/bin/sh\necho new\n", "docs/reference/cli.md": "old\n"})
        self.expect(self.findings("generated", self.root / "out"), ["generate_vocabulary.py --check: stale", "cli.md: is stale"])

    def test_programs_that_are_missing_are_found(self):
        self.write(PLACES["fixed_names"])
        self.assertEqual(len(self.findings("fixed_names", self.root / "out")), 6)


if __name__ == "__main__":
    unittest.main()
