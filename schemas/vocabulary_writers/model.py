"""The vocabulary as read from YAML, checked for contradictions before anything is written."""

NOTICE = "Generated from schemas/vocabulary.yaml by schemas/generate_vocabulary.py. Do not edit."

ATTRIBUTES = {"doc", "title", "number", "live", "initial", "rank", "state", "grants", "status", "slug", "retry_after"}
CPP_KEYWORDS = {"template", "auto", "default", "delete", "export", "operator", "private", "public", "register", "switch"}


class VocabularyError(Exception):
    """The YAML contradicts itself."""


class Enum:
    """One section: a C++ type, its values (name → attributes) and aliases."""

    def __init__(self, key, section):
        self.key = key
        self.type = section["type"]
        self.plural = section["plural"]
        self.doc = " ".join(section["doc"].split())
        self.values = {name: attributes or {} for name, attributes in section["values"].items()}
        self.aliases = section.get("aliases", {})
        self.sql = section.get("sql")
        self.sql_as_number = section.get("sql_as") == "number"
        self.numbers = section.get("numbers", False)
        self.transitions = section.get("transitions")
        self._check()

    def _check(self):
        for name, attributes in self.values.items():
            if unknown := set(attributes) - ATTRIBUTES:  # most often an unquoted comma in a flow mapping
                raise VocabularyError(f"{self.key}.{name}: unknown attribute {unknown}, allowed: {sorted(ATTRIBUTES)}")
        for alias, target in self.aliases.items():
            self.require(target, f"alias {alias}")
            if alias in self.values:
                raise VocabularyError(f"{self.key}: {alias} is both a value and an alias")
        if self.numbers:
            numbers = [attributes["number"] for attributes in self.values.values()]
            if len(set(numbers)) != len(numbers):
                raise VocabularyError(f"{self.key}: a number is used twice")
        for origin, targets in (self.transitions or {}).items():
            for name in (origin, *targets):
                self.require(name, "transition")
        if self.transitions is not None and set(self.transitions) != set(self.values):
            raise VocabularyError(f"{self.key}: every value needs a line under transitions")

    def require(self, name, where):
        if name not in self.values:
            raise VocabularyError(f"{self.key}: {where} names {name}, allowed: {', '.join(self.values)}")

    def describe(self, name):
        attributes = self.values[name]
        return attributes.get("doc") or attributes["title"]

    def constant(self, name):
        """The C++ enumerator of a value."""
        identifier = name.replace(":", "_").replace("-", "_")
        return identifier + "_" if identifier in CPP_KEYWORDS else identifier


class Vocabulary:
    def __init__(self, document):
        self.enums = {key: Enum(key, section) for key, section in document["enums"].items()}
        for name, attributes in self.event_types.values.items():
            if "state" in attributes:
                self.delivery_states.require(attributes["state"], f"event {name}")
        for role in self.roles.values:
            for scope in self.grants(role):
                self.scopes.require(scope, f"role {role}")
        ranks = [attributes["rank"] for attributes in self.delivery_states.values.values()]
        if len(set(ranks)) != len(ranks):
            raise VocabularyError("delivery_states: a rank is used twice")

    def __getattr__(self, key):
        return self.enums[key]

    def grants(self, role):
        """The scopes of a role."""
        granted = self.roles.values[role]["grants"]
        return list(self.scopes.values) if granted == "all" else granted
