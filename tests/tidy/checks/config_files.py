"""Every YAML file of config/ fits its schema, and every schema is one."""
import json

import jsonschema
import yaml

SCHEMAS = "schemas/config"


def schema_of(path):
    if path.startswith("config/tenants/"):
        return "tenant"
    if path.startswith("config/templates/"):
        return "template"
    return "belfry"


def validator(tree, name):
    return jsonschema.Draft7Validator(json.loads(tree.text(f"{SCHEMAS}/{name}.schema.json")))


def check(tree):
    for path in tree.below("schemas", ".schema.json"):
        try:
            jsonschema.Draft7Validator.check_schema(json.loads(tree.text(path)))
        except (ValueError, jsonschema.SchemaError) as error:
            yield f"{path}: is no JSON Schema: {error}"
    for path in tree.below("config", ".yaml", ".yml"):
        try:
            document = yaml.safe_load(tree.text(path))
        except yaml.YAMLError as error:
            yield f"{path}: is no YAML: {error}"
            continue
        for error in validator(tree, schema_of(path)).iter_errors(document if document is not None else {}):
            yield f"{path}: /{'/'.join(map(str, error.absolute_path))}: {error.message}"
