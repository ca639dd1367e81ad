#!/usr/bin/python3
"""Checks answers of a host against the contract, schemas/api/openapi.yaml.

As a module:
    contract = Contract()
    contract.check_response("GET", "/api/v1/lookups", 200, body_text, {"Content-Type": "application/json"})  # or raises
    contract.uncovered()        # operations that no answer with a status below 400 was checked for

As a program:
    openapi_check.py --lint            the contract itself: references, examples, parameters, error answers
    openapi_check.py --operations      one line for each: METHOD /path operationId
    openapi_check.py < exchanges       one JSON object a line: {"method", "path", "status", "headers", "body"}, where body is
                                       text; prints what is wrong, ends with 1 when something is. With --cover every
                                       operation must have had a good answer.

Needs Debian's python3-jsonschema and python3-yaml.
"""
import copy
import json
import pathlib
import re
import sys
import warnings

import jsonschema

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "schemas"))

import bundle_openapi  # noqa: E402

METHODS = ("get", "put", "post", "delete", "patch")
JSON_TYPES = ("application/json", "application/problem+json")

formats = jsonschema.FormatChecker(formats=())


@formats.checks("date-time")
def is_time(value):
    return not isinstance(value, str) or bool(
        re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", value))


@formats.checks("uuid")
def is_uuid(value):
    return not isinstance(value, str) or bool(re.fullmatch(r"(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value))


class ContractError(AssertionError):
    """An answer that the contract does not allow; the text says which part and why."""


class Operation:
    def __init__(self, method, path, definition):
        self.method, self.path, self.definition = method, path, definition
        self.pattern = re.compile("/".join("[^/]+" if part.startswith("{") else re.escape(part) for part in path.split("/")))
        self.literals = sum(not part.startswith("{") for part in path.split("/"))

    def __str__(self):
        return f"{self.method} {self.path}"


def closed(schema):
    """The schema with every object that lists its members allowing no others: what is answered must be described."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: closed(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and "type" in schema and "additionalProperties" not in schema:
        result["additionalProperties"] = False
    return result


class Contract:
    def __init__(self):
        self.document = bundle_openapi.bundle()
        self.strict = copy.deepcopy(self.document)
        self.strict["components"]["schemas"] = closed(self.document["components"]["schemas"])
        self.operations = [Operation(method.upper(), path, definition)
                           for path, item in self.document["paths"].items()
                           for method, definition in item.items() if method in METHODS]
        self.covered = set()

    def resolve(self, node):
        while "$ref" in node:
            target = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def find(self, method, path):
        """The operation that a request means; HEAD is answered by GET. Raises ContractError when there is none."""
        bare = path.split("?", 1)[0]
        wanted = "GET" if method == "HEAD" else method
        fitting = [operation for operation in self.operations if operation.pattern.fullmatch(bare)]
        most = max((operation.literals for operation in fitting), default=0)
        for operation in fitting:
            if operation.literals == most and operation.method == wanted:
                return operation
        raise ContractError(f"{method} {bare} is not in the contract")

    def errors(self, schema, value, document=None):
        """Readable lines about what in `value` the schema does not allow."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            resolver = jsonschema.RefResolver.from_schema(document or self.document)
            validator = jsonschema.Draft202012Validator(schema, resolver=resolver, format_checker=formats)
            found = sorted(validator.iter_errors(value), key=lambda error: list(map(str, error.absolute_path)))
        return ["/" + "/".join(map(str, error.absolute_path)) + ": " + error.message[:400] for error in found]

    def check_response(self, method, path, status, body, headers=None):
        """Raises ContractError unless the operation describes such an answer. `body` is text or bytes."""
        where = f"{method} {path} → {status}"
        responses, operation = self.described(method, path, status)
        definition = responses.get(str(status)) or (responses.get("default") if status >= 400 else None)
        if definition is None:
            raise ContractError(f"{where}: this status is not described; described are {', '.join(responses)}")
        definition = self.resolve(definition)
        given = {name.lower(): value for name, value in (headers or {}).items()}
        media = given.get("content-type", "").split(";", 1)[0].strip().lower()
        content = definition.get("content", {})
        if media not in content:
            raise ContractError(f"{where}: Content-Type '{media}' is not described; allowed: {', '.join(content)}")
        if method != "HEAD":
            self.check_body(where, media, content[media].get("schema", {}), body)
        if status == 401 and "www-authenticate" not in given:
            raise ContractError(f"{where}: a 401 without WWW-Authenticate")
        if status in (429, 503) and "retry-after" not in given:
            raise ContractError(f"{where}: a {status} without Retry-After")
        if status == 405 and "allow" not in given:
            raise ContractError(f"{where}: a 405 without Allow")
        if status < 400:
            self.covered.add(str(operation))

    def described(self, method, path, status):
        """The responses of the operation, and the operation; a path or method that there is not has 404 and 405 alone."""
        try:
            operation = self.find(method, path)
            return operation.definition["responses"], operation
        except ContractError:
            if status not in (404, 405):
                raise
            return {str(status): {"$ref": "#/components/responses/Refused"}}, None

    def check_body(self, where, media, schema, body):
        if media not in JSON_TYPES:
            return
        try:
            value = json.loads(body)
        except ValueError as error:
            raise ContractError(f"{where}: the body is not JSON: {error}: {body[:200]!r}") from error
        found = self.errors(closed(schema), value, self.strict)
        if media == "application/problem+json" and isinstance(value, dict) and not where.endswith(f" {value.get('status')}"):
            found.append(f"/status: is {value.get('status')}")
        if found:
            raise ContractError("\n  ".join([where + ":"] + found))

    def check_request(self, method, path, body):
        """Raises ContractError unless the contract lets this body through."""
        operation = self.find(method, path)
        definition = self.resolve(operation.definition.get("requestBody", {}))
        schema = definition.get("content", {}).get("application/json", {}).get("schema")
        if schema is None:
            raise ContractError(f"{method} {path}: takes no body")
        found = self.errors(schema, json.loads(body))
        if found:
            raise ContractError("\n  ".join([f"{method} {path}:"] + found))

    def uncovered(self):
        return sorted(set(map(str, self.operations)) - self.covered)


class Lint:
    """What is wrong with the contract itself."""

    def __init__(self, contract):
        self.contract, self.found = contract, []

    def run(self):
        self.references(self.contract.document, "")
        if self.found:
            return self.found
        names = set()
        for operation in self.contract.operations:
            name = operation.definition.get("operationId")
            if not name or name in names:
                self.found.append(f"{operation}: operationId {name!r} is missing or taken")
            names.add(name)
            self.parameters(operation)
            self.answers(operation)
            self.examples(str(operation), self.contract.resolve(operation.definition.get("requestBody", {})))
        return self.found

    def references(self, node, where):
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                try:
                    self.contract.resolve(node)
                except KeyError:
                    self.found.append(f"{where}: {node['$ref']} leads nowhere")
            for key, value in node.items():
                self.references(value, f"{where}/{key}")
        elif isinstance(node, list):
            for index, item in enumerate(node):
                self.references(item, f"{where}/{index}")

    def parameters(self, operation):
        declared = [self.contract.resolve(parameter) for parameter in operation.definition.get("parameters", [])]
        in_path = {parameter["name"] for parameter in declared if parameter["in"] == "path" and parameter.get("required")}
        if in_path != set(re.findall(r"{(\w+)}", operation.path)):
            self.found.append(f"{operation}: its path's parameters are not those declared: {sorted(in_path)}")
        headers = {parameter["name"] for parameter in declared if parameter["in"] == "header"}
        if operation.method == "POST" and "Idempotency-Key" not in headers and not operation.path.startswith("/webhooks/"):
            self.found.append(f"{operation}: a POST without Idempotency-Key")

    def answers(self, operation):
        for status, response in operation.definition["responses"].items():
            response = self.contract.resolve(response)
            problem = {"$ref": "#/components/schemas/Problem"}
            content = response.get("content", {})
            if operation.path.startswith("/webhooks/"):
                continue  # a provider hears what its plugin answers
            if status >= "400" and content.get("application/problem+json", {}).get("schema") != problem:
                self.found.append(f"{operation} {status}: is no problem document")
            if status in ("429", "503") and "Retry-After" not in response.get("headers", {}):
                self.found.append(f"{operation} {status}: has no Retry-After")
            self.examples(f"{operation} {status}", response)

    def examples(self, where, holder):
        for media, content in holder.get("content", {}).items():
            for name, example in content.get("examples", {}).items():
                schema = content["schema"]
                for error in self.contract.errors(closed(schema), example["value"], self.contract.strict):
                    self.found.append(f"{where} {media} example {name}: {error}")


def check_lines(contract, lines, cover):
    wrong = []
    for line in filter(str.strip, lines):
        exchange = json.loads(line)
        try:
            contract.check_response(exchange["method"], exchange["path"], exchange["status"], exchange["body"], exchange["headers"])
        except ContractError as error:
            wrong.append(str(error))
    if cover:
        wrong += [f"{operation}: no good answer was seen" for operation in contract.uncovered()]
    return wrong


def main():
    options = set(sys.argv[1:])
    if options - {"--lint", "--operations", "--cover"}:
        sys.exit(__doc__)
    contract = Contract()
    if "--operations" in options:
        for operation in contract.operations:
            print(operation, operation.definition["operationId"])
        return 0
    wrong = Lint(contract).run() if "--lint" in options else check_lines(contract, sys.stdin, "--cover" in options)
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
