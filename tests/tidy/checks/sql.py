"""Statements say who calls them and by which index they find their rows; migrations come in pairs, numbered without a gap."""
import posixpath
import re

STATEMENTS = "host/adapters/postgres/sql"
MIGRATIONS = "schemas/postgres/migrations"
CALLER = re.compile(r"^-- Caller: (\w+)(?:::(\w+))?")
NAME = re.compile(r"[a-z]+_[a-z_]+")


def comment_and_statement(text):
    lines = text.splitlines()
    head = [line[2:].strip() for line in lines if line.startswith("--")]
    return " ".join(head), "\n".join(line for line in lines if not line.startswith("--"))


def caller_problem(tree, text):
    match = CALLER.match(text)
    if not match:
        return "begins with no '-- Caller: Class::function'"
    owner, function = match.groups()
    declares = re.compile(rf"\b(class|struct)\s+{owner}\b")
    headers = [path for path in tree.below("host", ".h") if declares.search(tree.text(path))]
    if not headers:
        return f"names the caller {owner}, but no header of the host declares it"
    if function and not any(re.search(rf"\b{function}\(", tree.text(path)) for path in headers):
        return f"names the caller {owner}::{function}, but {owner} has no such function"
    return None


def index_problem(comment, statement, schema):
    if "Index:" not in comment:
        looks_up = re.search(r"\b(FROM|UPDATE|JOIN)\s+belfry\.", statement) and re.search(r"\b(WHERE|ON)\b", statement)
        return "looks rows up, but its comment names no 'Index:'" if looks_up else None
    for name in NAME.findall(comment.split("Index:", 1)[1].split(". ")[0]):
        derived = re.fullmatch(r"([a-z_]+?)_(pkey|[a-z_]+_key)", name)  # PostgreSQL names those of PRIMARY KEY and UNIQUE itself
        if not re.search(rf"\b{name}\b", schema) and not (derived and re.search(r"\bTABLE belfry\." + derived.group(1), schema)):
            return f"names the index {name}, which no migration makes"
    return None


def statements(tree):
    schema = "\n".join(tree.text(path) for path in tree.below(MIGRATIONS, ".up.sql"))
    users = "\n".join(tree.text(path) for path in tree.below("host", ".cpp", ".h"))
    for path in tree.below(STATEMENTS, ".sql"):
        comment, statement = comment_and_statement(tree.text(path))
        for problem in (caller_problem(tree, tree.text(path)), index_problem(comment, statement, schema)):
            if problem:
                yield f"{path}:1: {problem}"
        name = posixpath.basename(path)[:-len(".sql")]
        if not re.search(rf"\bsql::{name}\b", users):
            yield f"{path}:1: nothing in host/ uses sql::{name}"


def migrations(tree):
    numbers = {}
    for path in tree.below(MIGRATIONS):
        match = re.fullmatch(r"(\d{3})_([a-z0-9_]+)\.(up|down)\.sql", posixpath.basename(path))
        if not match:
            yield f"{path}: is named otherwise than NNN_name.up.sql or NNN_name.down.sql"
            continue
        number, name, way = match.groups()
        numbers.setdefault(int(number), {}).setdefault(name, set()).add(way)
        if not comment_and_statement(tree.text(path))[1].strip():
            yield f"{path}:1: does nothing"
    for number, names in sorted(numbers.items()):
        for name, ways in names.items():
            for way in {"up", "down"} - ways:
                yield f"{MIGRATIONS}/{number:03}_{name}.{way}.sql: is missing"
        if len(names) > 1:
            yield f"{MIGRATIONS}: number {number:03} is taken twice: {', '.join(sorted(names))}"
    for number in sorted(set(range(1, max(numbers, default=0) + 1)) - set(numbers)):
        yield f"{MIGRATIONS}: number {number:03} is missing"


def check(tree):
    yield from statements(tree)
    yield from migrations(tree)
