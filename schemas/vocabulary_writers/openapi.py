"""schemas/api/vocabulary.yaml: component schemas that openapi.yaml refers to."""
import json

from .model import NOTICE


def scalar(text):
    """A JSON string is a YAML scalar."""
    return json.dumps(text, ensure_ascii=False)


def description(enum):
    lines = [enum.doc, ""] + [f"- `{name}`: {enum.describe(name)}" for name in enum.values]
    if enum.aliases:
        lines += ["", "Understood too: " + ", ".join(f"`{alias}` for `{name}`" for alias, name in enum.aliases.items())]
    return "\n".join(lines)


def schema(enum, name, words):
    values = "\n".join(f"        - {scalar(word)}" for word in words)
    return f"    {name}:\n      type: string\n      description: {scalar(description(enum))}\n      enum:\n{values}\n"


def schemas(enum):
    text = schema(enum, enum.type, enum.values)
    if enum.aliases:
        text += schema(enum, enum.type + "Input", [*enum.values, *enum.aliases])
    return text


def components(vocabulary):
    return f"# {NOTICE}\ncomponents:\n  schemas:\n" + "".join(schemas(enum) for enum in vocabulary.enums.values())
