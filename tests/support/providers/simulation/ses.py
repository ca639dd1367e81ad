"""Amazon SES v2: SendEmail, SendBulkEmail, GetAccount, and its events through SNS.

Sources: the service model sesv2/2019-09-27/service-2.json; SES API v2 Reference "Common Errors"; SES Developer Guide
"Service quotas", "Contents of Amazon SNS notifications" and "event data that Amazon SES publishes to Amazon SNS".
"""
import base64
import datetime
import email
import json
import re
import secrets
import uuid

from . import aws_shapes, contracts, sigv4, sns_message
from .exchange import Answer, Refused, known_error, request_id
from .provider import Provider
from .schema_check import Schemas, rules

_CONTENT = {"Data!": "string", "Charset": "string"}
_HEADERS = [{"Name!": "string", "Value!": "string"}]
_FILES = [{"RawContent!": "base64", "FileName!": "string", "ContentDisposition": "ATTACHMENT|INLINE",
           "ContentDescription": "string", "ContentId": "string", "ContentType": "string",
           "ContentTransferEncoding": "BASE64|QUOTED_PRINTABLE|SEVEN_BIT"}]
_TEMPLATE = {"TemplateName": "string", "TemplateArn": "string", "TemplateData": "string", "Headers": _HEADERS,
             "TemplateContent": {"Subject": "string", "Text": "string", "Html": "string"}, "Attachments": _FILES}
_WHO = {"ToAddresses": ["string"], "CcAddresses": ["string"], "BccAddresses": ["string"]}
_FRAME = {"FromEmailAddress": "string", "FromEmailAddressIdentityArn": "string", "ReplyToAddresses": ["string"],
          "FeedbackForwardingEmailAddress": "string", "FeedbackForwardingEmailAddressIdentityArn": "string",
          "ConfigurationSetName": "string", "EndpointId": "string", "TenantName": "string"}
_OWN_RULES = {"shapes": {
    "SendEmailRequest": rules({
        **_FRAME, "Destination": _WHO, "EmailTags": _HEADERS,
        "ListManagementOptions": {"ContactListName!": "string", "TopicName": "string"},
        "Content!": {"Simple": {"Subject!": _CONTENT, "Body!": {"Text": _CONTENT, "Html": _CONTENT}, "Headers": _HEADERS,
                                "Attachments": _FILES},
                     "Raw": {"Data!": "base64"}, "Template": _TEMPLATE}}),
    "SendBulkEmailRequest": rules({
        **_FRAME, "DefaultEmailTags": _HEADERS, "DefaultContent!": {"Template": _TEMPLATE},
        "BulkEmailEntries!": [{"Destination!": _WHO, "ReplacementTags": _HEADERS, "ReplacementHeaders": _HEADERS,
                               "ReplacementEmailContent": {"ReplacementTemplate": {"ReplacementTemplateData": "string"}}}]})}}

_MAX_RECIPIENTS = 50            # "Service quotas": To, CC and BCC together
_MAX_ENTRIES = 50               # SendBulkEmail: destinations of one call
_MAX_MESSAGE = 40 * 1024 * 1024  # "Service quotas": 40 MB after base64 for the v2 API

_SIGNATURE_ERRORS = {"missing": "MissingAuthenticationToken", "incomplete": "IncompleteSignature",
                     "unknown_key": "UnrecognizedClientException", "bad_token": "UnrecognizedClientException",
                     "mismatch": "InvalidSignatureException", "expired": "InvalidSignatureException"}


class Ses(Provider):
    name = "ses"
    hosts = (r"email\.[a-z0-9-]+\.amazonaws\.com",)

    # x-amzn-ErrorType → (status, message). Source: the `error` of each shape in service-2.json for the modelled ones,
    # "Common Errors" of the SES API v2 Reference for the others.
    ERRORS = {
        "TooManyRequestsException": (429, "Too many requests"),
        "ThrottlingException": (400, "Rate exceeded"),
        "LimitExceededException": (400, "Daily message quota exceeded"),
        "AccountSuspendedException": (400, "The account's ability to send email has been permanently restricted"),
        "SendingPausedException": (400, "Email sending is disabled for this account"),
        "MailFromDomainNotVerifiedException": (400, "The sending domain isn't verified"),
        "MessageRejected": (400, "Email address is not verified. The following identities failed the check in region "
                                 "EU-WEST-1: sender@example.test"),
        "BadRequestException": (400, "The input you provided is invalid"),
        "NotFoundException": (404, "The resource you attempted to access doesn't exist"),
        "InternalFailure": (500, "The request processing has failed because of an unknown error"),
        "ServiceUnavailable": (503, "The request has failed due to a temporary failure of the server"),
        "AccessDeniedException": (403, "User is not authorized to perform: ses:SendEmail"),
        "ExpiredTokenException": (403, "The security token included in the request is expired"),
        "IncompleteSignature": (403, "The request signature does not conform to AWS standards"),
        "InvalidSignatureException": (403, "The request signature we calculated does not match the signature you provided"),
        "MissingAuthenticationToken": (403, "Missing Authentication Token"),
        "UnrecognizedClientException": (403, "The security token included in the request is invalid"),
        "SerializationException": (400, "Unexpected value type in payload"),
    }
    BULK_STATUSES = ("SUCCESS", "MESSAGE_REJECTED", "MAIL_FROM_DOMAIN_NOT_VERIFIED", "CONFIGURATION_SET_NOT_FOUND",
                     "TEMPLATE_NOT_FOUND", "ACCOUNT_SUSPENDED", "ACCOUNT_THROTTLED", "ACCOUNT_DAILY_QUOTA_EXCEEDED",
                     "INVALID_SENDING_POOL_NAME", "ACCOUNT_SENDING_PAUSED", "CONFIGURATION_SET_SENDING_PAUSED",
                     "INVALID_PARAMETER", "TRANSIENT_FAILURE", "FAILED")  # BulkEmailStatus of service-2.json

    def __init__(self, world):
        super().__init__(world)
        model = contracts.load("aws/sesv2/2019-09-27/service-2.json")
        self.from_contract = model is not None
        self.schemas = Schemas(aws_shapes.schemas_of(model) if model else _OWN_RULES)

    def account(self):
        return {"region": self.world.AWS_REGION, "topic_arn": sns_message.default_topic(self.world),
                "keys": [{"access_key_id": key, "secret_access_key": secret, "session_token": token}
                         for key, (secret, token) in self.world.AWS_KEYS.items()],
                "bulk_status": "a recipient `status-NAME@…` gets that status in a bulk answer, as status-transient_failure@…",
                "rules": "contract" if self.from_contract else "own"}

    def error(self, code, request=None):
        status, message = known_error(self.ERRORS, code)
        return self._problem(status, code, message)

    def _problem(self, status, code, message):
        return Answer(status, {"message": message}, {"x-amzn-RequestId": request_id(), "x-amzn-ErrorType": code},
                      "application/json")

    def _refuse(self, code, why):
        raise Refused(self._problem(self.ERRORS[code][0], code, why), f"{code}: {why}")

    def handle(self, request):
        try:
            sigv4.verify(request, self.world.AWS_KEYS, "ses", self.world.AWS_REGION)
        except sigv4.SignatureError as error:
            self._refuse(_SIGNATURE_ERRORS[error.kind], str(error))
        call = (request.method, request.own_path)
        if call == ("GET", "/v2/email/account"):
            return self._ok({"SendingEnabled": True, "ProductionAccessEnabled": True, "EnforcementStatus": "HEALTHY",
                             "SendQuota": {"Max24HourSend": 50000.0, "MaxSendRate": 14.0, "SentLast24Hours": 0.0}})
        if call == ("POST", "/v2/email/outbound-emails"):
            return self._send(self._body(request, "SendEmailRequest"))
        if call == ("POST", "/v2/email/outbound-bulk-emails"):
            return self._send_bulk(self._body(request, "SendBulkEmailRequest"))
        self._refuse("NotFoundException", f"no operation {' '.join(call)}")

    def _ok(self, body):
        return Answer(200, body, {"x-amzn-RequestId": request_id()})

    def _body(self, request, shape):
        if request.media_type() not in ("application/json", "application/x-amz-json-1.1"):
            self._refuse("SerializationException", f"Content-Type {request.header('content-type')}")
        if len(request.body) > _MAX_MESSAGE:
            self._refuse("BadRequestException", "the message is larger than 40 MB")
        try:
            request.parsed = body = request.json()
        except ValueError as error:
            self._refuse("SerializationException", str(error))
        for problem in self.schemas.problems({"$ref": f"#/shapes/{shape}"}, body):
            self._refuse("SerializationException" if problem.kind == "type" else "BadRequestException", str(problem))
        return body

    def _send(self, mail):
        content = mail["Content"]
        if len(content) != 1:
            self._refuse("BadRequestException", "Content must be exactly one of Simple, Raw, Template")
        raw = self._raw_headers(content["Raw"]["Data"]) if "Raw" in content else None
        self._check_sender(mail, raw)
        self._check_recipients(mail.get("Destination", {}), raw)
        self._check_tags(mail.get("EmailTags", ()))
        if "Simple" in content and not content["Simple"]["Body"]:
            self._refuse("BadRequestException", "Body needs Text or Html")
        if "Template" in content:
            self._check_template(content["Template"])
        return self._ok({"MessageId": message_id()})

    def _raw_headers(self, data):
        message = email.message_from_bytes(base64.b64decode(data))
        if not message.keys() or message.defects:
            self._refuse("BadRequestException", f"Raw.Data is no MIME message: {message.defects}")
        return message

    def _check_sender(self, mail, raw):
        sender = mail.get("FromEmailAddress") or (raw and raw["From"])
        if not sender or not _is_address(sender):
            self._refuse("BadRequestException", f"FromEmailAddress '{sender}' is no address")
        if sender.rstrip(">").endswith(".unverified.test"):
            self._refuse("MessageRejected", f"Email address is not verified: {sender}")

    def _check_recipients(self, destination, raw=None):
        everyone = [address for kind in ("ToAddresses", "CcAddresses", "BccAddresses") for address in destination.get(kind, ())]
        if not everyone and raw is not None:
            everyone = [a for name in ("To", "Cc", "Bcc") for value in raw.get_all(name, ()) for a in value.split(",")]
        if not 1 <= len(everyone) <= _MAX_RECIPIENTS:
            self._refuse("BadRequestException", f"Recipient count {len(everyone)} is not from 1 to {_MAX_RECIPIENTS}")
        for address in everyone:
            if not _is_address(address):
                self._refuse("BadRequestException", f"'{address}' is no address")

    def _check_tags(self, tags):
        for tag in tags:  # MessageTag of the SES API v2 Reference: what Name and Value may hold
            if not all(re.fullmatch(r"[A-Za-z0-9_.@-]{1,256}", tag[part]) for part in ("Name", "Value")):
                self._refuse("BadRequestException", f"tag {tag['Name']}={tag['Value']} holds other characters")
        if len(tags) > 50 or len({tag["Name"] for tag in tags}) != len(tags):
            self._refuse("BadRequestException", "EmailTags has more than 50 tags or one twice")

    def _check_template(self, template):
        if not any(name in template for name in ("TemplateName", "TemplateArn", "TemplateContent")):
            self._refuse("BadRequestException", "Template needs a name, an ARN or content")
        try:
            json.loads(template.get("TemplateData", "{}"))
        except ValueError as error:
            self._refuse("BadRequestException", f"TemplateData: {error}")

    def _send_bulk(self, mail):
        entries = mail["BulkEmailEntries"]
        if not 1 <= len(entries) <= _MAX_ENTRIES:
            self._refuse("BadRequestException", f"BulkEmailEntries has {len(entries)} entries, 1 to {_MAX_ENTRIES} may be")
        self._check_sender(mail, None)
        if "Template" not in mail["DefaultContent"]:
            self._refuse("BadRequestException", "DefaultContent needs a Template")
        self._check_template(mail["DefaultContent"]["Template"])
        for entry in entries:
            self._check_recipients(entry["Destination"])
            self._check_tags(entry.get("ReplacementTags", ()))
        return self._ok({"BulkEmailEntryResults": [self._entry_result(entry) for entry in entries]})

    def _entry_result(self, entry):
        first = (entry["Destination"].get("ToAddresses") or [""])[0]
        match = re.search(r"status-([a-z_]+)@", first)
        status = match[1].upper() if match and match[1].upper() in self.BULK_STATUSES else "SUCCESS"
        if status == "SUCCESS":
            return {"Status": status, "MessageId": message_id()}
        return {"Status": status, "Error": f"{status.lower().replace('_', ' ')}: {first}"}

    def callbacks(self, kind, params, to_url, wish):
        text = params["raw_event"] if "raw_event" in params else json.dumps(event(kind, params))
        return sns_message.outgoing(self.world, "Notification", text, params, to_url, wish)


def message_id():
    return f"0102{secrets.token_hex(6)}-{uuid.uuid4()}-000000"


def _is_address(text):
    return re.fullmatch(r"\s*(?:[^<>\r\n]*<)?[^@\s<>,]+@[^@\s<>,]+\.[^@\s<>,.]+>?\s*", text) is not None


_EVENTS = {  # event → (its member, its fields for recipients r at time t). Source: the two "contents" pages named above
    "Send": ("send", lambda r, t, p: {}),
    "Delivery": ("delivery", lambda r, t, p: {"timestamp": t, "processingTimeMillis": 546, "recipients": r,
                                              "smtpResponse": "250 ok", "reportingMTA": "a8-70.smtp-out.amazonses.com"}),
    "Bounce": ("bounce", lambda r, t, p: {
        "bounceType": p.get("bounce_type", "Permanent"), "bounceSubType": p.get("bounce_sub_type", "General"),
        "bouncedRecipients": [{"emailAddress": a, "action": "failed", "status": "5.1.1",
                               "diagnosticCode": "smtp; 550 5.1.1 user unknown"} for a in r],
        "timestamp": t, "feedbackId": message_id(), "reportingMTA": "dns; a8-70.smtp-out.amazonses.com"}),
    "Complaint": ("complaint", lambda r, t, p: {
        "complainedRecipients": [{"emailAddress": a} for a in r], "timestamp": t, "feedbackId": message_id(),
        "complaintFeedbackType": p.get("feedback_type", "abuse"), "complaintSubType": p.get("complaint_sub_type")}),
    "Reject": ("reject", lambda r, t, p: {"reason": "Bad content"}),
    "Rendering Failure": ("failure", lambda r, t, p: {"errorMessage": "Attribute 'name' is not present",
                                                      "templateName": "welcome"}),
    "DeliveryDelay": ("deliveryDelay", lambda r, t, p: {
        "timestamp": t, "delayType": p.get("delay_type", "TransientCommunicationFailure"), "expirationTime": t,
        "delayedRecipients": [{"emailAddress": a, "status": "4.4.1", "diagnosticCode": "smtp; 421 4.4.1"} for a in r]}),
    "Open": ("open", lambda r, t, p: {"timestamp": t, "userAgent": "Mozilla/5.0", "ipAddress": "192.0.2.1"}),
    "Click": ("click", lambda r, t, p: {"timestamp": t, "link": "https://example.com/", "ipAddress": "192.0.2.1",
                                        "linkTags": None, "userAgent": "Mozilla/5.0"}),
    "Subscription": ("subscription", lambda r, t, p: {
        "contactList": "main", "timestamp": t, "source": "UnsubscribeHeader",
        "newTopicPreferences": {"unsubscribeAll": True, "topicSubscriptionStatus": []},
        "oldTopicPreferences": {"unsubscribeAll": False, "topicSubscriptionStatus": []}})}


def event(kind, params):
    """`params`: recipients, message_id, tags ({name: value}), key ("eventType" or "notificationType"), fields (added)."""
    if kind not in _EVENTS:
        raise ValueError(f"type: '{kind}' must be one of {', '.join(_EVENTS)}")
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    recipients = params.get("recipients", ["ada@example.test"])
    name, make = _EVENTS[kind]
    mail = {"timestamp": now, "source": "sender@example.test", "messageId": params.get("message_id", message_id()),
            "destination": recipients, "sendingAccountId": "123456789012", "headersTruncated": False,
            "tags": {tag: [value] for tag, value in params.get("tags", {}).items()}}
    return {params.get("key", "eventType"): kind, "mail": mail, name: make(recipients, now, params), **params.get("fields", {})}
