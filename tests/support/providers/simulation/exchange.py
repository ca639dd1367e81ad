"""One HTTP request as a provider sees it, the answer it gives, and the refusal that ends the handling."""
import base64
import json
import re
import urllib.parse
import uuid


class Request:
    """`path` is what stands in the request line (with a provider's prefix), `own_path` what the provider knows."""

    def __init__(self, method, target, headers, body, own_path=None, over_tls=True):
        self.method = method
        self.target = target
        self.path, _, self.query = target.partition("?")
        self.own_path = self.path if own_path is None else own_path
        self.headers = headers  # [(name, value)] as received
        self.body = body
        self.over_tls = over_tls
        self.parsed = None  # what the provider read from it, for GET /requests

    def header(self, name):
        """The only value of a header; None when it is absent. Repeated headers are a client's mistake: the first."""
        return next((value for key, value in self.headers if key.lower() == name), None)

    def media_type(self):
        return (self.header("content-type") or "").split(";")[0].strip().lower()

    def url(self):
        return f"{'https' if self.over_tls else 'http'}://{self.header('host')}{self.path}"

    def form(self):
        """[(name, value)] of a form body, in order. Raises ValueError when it is none."""
        return urllib.parse.parse_qsl(self.body.decode("utf-8"), keep_blank_values=True, strict_parsing=bool(self.body))

    def json(self):
        """The JSON body. Raises ValueError also for duplicate names, NaN and bytes that are no UTF-8."""
        return json.loads(self.body.decode("utf-8"), object_pairs_hook=_no_duplicates, parse_constant=_no_constants)


def _no_duplicates(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member name stands twice in one object")
    return members


def _no_constants(name):
    raise ValueError(f"{name} is no JSON")


class Answer:
    def __init__(self, status, body=b"", headers=None, content_type="application/json"):
        self.status = status
        self.headers = dict(headers or {})
        if isinstance(body, (dict, list)):
            body = json.dumps(body, ensure_ascii=False).encode("utf-8")
        self.body = body.encode("utf-8") if isinstance(body, str) else body
        if self.body and not any(name.lower() == "content-type" for name in self.headers):
            self.headers["Content-Type"] = content_type


class Refused(Exception):
    """Ends the handling with the provider's own error; `why` is for whoever reads GET /requests."""

    def __init__(self, answer, why):
        super().__init__(why)
        self.answer = answer


class UnknownError(ValueError):
    """A test asked for an error that the provider's table does not have."""


def known_error(table, code):
    """The row of an error table; codes are given as text or number."""
    row = table.get(str(code))
    if row is None:
        raise UnknownError(f"no error '{code}' in this provider's table; there are: {', '.join(sorted(table))}")
    return row


def bearer(request):
    """The token of `Authorization: Bearer …`, or None."""
    match = re.fullmatch(r"Bearer ([^\s]+)", request.header("authorization") or "")
    return match[1] if match else None


def basic(request):
    """(user, password) of `Authorization: Basic …`, or None."""
    match = re.fullmatch(r"Basic ([A-Za-z0-9+/]+=*)", request.header("authorization") or "")
    if not match:
        return None
    try:
        user, colon, password = base64.b64decode(match[1], validate=True).decode("utf-8").partition(":")
    except ValueError:
        return None
    return (user, password) if colon else None


def request_id():
    return str(uuid.uuid4())
