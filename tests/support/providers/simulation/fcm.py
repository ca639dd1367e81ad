"""Firebase Cloud Messaging, HTTP v1.

Sources: the discovery document fcm:v1; firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode and
…/projects.messages; cloud.google.com/apis/design/errors for the error shape.
"""
import json
import re
import secrets

from . import contracts
from .exchange import Answer, Refused, bearer, known_error
from .provider import Provider
from .schema_check import Schemas, rules

_TEXTS = {"*": "string"}
_OWN_RULES = {"components": {"schemas": {"SendMessageRequest": rules({
    "validateOnly": "boolean",
    "message": {
        "name": "string", "token": "string", "topic": "string", "condition": "string", "data": _TEXTS,
        "notification": {"title": "string", "body": "string", "image": "string"},
        "fcmOptions": {"analyticsLabel": "string"},
        "apns": {"headers": _TEXTS, "payload": {"*": "any"}, "liveActivityToken": "string",
                 "fcmOptions": {"analyticsLabel": "string", "image": "string"}},
        "webpush": {"headers": _TEXTS, "data": _TEXTS, "notification": {"*": "any"},
                    "fcmOptions": {"analyticsLabel": "string", "link": "string"}},
        "android": {
            "collapseKey": "string", "data": _TEXTS, "directBootOk": "boolean", "fcmOptions": {"analyticsLabel": "string"},
            "priority": "NORMAL|HIGH", "restrictedPackageName": "string", "ttl": "google-duration",
            "notification": {
                **{n: "string" for n in ("title", "body", "icon", "color", "sound", "tag", "clickAction", "bodyLocKey",
                                         "titleLocKey", "channelId", "ticker", "image")},
                "bodyLocArgs": ["string"], "titleLocArgs": ["string"], "sticky": "boolean", "eventTime": "google-datetime",
                "localOnly": "boolean", "defaultSound": "boolean", "defaultVibrateTimings": "boolean",
                "defaultLightSettings": "boolean", "vibrateTimings": ["google-duration"], "notificationCount": "integer",
                "notificationPriority": "PRIORITY_UNSPECIFIED|PRIORITY_MIN|PRIORITY_LOW|PRIORITY_DEFAULT|PRIORITY_HIGH|"
                                        "PRIORITY_MAX",
                "visibility": "VISIBILITY_UNSPECIFIED|PRIVATE|PUBLIC|SECRET", "lightSettings": {"*": "any"}}}}})}}}

_FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
_BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"
_MAX_PAYLOAD, _MAX_TOPIC_PAYLOAD = 4096, 2048  # "projects.messages": size of a message, and of one for topics


class Fcm(Provider):
    name = "fcm"
    hosts = (r"fcm\.googleapis\.com",)

    # errorCode → (HTTP status, status, message, further headers). Source: the ErrorCode page for those with FcmError.
    ERRORS = {
        "UNSPECIFIED_ERROR": (500, "UNKNOWN", "Unknown error.", {}),
        "INVALID_ARGUMENT": (400, "INVALID_ARGUMENT", "The registration token is not a valid FCM registration token", {}),
        "UNREGISTERED": (404, "NOT_FOUND", "Requested entity was not found.", {}),
        "SENDER_ID_MISMATCH": (403, "PERMISSION_DENIED", "SenderId mismatch", {}),
        "QUOTA_EXCEEDED": (429, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'Messages'", {"Retry-After": "2"}),
        "UNAVAILABLE": (503, "UNAVAILABLE", "The service is currently unavailable.", {"Retry-After": "2"}),
        "INTERNAL": (500, "INTERNAL", "Internal error encountered.", {}),
        "THIRD_PARTY_AUTH_ERROR": (401, "UNAUTHENTICATED", "Auth error from APNS or Web Push Service", {}),
        # Without FcmError, by cloud.google.com/apis/design/errors:
        "UNAUTHENTICATED": (401, "UNAUTHENTICATED", "Request had invalid authentication credentials. Expected OAuth 2 access "
                            "token, login cookie or other valid authentication credential.", {}),
        "PERMISSION_DENIED": (403, "PERMISSION_DENIED", "Permission 'cloudmessaging.messages.create' denied", {}),
        "NOT_FOUND": (404, "NOT_FOUND", "Method not found.", {}),
        "INVALID_PAYLOAD": (400, "INVALID_ARGUMENT", "Invalid JSON payload received.", {}),
    }
    _PLAIN = ("UNAUTHENTICATED", "PERMISSION_DENIED", "NOT_FOUND", "INVALID_PAYLOAD")

    def __init__(self, world):
        super().__init__(world)
        document = contracts.load("fcm/fcm.json")
        self.from_contract = document is not None
        self.schemas = Schemas(document or _OWN_RULES, either_case=True)

    def account(self):
        return {"project_id": self.world.FCM_PROJECT, "service_account": self.world.service_account(),
                "rules": "contract" if self.from_contract else "own"}

    def error(self, code, request=None):
        status, name, message, headers = known_error(self.ERRORS, code)
        details = [] if code in self._PLAIN else [{"@type": _FCM_ERROR, "errorCode": code}]
        return self._problem(status, name, message, details, headers)

    def _problem(self, status, name, message, details=(), headers=None):
        error = {"code": status, "message": message, "status": name}
        if details:
            error["details"] = list(details)
        return Answer(status, {"error": error}, headers)

    def _bad(self, field, why, about_token=False):
        details = [{"@type": _BAD_REQUEST, "fieldViolations": [{"field": field, "description": why}]}]
        if about_token:
            details.insert(0, {"@type": _FCM_ERROR, "errorCode": "INVALID_ARGUMENT"})
        raise Refused(self._problem(400, "INVALID_ARGUMENT", f"{why} at '{field}'", details), f"{field}: {why}")

    def handle(self, request):
        token = bearer(request)
        state = self.world.token_state(token) if token else "missing"
        if state != "valid":
            raise Refused(self.error("UNAUTHENTICATED"), f"{state} access token")
        match = re.fullmatch(r"/v1/projects/([^/]+)/messages:send", request.own_path)
        if request.method != "POST" or not match:
            raise Refused(self.error("NOT_FOUND"), f"{request.method} {request.own_path}")
        if match[1] != self.world.FCM_PROJECT:
            raise Refused(self.error("PERMISSION_DENIED"), f"project {match[1]}")
        return self._send(request)

    def _send(self, request):
        if request.media_type() != "application/json":
            self._bad("", f"Content-Type {request.header('content-type')}")
        try:
            request.parsed = body = request.json()
        except ValueError as error:
            self._bad("", f"Invalid JSON payload received. {error}")
        for problem in self.schemas.problems({"$ref": "#/components/schemas/SendMessageRequest"}, body):
            prefix = "Invalid JSON payload received. Unknown name: " if problem.kind == "unknown" else "Invalid value: "
            self._bad(problem.path, prefix + str(problem))
        if "message" not in body:
            self._bad("message", "Message is required")
        self._check(body["message"])
        dry = body.get("validateOnly", body.get("validate_only"))
        name = "fake_message_id" if dry else f"0:{secrets.randbelow(10**16):016}%{secrets.token_hex(8)}"
        return Answer(200, {"name": f"projects/{self.world.FCM_PROJECT}/messages/{name}"})

    def _check(self, message):
        targets = [name for name in ("token", "topic", "condition") if name in message]
        if len(targets) != 1:
            self._bad("message", "Exactly one of token, topic or condition is required")
        if "token" in message and not re.fullmatch(r"[A-Za-z0-9_:-]{8,4096}", message["token"]):
            self._bad("message.token", "The registration token is not a valid FCM registration token", about_token=True)
        if "topic" in message and not re.fullmatch(r"(/topics/)?[a-zA-Z0-9\-_.~%]+", message["topic"]):
            self._bad("message.topic", "Invalid topic name")
        for key in message.get("data", {}):
            if key in ("from", "message_type", "collapse_key") or key.startswith(("google", "gcm")):
                self._bad(f"message.data.{key}", "Invalid data payload key")
        payload = {name: message[name] for name in ("notification", "data") if name in message}
        size = len(json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()) if payload else 0
        if size > (_MAX_PAYLOAD if "token" in message else _MAX_TOPIC_PAYLOAD):
            self._bad("message", f"Message payload is too big: {size} bytes")
