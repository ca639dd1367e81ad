"""SendGrid v3 Mail Send and its event webhook.

Sources: the contract file tsg_mail_v3.json; docs.sendgrid.com "Mail Send" (limitations), "Errors", "Rate Limits",
"Event Webhook" and "Event Webhook Security Features".
"""
import base64
import gzip
import json
import re
import secrets
import time
import zlib

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from . import contracts
from .exchange import Answer, Refused, bearer, known_error
from .keys import public_der
from .provider import Outgoing, Provider
from .schema_check import Schemas, rules

_ADDRESS = {"email!": "email", "name": "string"}
_SWITCH = {"enable": "boolean"}
_OWN_RULES = rules({
    "personalizations!": [{"from": _ADDRESS, "to!": [_ADDRESS], "cc": [_ADDRESS], "bcc": [_ADDRESS], "subject": "string",
                           "headers": {"*": "string"}, "substitutions": {"*": "string"},
                           "dynamic_template_data": {"*": "any"}, "custom_args": {"*": "string"}, "send_at": "integer"}],
    "from!": _ADDRESS, "reply_to": _ADDRESS, "reply_to_list": [_ADDRESS], "subject": "string",
    "content": [{"type!": "string", "value!": "string"}],
    "attachments": [{"content!": "string", "filename!": "string", "type": "string", "disposition": "inline|attachment",
                     "content_id": "string"}],
    "template_id": "string", "headers": {"*": "string"}, "categories": ["string"], "send_at": "integer",
    "custom_args": {"*": "string"},
    "batch_id": "string", "asm": {"group_id!": "integer", "groups_to_display": ["integer"]}, "ip_pool_name": "string",
    "mail_settings": {**{f"bypass_{what}_management": _SWITCH for what in ("list", "spam", "bounce", "unsubscribe")},
                      "footer": {**_SWITCH, "text": "string", "html": "string"}, "sandbox_mode": _SWITCH},
    "tracking_settings": {"click_tracking": {**_SWITCH, "enable_text": "boolean"},
                          "open_tracking": {**_SWITCH, "substitution_tag": "string"},
                          "subscription_tracking": {**_SWITCH, "text": "string", "html": "string",
                                                    "substitution_tag": "string"},
                          "ganalytics": {**_SWITCH, **{f"utm_{part}": "string" for part in
                                                       ("source", "medium", "term", "content", "campaign")}}}})

# "Mail Send › Headers": these cannot be overwritten.
_RESERVED = {"x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "content-transfer-encoding", "to", "from",
             "subject", "reply-to", "cc", "bcc"}
_MAX_MESSAGE = 30 * 1024 * 1024  # "Mail Send › Limitations": total size under 30 MB
_MAX_AHEAD_S = 72 * 3600         # "Mail Send › send_at": not more than 72 hours

_STATES = {  # event → further fields, as "Event Webhook Reference › Event objects" shows them
    "processed": {}, "delivered": {"response": "250 OK"}, "open": {"useragent": "Mozilla/5.0", "ip": "192.0.2.1"},
    "click": {"url": "https://example.com/", "useragent": "Mozilla/5.0", "ip": "192.0.2.1"},
    "deferred": {"response": "451 4.7.1 try later", "attempt": "1"},
    "bounce": {"reason": "550 5.1.1 unknown user", "status": "5.1.1", "type": "bounce"},
    "blocked": {"event": "bounce", "reason": "550 5.7.1 blocked", "status": "5.7.1", "type": "blocked"},
    "dropped": {"reason": "Bounced Address", "status": "5.0.0"}, "spamreport": {},
    "unsubscribe": {}, "group_unsubscribe": {"asm_group_id": 10}, "group_resubscribe": {"asm_group_id": 10}}


class SendGrid(Provider):
    name = "sendgrid"
    hosts = (r"api\.(eu\.)?sendgrid\.com",)

    # code (= HTTP status, or a name) → (status, message, field). Source: docs.sendgrid.com/api-reference "Errors" and the
    # 4xx examples of tsg_mail_v3.json.
    ERRORS = {
        "400": (400, "Bad Request", None),
        "401": (401, "The provided authorization grant is invalid, expired, or revoked", None),
        "403": (403, "The from address does not match a verified Sender Identity. Mail cannot be sent until this error is "
                     "resolved.", "from"),
        "404": (404, "not found", None),
        "405": (405, "method not allowed", None),
        "413": (413, "payload too large", None),
        "415": (415, "Content-Type should be application/json.", None),
        "429": (429, "too many requests", None),
        "500": (500, "internal error", None),
        "503": (503, "service unavailable", None),
        "credits": (401, "Maximum credits exceeded", None),
    }

    def __init__(self, world):
        super().__init__(world)
        document = contracts.load("sendgrid/tsg_mail_v3.json")
        self.schemas = Schemas(document or {})
        self.body_rules = _lenient(document) if document else _OWN_RULES
        self.key = world.keys.p256("sendgrid_events")

    def account(self):
        return {"api_key": self.world.SENDGRID_KEY, "verified_sender_domain": "any but *.unverified.test",
                "webhook_public_key": base64.b64encode(public_der(self.key)).decode(),
                "rules": "contract" if self.schemas.document else "own"}

    def error(self, code, request=None):
        status, message, field = known_error(self.ERRORS, code)
        # "Rate Limits": the reset time is an epoch in this header; there is no Retry-After.
        limits = {"X-RateLimit-Limit": "600", "X-RateLimit-Remaining": "0",
                  "X-RateLimit-Reset": str(int(time.time()) + 2)} if status == 429 else {}
        return Answer(status, {"errors": [{"message": message, "field": field, "help": None}]}, limits)

    def _bad(self, field, message, status=400):
        raise Refused(Answer(status, {"errors": [{"message": message, "field": field or None, "help": None}]}),
                      f"{field}: {message}")

    def handle(self, request):
        if bearer(request) != self.world.SENDGRID_KEY:
            raise Refused(self.error("401"), "wrong or missing Bearer key")
        if request.own_path == "/v3/scopes" and request.method == "GET":  # "API Key Permissions": what a key may do
            return Answer(200, {"scopes": ["mail.send"]})
        if request.own_path != "/v3/mail/send":
            raise Refused(self.error("404"), f"no resource {request.own_path}")
        if request.method != "POST":
            raise Refused(self.error("405"), f"method {request.method}")
        return self._send(request)

    def _send(self, request):
        if request.media_type() != "application/json":
            raise Refused(self.error("415"), f"Content-Type {request.header('content-type')}")
        try:
            if request.header("content-encoding") == "gzip":  # the one that the contract names
                request.body = gzip.decompress(request.body)
            if len(request.body) > _MAX_MESSAGE:
                raise Refused(self.error("413"), f"{len(request.body)} bytes")
            request.parsed = mail = request.json()
        except (ValueError, EOFError, gzip.BadGzipFile, zlib.error) as error:
            self._bad(None, f"Bad Request: {error}")
        for problem in self.schemas.problems(self.body_rules, mail):
            self._bad(problem.path, problem.what)
        self._check(mail)
        sandbox = mail.get("mail_settings", {}).get("sandbox_mode", {}).get("enable")
        return Answer(200 if sandbox else 202, b"", {"X-Message-Id": secrets.token_urlsafe(16)[:22]})

    def _check(self, mail):
        """What the prose says and the schema does not."""
        if mail["from"]["email"].endswith(".unverified.test"):
            raise Refused(self.error("403"), "sender is not verified")
        if not 1 <= len(mail["personalizations"]) <= 1000:
            self._bad("personalizations", "must have 1 to 1000 items")
        for index, part in enumerate(mail["personalizations"]):
            self._check_personalization(part, f"personalizations.{index}", mail)
        templated = "template_id" in mail
        if not templated and not mail.get("content"):
            self._bad("content", "Unless a valid template_id is provided, the content parameter is required.")
        if not templated and not all(p.get("subject") or mail.get("subject") for p in mail["personalizations"]):
            self._bad("subject", "The subject is required.")
        if "reply_to" in mail and "reply_to_list" in mail:
            self._bad("reply_to_list", "use reply_to or reply_to_list, not both")
        self._check_content(mail.get("content", ()))
        self._check_arguments(mail, "")
        for index, file in enumerate(mail.get("attachments", ())):
            if not re.fullmatch(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", file["content"]):
                self._bad(f"attachments.{index}.content", "The attachment content must be base64 encoded.")
            if file.get("disposition") == "inline" and not file.get("content_id"):
                self._bad(f"attachments.{index}.content_id", "is required for inline attachments")

    def _check_content(self, parts):
        order = [part["type"] for part in parts]
        if any(kind.lower().strip() == "text/plain" for kind in order[1:]):
            self._bad("content", "The content with type text/plain must be first, followed by text/html.")
        if len(set(order)) != len(order):
            self._bad("content", "a type stands twice")

    def _check_personalization(self, part, path, mail):
        everyone = [a["email"].lower() for kind in ("to", "cc", "bcc") for a in part.get(kind, ())]
        if not part["to"]:
            self._bad(f"{path}.to", "The to array is required for all personalization objects, and must have at least one "
                      "email object with a valid email address.")
        if len(everyone) > 1000:
            self._bad(path, "more than 1000 recipients")
        if len(set(everyone)) != len(everyone):
            self._bad(path, "Each email address in the personalization block should be unique between to, cc, and bcc.")
        if "dynamic_template_data" in part and not mail.get("template_id", "").startswith("d-"):
            self._bad(f"{path}.dynamic_template_data", "needs a dynamic template")
        self._check_arguments(part, path)

    def _check_arguments(self, holder, path):
        """Of the message or of one personalization: headers, custom arguments, time."""
        for name, value in holder.get("headers", {}).items():
            where = f"{path}.headers.{name}".lstrip(".")
            if name.lower() in _RESERVED:
                self._bad(where, "is a reserved header and cannot be set")
            if not isinstance(value, str) or not re.fullmatch(r"[!-9;-~]+", name) or re.search(r"[\r\n]", value):
                self._bad(where, "must be a valid header with a text value")
        arguments = holder.get("custom_args", {})
        for name, value in arguments.items():
            if not isinstance(value, str):
                self._bad(f"{path}.custom_args.{name}".lstrip("."), "must be a string")
        if len(json.dumps(arguments)) > 10000:
            self._bad(f"{path}.custom_args".lstrip("."), "more than 10000 bytes")
        if holder.get("send_at", 0) > time.time() + _MAX_AHEAD_S:
            self._bad(f"{path}.send_at".lstrip("."), "cannot be more than 72 hours ahead")

    def callbacks(self, kind, params, to_url, wish):
        now = int(time.time() - wish.stale_s)
        body = params["raw_body"].encode() if "raw_body" in params else event_body(
            [event(item.get("event", kind), item, now) for item in params.get("events", [params])])
        timestamp = str(params.get("timestamp", now))
        key = self.world.keys.p256("sendgrid_forger") if wish.forge == "signature" else self.key
        signed = sign(key, timestamp, body)
        headers = {"Content-Type": "application/json", "User-Agent": "SendGrid Event API",
                   "X-Twilio-Email-Event-Webhook-Signature": "AAAA" if wish.forge == "garbage" else signed,
                   "X-Twilio-Email-Event-Webhook-Timestamp": timestamp}
        if wish.forge == "missing":
            del headers["X-Twilio-Email-Event-Webhook-Signature"]
        if wish.forge == "body":
            body = body.replace(b"{", b"{ ", 1)
        return [Outgoing("POST", to_url, {**headers, **wish.headers}, body)]


def _lenient(document):
    """The published file types `custom_args` of the message as text; the vendor's own client sends an object of texts."""
    schema = dict(document["components"]["requestBodies"]["PostMailSend"]["content"]["application/json"]["schema"])
    schema["properties"] = {**schema["properties"], "custom_args": {"type": "object", "additionalProperties": {"type": "string"}}}
    return schema


def event(kind, params, now):
    """One event. `params`: email, message_id, custom_args (become members, as SendGrid does), and any field by name."""
    if kind not in _STATES:
        raise ValueError(f"type: '{kind}' must be one of {', '.join(_STATES)}")
    message_id = params.get("message_id", "14c5d75ce93.dfd.64b469")
    made = {"email": params.get("email", "ada@example.test"), "timestamp": now, "smtp-id": f"<{message_id}@ismtpd>",
            "event": kind, "sg_event_id": secrets.token_urlsafe(22), "sg_message_id": f"{message_id}.filter0001.16648.0",
            **_STATES[kind], **params.get("custom_args", {})}
    own = {k: v for k, v in params.items() if k not in ("custom_args", "message_id", "events", "timestamp", "event")}
    return {**made, **own}


def event_body(events):
    """SendGrid ends the body with CRLF, which is signed too."""
    return json.dumps(events, separators=(",", ":")).encode() + b"\r\n"


def signed_content(timestamp, body):
    return timestamp.encode("ascii") + body


def sign(key, timestamp, body):
    return base64.b64encode(key.sign(signed_content(timestamp, body), ec.ECDSA(hashes.SHA256()))).decode()
