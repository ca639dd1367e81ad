#!/usr/bin/python3
"""Tests of the simulators: each takes good requests and refuses bad ones (by the published contracts where they lie on
this machine, and again by the simulators' own rules), scripts do what they say, callbacks carry true signatures."""
import base64
import concurrent.futures
import http.client
import http.server
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse
import urllib.request

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from cryptography import x509  # noqa: E402
from cryptography.exceptions import InvalidSignature  # noqa: E402
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa  # noqa: E402

import provider_requests as good  # noqa: E402
from provider_requests import basic, edited, sigv4_headers  # noqa: E402
from simulation import contracts, sendgrid, sigv4, sns_message, twilio, webhook, whatsapp  # noqa: E402
from simulation.exchange import Request  # noqa: E402


class Simulator:
    """The program as a child."""

    def __init__(self, contracts_folder=None, options=()):
        self.folder = tempfile.TemporaryDirectory(prefix="belfry-simulator.")
        env = {**os.environ, **({"BELFRY_CONTRACTS": contracts_folder} if contracts_folder else {})}
        self.process = subprocess.Popen([HERE / "simulator", "--tls-dir", self.folder.name, *options], env=env,
                                        stdout=subprocess.PIPE, text=True)
        self.ready = json.loads(self.process.stdout.readline())
        self.https, self.http = self.ready["https"], self.ready["http"]
        self.tls = ssl.create_default_context(cafile=self.ready["ca"])
        self.accounts = self.control("GET", "/accounts")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(20)
        self.process.stdout.close()
        self.folder.cleanup()
        return code

    def call(self, method, url, body=b"", headers=None):
        """(status, headers, text)"""
        request = urllib.request.Request(url, body if method != "GET" else None, headers or {}, method=method)
        try:
            with urllib.request.urlopen(request, context=self.tls if url.startswith("https") else None, timeout=30) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read().decode()

    def control(self, method, path, body=None):
        status, _, text = self.call(method, self.ready["control"] + path, json.dumps(body or {}).encode())
        if status != 200:
            raise ValueError(text)
        return json.loads(text)

    def requests(self, provider, outcome="accepted"):
        return self.control("GET", f"/requests?provider={provider}&outcome={outcome}")["requests"]

    def json_post(self, path, body, headers):
        return self.call("POST", self.https + path, json.dumps(body).encode(), {"Content-Type": "application/json", **headers})

    def form_post(self, path, fields, headers):
        return self.call("POST", self.https + path, urllib.parse.urlencode(fields).encode(),
                         {"Content-Type": "application/x-www-form-urlencoded", **headers})

    def sendgrid(self, mail, **headers):
        return self.json_post("/sendgrid/v3/mail/send", mail,
                              {"Authorization": f"Bearer {self.accounts['sendgrid']['api_key']}", **headers})

    def aws(self, service, path, body, content_type, **signing):
        url = f"{self.https}/{service}{path}"
        return self.call("POST", url, body, sigv4_headers("POST", url, body, service, content_type=content_type, **signing))

    def ses(self, mail, path="/v2/email/outbound-emails", **signing):
        return self.aws("ses", path, json.dumps(mail).encode(), "application/json", **signing)

    def sns(self, fields, **signing):
        return self.aws("sns", "/", urllib.parse.urlencode(fields).encode(), "application/x-www-form-urlencoded", **signing)

    def twilio(self, fields, account=None, authorization=None):
        known = self.accounts["twilio"]
        return self.form_post(f"/twilio/2010-04-01/Accounts/{account or known['account_sid']}/Messages.json", fields, {
            "Authorization": authorization or basic(known["account_sid"], known["auth_token"])})

    def token(self, **jwt):
        assertion = good.jwt(self.accounts["fcm"]["service_account"], **jwt)
        return self.form_post("/oauth/token", {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
                                               "assertion": assertion}, {})

    def fcm(self, message, token=None, project=None):
        token = token or json.loads(self.token()[2])["access_token"]
        project = project or self.accounts["fcm"]["project_id"]
        return self.json_post(f"/fcm/v1/projects/{project}/messages:send", message, {"Authorization": f"Bearer {token}"})

    def whatsapp(self, message, token=None):
        known = self.accounts["whatsapp"]
        return self.json_post(f"/whatsapp/v23.0/{known['phone_number_id']}/messages", {**good.WHATSAPP_BASE, **message},
                              {"Authorization": f"Bearer {token or known['access_token']}"})

    def slack(self, message, token=None):
        return self.json_post("/slack/api/chat.postMessage", message,
                              {"Authorization": f"Bearer {token or self.accounts['slack']['bot_token']}"})

    def hook(self, body=b'{"a": 1}', path="/hook/crm", **wrong):
        headers = good.webhook_headers(body, wrong.pop("secret", self.accounts["hook"]["secret"]),
                                       shift_s=wrong.pop("shift_s", 0))
        return self.call("POST", self.https + path, body, {**headers, **wrong})


class Rules:
    """The good and the bad, by whichever rules the subclass starts the simulator with."""

    @classmethod
    def tearDownClass(cls):
        assert cls.simulator.stop() == 0

    def setUp(self):
        self.simulator.control("POST", "/reset")

    def refused(self, answer, status, part):
        self.assertEqual(answer[0], status, answer[2])
        self.assertIn(part, answer[2])

    def test_sendgrid_accepts(self):
        status, headers, body = self.simulator.sendgrid(good.SENDGRID_MAIL)
        self.assertEqual((status, body), (202, ""))
        self.assertTrue(headers["X-Message-Id"])
        (kept,) = self.simulator.requests("sendgrid")
        self.assertEqual(kept["parsed"], good.SENDGRID_MAIL)
        self.assertEqual(json.loads(kept["body"]), good.SENDGRID_MAIL)

    def test_sendgrid_refuses(self):
        person = "personalizations.0."
        bad = [("surprise", 1, "surprise"), (person + "surprise", 1, "surprise"), ("from.mail", "x", "from.mail"),
               ("subject", 7, "subject"), (person + "to", "ada@example.test", "to"), (person + "to", [], "to array"),
               (person + "to.0.email", "ada", "email"), (person + "cc", [{"email": "Ada@example.test"}], "unique"),
               ("content", [], "content"), ("content", list(reversed(good.SENDGRID_MAIL["content"])), "first"),
               ("content.0.value", 1, "value"), ("attachments.0.content", "no base64!", "base64"),
               ("attachments.0.disposition", "beside", "disposition"), ("headers", {"Subject": "x"}, "reserved"),
               ("custom_args", {"a": 1}, "custom_args"), ("custom_args", "text", "custom_args"),
               ("send_at", int(time.time()) + 80 * 3600, "72 hours"), (person + "send_at", "soon", "send_at"),
               (person + "custom_args", {"a": "x" * 10001}, "10000"),
               ("personalizations", good.SENDGRID_MAIL["personalizations"][:1] * 1001, "1000"),
               ("tracking_settings.click_tracking.enable", "yes", "enable"), (person + "dynamic_template_data", {}, "dynamic")]
        for path, value, part in bad:
            with self.subTest(path=path, value=str(value)[:40]):
                self.refused(self.simulator.sendgrid(edited(good.SENDGRID_MAIL, path, value)), 400, part)
        for path in ("from", "personalizations", "subject", "content"):
            with self.subTest(missing=path):
                self.refused(self.simulator.sendgrid(edited(good.SENDGRID_MAIL, path, drop=True)), 400, path)
        self.refused(self.simulator.sendgrid(good.SENDGRID_MAIL, Authorization="Bearer SG.other"), 401, "authorization grant")
        self.refused(self.simulator.sendgrid(good.SENDGRID_MAIL, Authorization="Basic x"), 401, "errors")
        self.refused(self.simulator.sendgrid(good.SENDGRID_MAIL, **{"Content-Type": "text/plain"}), 415, "Content-Type")
        self.refused(self.simulator.sendgrid(edited(good.SENDGRID_MAIL, "from.email", "a@x.unverified.test")), 403, "verified")
        self.assertEqual(self.simulator.requests("sendgrid"), [])

    def test_ses_accepts(self):
        raw = base64.b64encode(b"From: bell@example.test\r\nTo: ada@example.test\r\nSubject: Hi\r\n\r\nHi\r\n").decode()
        template = {"TemplateName": "welcome", "TemplateData": "{}"}
        mails = [good.SES_SIMPLE, {"Content": {"Raw": {"Data": raw}}}, edited(good.SES_SIMPLE, "Content", {"Template": template})]
        for mail in mails:
            status, headers, body = self.simulator.ses(mail)
            self.assertEqual(status, 200, body)
            self.assertEqual(list(json.loads(body)), ["MessageId"])
        self.assertEqual(len(self.simulator.requests("ses")), 3)
        signing = {"key": "ASIAEXAMPLE", "secret": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYTEMPORARY0",
                   "token": "AQoDYXdzEPT//////////wEXAMPLEsessionToken=="}
        self.assertEqual(self.simulator.ses(good.SES_SIMPLE, **signing)[0], 200)
        self.refused(self.simulator.ses(good.SES_SIMPLE, **{**signing, "token": None}), 403, "security token")
        status, _, body = self.simulator.ses(good.SES_BULK, "/v2/email/outbound-bulk-emails")
        self.assertEqual([entry["Status"] for entry in json.loads(body)["BulkEmailEntryResults"]],
                         ["SUCCESS", "TRANSIENT_FAILURE"], body)

    def test_ses_refuses(self):
        bad = [("Surprise", 1), ("Content.Simple.Surprise", 1), ("Content.Raw", {"Data": "aGk="}), ("Content", {}),
               ("Content.Simple.Subject", "Hello"), ("Content.Simple.Body", {}), ("FromEmailAddress", "bell"),
               ("Destination", {"ToAddresses": []}), ("Destination.ToAddresses", ["ada"]),
               ("Destination.ToAddresses", ["ada@example.test"] * 51), ("EmailTags", [{"Name": "a b", "Value": "1"}]),
               ("EmailTags", [{"Name": "a"}]), ("Content", {"Raw": {"Data": "no base64!"}}),
               ("Content", {"Raw": {"Data": base64.b64encode(b"no mail").decode()}}),
               ("Content", {"Template": {"TemplateName": "x", "TemplateData": "{"}})]
        for path, value in bad:
            with self.subTest(path=path, value=str(value)[:40]):
                status, headers, body = self.simulator.ses(edited(good.SES_SIMPLE, path, value))
                self.assertEqual(status, 400, body)
                self.assertIn(headers["x-amzn-ErrorType"], ("BadRequestException", "SerializationException"))
        self.assertEqual(self.simulator.ses(edited(good.SES_SIMPLE, "FromEmailAddress", "a@b.unverified.test"))[1]
                         ["x-amzn-ErrorType"], "MessageRejected")
        many = edited(good.SES_BULK, "BulkEmailEntries", good.SES_BULK["BulkEmailEntries"] * 26)
        self.refused(self.simulator.ses(many, "/v2/email/outbound-bulk-emails"), 400, "52")

    def test_signatures_are_recomputed(self):
        wrong = {"secret": ("another", "InvalidSignatureException"), "key": ("AKIDOTHER", "UnrecognizedClientException"),
                 "region": ("us-east-1", "InvalidSignatureException"), "shift_s": (-310, "InvalidSignatureException"),
                 "unsigned": (("host",), "InvalidSignatureException"), "token": ("x", "UnrecognizedClientException")}
        for name, (value, kind) in wrong.items():
            with self.subTest(wrong=name):
                status, headers, _ = self.simulator.ses(good.SES_SIMPLE, **{name: value})
                self.assertEqual((status, headers["x-amzn-ErrorType"]), (403, kind))
        self.assertEqual(self.simulator.ses(good.SES_SIMPLE, shift_s=-280)[0], 200)
        self.assertEqual(self.simulator.ses(good.SES_SIMPLE, shift_s=310)[0], 403)
        url = self.simulator.https + "/ses/v2/email/outbound-emails"
        body = json.dumps(good.SES_SIMPLE).encode()
        headers = sigv4_headers("POST", url, body, "ses")
        self.refused(self.simulator.call("POST", url, body + b" ", headers), 403, "signature")
        self.refused(self.simulator.call("POST", url + "?a=b", body, headers), 403, "signature")
        self.refused(self.simulator.call("POST", url, body, {**headers, "X-Amz-Extra": "1"}), 403, "not signed")
        self.refused(self.simulator.call("POST", url, body), 403, "Missing Authentication Token")
        self.refused(self.simulator.call("POST", url, body, {"Authorization": "Bearer x"}), 403, "AWS4-HMAC-SHA256")
        self.refused(self.simulator.sns(good.SNS_SMS, secret="another"), 403, "<Code>SignatureDoesNotMatch</Code>")

    def test_sns_accepts(self):
        topic = {"Action": "Publish", "Version": "2010-03-31", "TopicArn": "arn:aws:sns:eu-west-1:123456789012:news",
                 "Message": "Hi", "Subject": "News"}
        for fields in (good.SNS_SMS, good.SNS_PUSH, topic, {"Action": "GetSMSAttributes", "Version": "2010-03-31"}):
            status, _, body = self.simulator.sns(fields)
            self.assertEqual(status, 200, body)
        self.assertIn("AWS.SNS.SMS.SMSType", self.simulator.requests("sns")[0]["parsed"]["MessageAttributes"])
        status, _, body = self.simulator.sns(good.SNS_BATCH)
        self.assertEqual((status, body.count("<MessageId>"), body.count("<SenderFault>true")), (200, 1, 1), body)

    def test_sns_refuses(self):
        bad = [({"Surprise": "1"}, "Surprise"), ({"PhoneNumber": "555"}, "PhoneNumber"), ({"Message": ""}, "Message"),
               ({"Message": "x" * 1601}, "too long"), ({"TopicArn": "arn:aws:sns:eu-west-1:123456789012:a"}, "exactly one"),
               ({"Subject": "a\nb"}, "Subject"), ({"MessageStructure": "xml"}, "json"), ({"MessageStructure": "json"}, "parse"),
               ({"MessageAttributes.entry.1.Value.StringValue": "Loud"}, "SMSType"),
               ({"MessageAttributes.entry.1.Value.DataType": "Text"}, "DataType"),
               ({"MessageAttributes.entry.3.Name": "x"}, "numbered"), ({"Action": "Shout"}, "InvalidAction"),
               ({"Version": "2009-01-01"}, "InvalidAction")]
        for change, part in bad:
            with self.subTest(change=str(change)[:60]):
                answer = self.simulator.sns({**good.SNS_SMS, **change})
                self.assertGreaterEqual(answer[0], 400)
                self.assertIn(part, answer[2])
                self.assertIn("<ErrorResponse", answer[2])
        inner = [({"GCM": "{}"}, "default"), ({"default": "a", "GCM": {}}, "text"), ({"default": "a", "GCM": "["}, "GCM"),
                 ({"default": "a", "PIGEON": "{}"}, "PIGEON")]
        for message, part in inner:
            with self.subTest(message=message):
                self.refused(self.simulator.sns({**good.SNS_PUSH, "Message": json.dumps(message)}), 400, part)
        self.refused(self.simulator.sns({**good.SNS_PUSH, "TargetArn": "arn:aws:sns:us-east-1:1:endpoint/GCM/x/y"}), 400, "ARN")

    def test_twilio_accepts(self):
        status, _, body = self.simulator.twilio(good.TWILIO_FORM)
        made = json.loads(body)
        self.assertEqual((status, made["status"], made["sid"][:2]), (201, "queued", "MM"), body)
        self.assertEqual(self.simulator.requests("twilio")[0]["parsed"]["MediaUrl"],
                         ["https://example.test/a.png", "https://example.test/b.png"])
        service = [("To", "+15005550010"), ("MessagingServiceSid", "MG" + "0" * 32), ("ContentSid", "HX" + "0" * 32),
                   ("ContentVariables", "{}")]
        self.assertEqual(json.loads(self.simulator.twilio(service)[2])["status"], "accepted")

    def test_twilio_refuses(self):
        form = dict(good.TWILIO_FORM)
        bad = [({"Surprise": "1"}, 20001), ({"body": "x"}, 20001), ({"To": None}, 21604), ({"To": "555"}, 21211),
               ({"From": None}, 21603), ({"From": "+1"}, 21212), ({"Body": None, "MediaUrl": None}, 21602),
               ({"Body": "x" * 1601}, 21617), ({"ValidityPeriod": "36001"}, 21624), ({"ValidityPeriod": "soon"}, 21624),
               ({"StatusCallback": "nowhere"}, 21609), ({"SmartEncoded": "maybe"}, 20001), ({"ScheduleType": "fixed"}, 20001),
               ({"ContentVariables": "{}"}, 20001)]
        for change, code in bad:
            with self.subTest(change=str(change)[:60]):
                fields = {name: value for name, value in {**form, **change}.items() if value is not None}
                status, _, body = self.simulator.twilio(fields)
                error = json.loads(body)
                self.assertEqual((status, error["code"], set(error)), (400, code, {"code", "message", "more_info", "status"}))
        self.refused(self.simulator.twilio([*good.TWILIO_FORM, ("To", "+15005550011")]), 400, "twice")
        self.refused(self.simulator.twilio(form, authorization=basic("AC" + "0" * 32, "x")), 401, "20003")
        self.refused(self.simulator.twilio(form, authorization="Bearer x"), 401, "20003")
        self.refused(self.simulator.twilio(form, account="AC" + "f" * 32), 404, "20404")

    def test_oauth(self):
        status, _, body = self.simulator.token()
        answer = json.loads(body)
        self.assertEqual((status, answer["token_type"], answer["expires_in"]), (200, "Bearer", 3599), body)
        now = int(time.time())
        for claims in ({"iss": "x@example.test"}, {"aud": "https://example.test/token"}, {"exp": now + 7300},
                       {"exp": now - 1, "iat": now - 3600}, {"iat": now + 900, "exp": now + 1800}, {"extra": 1}, {"scope": ""},
                       {"scope": "https://www.googleapis.com/auth/drive"}, {"iat": "now"}):
            with self.subTest(claims=claims):
                self.assertEqual(self.simulator.token(claims=claims)[0], 400)
        self.refused(self.simulator.token(header={"alg": "HS256"}), 400, "invalid_grant")
        other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.refused(self.simulator.token(key=other), 400, "Invalid JWT Signature.")
        self.refused(self.simulator.form_post("/oauth/token", {"grant_type": "password", "assertion": "a"}, {}), 400,
                     "unsupported_grant_type")
        self.refused(self.simulator.form_post("/oauth/token", {"assertion": "a.b.c"}, {}), 400, "invalid_request")

    def test_fcm_accepts(self):
        token = json.loads(self.simulator.token()[2])["access_token"]
        for message in (good.FCM_MESSAGE, {"validate_only": True, "message": {"topic": "news", "data": {"a": "b"}}},
                        {"message": {"condition": "'a' in topics", "fcmOptions": {"analyticsLabel": "x"}}}):
            status, _, body = self.simulator.fcm(message, token)
            self.assertEqual(status, 200, body)
            self.assertRegex(json.loads(body)["name"], r"^projects/belfry-test/messages/\S+$")
        self.assertEqual(len(self.simulator.requests("fcm")), 3)
        self.assertEqual(len(self.simulator.requests("oauth")), 1)

    def test_fcm_refuses(self):
        token = json.loads(self.simulator.token()[2])["access_token"]
        bad = [("surprise", 1), ("message.surprise", 1), ("message.android.surprise", 1), ("message.topic", "news"),
               ("message.data", {"a": 1}), ("message.data", {"google.x": "1"}), ("message.data", {"a": "x" * 4100}),
               ("message.android.ttl", "1h"), ("message.android.priority", "high"), ("message.token", "no token"),
               ("message.android.collapseKey", "b"), ("message", None), ("message.notification", "Hi")]
        for path, value in bad:
            with self.subTest(path=path):
                answer = self.simulator.fcm(edited(good.FCM_MESSAGE, path, value), token)
                self.refused(answer, 400, "INVALID_ARGUMENT")
        self.refused(self.simulator.fcm({"message": {"topic": "a", "data": {"a": "x" * 2100}}}, token), 400, "too big")
        self.refused(self.simulator.fcm(good.FCM_MESSAGE, "ya29.unknown"), 401, "UNAUTHENTICATED")
        self.refused(self.simulator.fcm(good.FCM_MESSAGE, token, "other-project"), 403, "PERMISSION_DENIED")
        self.simulator.control("POST", "/expire-tokens")
        self.refused(self.simulator.fcm(good.FCM_MESSAGE, token), 401, "UNAUTHENTICATED")

    def test_whatsapp_accepts(self):
        for message in good.WHATSAPP:
            status, _, body = self.simulator.whatsapp(message)
            self.assertEqual(status, 200, body)
            self.assertTrue(json.loads(body)["messages"][0]["id"].startswith("wamid."))
        self.assertEqual(len(self.simulator.requests("whatsapp")), len(good.WHATSAPP))
        self.assertEqual(self.simulator.whatsapp({**good.WHATSAPP[0], "biz_opaque_callback_data": "d1"})[0], 200)

    def test_whatsapp_refuses(self):
        text, image, template, interactive = good.WHATSAPP
        bad = [({**text, "surprise": 1}, 100), ({**text, "to": "abc"}, 131009), (edited(text, "text.surprise", 1), 100),
               ({"type": "text"}, 131008), ({**text, "type": "pigeon"}, 131051), (edited(text, "text.body", 1), 100),
               (edited(text, "text.body", "x" * 4097), 131009), ({**text, "messaging_product": "signal"}, (100, 131009)),
               (edited(image, "image.id", "1"), 131009), (edited(image, "image.surprise", "1"), 100),
               (edited(template, "template.language", drop=True), 131008),
               (edited(template, "template.components.0.parameters.0.text", 1), 132012),
               (edited(template, "template.components.0.parameters.0.surprise", 1), 132012),
               (edited(template, "template.components.1.index", drop=True), 131008),
               (edited(interactive, "interactive.action", drop=True), 131008)]
        for message, code in bad:
            with self.subTest(message=str(message)[:80]):
                status, _, body = self.simulator.whatsapp(message)
                error = json.loads(body)["error"]
                self.assertEqual(status, 400, body)
                self.assertIn(error["code"], code if isinstance(code, tuple) else (code,), body)
                self.assertIn("details", error["error_data"])
        self.refused(self.simulator.whatsapp(text, "EAAother"), 401, '"code": 190')

    def test_slack(self):
        status, _, body = self.simulator.slack(good.SLACK_MESSAGE)
        self.assertTrue(json.loads(body)["ok"], body)
        bad = [({"surprise": 1}, "invalid_arguments"), ({"channel": "nowhere at all"}, "channel_not_found"),
               ({"channel": "C0000ARCHIVED"}, "is_archived"), ({"text": 1}, "invalid_arguments"),
               ({"text": "x" * 40001}, "msg_too_long"), ({"blocks": [{}]}, "invalid_blocks"),
               ({"text": "", "blocks": []}, "no_text"), ({"blocks": [{"type": "divider"}] * 51}, "invalid_blocks")]
        for change, error in bad:
            with self.subTest(change=str(change)[:60]):
                status, _, body = self.simulator.slack({**good.SLACK_MESSAGE, **change})
                self.assertEqual((status, json.loads(body)), (200, {"ok": False, "error": error}))
        self.assertIn("invalid_auth", self.simulator.slack(good.SLACK_MESSAGE, "xoxb-other")[2])
        url = urllib.parse.urlsplit(self.simulator.accounts["slack"]["webhook_url"]).path
        self.assertEqual(self.simulator.json_post(url, {"text": "Hi"}, {})[::2], (200, "ok"))
        self.assertEqual(self.simulator.json_post(url, {"surprise": 1}, {})[::2], (400, "invalid_payload"))
        self.assertEqual(self.simulator.json_post(url, {}, {})[::2], (400, "no_text"))
        self.assertEqual(self.simulator.json_post("/slack/hook/T/B/X", {"text": "Hi"}, {})[::2], (403, "invalid_token"))

    def test_webhook(self):
        self.assertEqual(self.simulator.hook()[0], 200)
        self.assertEqual(self.simulator.requests("hook")[0]["path"], "/crm")
        for wrong in ({"secret": "whsec_" + base64.b64encode(b"x" * 24).decode()}, {"shift_s": -310}, {"shift_s": 310},
                      {"webhook-signature": "v1,AAAA"}, {"webhook-id": "msg_2"}, {"webhook-timestamp": "soon"}):
            with self.subTest(wrong=wrong):
                self.assertEqual(self.simulator.hook(**wrong)[0], 401)
        self.assertEqual(self.simulator.hook(body=b"{")[0], 400)


class OwnRules(Rules, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.simulator = Simulator(contracts_folder="/nonexistent")

    def test_rules_are_its_own(self):
        self.assertEqual({account["rules"] for account in self.simulator.accounts.values() if "rules" in account}, {"own"})


class PublishedRules(Rules, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.simulator = Simulator()

    def test_rules_are_the_contracts(self):
        contract = {name for name, account in self.simulator.accounts.items() if account.get("rules") == "contract"}
        self.assertEqual(contract, {"sendgrid", "ses", "sns", "twilio", "fcm", "whatsapp"})


class Scripts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.simulator = Simulator(contracts_folder="/nonexistent", options=["--token-lifetime-s", "0"])

    @classmethod
    def tearDownClass(cls):
        assert cls.simulator.stop() == 0

    def setUp(self):
        self.simulator.control("POST", "/reset")

    def script(self, provider, *answers, **more):
        return self.simulator.control("POST", "/script", {"provider": provider, "answers": list(answers), **more})

    def test_every_documented_error_has_its_true_answer(self):
        shapes = {"sendgrid": "errors", "twilio": "more_info", "ses": "message", "fcm": "error", "oauth": "error",
                  "whatsapp": "error", "slack": "ok", "hook": "error", "sns": "<ErrorResponse"}
        calls = {"sendgrid": lambda: self.simulator.sendgrid(good.SENDGRID_MAIL), "hook": self.simulator.hook,
                 "twilio": lambda: self.simulator.twilio(good.TWILIO_FORM), "oauth": self.simulator.token,
                 "ses": lambda: self.simulator.ses(good.SES_SIMPLE), "sns": lambda: self.simulator.sns(good.SNS_SMS),
                 "whatsapp": lambda: self.simulator.whatsapp(good.WHATSAPP[0]),
                 "slack": lambda: self.simulator.slack(good.SLACK_MESSAGE)}
        for provider, call in calls.items():
            codes = self.simulator.control("GET", f"/errors?provider={provider}")["codes"]
            self.script(provider, *({"error": code} for code in codes))
            for code in codes:
                with self.subTest(provider=provider, code=code):
                    status, headers, body = call()
                    self.assertIn(code, body + str(status) + str(headers) if provider != "sendgrid" else code)
                    self.assertIn(shapes[provider], body)
            self.assertEqual(len(self.simulator.requests(provider, "scripted")), len(codes))
            self.assertLess(call()[0], 300)

    def test_unknown_codes_and_members_are_told(self):
        for spec in ({"provider": "twilio", "answers": [{"error": "99999"}]}, {"provider": "pigeon", "answers": [{"ok": True}]},
                     {"provider": "twilio", "answers": [{"error": "30003"}]}, {"provider": "ses", "answers": [{}]},
                     {"provider": "ses", "answers": []}, {"provider": "ses", "answers": [{"ok": True}], "tims": 2},
                     {"provider": "ses", "answers": [{"stall": "sometime"}]},
                     {"provider": "ses", "match": {"body": "a"}, "answers": [{"close": "before_body"}]}):
            with self.subTest(spec=spec), self.assertRaises(ValueError):
                self.simulator.control("POST", "/script", spec)

    def test_a_match_picks_its_requests_and_times_are_counted(self):
        self.script("twilio", {"error": "21610"}, match={"body": "5550011"}, times=2)
        statuses = [self.simulator.twilio([("To", to), *good.TWILIO_FORM[1:]])[0]
                    for to in ("+15005550010", "+15005550011", "+15005550011", "+15005550011")]
        self.assertEqual(statuses, [201, 400, 400, 201])

    def test_a_bad_request_is_refused_in_spite_of_a_script(self):
        self.script("twilio", {"status": 500, "body": "oops"})
        self.assertEqual(self.simulator.twilio({"To": "+15005550010"})[0], 400)
        self.assertEqual(self.simulator.twilio(good.TWILIO_FORM)[::2], (500, "oops"))

    def test_broken_connections(self):
        self.script("hook", {"close": "before_body"}, {"close": "after_body"}, {"close": "after_body", "reset": True},
                    {"half": True}, {"status": 200, "half": True, "body": "x" * 10})
        for _ in range(3):
            with self.assertRaises((OSError, http.client.HTTPException)):
                self.simulator.hook()
        for _ in range(2):
            with self.assertRaises(http.client.IncompleteRead):
                self.simulator.hook()
        self.assertEqual(self.simulator.hook()[0], 200)
        self.assertEqual([r["body"] != "" for r in self.simulator.requests("hook", "scripted")], [False] + [True] * 4)

    def test_a_stalled_request_ends_with_reset(self):
        self.script("hook", {"stall": "after_body"}, {"stall": "before_body"})
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            calls = [pool.submit(self.simulator.hook) for _ in range(2)]
            ends = time.monotonic() + 20
            while len(self.simulator.requests("hook", "scripted")) < 2:
                self.assertLess(time.monotonic(), ends)
            self.assertFalse(any(call.done() for call in calls))
            self.simulator.control("POST", "/reset")
            for call in calls:
                self.assertIsInstance(call.exception(20), (OSError, http.client.HTTPException))

    def test_tokens_end(self):
        self.assertEqual(self.simulator.fcm(good.FCM_MESSAGE)[0], 401)  # --token-lifetime-s 0

    def test_keep_alive_and_hosts(self):
        port = int(self.simulator.https.rsplit(":", 1)[1])
        connection = http.client.HTTPSConnection("localhost", port, context=self.simulator.tls)
        key = self.simulator.accounts["sendgrid"]["api_key"]
        for _ in range(50):
            connection.request("POST", "/v3/mail/send", json.dumps(good.SENDGRID_MAIL), {
                "Host": f"api.sendgrid.com:{port}", "Content-Type": "application/json", "Authorization": f"Bearer {key}"})
            answer = connection.getresponse()
            self.assertEqual((answer.status, answer.read()), (202, b""))
        connection.close()
        self.assertEqual(len({entry["connection"] for entry in self.simulator.requests("sendgrid")}), 1)
        for name in ("api.twilio.com", "fcm.googleapis.com", "hooks.example.test", "sns.eu-west-1.amazonaws.com"):
            with socket.create_connection(("127.0.0.1", port)) as plain:
                self.simulator.tls.wrap_socket(plain, server_hostname=name).close()  # the certificate is for it

    def test_thousands_of_requests_leave_nothing_open(self):
        def once(_):
            return self.simulator.hook()[0]
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            self.assertEqual(set(pool.map(once, range(1000))), {200})
        files = pathlib.Path(f"/proc/{self.simulator.process.pid}/fd")
        status = pathlib.Path(f"/proc/{self.simulator.process.pid}/status")
        ends = time.monotonic() + 20
        while len(list(files.iterdir())) > 30 or int(re.search(r"Threads:\s+(\d+)", status.read_text())[1]) > 20:
            self.assertLess(time.monotonic(), ends, "connections or threads stay")
        self.assertEqual(self.simulator.control("GET", "/counts")["hook"], {"accepted": 1000})


class Receiver(http.server.BaseHTTPRequestHandler):
    """Belfry's side of a callback."""
    got = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        Receiver.got.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    do_GET = do_POST

    def log_message(self, *_):
        pass


class ReceiverServer(http.server.ThreadingHTTPServer):
    request_queue_size = 128  # a hundred callbacks come at once


class Callbacks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.simulator = Simulator(contracts_folder="/nonexistent")
        cls.receiver = ReceiverServer(("127.0.0.1", 0), Receiver)
        threading.Thread(target=cls.receiver.serve_forever, daemon=True).start()
        cls.url = f"http://127.0.0.1:{cls.receiver.server_port}/callbacks/p1"

    @classmethod
    def tearDownClass(cls):
        cls.receiver.shutdown()
        cls.receiver.server_close()
        assert cls.simulator.stop() == 0

    def setUp(self):
        Receiver.got.clear()

    def callback(self, provider, kind, params=None, **more):
        answer = self.simulator.control("POST", "/callbacks", {"provider": provider, "type": kind, "to_url": self.url,
                                                               "params": params or {}, **more})
        self.assertTrue(all((a["status"], a["body"]) == (200, "ok") for a in answer["answers"]), answer)
        return Receiver.got[-1]

    def sendgrid_verified(self, headers, body):
        key = serialization.load_der_public_key(base64.b64decode(self.simulator.accounts["sendgrid"]["webhook_public_key"]))
        try:
            key.verify(base64.b64decode(headers["x-twilio-email-event-webhook-signature"]),
                       headers["x-twilio-email-event-webhook-timestamp"].encode() + body, ec.ECDSA(hashes.SHA256()))
            return True
        except InvalidSignature:
            return False

    def test_sendgrid(self):
        params = {"events": [{"event": "delivered", "message_id": "m1", "custom_args": {"belfry_delivery": "d1"}},
                             {"event": "bounce", "email": "bob@example.test"}]}
        _, headers, body = self.callback("sendgrid", "events", params)
        self.assertTrue(self.sendgrid_verified(headers, body))
        self.assertTrue(body.endswith(b"]\r\n"))
        first, second = json.loads(body)
        self.assertEqual((first["event"], first["belfry_delivery"], second["type"]), ("delivered", "d1", "bounce"))
        for forge in ("signature", "body", "garbage"):
            _, headers, body = self.callback("sendgrid", "open", forge=forge)
            self.assertFalse(self.sendgrid_verified(headers, body), forge)
        _, headers, _ = self.callback("sendgrid", "open", forge="missing")
        self.assertNotIn("x-twilio-email-event-webhook-signature", headers)
        _, headers, body = self.callback("sendgrid", "open", stale=900)
        self.assertTrue(self.sendgrid_verified(headers, body))
        self.assertLess(int(headers["x-twilio-email-event-webhook-timestamp"]), time.time() - 890)

    def test_twilio(self):
        public = "https://belfry.example.test/callbacks/p1"
        _, headers, body = self.callback("twilio", "undelivered", {"sid": "SM1", "error_code": 30003, "public_url": public})
        fields = urllib.parse.parse_qsl(body.decode())
        self.assertIn(("ErrorCode", "30003"), fields)
        self.assertEqual(headers["x-twilio-signature"],
                         twilio.sign(self.simulator.accounts["twilio"]["auth_token"], public, fields))
        _, headers, body = self.callback("twilio", "sent", forge=True)
        self.assertNotEqual(headers["x-twilio-signature"], twilio.sign(
            self.simulator.accounts["twilio"]["auth_token"], self.url, urllib.parse.parse_qsl(body.decode())))
        with self.assertRaises(ValueError):
            self.callback("twilio", "sent", stale=10)

    def sns_verified(self, message):
        host = urllib.parse.urlsplit(message["SigningCertURL"])
        self.assertEqual((host.scheme, host.hostname, host.path[-4:]), ("https", "sns.eu-west-1.amazonaws.com", ".pem"))
        _, _, pem = self.simulator.call("GET", f"{self.simulator.https}/sns{host.path}")
        digest = {"1": hashes.SHA1(), "2": hashes.SHA256()}[message["SignatureVersion"]]
        try:
            x509.load_pem_x509_certificate(pem.encode()).public_key().verify(
                base64.b64decode(message["Signature"]), sns_message.string_to_sign(message).encode(), padding.PKCS1v15(), digest)
            return True
        except InvalidSignature:
            return False

    def test_ses_through_sns(self):
        for version in ("1", "2"):
            _, headers, body = self.callback("ses", "Bounce", {"signature_version": version, "recipients": ["a@x.test", "b@x.test"],
                                                               "tags": {"belfry-delivery": "d1"}, "message_id": "m1"})
            message = json.loads(body)
            self.assertTrue(self.sns_verified(message))
            self.assertEqual((headers["content-type"], headers["x-amz-sns-message-type"]),
                             ("text/plain; charset=UTF-8", "Notification"))
            event = json.loads(message["Message"])
            self.assertEqual((event["eventType"], event["mail"]["messageId"], len(event["bounce"]["bouncedRecipients"])),
                             ("Bounce", "m1", 2))
            for forge in ("signature", "body"):
                self.assertFalse(self.sns_verified(json.loads(self.callback("ses", "Send", {"signature_version": version},
                                                                            forge=forge)[2])))
        for kind in ("Complaint", "Delivery", "Reject", "Rendering Failure", "DeliveryDelay", "Open", "Click", "Subscription"):
            self.assertIn(kind, self.callback("ses", kind, {"key": "notificationType"})[2].decode())

    def test_sns_confirmation(self):
        message = json.loads(self.callback("sns", "SubscriptionConfirmation", {"topic_arn": "arn:aws:sns:eu-west-1:1:t"})[2])
        self.assertTrue(self.sns_verified(message))
        url = urllib.parse.urlsplit(message["SubscribeURL"])
        self.assertEqual(url.hostname, "sns.eu-west-1.amazonaws.com")
        status, _, body = self.simulator.call("GET", f"{self.simulator.https}/sns/?{url.query}")
        self.assertEqual(status, 200)
        self.assertIn("<SubscriptionArn>arn:aws:sns:eu-west-1:1:t:", body)
        self.assertEqual(self.simulator.call("GET", f"{self.simulator.https}/sns/?Action=ConfirmSubscription&Token=x")[0], 400)

    def test_whatsapp(self):
        params = {"id": "wamid.1", "to": "15005550010", "error_code": 131026}
        _, headers, body = self.callback("whatsapp", "failed", params)
        secret = self.simulator.accounts["whatsapp"]["app_secret"]
        self.assertEqual(headers["x-hub-signature-256"], whatsapp.sign(secret, body))
        status = json.loads(body)["entry"][0]["changes"][0]["value"]["statuses"][0]
        self.assertEqual((status["id"], status["status"], status["errors"][0]["code"]), ("wamid.1", "failed", 131026))
        for forge in ("signature", "body", "garbage"):
            _, headers, body = self.callback("whatsapp", "sent", forge=forge)
            self.assertNotEqual(headers["x-hub-signature-256"], whatsapp.sign(secret, body))
        path = self.callback("whatsapp", "handshake", {"challenge": "42"})[0]
        self.assertEqual(urllib.parse.parse_qs(urllib.parse.urlsplit(path).query)["hub.challenge"], ["42"])

    def test_repeats_at_once_are_the_same_bytes(self):
        self.callback("sendgrid", "delivered", repeat=100, concurrent=True)
        self.assertEqual(len(Receiver.got), 100)
        self.assertEqual(len({body for _, _, body in Receiver.got}), 1)

    def test_what_no_provider_sends_is_told(self):
        for spec in ({"provider": "fcm", "type": "x"}, {"provider": "sendgrid", "type": "teleported"},
                     {"provider": "sendgrid", "type": "open", "forge": "nicely"}, {"provider": "ses", "type": "Teleport"}):
            with self.subTest(spec=spec), self.assertRaises(ValueError):
                self.simulator.control("POST", "/callbacks", {"to_url": self.url, **spec})


def _suite_cases():
    folder = contracts.FOLDER / "aws/sigv4/aws4_testsuite"
    return sorted(folder.rglob("*.req")) if folder.is_dir() else []


def _suite_request(text):
    """A request file: folded header lines are joined by a space, as the suite's canonical requests have it."""
    head, _, body = text.partition("\n\n")
    lines = head.split("\n")
    method, target = re.fullmatch(r"(\S+) (.*) HTTP/1\.1", lines[0]).groups()
    headers = []
    for line in filter(None, lines[1:]):
        if line[0] in " \t":
            headers[-1] = (headers[-1][0], headers[-1][1] + " " + line.strip())
        else:
            name, _, value = line.partition(":")
            headers.append((name, value))
    return Request(method, target, headers, body.encode())


class Vectors(unittest.TestCase):
    """Published values; where they do not lie, what is left out is printed."""

    def test_sigv4_suite(self):
        cases = _suite_cases()
        if not cases:
            print("left out: AWS SigV4 test suite (no contracts)", file=sys.stderr)
        for path in cases:
            with self.subTest(case=path.stem):
                def text(suffix):
                    return path.with_suffix(suffix).read_text(encoding="utf-8").replace("\r\n", "\n")
                request = _suite_request(text(".req"))
                if request.header("x-amz-security-token") is None:  # one case's token stands in its signed request alone
                    signed = _suite_request(text(".sreq"))
                    request.headers += [pair for pair in signed.headers if pair[0].lower() == "x-amz-security-token"]
                given = sigv4.parse_authorization(text(".authz").strip())
                canonical = sigv4.canonical_request(request.method, request.path, request.query, request.headers,
                                                    given.signed_headers, text(".creq").rsplit("\n", 1)[1])
                self.assertEqual(canonical, text(".creq"))
                to_sign = sigv4.string_to_sign("20150830T123600Z", given.credential, canonical)
                self.assertEqual(to_sign, text(".sts"))
                self.assertEqual(sigv4.signature("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", given.credential, to_sign),
                                 given.signature)

    def test_webhook_vectors(self):
        vectors = contracts.load("vectors/webhook-vectors.json")
        if vectors is None:
            print("left out: published webhook vectors (no contracts)", file=sys.stderr)
            return
        published = vectors["sendgrid_event_webhook"]
        key = serialization.load_der_public_key(base64.b64decode(published["public_key"]))
        signed = base64.b64decode(published["X-Twilio-Email-Event-Webhook-Signature"])
        stamp, body = published["X-Twilio-Email-Event-Webhook-Timestamp"], published["body"].encode()
        key.verify(signed, sendgrid.signed_content(stamp, body), ec.ECDSA(hashes.SHA256()))
        with self.assertRaises(InvalidSignature):
            key.verify(signed, sendgrid.signed_content(stamp, body.rstrip()), ec.ECDSA(hashes.SHA256()))
        for vector in vectors["twilio_signature"]:
            fields = [(name, value) for name, values in vector.get("params", {}).items()
                      for value in (values if isinstance(values, list) else [values])]
            self.assertEqual(twilio.sign(vector["auth_token"], vector["url"], fields), vector["X-Twilio-Signature"])

    def test_standard_webhooks_example(self):
        # The example of github.com/standard-webhooks/standard-webhooks, libraries' test of signing.
        self.assertEqual(webhook.sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330",
                                      b'{"test": 2432232314}'), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")


if not contracts.FOLDER.is_dir():
    print(f"left out: rules of the published contracts, which are not at {contracts.FOLDER}", file=sys.stderr)
    del PublishedRules

if __name__ == "__main__":
    unittest.main()
