"""Callbacks carry true signatures, and false ones where that is asked for."""
import base64
import http.server
import json
import threading
import time
import unittest
import urllib.parse

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding

from simulation import sns_message, twilio, whatsapp
from simulator_process import Simulator


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

    def test_over_https_with_an_authority(self):
        spec = {"provider": "twilio", "type": "sent", "to_url": f"{self.simulator.https}/hook/x"}
        answer = self.simulator.control("POST", "/callbacks", {**spec, "ca_file": self.simulator.ready["ca"]})
        self.assertEqual(answer["answers"][0]["status"], 401)  # the simulated receiver wants another kind of signature
        self.assertIn("CERTIFICATE_VERIFY_FAILED", self.simulator.control("POST", "/callbacks", spec)["answers"][0]["error"])

    def test_what_no_provider_sends_is_told(self):
        for spec in ({"provider": "fcm", "type": "x"}, {"provider": "sendgrid", "type": "teleported"},
                     {"provider": "sendgrid", "type": "open", "forge": "nicely"}, {"provider": "ses", "type": "Teleport"}):
            with self.subTest(spec=spec), self.assertRaises(ValueError):
                self.simulator.control("POST", "/callbacks", {"to_url": self.url, **spec})
