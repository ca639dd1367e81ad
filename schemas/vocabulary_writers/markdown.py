"""docs/reference/vocabulary.md."""
from .model import NOTICE

# Column heads of attributes that some enums have beside `doc`.
EXTRA_COLUMNS = {"number": "number", "rank": "rank", "live": "live", "initial": "may begin here", "status": "HTTP status", "state": "becomes",
                 "retry_after": "`Retry-After`"}


def cell(value):
    if value is None or value is False:
        return ""
    return "yes" if value is True else str(value)


def table(enum):
    extras = [key for key in EXTRA_COLUMNS if any(key in attributes for attributes in enum.values.values())]
    head = ["value", "meaning"] + [EXTRA_COLUMNS[key] for key in extras]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for name, attributes in enum.values.items():
        row = [f"`{name}`", enum.describe(name)] + [cell(attributes.get(key)) for key in extras]
        lines.append("| " + " | ".join(row) + " |")
    return "\n".join(lines) + "\n"


def aliases(enum):
    if not enum.aliases:
        return ""
    return "\nUnderstood on input: " + ", ".join(f"`{alias}` for `{name}`" for alias, name in enum.aliases.items()) + ".\n"


def state_diagram(states):
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f"    [*] --> {name}" for name, attributes in states.values.items() if attributes["initial"]]
    lines += [f"    {origin} --> {target}: {reason}" for origin, targets in states.transitions.items() for target, reason in targets.items()]
    lines += [f"    {origin} --> [*]" for origin, targets in states.transitions.items() if not targets]
    return "\n" + "\n".join(lines) + "\n```\n"


def grants_table(vocabulary):
    roles = list(vocabulary.roles.values)
    lines = ["", "| scope | " + " | ".join(f"`{role}`" for role in roles) + " |", "|---|" + "---|" * len(roles)]
    for scope in vocabulary.scopes.values:
        row = ["yes" if scope in vocabulary.grants(role) else "" for role in roles]
        lines.append(f"| `{scope}` | " + " | ".join(row) + " |")
    return "\n".join(lines) + "\n"


def heading(key):
    return key.replace("_", " ").capitalize()


def section(vocabulary, key, enum):
    text = f"\n## {heading(key)}\n\n{enum.doc}\n\n{table(enum)}{aliases(enum)}"
    if enum.transitions is not None:
        text += state_diagram(enum)
    if key == "scopes":
        text += grants_table(vocabulary)
    return text


def page(vocabulary):
    intro = (
        f"<!-- {NOTICE} -->\n# Vocabulary\n\n"
        "Every word that the API, the database, the plugins and the configuration share. The C++ enums, the SQL domains and the\n"
        "OpenAPI enums are derived from the same table, `schemas/vocabulary.yaml`.\n"
    )
    return intro + "".join(section(vocabulary, key, enum) for key, enum in vocabulary.enums.items())
