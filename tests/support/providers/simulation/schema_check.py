"""Checks a value against an OpenAPI schema, more strictly than OpenAPI: a field that no schema names is an error.

Compiled JSON Schema libraries accept unknown fields wherever `additionalProperties` is left out, which is everywhere in
the published files; that is the mistake these simulators exist to find.
"""
import base64
import re

_TYPES = {
    "string": lambda v: isinstance(v, str),
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
    "boolean": lambda v: isinstance(v, bool),
    "object": lambda v: isinstance(v, dict),
    "array": lambda v: isinstance(v, list),
}


def _is_base64(text):
    try:
        base64.b64decode(text, validate=True)
        return True
    except ValueError:
        return False


_FORMATS = {
    "email": lambda v: re.fullmatch(r"[^@\s<>,]+@[^@\s<>,]+\.[^@\s<>,.]+", v),
    "uri": lambda v: re.fullmatch(r"https?://[^\s/]+\S*", v),
    "url": lambda v: re.fullmatch(r"https?://[^\s/]+\S*", v),
    "google-duration": lambda v: re.fullmatch(r"\d+(\.\d{1,9})?s", v),
    "google-datetime": lambda v: re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", v),
    "date-time": lambda v: re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", v),
    "base64": _is_base64,
}


class Problem:
    def __init__(self, path, what, kind):
        self.path = path  # "personalizations.0.to"
        self.what = what
        self.kind = kind  # unknown, missing, type, value

    def __str__(self):
        return f"{self.path or '(body)'}: {self.what}"


class Schemas:
    """The schemas of one document, references resolved once. Thread-safe after construction, but for a cache whose
    entries are the same whoever writes them."""

    def __init__(self, document, either_case=False):
        self.document = document
        self.either_case = either_case  # protobuf's JSON: `collapse_key` and `collapseKey` are the same field
        self.merged_ = {}

    def resolve(self, schema):
        while "$ref" in schema:
            node = self.document
            for step in schema["$ref"].removeprefix("#/").split("/"):
                node = node[step.replace("~1", "/").replace("~0", "~")]
            schema = node
        return schema

    def merged(self, schema):
        """The schema with its `allOf` and the properties of its alternatives folded in."""
        key = id(schema)
        if key not in self.merged_:
            self.merged_[key] = (self._merge(self.resolve(schema)), schema)  # keeps `schema`, so that its id stays its own
        return self.merged_[key][0]

    def _merge(self, schema):
        result = {k: v for k, v in schema.items() if k != "allOf"}
        for part in map(self.merged, schema.get("allOf", ())):
            properties = {**result.get("properties", {}), **part.get("properties", {})}
            required = [*result.get("required", ()), *part.get("required", ())]
            result = {**part, **result, "properties": properties, "required": required}
        return result

    def _alternatives(self, schema):
        rest = {k: v for k, v in schema.items() if k not in ("oneOf", "anyOf", "discriminator")}
        return [self._merge({"allOf": [rest, part]}) for part in schema.get("oneOf") or schema.get("anyOf")]

    def problems(self, schema, value, path=""):
        """All problems, in document order."""
        schema = self.merged(schema)
        if value is None and schema.get("nullable"):
            return
        if "oneOf" in schema or "anyOf" in schema:
            yield from self._one_of(schema, value, path)
            return
        kind = schema.get("type") or ("object" if "properties" in schema else None)
        if kind and not _TYPES[kind](value):
            yield Problem(path, f"must be of type {kind}", "type")
            return
        if "enum" in schema and value not in schema["enum"]:
            yield Problem(path, f"must be one of {', '.join(map(str, schema['enum']))}", "value")
        if isinstance(value, dict):
            yield from self._object(schema, value, path)
        elif isinstance(value, list):
            yield from self._array(schema, value, path)
        elif isinstance(value, str):
            yield from _string(schema, value, path)
        elif "minimum" in schema and value < schema["minimum"] or "maximum" in schema and value > schema["maximum"]:
            yield Problem(path, f"must be from {schema.get('minimum')} to {schema.get('maximum')}", "value")

    def _one_of(self, schema, value, path):
        if "discriminator" in schema and isinstance(value, dict):
            name = schema["discriminator"]["propertyName"]
            reference = schema["discriminator"].get("mapping", {}).get(value.get(name))
            if reference is None:
                yield Problem(f"{path}.{name}".lstrip("."), "must be one of " + ", ".join(schema["discriminator"]["mapping"]),
                              "value" if name in value else "missing")
            else:
                yield from self.problems({"$ref": reference}, value, path)
            return
        if id(schema) not in self.merged_:
            self.merged_[id(schema)] = (self._alternatives(schema), schema)
        tries = [list(self.problems(part, value, path)) for part in self.merged_[id(schema)][0]]
        fitting = sum(not found for found in tries)
        if fitting == 0:
            yield from min(tries, key=len)
        elif fitting > 1 and "oneOf" in schema:
            yield Problem(path, f"fits {fitting} alternatives where one is allowed", "value")

    def _object(self, schema, value, path):
        properties = schema.get("properties", {})
        named = {_camel(name): part for name, part in value.items()} if self.either_case and properties else value
        if len(named) != len(value):
            yield Problem(path, "names a field twice, in both spellings", "value")
        for name in schema.get("required", ()):
            if name not in named:
                yield Problem(f"{path}.{name}".lstrip("."), "is required", "missing")
        if len(value) > schema.get("maxProperties", len(value)):
            yield Problem(path, f"has more than {schema['maxProperties']} members", "value")
        extra = schema.get("additionalProperties", not properties)
        for name, part in named.items():
            inner = f"{path}.{name}".lstrip(".")
            if name in properties:
                yield from self.problems(properties[name], part, inner)
            elif isinstance(extra, dict):
                yield from self.problems(extra, part, inner)
            elif not extra:
                yield Problem(inner, "is no known field", "unknown")

    def _array(self, schema, value, path):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            yield Problem(path, f"must have {schema.get('minItems', 0)} to {schema.get('maxItems', 'any')} items", "value")
        if schema.get("uniqueItems") and len({repr(item) for item in value}) != len(value):
            yield Problem(path, "has an item twice", "value")
        for index, item in enumerate(value if "items" in schema else ()):
            yield from self.problems(schema["items"], item, f"{path}.{index}".lstrip("."))


def _string(schema, value, path):
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        yield Problem(path, f"must have {schema.get('minLength', 0)} to {schema.get('maxLength', 'any')} characters", "value")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield Problem(path, f"must match {schema['pattern']}", "value")
    check = _FORMATS.get(schema.get("format"))
    if check and not check(value):
        yield Problem(path, f"must be of format {schema['format']}", "value")


def _camel(name):
    return re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), name)


def rules(shape):
    """A schema from a short form, for the rules that stand in for an absent contract: a name or a tuple of names,
    {"field": …, "needed!": …}, {"*": …} for any name, [item]. Names: string, integer, email, base64 … or "a|b" enums."""
    if isinstance(shape, list):
        return {"type": "array", "items": rules(shape[0])}
    if isinstance(shape, dict):
        if set(shape) == {"*"}:
            return {"type": "object", "additionalProperties": rules(shape["*"])}
        return {"type": "object", "properties": {name.rstrip("!"): rules(part) for name, part in shape.items()},
                "required": [name[:-1] for name in shape if name.endswith("!")]}
    if shape == "any":
        return {}
    if shape in _TYPES:
        return {"type": shape}
    if shape in _FORMATS:
        return {"type": "string", "format": shape}
    return {"type": "string", "enum": shape.split("|")}
