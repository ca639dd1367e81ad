#!/usr/bin/python3
"""Makes one self-contained document of schemas/api/openapi.yaml and the vocabulary it refers to.

  schemas/bundle_openapi.py OUT.yaml OUT.json

Every `$ref: vocabulary.yaml#/components/schemas/X` becomes a component of the document itself, and YAML's anchors are
spelled out. Needs Debian's python3-yaml only.
"""
import json
import pathlib
import sys

import yaml

API = pathlib.Path(__file__).resolve().parent / "api"
FOREIGN = "vocabulary.yaml#/components/schemas/"


class Plain(yaml.SafeDumper):
    def ignore_aliases(self, data):
        return True


def load(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def localised(node, wanted):
    """The node with its references turned to the document itself; adds their names to `wanted`."""
    if isinstance(node, dict):
        ref = node.get("$ref")
        if isinstance(ref, str) and ref.startswith(FOREIGN):
            name = ref[len(FOREIGN):]
            wanted.add(name)
            return {**node, "$ref": "#/components/schemas/" + name}
        return {key: localised(value, wanted) for key, value in node.items()}
    if isinstance(node, list):
        return [localised(item, wanted) for item in node]
    return node


def bundle(directory=API):
    """The whole contract as plain values."""
    wanted = set()
    document = localised(load(directory / "openapi.yaml"), wanted)
    document.pop("x-shared", None)
    vocabulary = load(directory / "vocabulary.yaml")["components"]["schemas"]
    schemas = document["components"]["schemas"]
    for name in sorted(wanted):
        if name not in vocabulary:
            sys.exit(f"openapi.yaml refers to '{name}', which vocabulary.yaml does not have")
        if name in schemas:
            sys.exit(f"openapi.yaml defines '{name}', which is a word of the vocabulary")
        schemas[name] = vocabulary[name]
    return document


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    document = bundle()
    text = yaml.dump(document, Dumper=Plain, sort_keys=False, allow_unicode=True, width=120)
    pathlib.Path(sys.argv[1]).write_text(text, encoding="utf-8")
    pathlib.Path(sys.argv[2]).write_text(json.dumps(document, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
