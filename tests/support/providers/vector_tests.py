"""The signature code against published values."""
import base64
import re
import sys
import unittest

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from simulation import contracts, sendgrid, sigv4, twilio, webhook
from simulation.exchange import Request


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
