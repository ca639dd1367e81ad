"""WhatsApp Cloud API: messages, and the status webhook with its handshake.

Sources: the contract file business-messaging-api_v23.0.yaml; developers.facebook.com/docs/whatsapp/cloud-api
"Error Codes", "Messages" and "Webhooks"; developers.facebook.com/docs/graph-api/webhooks/getting-started for handshake
and signature.
"""
import base64
import copy
import hashlib
import hmac
import json
import re
import secrets
import time
import urllib.parse

from . import contracts
from .exchange import Answer, Refused, bearer, known_error
from .provider import Outgoing, Provider
from .schema_check import Schemas, rules

_BASE = {"messaging_product!": "whatsapp", "recipient_type": "individual|group", "to!": "string", "type!": "string",
         "context": {"message_id!": "string"}, "biz_opaque_callback_data": "string"}
_MEDIA = {"id": "string", "link": "uri", "caption": "string", "filename": "string"}
_OWN_TYPES = {
    "text": {"body!": "string", "preview_url": "boolean"}, "audio": _MEDIA, "document": _MEDIA, "image": _MEDIA,
    "video": _MEDIA, "sticker": _MEDIA, "reaction": {"emoji!": "string", "message_id!": "string"},
    "location": {"address": "string", "latitude!": "any", "longitude!": "any", "name": "string"},
    "contacts": [{"*": "any"}],
    "template": {"name!": "string", "language!": {"code!": "string", "policy": "deterministic"},
                 "components": [{"type!": "header|body|button", "sub_type": "quick_reply|url|catalog|copy_code|flow",
                                 "index": "any", "parameters": [{"*": "any"}]}]},
    "interactive": {"type!": "button|call_permission_request|catalog_message|list|product|product_list|flow|cta_url",
                    "header": {"*": "any"}, "body": {"text!": "string"}, "footer": {"text!": "string"},
                    "action!": {"*": "any"}}}
_PARAMETERS = {  # "Messages › Parameter object": type → its member
    "text": "text", "currency": "currency", "date_time": "date_time", "image": "image", "video": "video",
    "document": "document", "payload": "payload", "coupon_code": "coupon_code", "location": "location", "action": "action"}
_STATES = ("sent", "delivered", "read", "failed")


class WhatsApp(Provider):
    name = "whatsapp"
    hosts = (r"graph\.facebook\.com",)

    # code → (HTTP status, title, details). Source: "Error Codes"; the HTTP statuses are those that page gives.
    ERRORS = {
        "0": (401, "AuthException", "We were unable to authenticate the app user."),
        "1": (400, "API Unknown", "Invalid request or possible server error."),
        "2": (503, "API Service", "Temporary due to downtime or due to being overloaded."),
        "3": (500, "API Method", "Capability or permissions issue."),
        "4": (400, "API Too Many Calls", "The app has reached its API call rate limit."),
        "10": (403, "Permission Denied", "Permission is either not granted or has been removed."),
        "33": (400, "Parameter value is not valid", "The business phone number has been deleted."),
        "100": (400, "Invalid parameter", "The request included one or more unsupported or misspelled parameters."),
        "190": (401, "Access token has expired", "Your access token has expired."),
        "200": (403, "API Permission", "Permission is either not granted or has been removed."),
        "368": (403, "Temporarily blocked for policies violations", "The account has been restricted or disabled."),
        "80007": (400, "Rate limit issues", "The WhatsApp Business Account has reached its rate limit."),
        "130429": (400, "Rate limit hit", "Cloud API message throughput has been reached."),
        "130472": (400, "User's number is part of an experiment", "Message was not sent as part of an experiment."),
        "130497": (403, "Business account is restricted from messaging users in this country", "Restricted country."),
        "131000": (500, "Something went wrong", "Message failed to send due to an unknown error."),
        "131005": (403, "Access denied", "Permission is either not granted or has been removed."),
        "131008": (400, "Required parameter is missing", "The request is missing a required parameter."),
        "131009": (400, "Parameter value is not valid", "One or more parameter values are invalid."),
        "131016": (500, "Service unavailable", "A service is temporarily unavailable."),
        "131021": (400, "Recipient cannot be sender", "Sender and recipient phone number is the same."),
        "131026": (400, "Message Undeliverable", "Unable to deliver message."),
        "131031": (403, "Account has been locked", "The account has been restricted or disabled."),
        "131042": (400, "Business eligibility payment issue", "There was an error related to your payment method."),
        "131045": (500, "Incorrect certificate", "Message failed to send due to a phone number registration error."),
        "131047": (400, "Re-engagement message", "More than 24 hours have passed since the recipient last replied."),
        "131048": (400, "Spam rate limit hit", "Restrictions on how many messages can be sent from this number."),
        "131049": (400, "Meta chose not to deliver", "This message was not delivered to maintain healthy ecosystem "
                        "engagement."),
        "131050": (400, "User has stopped marketing messages", "The user chose to stop receiving marketing messages."),
        "131051": (400, "Unsupported message type", "Unsupported message type."),
        "131052": (400, "Media download error", "Unable to download the media sent by the user."),
        "131053": (400, "Media upload error", "Unable to upload the media used in the message."),
        "131056": (400, "(Business Account, Consumer Account) pair rate limit hit", "Too many messages to the same number."),
        "131057": (500, "Account in maintenance mode", "Business Account is in maintenance mode."),
        "132000": (400, "Template Param Count Mismatch", "The number of variable parameter values does not match."),
        "132001": (404, "Template does not exist", "The template does not exist in the language or is not approved."),
        "132005": (400, "Template Hydrated Text Too Long", "Translated text is too long."),
        "132007": (400, "Template Format Character Policy Violated", "Template content violates a policy."),
        "132012": (400, "Template Parameter Format Mismatch", "Variable parameter values formatted incorrectly."),
        "132015": (400, "Template is Paused", "Template is paused due to low quality."),
        "132016": (400, "Template is Disabled", "Template was paused too many times."),
        "132068": (400, "Flow is in blocked state", "Flow is in blocked state."),
        "132069": (400, "Flow is in throttled state", "Flow is in throttled state."),
        "133004": (503, "Server Temporarily Unavailable", "Server is temporarily unavailable."),
        "133010": (400, "Phone number Not Registered", "Phone number not registered on the Whatsapp Business Platform."),
    }

    def __init__(self, world):
        super().__init__(world)
        document = contracts.load("whatsapp/business-messaging-api_v23.0.yaml")
        self.from_contract = document is not None
        self.schemas = Schemas(_lenient(document) if document else {"components": {"schemas": _own_schemas()}})

    def account(self):
        return {"access_token": self.world.WHATSAPP_TOKEN, "phone_number_id": self.world.WHATSAPP_PHONE_ID,
                "app_secret": self.world.WHATSAPP_SECRET, "verify_token": self.world.WHATSAPP_VERIFY,
                "rules": "contract" if self.from_contract else "own"}

    def error(self, code, request=None):
        status, title, details = known_error(self.ERRORS, code)
        return self._problem(status, int(code), title, details)

    def _problem(self, status, code, title, details):
        return Answer(status, {"error": {
            "message": f"(#{code}) {title}", "type": "OAuthException", "code": code,
            "error_data": {"messaging_product": "whatsapp", "details": details}, "fbtrace_id": secrets.token_urlsafe(15)}})

    def _refuse(self, code, why):
        status, title, _ = self.ERRORS[code]
        raise Refused(self._problem(status, int(code), title, why), f"{code}: {why}")

    def handle(self, request):
        if bearer(request) != self.world.WHATSAPP_TOKEN:
            self._refuse("190", "Invalid OAuth access token - Cannot parse access token")
        match = re.fullmatch(r"/v\d+\.\d+/([^/]+)(/messages)?", request.own_path)
        if not match or match[1] != self.world.WHATSAPP_PHONE_ID or request.method != ("POST" if match[2] else "GET"):
            self._refuse("100", f"Unsupported request {request.method} {request.own_path}")
        if not match[2]:
            return Answer(200, {"id": match[1], "display_phone_number": "+1 555 001 0006", "verified_name": "Belfry",
                                "quality_rating": "GREEN"})
        return self._send(request)

    def _send(self, request):
        if request.media_type() != "application/json":
            self._refuse("100", f"Content-Type {request.header('content-type')}")
        try:
            request.parsed = body = request.json()
        except ValueError as error:
            self._refuse("100", str(error))
        for problem in self.schemas.problems({"$ref": "#/components/schemas/Message"}, body):
            code = {"missing": "131008", "value": "131051" if problem.path == "type" else "131009"}.get(problem.kind, "100")
            self._refuse(code, str(problem))
        self._check(body)
        return Answer(200, {"messaging_product": "whatsapp", "contacts": [{"input": body["to"], "wa_id": body["to"].lstrip("+")}],
                            "messages": [{"id": message_id(), **({"message_status": "accepted"} if body["type"] == "template"
                                                                 else {})}]})

    def _check(self, body):
        if body["messaging_product"] != "whatsapp":
            self._refuse("100", "messaging_product must be whatsapp")
        if not re.fullmatch(r"\+?[1-9]\d{6,14}", body["to"]):
            self._refuse("131009", f"to '{body['to']}' is no phone number")
        if len(body.get("biz_opaque_callback_data", "")) > 512:
            self._refuse("131009", "biz_opaque_callback_data has more than 512 characters")
        content = body[body["type"]]
        if body["type"] == "text" and not 1 <= len(content.get("body", "")) <= 4096:
            self._refuse("131009", "text.body must have 1 to 4096 characters")
        if body["type"] in ("image", "video", "document", "audio", "sticker") and ("id" in content) == ("link" in content):
            self._refuse("131009", f"{body['type']} needs exactly one of id and link")
        for index, part in enumerate(content.get("components", ()) if body["type"] == "template" else ()):
            self._check_component(part, f"template.components.{index}")

    def _check_component(self, part, path):
        if part["type"] == "button" and ("sub_type" not in part or not re.fullmatch(r"\d", str(part.get("index")))):
            self._refuse("131008", f"{path}: a button needs sub_type and index 0 to 9")
        for number, parameter in enumerate(part.get("parameters", ())):
            kind = parameter.get("type") if isinstance(parameter, dict) else None
            member = _PARAMETERS.get(kind)
            if member is None or member not in parameter or set(parameter) - {"type", member, "parameter_name"}:
                self._refuse("132012", f"{path}.parameters.{number}: type '{kind}' with its one value is needed")
            if kind == "text" and not (isinstance(parameter["text"], str) and parameter["text"]):
                self._refuse("132012", f"{path}.parameters.{number}.text must be a text that is not empty")

    def callbacks(self, kind, params, to_url, wish):
        if kind == "handshake":
            return [self._handshake(params, to_url, wish)]
        body = params["raw_body"].encode() if "raw_body" in params else json.dumps(
            notification(self.world, kind, params, int(time.time() - wish.stale_s)), separators=(",", ":")).encode()
        secret = "another-secret" if wish.forge == "signature" else params.get("app_secret", self.world.WHATSAPP_SECRET)
        signature = "sha256=AAAA" if wish.forge == "garbage" else sign(secret, body)
        headers = {"Content-Type": "application/json", "User-Agent": "facebookexternalua", "X-Hub-Signature-256": signature}
        if wish.forge == "missing":
            del headers["X-Hub-Signature-256"]
        if wish.forge == "body":
            body += b" "
        return [Outgoing("POST", to_url, {**headers, **wish.headers}, body)]

    def _handshake(self, params, to_url, wish):
        token = "another-token" if wish.forge else params.get("verify_token", self.world.WHATSAPP_VERIFY)
        query = urllib.parse.urlencode({"hub.mode": "subscribe", "hub.challenge": params.get("challenge", "1158201444"),
                                        "hub.verify_token": token})
        return Outgoing("GET", f"{to_url}{'&' if '?' in to_url else '?'}{query}", wish.headers)


def message_id():
    return "wamid." + base64.b64encode(secrets.token_bytes(36)).decode()


def sign(secret, body):
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def notification(world, kind, params, now):
    """The webhook's body. `params`: statuses ([{status, id, to, error_code, …}]) or one status' fields; `text` for an
    inbound "message"."""
    if kind == "message":
        sender = params.get("from", "15005550010")
        value = {"contacts": [{"profile": {"name": "Ada"}, "wa_id": sender}],
                 "messages": [{"from": sender, "id": params.get("id", message_id()), "timestamp": str(now), "type": "text",
                               "text": {"body": params.get("text", "STOP")}}]}
    else:
        value = {"statuses": [_status(item.get("status", kind), item, now) for item in params.get("statuses", [params])]}
    metadata = {"display_phone_number": "15550010006",
                "phone_number_id": params.get("phone_number_id", world.WHATSAPP_PHONE_ID)}
    return {"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": [
        {"field": "messages", "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}]}]}


def _status(state, item, now):
    if state not in _STATES:
        raise ValueError(f"type: '{state}' must be message, handshake or one of {', '.join(_STATES)}")
    made = {"id": item.get("id", "wamid.unknown"), "status": state, "timestamp": str(item.get("timestamp", now)),
            "recipient_id": item.get("to", "15005550010")}
    if "biz_opaque_callback_data" in item:
        made["biz_opaque_callback_data"] = item["biz_opaque_callback_data"]
    if state == "failed":
        code = str(item.get("error_code", 131026))
        _, title, details = known_error(WhatsApp.ERRORS, code)
        made["errors"] = [{"code": int(code), "title": title, "message": title, "error_data": {"details": details}}]
    return {**made, **item.get("fields", {})}


def _lenient(document):
    """The published file is stricter than the service in the places that are loosened here; sources in the module text,
    "Messages › Media object" and "Template object" for the added names."""
    schemas = dict(document["components"]["schemas"])
    edit = copy.deepcopy(schemas["BaseMessageProperties"])
    edit["required"].remove("recipient_type")
    edit["properties"]["biz_opaque_callback_data"] = {"type": "string"}
    schemas["BaseMessageProperties"] = edit
    schemas["LanguageObject"] = {**schemas["LanguageObject"], "required": ["code"]}
    component = copy.deepcopy(schemas["TemplateComponent"])
    component["properties"]["index"] = {}  # "0" to "9", as text or number: _check_component
    component["properties"]["sub_type"]["enum"] += ["copy_code", "flow"]
    component.pop("discriminator", None)
    schemas["TemplateComponent"] = component
    schemas["MediaObject"] = rules(_MEDIA)
    action = copy.deepcopy(schemas["ActionObject"])
    action["oneOf"].append({"required": ["name", "parameters"], "properties": {
        "name": {"type": "string", "enum": ["cta_url"]}, "parameters": rules({"display_text!": "string", "url!": "uri"})}})
    schemas["ActionObject"] = action
    kinds = copy.deepcopy(schemas["InteractiveObject"])
    kinds["properties"]["type"]["enum"].append("cta_url")
    schemas["InteractiveObject"] = kinds
    location = copy.deepcopy(schemas["LocationMessage"])
    for name in ("latitude", "longitude"):
        location["allOf"][1]["properties"]["location"]["properties"][name] = {}
    schemas["LocationMessage"] = location
    return {"components": {"schemas": schemas}}


def _own_schemas():
    made = {f"{kind}Message": rules({**_BASE, f"{kind}!": part}) for kind, part in _OWN_TYPES.items()}
    mapping = {kind: f"#/components/schemas/{kind}Message" for kind in _OWN_TYPES}
    return {**made, "Message": {"oneOf": [{"$ref": r} for r in mapping.values()],
                                "discriminator": {"propertyName": "type", "mapping": mapping}}}
