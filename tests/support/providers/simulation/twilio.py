"""Twilio Programmable Messaging: create and fetch a message, and its status callback.

Sources: the contract file twilio_api_v2010.json; twilio.com/docs/api/errors (each code has a page of its own there);
twilio.com/docs/usage/security#validating-requests for the signature.
"""
import base64
import hashlib
import hmac
import json
import re
import secrets
import time
import urllib.parse
from email.utils import formatdate

from . import contracts
from .exchange import Answer, Refused, basic, known_error
from .provider import Outgoing, Provider
from .schema_check import Schemas, rules

_PATH = "/2010-04-01/Accounts/{AccountSid}/Messages.json"
_OWN_RULES = rules({
    "To!": "string", "From": "string", "MessagingServiceSid": "string", "Body": "string", "MediaUrl": ["uri"],
    "ContentSid": "string", "ContentVariables": "string", "StatusCallback": "uri", "ApplicationSid": "string",
    "MaxPrice": "number", "ProvideFeedback": "boolean", "Attempt": "integer", "ValidityPeriod": "integer",
    "ForceDelivery": "boolean", "ContentRetention": "retain|discard", "AddressRetention": "retain|obfuscate",
    "SmartEncoded": "boolean", "FallbackFrom": "string", "PersistentAction": ["string"], "TrafficType": "free", "ShortenUrls": "boolean",
    "ScheduleType": "fixed", "SendAt": "date-time", "SendAsMms": "boolean", "RiskCheck": "enable|disable"})
_SENDERS = ("From", "MessagingServiceSid")
_CONTENTS = ("Body", "MediaUrl", "ContentSid")
_STATES = ("accepted", "scheduled", "queued", "sending", "sent", "delivered", "undelivered", "failed", "canceled", "read")


class Twilio(Provider):
    name = "twilio"
    hosts = (r"api(\.[a-z0-9.]+)?\.twilio\.com",)

    # code → (HTTP status, message). Source of each: https://www.twilio.com/docs/api/errors/CODE. The HTTP statuses are
    # those that page or the REST "error responses" page give; 20500 and 20503 stand for the statuses of their family.
    ERRORS = {
        "20001": (400, "Unknown parameters"),
        "20003": (401, "Authenticate"),
        "20005": (401, "Account not active"),
        "20404": (404, "The requested resource was not found"),
        "20429": (429, "Too Many Requests"),
        "20500": (500, "Internal Server Error"),
        "20503": (503, "Service Unavailable"),
        "21211": (400, "Invalid 'To' Phone Number"),
        "21212": (400, "Invalid 'From' Number"),
        "21408": (403, "Permission to send an SMS has not been enabled for the region indicated by the 'To' number"),
        "21602": (400, "Message body is required."),
        "21603": (400, "A 'From' phone number is required."),
        "21604": (400, "A 'To' phone number is required."),
        "21606": (400, "The 'From' phone number provided is not a valid message-capable Twilio phone number"),
        "21608": (400, "The number is unverified. Trial accounts cannot send messages to unverified numbers"),
        "21609": (400, "The StatusCallback URL is not a valid URL."),
        "21610": (400, "Attempt to send to unsubscribed recipient"),
        "21611": (429, "This 'From' number has exceeded the maximum number of queued messages"),
        "21612": (400, "Message cannot be sent with the current combination of 'To' and/or 'From' parameters"),
        "21614": (400, "'To' number is not a valid mobile number"),
        "21617": (400, "The concatenated message body exceeds the 1600 character limit"),
        "21620": (400, "Invalid media URL(s)"),
        "21624": (400, "Invalid validity period value"),
        "21635": (400, "'To' number cannot be a landline"),
        "21655": (400, "The ContentSid is invalid"),
        "21703": (400, "The Messaging Service contains no phone numbers"),
    }
    # Come in a status callback's ErrorCode, never in an answer. Source as above.
    CALLBACK_ERRORS = {"30001", "30002", "30003", "30004", "30005", "30006", "30007", "30008", "30034", "30036", "63016"}

    def __init__(self, world):
        super().__init__(world)
        document = contracts.load("twilio/twilio_api_v2010.json")
        self.schemas = Schemas(document or {})
        self.field_rules = (document["paths"][_PATH]["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]
                            ["schema"] if document else _OWN_RULES)

    def account(self):
        return {"account_sid": self.world.TWILIO_SID, "auth_token": self.world.TWILIO_TOKEN,
                "messaging_service_sid": "MG" + "0" * 32, "rules": "contract" if self.schemas.document else "own"}

    def error(self, code, request=None):
        if str(code) in self.CALLBACK_ERRORS:
            raise ValueError(f"{code} comes with a status callback: use POST /callbacks with error_code")
        status, message = known_error(self.ERRORS, code)
        return self._problem(status, int(code), message)

    def _problem(self, status, code, message):
        return Answer(status, {"code": code, "message": message, "status": status,
                               "more_info": f"https://www.twilio.com/docs/errors/{code}"},
                      {"Twilio-Request-Id": "RQ" + secrets.token_hex(16)})

    def _refuse(self, code, why):
        status, message = self.ERRORS[code]
        raise Refused(self._problem(status, int(code), f"{message}: {why}"), f"{code}: {why}")

    def handle(self, request):
        if basic(request) != (self.world.TWILIO_SID, self.world.TWILIO_TOKEN):
            self._refuse("20003", "wrong or missing Basic credentials")
        account = f"/2010-04-01/Accounts/{self.world.TWILIO_SID}"
        if request.method == "GET":
            return self._fetch(request, account)
        if request.method != "POST" or request.own_path != f"{account}/Messages.json":
            self._refuse("20404", f"{request.method} {request.own_path}")
        return self._create(request)

    def _fetch(self, request, account):
        if request.own_path == f"{account}.json":
            return Answer(200, {"sid": self.world.TWILIO_SID, "status": "active", "type": "Full", "friendly_name": "Belfry"})
        match = re.fullmatch(re.escape(account) + r"/Messages/((?:SM|MM)[0-9a-f]{32})\.json", request.own_path)
        if not match:
            self._refuse("20404", request.own_path)
        return Answer(200, {"sid": match[1], "account_sid": self.world.TWILIO_SID, "status": "delivered",
                            "error_code": None, "error_message": None})

    def _create(self, request):
        fields = self._fields(request)
        request.parsed = fields
        self._check_schema(fields)
        self._check_presence(fields)
        self._check_values(fields)
        return self._created(fields)

    def _fields(self, request):
        if request.media_type() != "application/x-www-form-urlencoded":
            self._refuse("20001", f"Content-Type is {request.header('content-type')}")
        try:
            pairs = request.form()
        except ValueError as error:
            self._refuse("20001", f"not form-encoded: {error}")
        properties, fields = self.field_rules["properties"], {}
        for name, value in pairs:
            kind = self.schemas.resolve(properties.get(name, {})).get("type")
            if kind == "array":
                fields.setdefault(name, []).append(value)
            elif name in fields:
                self._refuse("20001", f"{name} is given twice")
            else:
                fields[name] = _typed(kind, value)
        return fields

    def _check_schema(self, fields):
        special = {"ValidityPeriod": "21624", "MediaUrl": "21620", "StatusCallback": "21609", "ContentSid": "21655"}
        for problem in self.schemas.problems(self.field_rules, fields):
            name = problem.path.split(".")[0]
            code = "21604" if problem.path == "To" and problem.kind == "missing" else special.get(name, "20001")
            self._refuse(code, str(problem))

    def _check_presence(self, fields):
        given = [name for name in _SENDERS if name in fields]
        if not given:
            self._refuse("21603", f"one of {', '.join(_SENDERS)}")
        if not any(fields.get(name) for name in _CONTENTS):
            self._refuse("21602", f"one of {', '.join(_CONTENTS)}")
        if fields.get("ScheduleType") and not (fields.get("SendAt") and fields.get("MessagingServiceSid")):
            self._refuse("20001", "ScheduleType needs SendAt and MessagingServiceSid")

    def _check_values(self, fields):
        if not re.fullmatch(r"(whatsapp:)?\+[1-9]\d{6,14}", fields["To"]):
            self._refuse("21211", fields["To"])
        if "From" in fields and not re.fullmatch(r"((whatsapp:)?\+[1-9]\d{6,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11})",
                                                 fields["From"]):
            self._refuse("21212", fields["From"])
        if len(fields.get("Body", "")) > 1600:
            self._refuse("21617", f"{len(fields['Body'])} characters")
        if not 1 <= fields.get("ValidityPeriod", 1) <= 36000:
            self._refuse("21624", str(fields["ValidityPeriod"]))
        if len(fields.get("MediaUrl", ())) > 10:
            self._refuse("21620", "more than 10")
        if "ContentVariables" in fields and "ContentSid" not in fields:
            self._refuse("20001", "ContentVariables needs ContentSid")

    def _created(self, fields):
        sid = ("MM" if "MediaUrl" in fields else "SM") + secrets.token_hex(16)
        service = fields.get("MessagingServiceSid")
        status = "scheduled" if "SendAt" in fields else "accepted" if service else "queued"
        now, account = formatdate(time.time(), usegmt=False), self.world.TWILIO_SID
        return Answer(201, {
            "sid": sid, "status": status, "account_sid": account, "to": fields["To"], "from": fields.get("From"),
            "messaging_service_sid": service, "body": fields.get("Body", ""), "num_segments": "0" if service else "1",
            "num_media": str(len(fields.get("MediaUrl", ()))), "direction": "outbound-api", "api_version": "2010-04-01",
            "price": None, "price_unit": "USD", "error_code": None, "error_message": None, "date_created": now,
            "date_updated": now, "date_sent": None, "uri": f"/2010-04-01/Accounts/{account}/Messages/{sid}.json",
            "subresource_uris": {"media": f"/2010-04-01/Accounts/{account}/Messages/{sid}/Media.json"}})

    def callbacks(self, kind, params, to_url, wish):
        if wish.stale_s:
            raise ValueError("stale: Twilio's signature has no time")
        if kind not in _STATES:
            raise ValueError(f"type: '{kind}' must be one of {', '.join(_STATES)}")
        signed_url = params.get("public_url", to_url)  # what the client sees from outside is what Twilio signs
        token = "another-token" if wish.forge == "signature" else params.get("auth_token", self.world.TWILIO_TOKEN)
        if params.get("json") is not None:
            body = json.dumps(params["json"]).encode()
            digest = hashlib.sha256(body).hexdigest()
            to_url, signed_url = (_with_query(url, f"bodySHA256={digest}") for url in (to_url, signed_url))
            signature, content_type = sign(token, signed_url, []), "application/json"
        else:
            fields = _status_fields(kind, params, self.world.TWILIO_SID)
            body = urllib.parse.urlencode(fields).encode()
            signature, content_type = sign(token, signed_url, fields), "application/x-www-form-urlencoded"
        if "raw_body" in params:
            body = params["raw_body"].encode()
        headers = {"Content-Type": f"{content_type}; charset=UTF-8", "User-Agent": "TwilioProxy/1.1",
                   "X-Twilio-Signature": "AAAA" if wish.forge == "garbage" else signature,
                   "I-Twilio-Idempotency-Token": secrets.token_hex(16)}
        if wish.forge == "missing":
            del headers["X-Twilio-Signature"]
        if wish.forge == "body":
            body += b"&Extra=1" if params.get("json") is None else b" "
        return [Outgoing("POST", to_url, {**headers, **wish.headers}, body)]


def _typed(kind, value):
    """Form values are text; what cannot be read as the type stays text, which the schema then refuses."""
    if kind == "integer" and re.fullmatch(r"-?\d+", value):
        return int(value)
    if kind == "number" and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return float(value)
    if kind == "boolean" and value in ("true", "false"):
        return value == "true"
    return value


def _status_fields(kind, params, account):
    sid = params.get("sid", "SM" + "0" * 32)
    fields = [("ApiVersion", "2010-04-01"), ("MessageStatus", kind), ("SmsSid", sid), ("SmsStatus", kind),
              ("To", params.get("to", "+15005550010")), ("From", params.get("from", "+15005550006")),
              ("MessageSid", sid), ("AccountSid", account)]
    if "error_code" in params:
        fields.append(("ErrorCode", str(params["error_code"])))
    fields += [(name, value) for name, values in params.get("fields", {}).items()
               for value in (values if isinstance(values, list) else [values])]
    return fields


def _with_query(url, part):
    return f"{url}{'&' if '?' in url else '?'}{part}"


def sign(token, url, fields):
    """X-Twilio-Signature: HMAC-SHA1 over the URL and the sorted names and values, equal pairs once."""
    content = url + "".join(name + value for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.new(token.encode(), content.encode(), hashlib.sha1).digest()).decode()
