"""A receiver of generic webhooks that verifies Standard Webhooks signatures.

Source: github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md: "Verifying webhook authenticity",
"Operational considerations" (2xx is success, 410 ends the subscription), symmetric `v1` signatures.
"""
import base64
import hashlib
import hmac
import re
import time

from .exchange import Answer, Refused, known_error
from .provider import Provider

_TOLERANCE_S = 300


class Webhook(Provider):
    name = "hook"
    hosts = (r"hooks\.example\.test",)

    ERRORS = {  # HTTP status → itself; what a receiver may answer. Source: "Operational considerations", RFC 9110 §15.
        str(status): status for status in (400, 401, 403, 404, 409, 410, 413, 429, 500, 502, 503, 504)}

    def account(self):
        return {"secret": self.world.WEBHOOK_SECRET, "url": f"{self.world.https}/hook/NAME", "rules": "own"}

    def error(self, code, request=None):
        status = known_error(self.ERRORS, code)
        return Answer(status, {"error": f"as asked: {code}"}, {"Retry-After": "2"} if status in (429, 503) else {})

    def _refuse(self, status, why):
        raise Refused(Answer(status, {"error": why}), why)

    def handle(self, request):
        if request.method != "POST" or not re.fullmatch(r"/[\w.-]+", request.own_path):
            self._refuse(404, f"{request.method} {request.own_path}: POST /hook/NAME is served")
        given = {name: request.header(f"webhook-{name}") for name in ("id", "timestamp", "signature")}
        for name, value in given.items():
            if not value:
                self._refuse(401, f"webhook-{name} is missing")
        if not re.fullmatch(r"[!-~]{1,256}", given["id"]) or "." in given["id"]:
            self._refuse(401, "webhook-id must be printable ASCII without a dot")
        if not re.fullmatch(r"\d{1,11}", given["timestamp"]) or abs(time.time() - int(given["timestamp"])) > _TOLERANCE_S:
            self._refuse(401, f"webhook-timestamp {given['timestamp']} is not within {_TOLERANCE_S} s of now")
        expected = sign(self.world.WEBHOOK_SECRET, given["id"], given["timestamp"], request.body)
        if not any(hmac.compare_digest(expected, part) for part in given["signature"].split(" ")):
            self._refuse(401, "no webhook-signature matches")
        request.parsed = self._json(request)
        return Answer(200, {"received": given["id"]})

    def _json(self, request):
        if request.media_type() != "application/json":
            self._refuse(400, f"Content-Type {request.header('content-type')}")
        try:
            return request.json()
        except ValueError as error:
            self._refuse(400, f"no JSON: {error}")


def sign(secret, message_id, timestamp, body):
    """`v1,` and the base64 HMAC-SHA256 over id.timestamp.body with the bytes of a `whsec_` secret."""
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    content = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
