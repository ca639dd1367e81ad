"""Amazon SNS: Publish (SMS and mobile push), PublishBatch, what a probe asks, and messages to HTTP(S) subscribers.

Sources: the service model sns/2010-03-31/service-2.json; SNS API Reference "Publish" and "Common Errors"; SNS Developer
Guide "Publishing SMS messages" and "Sending custom platform-specific payloads".
"""
import json
import re
import urllib.parse
import uuid
from xml.sax.saxutils import escape

from . import aws_shapes, contracts, sigv4, sns_message
from .exchange import Answer, Refused, known_error, request_id
from .provider import Provider
from .schema_check import Schemas, rules

_NAMESPACE = "http://sns.amazonaws.com/doc/2010-03-31/"
_ATTRIBUTES = {"*": {"DataType!": "string", "StringValue": "string", "BinaryValue": "base64"}}
_MESSAGE = {"Message!": "string", "Subject": "string", "MessageStructure": "string", "MessageAttributes": _ATTRIBUTES,
            "MessageDeduplicationId": "string", "MessageGroupId": "string"}
_OWN_RULES = {"shapes": {
    "PublishInput": rules({**_MESSAGE, "TopicArn": "string", "TargetArn": "string", "PhoneNumber": "string"}),
    "PublishBatchInput": rules({"TopicArn!": "string", "PublishBatchRequestEntries!": [{"Id!": "string", **_MESSAGE}]}),
    "ConfirmSubscriptionInput": rules({"TopicArn!": "string", "Token!": "string", "AuthenticateOnUnsubscribe": "string"}),
    "GetSMSAttributesInput": rules({"attributes": ["string"]}),
    "GetEndpointAttributesInput": rules({"EndpointArn!": "string"}),
    "GetPlatformApplicationAttributesInput": rules({"PlatformApplicationArn!": "string"}),
    "CreatePlatformEndpointInput": rules({"PlatformApplicationArn!": "string", "Token!": "string", "CustomUserData": "string",
                                          "Attributes": {"*": "string"}}),
    "CheckIfPhoneNumberIsOptedOutInput": rules({"phoneNumber!": "string"}),
    "ListPlatformApplicationsInput": rules({"NextToken": "string"})}}
_SIGNATURE_ERRORS = {"missing": "MissingAuthenticationToken", "incomplete": "IncompleteSignature",
                     "unknown_key": "InvalidClientTokenId", "bad_token": "InvalidClientTokenId",
                     "mismatch": "SignatureDoesNotMatch", "expired": "SignatureDoesNotMatch"}
_PLATFORMS = {"default", "email", "email-json", "http", "https", "lambda", "sms", "sqs", "firehose", "ADM", "APNS",
              "APNS_SANDBOX", "APNS_VOIP", "APNS_VOIP_SANDBOX", "BAIDU", "GCM", "MACOS", "MACOS_SANDBOX", "MPNS", "WNS"}


class Sns(Provider):
    name = "sns"
    hosts = (r"sns\.[a-z0-9-]+\.amazonaws\.com(\.cn)?",)

    # Code → (status, Sender or Receiver, message). Source: the `error` of each shape in service-2.json for the modelled
    # ones (their codes are without "Exception"), "Common Errors" of the SNS API Reference for the others.
    ERRORS = {
        "InvalidParameter": (400, "Sender", "Invalid parameter: PhoneNumber Reason: not valid to publish to"),
        "ParameterValueInvalid": (400, "Sender", "Invalid parameter value"),
        "ValidationException": (400, "Sender", "The input fails to satisfy the constraints"),
        "NotFound": (404, "Sender", "Topic does not exist"),
        "EndpointDisabled": (400, "Sender", "Endpoint is disabled"),
        "PlatformApplicationDisabled": (400, "Sender", "Platform application is disabled"),
        "AuthorizationError": (403, "Sender", "User is not authorized to perform: SNS:Publish"),
        "InvalidSecurity": (403, "Sender", "The credential signature isn't valid"),
        "Throttled": (429, "Sender", "Rate exceeded"),
        "Throttling": (400, "Sender", "Rate exceeded"),
        "ThrottlingException": (400, "Sender", "Rate exceeded"),
        "KMSThrottling": (400, "Sender", "The request was denied due to request throttling"),
        "KMSDisabled": (400, "Sender", "The customer master key is disabled"),
        "KMSInvalidState": (400, "Sender", "The state of the key is not valid"),
        "KMSNotFound": (400, "Sender", "The key cannot be found"),
        "KMSOptInRequired": (403, "Sender", "The key needs a subscription"),
        "KMSAccessDenied": (400, "Sender", "The ciphertext references a key to which you have no access"),
        "OptedOut": (400, "Sender", "The phone number is opted out"),
        "InternalError": (500, "Receiver", "Internal error"),
        "InternalFailure": (500, "Receiver", "The request processing has failed because of an unknown error"),
        "ServiceUnavailable": (503, "Receiver", "The request has failed due to a temporary failure of the server"),
        "BatchEntryIdsNotDistinct": (400, "Sender", "Two or more batch entries have the same Id"),
        "BatchRequestTooLong": (400, "Sender", "The batch is too long"),
        "EmptyBatchRequest": (400, "Sender", "The batch holds no entries"),
        "InvalidBatchEntryId": (400, "Sender", "The Id of a batch entry is not valid"),
        "TooManyEntriesInBatchRequest": (400, "Sender", "The batch holds more than 10 entries"),
        "InvalidAction": (400, "Sender", "The action or operation requested is not valid"),
        "MalformedQueryString": (404, "Sender", "The query string contains a syntax error"),
        "MissingAuthenticationToken": (403, "Sender", "Missing Authentication Token"),
        "IncompleteSignature": (400, "Sender", "The request signature does not conform to AWS standards"),
        "InvalidClientTokenId": (403, "Sender", "The security token included in the request is invalid"),
        "SignatureDoesNotMatch": (403, "Sender", "The request signature we calculated does not match"),
        "ExpiredToken": (403, "Sender", "The security token included in the request is expired"),
        "RequestExpired": (400, "Sender", "The request reached the service more than 15 minutes after its stamp"),
    }

    def __init__(self, world):
        super().__init__(world)
        model = contracts.load("aws/sns/2010-03-31/service-2.json")
        self.from_contract = model is not None
        self.schemas = Schemas(aws_shapes.schemas_of(model, from_form=True) if model else _OWN_RULES)
        world.keys.rsa("sns")  # made now, not while the first callback waits
        self.certificate = world.keys.signing_certificate("sns")

    def account(self):
        return {"region": self.world.AWS_REGION, "topic_arn": sns_message.default_topic(self.world),
                "keys": [{"access_key_id": key, "secret_access_key": secret, "session_token": token}
                         for key, (secret, token) in self.world.AWS_KEYS.items()],
                "application_arn": f"arn:aws:sns:{self.world.AWS_REGION}:{self.world.AWS_ACCOUNT}:app/GCM/belfry",
                "signing_cert_url": self.world.outside_url(f"sns.{self.world.AWS_REGION}.amazonaws.com")
                                    + sns_message.CERTIFICATE_PATH,
                "rules": "contract" if self.from_contract else "own"}

    def error(self, code, request=None):
        _, _, message = known_error(self.ERRORS, code)
        return self._problem(code, message)

    def _problem(self, code, message):
        status, side, _ = self.ERRORS[code]
        return Answer(status, f'<ErrorResponse xmlns="{_NAMESPACE}">\n  <Error>\n    <Type>{side}</Type>\n    <Code>{code}</Code>'
                      f"\n    <Message>{escape(message)}</Message>\n  </Error>\n  <RequestId>{request_id()}</RequestId>\n"
                      "</ErrorResponse>\n", content_type="text/xml")

    def _refuse(self, code, why):
        raise Refused(self._problem(code, why), f"{code}: {why}")

    def handle(self, request):
        if request.method == "GET" and request.own_path == sns_message.CERTIFICATE_PATH:
            return Answer(200, self.certificate, content_type="application/x-pem-file")
        if request.method == "GET":
            return self._visited(request)
        try:
            sigv4.verify(request, self.world.AWS_KEYS, "sns", self.world.AWS_REGION)
        except sigv4.SignatureError as error:
            self._refuse(_SIGNATURE_ERRORS[error.kind], str(error))
        if request.method != "POST" or request.own_path not in ("", "/"):
            self._refuse("MalformedQueryString", f"{request.method} {request.own_path}")
        action, given = self._call(request)
        return getattr(self, f"_{action}", self._without_answer)(given)

    def _visited(self, request):
        """A SubscribeURL needs no signature: its token is the proof."""
        fields = dict(urllib.parse.parse_qsl(request.query))
        request.parsed = fields
        if fields.get("Action") != "ConfirmSubscription":
            self._refuse("InvalidAction", f"GET with Action '{fields.get('Action')}'")
        return self._ConfirmSubscription(fields)

    def _call(self, request):
        if request.media_type() != "application/x-www-form-urlencoded":
            self._refuse("MalformedQueryString", f"Content-Type {request.header('content-type')}")
        try:
            given = aws_shapes.structure_of(request.form())
        except ValueError as error:
            self._refuse("MalformedQueryString", str(error))
        request.parsed = dict(given)
        action, version = given.pop("Action", None), given.pop("Version", None)
        if version != "2010-03-31" or f"{action}Input" not in self.schemas.document["shapes"]:
            self._refuse("InvalidAction", f"Could not find operation {action} for version {version}")
        for problem in self.schemas.problems({"$ref": f"#/shapes/{action}Input"}, given):
            self._refuse("InvalidParameter", f"Invalid parameter: {problem}")
        return action, given

    def _without_answer(self, given):
        self._refuse("InvalidAction", "this simulator has no answer for it")

    def _ok(self, action, result):
        return Answer(200, f'<{action}Response xmlns="{_NAMESPACE}">\n  <{action}Result>{result}</{action}Result>\n'
                      f"  <ResponseMetadata><RequestId>{request_id()}</RequestId></ResponseMetadata>\n</{action}Response>\n",
                      content_type="text/xml")

    def _Publish(self, given):
        targets = [name for name in ("TopicArn", "TargetArn", "PhoneNumber") if given.get(name)]
        if len(targets) != 1:
            self._refuse("InvalidParameter", "Invalid parameter: exactly one of TopicArn, TargetArn, PhoneNumber is needed")
        self._check_message(given, given.get("PhoneNumber"))
        if targets[0] == "PhoneNumber" and not re.fullmatch(r"\+[1-9]\d{6,14}", given["PhoneNumber"]):
            self._refuse("InvalidParameter", f"Invalid parameter: PhoneNumber Reason: {given['PhoneNumber']} is not valid to "
                         "publish to")
        if targets[0] != "PhoneNumber":
            self._check_arn(targets[0], given[targets[0]])
        return self._ok("Publish", f"<MessageId>{uuid.uuid4()}</MessageId>")

    def _check_arn(self, name, arn):
        pattern = rf"arn:aws:sns:{self.world.AWS_REGION}:{self.world.AWS_ACCOUNT}:" + (
            r"(endpoint/[A-Z_]+/[\w-]+/[0-9a-f-]{36}|[\w-]{1,256})" if name == "TargetArn" else r"[\w-]{1,256}(\.fifo)?")
        if not re.fullmatch(pattern, arn):
            self._refuse("InvalidParameter", f"Invalid parameter: {name} Reason: An ARN of this account and region is needed, "
                         f"not {arn}")

    def _check_message(self, given, phone):
        text = given["Message"]
        if not text or len(text.encode()) > 262144:
            self._refuse("InvalidParameter", "Invalid parameter: Message Reason: it is empty or over 262144 bytes")
        if phone and len(text) > 1600:
            self._refuse("InvalidParameter", "Invalid parameter: Message too long")
        if not re.fullmatch(r"[ -~]{1,100}", given.get("Subject", "x")):
            self._refuse("InvalidParameter", "Invalid parameter: Subject Reason: ASCII of 1 to 100 characters is needed")
        if "MessageStructure" in given:
            self._check_structure(given["MessageStructure"], text)
        for name, attribute in given.get("MessageAttributes", {}).items():
            self._check_attribute(name, attribute)

    def _check_structure(self, structure, text):
        if structure != "json":
            self._refuse("InvalidParameter", "Invalid parameter: MessageStructure Reason: it must be json")
        try:
            parts = json.loads(text)
        except ValueError:
            self._refuse("InvalidParameter", "Invalid parameter: Message Structure - JSON message body failed to parse")
        if not isinstance(parts, dict) or "default" not in parts:
            self._refuse("InvalidParameter", "Invalid parameter: Message Structure - No default entry in JSON message body")
        for name, part in parts.items():
            if name not in _PLATFORMS or not isinstance(part, str):
                self._refuse("InvalidParameter", f"Invalid parameter: Message Structure - {name} must be a known platform with "
                             "a text")
            if name in ("GCM", "APNS", "APNS_SANDBOX", "APNS_VOIP", "ADM"):
                self._check_payload(name, part)

    def _check_payload(self, name, part):
        try:
            payload = json.loads(part)
        except ValueError:
            payload = None
        if not isinstance(payload, dict):
            self._refuse("InvalidParameter", f"Invalid parameter: Message Reason: Invalid notification for protocol {name}")

    def _check_attribute(self, name, attribute):
        kind = attribute["DataType"].split(".")[0]
        if kind not in ("String", "String.Array", "Number", "Binary") or \
                ("BinaryValue" if kind == "Binary" else "StringValue") not in attribute or len(attribute) != 2:
            self._refuse("ParameterValueInvalid", f"The message attribute '{name}' has no value of its DataType")
        allowed = {"AWS.SNS.SMS.SMSType": r"Transactional|Promotional",
                   "AWS.SNS.SMS.SenderID": r"(?=.*[A-Za-z])[A-Za-z0-9-]{1,11}",
                   "AWS.SNS.SMS.MaxPrice": r"\d+(\.\d+)?"}.get(name)
        if allowed and not re.fullmatch(allowed, attribute["StringValue"]):
            self._refuse("InvalidParameter", f"Invalid parameter: {name} Reason: '{attribute['StringValue']}' is not allowed")

    def _PublishBatch(self, given):
        entries = given["PublishBatchRequestEntries"]
        ids = [entry["Id"] for entry in entries]
        if not 1 <= len(entries) <= 10:
            self._refuse("TooManyEntriesInBatchRequest" if entries else "EmptyBatchRequest", f"{len(entries)} entries")
        if len(set(ids)) != len(ids):
            self._refuse("BatchEntryIdsNotDistinct", ", ".join(ids))
        if not all(re.fullmatch(r"[\w-]{1,80}", i) for i in ids):
            self._refuse("InvalidBatchEntryId", ", ".join(ids))
        self._check_arn("TopicArn", given["TopicArn"])
        good, bad = "", ""
        for entry in entries:  # each is judged alone: a partial failure comes with HTTP 200
            try:
                self._check_message(entry, None)
                good += f"<member><Id>{entry['Id']}</Id><MessageId>{uuid.uuid4()}</MessageId></member>"
            except Refused as refused:
                bad += (f"<member><Id>{entry['Id']}</Id><Code>InvalidParameter</Code><SenderFault>true</SenderFault>"
                        f"<Message>{escape(str(refused))}</Message></member>")
        return self._ok("PublishBatch", f"<Successful>{good}</Successful><Failed>{bad}</Failed>")

    def _ConfirmSubscription(self, given):
        if not self.world.confirm(given.get("Token"), given.get("TopicArn")):
            self._refuse("InvalidParameter", "Invalid parameter: Token")
        return self._ok("ConfirmSubscription", f"<SubscriptionArn>{given['TopicArn']}:{uuid.uuid4()}</SubscriptionArn>")

    def _GetSMSAttributes(self, given):
        return self._ok("GetSMSAttributes", _map("attributes", {"DefaultSMSType": "Transactional", "MonthlySpendLimit": "1"}))

    def _GetEndpointAttributes(self, given):
        return self._ok("GetEndpointAttributes", _map("Attributes", {"Enabled": "true", "Token": "token"}))

    def _GetPlatformApplicationAttributes(self, given):
        return self._ok("GetPlatformApplicationAttributes", _map("Attributes", {"Enabled": "true"}))

    def _CreatePlatformEndpoint(self, given):
        arn = given["PlatformApplicationArn"].replace(":app/", ":endpoint/")
        return self._ok("CreatePlatformEndpoint", f"<EndpointArn>{escape(arn)}/{uuid.uuid4()}</EndpointArn>")

    def _CheckIfPhoneNumberIsOptedOut(self, given):
        return self._ok("CheckIfPhoneNumberIsOptedOut", "<isOptedOut>false</isOptedOut>")

    def _ListPlatformApplications(self, given):
        return self._ok("ListPlatformApplications", "<PlatformApplications></PlatformApplications>")

    def callbacks(self, kind, params, to_url, wish):
        text = params.get("message") or {
            "SubscriptionConfirmation": "You have chosen to subscribe to the topic "
                                        f"{params.get('topic_arn', sns_message.default_topic(self.world))}.\nTo confirm the "
                                        "subscription, visit the SubscribeURL included in this message."}.get(kind, "Hello")
        return sns_message.outgoing(self.world, kind, text, params, to_url, wish)


def _map(name, entries):
    return f"<{name}>" + "".join(f"<entry><key>{k}</key><value>{v}</value></entry>" for k, v in entries.items()) + f"</{name}>"
