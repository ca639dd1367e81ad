"""Good requests of every provider and ways to spoil them, for test_simulator.py. Signed here with code of its own where
a signature is needed, so that the simulator is not checked against itself (SigV4: against AWS's published suite)."""
import base64
import copy
import datetime
import hashlib
import json
import time
import urllib.parse

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from simulation import sigv4, webhook

SENDGRID_MAIL = {
    "personalizations": [{"to": [{"email": "ada@example.test", "name": "Ada"}], "custom_args": {"belfry_delivery": "d1"}},
                         {"to": [{"email": "bob@example.test"}], "subject": "For Bob", "headers": {"X-Trace": "1"}}],
    "from": {"email": "bell@example.test", "name": "Bell"}, "reply_to": {"email": "help@example.test"}, "subject": "Hello",
    "content": [{"type": "text/plain", "value": "Hi"}, {"type": "text/html", "value": "<p>Hi</p>"}],
    "attachments": [{"content": "aGk=", "filename": "a.txt", "type": "text/plain", "disposition": "inline", "content_id": "a"}],
    "categories": ["news"], "custom_args": {"tenant": "t1"}, "headers": {"List-Unsubscribe": "<https://example.test/u>"},
    "tracking_settings": {"click_tracking": {"enable": False}}}
SES_SIMPLE = {
    "FromEmailAddress": "Bell <bell@example.test>", "Destination": {"ToAddresses": ["ada@example.test"]},
    "Content": {"Simple": {"Subject": {"Data": "Hello", "Charset": "UTF-8"}, "Body": {"Text": {"Data": "Hi"}},
                           "Headers": [{"Name": "List-Unsubscribe", "Value": "<https://example.test/u>"}]}},
    "EmailTags": [{"Name": "belfry-delivery", "Value": "d1"}], "ConfigurationSetName": "main"}
SES_BULK = {
    "FromEmailAddress": "bell@example.test",
    "DefaultContent": {"Template": {"TemplateContent": {"Subject": "Hi {{n}}", "Text": "Hi"}, "TemplateData": "{}"}},
    "BulkEmailEntries": [{"Destination": {"ToAddresses": ["ada@example.test"]},
                          "ReplacementEmailContent": {"ReplacementTemplate": {"ReplacementTemplateData": "{\"n\":1}"}}},
                         {"Destination": {"ToAddresses": ["status-transient_failure@example.test"]}}]}
SNS_SMS = {"Action": "Publish", "Version": "2010-03-31", "PhoneNumber": "+15005550010", "Message": "Hello",
           "MessageAttributes.entry.1.Name": "AWS.SNS.SMS.SMSType",
           "MessageAttributes.entry.1.Value.DataType": "String",
           "MessageAttributes.entry.1.Value.StringValue": "Transactional"}
SNS_ENDPOINT = "arn:aws:sns:eu-west-1:123456789012:endpoint/GCM/belfry/12345678-1234-1234-1234-123456789012"
SNS_PUSH = {"Action": "Publish", "Version": "2010-03-31", "TargetArn": SNS_ENDPOINT, "MessageStructure": "json",
            "Message": json.dumps({"default": "Hi", "GCM": json.dumps({"notification": {"title": "Hi"}})})}
SNS_BATCH = {"Action": "PublishBatch", "Version": "2010-03-31", "TopicArn": "arn:aws:sns:eu-west-1:123456789012:news",
             "PublishBatchRequestEntries.member.1.Id": "a", "PublishBatchRequestEntries.member.1.Message": "Hi",
             "PublishBatchRequestEntries.member.2.Id": "b", "PublishBatchRequestEntries.member.2.Message": "Hi",
             "PublishBatchRequestEntries.member.2.Subject": "ü"}
TWILIO_FORM = [("To", "+15005550010"), ("From", "+15005550006"), ("Body", "Hello"), ("MediaUrl", "https://example.test/a.png"),
               ("MediaUrl", "https://example.test/b.png"), ("StatusCallback", "https://example.test/cb"),
               ("ValidityPeriod", "600")]
FCM_MESSAGE = {"message": {"token": "fcm-token-0123456789:APA91b", "notification": {"title": "Hi", "body": "There"},
                           "data": {"k": "v"}, "android": {"collapse_key": "a", "priority": "HIGH", "ttl": "3600s"},
                           "apns": {"payload": {"aps": {"badge": 1}}}, "webpush": {"headers": {"TTL": "60"}}}}
WHATSAPP_BASE = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": "15005550010"}
WHATSAPP = [
    {"type": "text", "text": {"body": "Hello", "preview_url": False}},
    {"type": "image", "image": {"link": "https://example.test/a.png", "caption": "A"}},
    {"type": "template", "template": {"name": "welcome", "language": {"code": "en"}, "components": [
        {"type": "body", "parameters": [{"type": "text", "text": "Ada"}]},
        {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "x"}]}]}},
    {"type": "interactive", "interactive": {"type": "button", "body": {"text": "Well?"}, "action": {
        "buttons": [{"type": "reply", "reply": {"id": "y", "title": "Yes"}}]}}}]
SLACK_MESSAGE = {"channel": "C0123ABCD", "text": "Hello",
                 "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "Hello"}}]}


def edited(value, path, new=None, drop=False):
    """A copy of `value` with the part at "a.0.b" replaced, added or dropped."""
    made = copy.deepcopy(value)
    node, steps = made, [int(step) if step.isdigit() else step for step in path.split(".")]
    for step in steps[:-1]:
        node = node[step]
    if drop:
        del node[steps[-1]]
    else:
        node[steps[-1]] = new
    return made


def sigv4_headers(method, url, body, service, key="AKIDEXAMPLE", secret="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                  content_type="application/json", region="eu-west-1", token=None, shift_s=0, unsigned=()):
    parts = urllib.parse.urlsplit(url)
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=shift_s)
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    headers = {"Host": parts.netloc, "X-Amz-Date": stamp, "Content-Type": content_type}
    if token:
        headers["X-Amz-Security-Token"] = token
    names = sorted(name.lower() for name in headers if name.lower() not in unsigned)
    credential = sigv4.Credential(key, stamp[:8], region, service)
    canonical = sigv4.canonical_request(method, parts.path, parts.query, list(headers.items()), names,
                                        hashlib.sha256(body).hexdigest())
    made = sigv4.signature(secret, credential, sigv4.string_to_sign(stamp, credential, canonical))
    return {**headers, "Authorization": f"AWS4-HMAC-SHA256 Credential={'/'.join(credential)}/aws4_request, "
                                        f"SignedHeaders={';'.join(names)}, Signature={made}"}


def jwt(account, claims=None, header=None, key=None):
    now = int(time.time())
    claims = {"iss": account["client_email"], "scope": "https://www.googleapis.com/auth/firebase.messaging",
              "aud": account["token_uri"], "iat": now, "exp": now + 3600, **(claims or {})}
    header = {"alg": "RS256", "typ": "JWT", "kid": account["private_key_id"], **(header or {})}
    signed = ".".join(_base64url(json.dumps(part).encode()) for part in (header, claims))
    key = key or serialization.load_pem_private_key(account["private_key"].encode(), None)
    return f"{signed}.{_base64url(key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def webhook_headers(body, secret, message_id="msg_1", shift_s=0):
    stamp = str(int(time.time() + shift_s))
    return {"Content-Type": "application/json", "webhook-id": message_id, "webhook-timestamp": stamp,
            "webhook-signature": webhook.sign(secret, message_id, stamp, body)}


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
