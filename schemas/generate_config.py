#!/usr/bin/python3
"""Writes config/default.yaml and docs/reference/configuration.md from schemas/config/belfry.schema.json.

  schemas/generate_config.py           write the files that changed
  schemas/generate_config.py --check   write nothing; exit 1 and show the difference when a file is stale
"""
import argparse
import difflib
import json
import pathlib
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parent.parent
NOTICE = "Generated from schemas/config/belfry.schema.json by schemas/generate_config.py. Do not edit."
INTRODUCTION = """\
Every setting of the host with its default. This file is compiled into belfryd; it need not be installed.
To change a setting, in order of precedence:
  --set section.key=value          a flag (--port, --data-dir, --embedded and --roles are short forms)
  BELFRY__SECTION__KEY=value       the environment; `__` for the dot, lists as [a, b] or a,b
  --config FILE                    a file that names only the keys it changes
`belfryd --print-config` shows every effective value and where it came from."""


def resolve(schema, node):
    """The node that a $ref names, with the default given beside it."""
    if "$ref" not in node:
        return node
    target = schema
    for step in node["$ref"].removeprefix("#/").split("/"):
        target = target[step]
    return {**target, **{key: value for key, value in node.items() if key != "$ref"}}


def allowed(schema, node):
    node = resolve(schema, node)
    if "x-allowed" in node:
        return node["x-allowed"]
    if "enum" in node:
        return " \\| ".join(node["enum"])
    if node["type"] == "array":
        return "list of " + allowed(schema, node["items"])
    limits = f" {node['minimum']}–{node['maximum']}" if "minimum" in node and "maximum" in node else ""
    return node["type"] + limits


def leaves(schema, node, path=(), inherited=None):
    """(path, node, default) of every key, in order."""
    node = resolve(schema, node)
    default = node.get("default", inherited)
    if node.get("type") != "object":
        yield path, node, default
        return
    for name, child in node["properties"].items():
        yield from leaves(schema, child, (*path, name), (default or {}).get(name))


# ---- config/default.yaml --------------------------------------------------------------------------------------------------


def comment(text, indent):
    return textwrap.wrap(text, 118, initial_indent=indent + "# ", subsequent_indent=indent + "# ")


def yaml_lines(schema, node, name, depth, inherited=None):
    node = resolve(schema, node)
    indent = "  " * depth
    default = node.get("default", inherited)
    lines = [""] if depth == 0 else []
    if node.get("type") != "object":
        note = f" ({allowed(schema, node)})".replace("\\|", "|") if allowed(schema, node) not in ("string", "boolean") else ""
        lines += comment(node["description"] + note, indent) if "description" in node and depth < 2 else []
        return lines + [f"{indent}{name}: {json.dumps(default)}"]
    if depth == 1:  # the four keys of a retry policy are explained once, above the first
        return lines + [f"{indent}{name}: {json.dumps(default)}".replace('"', "")]
    lines += comment(node["description"], indent) + [f"{indent}{name}:"]
    for key, text in repeated_descriptions(schema, node):
        lines += comment(f"{key}: {text}", indent + "  ")
    for child_name, child in node["properties"].items():
        lines += yaml_lines(schema, child, child_name, depth + 1)
    return lines


def repeated_descriptions(schema, node):
    """Key and meaning of the leaves that every child of this section has alike."""
    first = resolve(schema, next(iter(node["properties"].values())))
    for name, leaf in first.get("properties", {}).items():
        yield name, f"{leaf['description']} ({allowed(schema, leaf)})"


def default_yaml(schema):
    lines = [f"# {NOTICE}", "#"] + [f"# {line}".rstrip() for line in INTRODUCTION.splitlines()]
    for name, node in schema["properties"].items():
        lines += yaml_lines(schema, node, name, 0)
    return "\n".join(lines) + "\n"


# ---- docs/reference/configuration.md ----------------------------------------------------------------------------------------


def configuration_page(schema):
    lines = [f"<!-- {NOTICE} -->", "# Configuration", "", "```text", *INTRODUCTION.splitlines()[1:], "```", "",
             "A key marked *reload* is applied on SIGHUP; any other needs a restart. Unknown keys are errors."]
    for name, node in schema["properties"].items():
        lines += ["", f"## `{name}`", "", node["description"], "", "| key | default | allowed | meaning |", "|---|---|---|---|"]
        for path, leaf, default in leaves(schema, node, (name,)):
            reload_mark = " *reload*" if leaf.get("x-reload") else ""
            meaning = leaf.get("description", "") + reload_mark
            lines.append(f"| `{'.'.join(path)}` | `{json.dumps(default)}` | {allowed(schema, leaf)} | {meaning.strip()} |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 when something is stale")
    options = parser.parse_args()

    schema = json.loads((ROOT / "schemas/config/belfry.schema.json").read_text(encoding="utf-8"))
    derived = {"config/default.yaml": default_yaml(schema), "docs/reference/configuration.md": configuration_page(schema)}
    stale = False
    for path, text in derived.items():
        target = ROOT / path
        old = target.read_text(encoding="utf-8") if target.exists() else ""
        if old == text:
            continue
        stale = True
        if options.check:
            sys.stdout.writelines(difflib.unified_diff(old.splitlines(True), text.splitlines(True), path + " (committed)", path + " (derived)"))
        else:
            target.write_text(text, encoding="utf-8")
            print("wrote", path)
    if options.check and stale:
        print("stale; run schemas/generate_config.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
