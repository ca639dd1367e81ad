"""AWS Signature Version 4, recomputed from the request as received.

Source: AWS General Reference, "Create a signed AWS API request"; the published aws4_testsuite is run by
test_simulator.py where the contracts lie. Query-string signatures are not offered: no client of ours makes them.
"""
import collections
import datetime
import hashlib
import hmac
import posixpath
import re
import urllib.parse

CLOCK_SKEW = datetime.timedelta(minutes=5)  # General Reference, "Signature expired": requests live five minutes

Credential = collections.namedtuple("Credential", "key_id date region service")
Authorization = collections.namedtuple("Authorization", "credential signed_headers signature")


class SignatureError(Exception):
    """`kind` is one of missing, incomplete, unknown_key, bad_token, mismatch, expired."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


def _encode(text):
    return urllib.parse.quote(text, safe="-_.~")


def canonical_path(path):
    """Every service but S3: `.` and `..` resolved, repeated slashes joined, each byte of the sent path encoded again."""
    resolved = posixpath.normpath(path) if path else "/"
    resolved = re.sub(r"^/+", "/", resolved)
    if path.endswith(("/", "/.", "/..")) and resolved != "/":
        resolved += "/"
    return urllib.parse.quote(resolved, safe="/-_.~")


def canonical_query(query):
    pairs = [part.partition("=") for part in query.split("&")] if query else []
    return "&".join(f"{name}={value}" for name, value in sorted(
        (_encode(urllib.parse.unquote(name)), _encode(urllib.parse.unquote(value))) for name, _, value in pairs))


def canonical_request(method, path, query, headers, signed_headers, payload_hash):
    """`headers`: [(name, value)] as received; repeated ones are joined in the order in which they came."""
    lines = []
    for name in signed_headers:
        values = [" ".join(value.split()) for key, value in headers if key.lower() == name]
        lines.append(f"{name}:{','.join(values)}\n")
    return "\n".join([method, canonical_path(path), canonical_query(query), "".join(lines), ";".join(signed_headers),
                      payload_hash])


def string_to_sign(time, credential, canonical):
    scope = "/".join(credential[1:]) + "/aws4_request"
    return "\n".join(["AWS4-HMAC-SHA256", time, scope, hashlib.sha256(canonical.encode("utf-8")).hexdigest()])


def signature(secret, credential, to_sign):
    key = ("AWS4" + secret).encode("utf-8")
    for part in (*credential[1:], "aws4_request"):
        key = hmac.new(key, part.encode("utf-8"), hashlib.sha256).digest()
    return hmac.new(key, to_sign.encode("utf-8"), hashlib.sha256).hexdigest()


def parse_authorization(value):
    match = re.fullmatch(r"AWS4-HMAC-SHA256\s+Credential=([^\s,/]+)/(\d{8})/([^\s,/]+)/([^\s,/]+)/aws4_request,\s*"
                         r"SignedHeaders=([^\s,]+),\s*Signature=([0-9a-f]{64})", value)
    if not match:
        raise SignatureError("incomplete", f"Authorization header is no AWS4-HMAC-SHA256 signature: {value}")
    return Authorization(Credential(*match.groups()[:4]), match[5].split(";"), match[6])


def verify(request, secrets, service, region, now=None):
    """Raises SignatureError unless `request` is signed by one of `secrets` ({key id: (secret, session token or None)})
    for this service and region, now ± five minutes, over its host, its x-amz-* headers and its body."""
    value = request.header("authorization")
    if value is None:
        raise SignatureError("missing", "Missing Authentication Token")
    given = parse_authorization(value)
    secret = _secret_of(request, given, secrets)
    _check_scope(given, service, region)
    time = _checked_time(request, given, now or datetime.datetime.now(datetime.timezone.utc))
    _check_signed_headers(request, given.signed_headers)
    canonical = canonical_request(request.method, request.path, request.query, request.headers, given.signed_headers,
                                  _payload_hash(request))
    expected = signature(secret, given.credential, string_to_sign(time, given.credential, canonical))
    if not hmac.compare_digest(expected, given.signature):
        raise SignatureError("mismatch", "The request signature we calculated does not match the signature you provided. "
                             f"The Canonical String for this request should have been '{canonical}'")


def _secret_of(request, given, secrets):
    if given.credential.key_id not in secrets:
        raise SignatureError("unknown_key", "The security token included in the request is invalid.")
    secret, token = secrets[given.credential.key_id]
    if (request.header("x-amz-security-token") or None) != token:
        raise SignatureError("bad_token", "The security token included in the request is invalid.")
    return secret


def _check_scope(given, service, region):
    if (given.credential.service, given.credential.region) != (service, region):
        raise SignatureError("mismatch", f"Credential should be scoped to service '{service}' in region '{region}', not "
                             f"'{given.credential.service}' in '{given.credential.region}'.")


def _checked_time(request, given, now):
    time = request.header("x-amz-date") or ""
    try:
        signed = datetime.datetime.strptime(time, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
    except ValueError:
        raise SignatureError("incomplete", "Authorization header requires existence of an 'X-Amz-Date' header of "
                             f"format YYYYMMDDTHHMMSSZ: '{time}'") from None
    if time[:8] != given.credential.date:
        raise SignatureError("mismatch", f"Date in Credential scope does not match YYYYMMDD from ISO-8601: {time}")
    if abs(now - signed) > CLOCK_SKEW:
        raise SignatureError("expired", f"Signature expired: {time} is not within 5 min. of {now:%Y%m%dT%H%M%SZ}")
    return time


def _check_signed_headers(request, names):
    if names != sorted(set(names)) or any(name != name.lower() for name in names):
        raise SignatureError("incomplete", f"SignedHeaders must be sorted, in lower case and named once: {';'.join(names)}")
    must = {"host"} | {key.lower() for key, _ in request.headers if key.lower().startswith("x-amz-")}
    absent = must - set(names)
    if absent:
        raise SignatureError("mismatch", f"There were headers present in the request which were not signed: {sorted(absent)}")


def _payload_hash(request):
    actual = hashlib.sha256(request.body).hexdigest()
    told = request.header("x-amz-content-sha256")
    if told not in (None, actual):
        raise SignatureError("mismatch", "The value passed in x-amz-content-sha256 is not the hash of the body")
    return actual
