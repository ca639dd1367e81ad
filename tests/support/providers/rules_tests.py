"""Each provider takes good requests and refuses bad ones: by the published contracts, and by the simulators' own rules."""
import base64
import json
import sys
import time
import unittest
import urllib.parse

from cryptography.hazmat.primitives.asymmetric import rsa

import provider_requests as good
from provider_requests import basic, edited, sigv4_headers
from simulation import contracts
from simulator_process import Simulator


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
        self.refused(self.simulator.sendgrid(good.SENDGRID_MAIL, **{"Content-Encoding": "gzip"}), 400, "gzip")
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


if not contracts.FOLDER.is_dir():
    print(f"left out: rules of the published contracts, which are not at {contracts.FOLDER}", file=sys.stderr)
    del PublishedRules
