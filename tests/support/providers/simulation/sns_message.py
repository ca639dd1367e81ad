"""The messages that Amazon SNS posts to an HTTP(S) endpoint, signed.

Source: SNS Developer Guide, "Parsing Amazon SNS message formats" and "Verifying the signatures of Amazon SNS messages".
"""
import base64
import datetime
import json
import uuid

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from .provider import Outgoing

CERTIFICATE_PATH = "/SimpleNotificationService-belfrysimulated0000000000000001.pem"
_SIGNED = {"Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
           "confirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")}


def string_to_sign(message):
    names = _SIGNED.get(message["Type"], _SIGNED["confirmation"])
    return "".join(f"{name}\n{message[name]}\n" for name in names if name in message)


def sign(key, message):
    """Version 1 is SHA1 with RSA, version 2 SHA256 with RSA."""
    digest = {"1": hashes.SHA1(), "2": hashes.SHA256()}[message["SignatureVersion"]]
    return base64.b64encode(key.sign(string_to_sign(message).encode("utf-8"), padding.PKCS1v15(), digest)).decode()


def default_topic(world):
    return f"arn:aws:sns:{world.AWS_REGION}:{world.AWS_ACCOUNT}:belfry-events"


def outgoing(world, kind, text, params, to_url, wish):
    """`params`: topic_arn, subject, signature_version ("1", "2"), message_id, signing_cert_url, subscribe_url."""
    if kind not in ("Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation"):
        raise ValueError(f"type: '{kind}' must be Notification, SubscriptionConfirmation or UnsubscribeConfirmation")
    host = world.outside_url(f"sns.{world.AWS_REGION}.amazonaws.com")
    topic = params.get("topic_arn", default_topic(world))
    sent = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=wish.stale_s)
    message = {"Type": kind, "MessageId": params.get("message_id", str(uuid.uuid4())), "TopicArn": topic, "Message": text,
               "Timestamp": sent.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
               "SignatureVersion": str(params.get("signature_version", "1"))}
    if "subject" in params:
        message["Subject"] = params["subject"]
    if kind == "Notification":
        message["UnsubscribeURL"] = f"{host}/?Action=Unsubscribe&SubscriptionArn={topic}:{uuid.uuid4()}"
    else:
        message["Token"] = world.new_confirmation(topic)
        message["SubscribeURL"] = params.get(
            "subscribe_url", f"{host}/?Action=ConfirmSubscription&TopicArn={topic}&Token={message['Token']}")
    message["SigningCertURL"] = params.get("signing_cert_url", host + CERTIFICATE_PATH)
    return _signed(world, message, to_url, wish, params)


def _signed(world, message, to_url, wish, params):
    if message["SignatureVersion"] not in ("1", "2"):
        raise ValueError(f"signature_version: '{message['SignatureVersion']}' must be 1 or 2")
    key = world.keys.rsa("sns_forger" if wish.forge == "signature" else "sns")
    message["Signature"] = "AAAA" if wish.forge == "garbage" else sign(key, message)
    if wish.forge == "missing":
        del message["Signature"]
    if wish.forge == "body":
        message["Message"] += " "
    headers = {"Content-Type": "text/plain; charset=UTF-8", "User-Agent": "Amazon Simple Notification Service Agent",
               "x-amz-sns-message-type": message["Type"], "x-amz-sns-message-id": message["MessageId"],
               "x-amz-sns-topic-arn": message["TopicArn"]}
    body = params["raw_body"].encode() if "raw_body" in params else json.dumps(message, indent=2).encode()
    return [Outgoing("POST", to_url, {**headers, **wish.headers}, body)]
