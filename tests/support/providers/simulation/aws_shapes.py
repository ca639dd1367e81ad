"""AWS service models (service-2.json) as schemas, and the Query protocol's form fields as the structure they mean."""
import re

_SCALARS = {"boolean": "boolean", "integer": "integer", "long": "integer", "double": "number", "float": "number",
            "timestamp": "number"}


def schemas_of(model, from_form=False):
    """{"shapes": {name: schema}}, to be used with references "#/shapes/Name". `from_form`: every scalar is text."""
    return {"shapes": {name: _schema(shape, from_form) for name, shape in model["shapes"].items()}}


def _schema(shape, from_form):
    kind = shape["type"]
    if kind == "structure":
        members = {m.get("locationName", n): _reference(m["shape"]) for n, m in shape["members"].items()}
        return {"type": "object", "properties": members, "required": list(shape.get("required", ())),
                "additionalProperties": False}
    if kind == "list":
        return {"type": "array", "items": _reference(shape["member"]["shape"]), **_limits(shape, "Items")}
    if kind == "map":
        return {"type": "object", "additionalProperties": _reference(shape["value"]["shape"])}
    if kind == "blob":
        return {"type": "string", "format": "base64"}
    if kind in _SCALARS and not from_form:
        return {"type": _SCALARS[kind]}
    if kind == "boolean":
        return {"type": "string", "enum": ["true", "false"]}
    copied = {key: shape[key] for key in ("enum", "pattern") if key in shape}
    return {"type": "string", **copied, **_limits(shape, "Length")}


def _limits(shape, what):
    return {f"{bound}{what}": shape[bound] for bound in ("min", "max") if bound in shape}


def _reference(name):
    return {"$ref": f"#/shapes/{name}"}


def structure_of(pairs):
    """Query protocol: [("Tags.member.1.Key", "a")] → {"Tags": [{"Key": "a"}]}; maps stand as `entry.N.Name`/`.Value`.
    Raises ValueError when a field comes twice or a list has gaps."""
    tree = {}
    for name, value in pairs:
        node, steps = tree, name.split(".")
        for step in steps[:-1]:
            node = node.setdefault(step, {})
            if not isinstance(node, dict):
                raise ValueError(f"{name} is given as a value and as a structure")
        if steps[-1] in node:
            raise ValueError(f"{name} is given twice")
        node[steps[-1]] = value
    return _unfolded(tree, "")


def _unfolded(node, path):
    if not isinstance(node, dict):
        return node
    if set(node) == {"member"} and isinstance(node["member"], dict):
        return [_unfolded(item, path) for item in _numbered(node["member"], path)]
    if set(node) == {"entry"} and isinstance(node["entry"], dict):
        entries = [_unfolded(item, path) for item in _numbered(node["entry"], path)]
        if any(not isinstance(entry, dict) or set(entry) != {"Name", "Value"} for entry in entries):
            raise ValueError(f"{path}.entry.N must have a Name and a Value")
        return {entry["Name"]: entry["Value"] for entry in entries}
    return {name: _unfolded(part, f"{path}.{name}".lstrip(".")) for name, part in node.items()}


def _numbered(items, path):
    expected = [str(number) for number in range(1, len(items) + 1)]
    if sorted(items, key=lambda n: (len(n), n)) != expected or not all(re.fullmatch(r"\d+", n) for n in items):
        raise ValueError(f"{path} must be numbered 1 to {len(items)} without gaps")
    return [items[number] for number in expected]
