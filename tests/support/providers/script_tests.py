"""Scripted answers and the connections they spoil."""
import concurrent.futures
import http.client
import json
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import unittest
import urllib.parse
import urllib.request

import provider_requests as good
from simulator_process import HERE, Simulator


class Scripts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.simulator = Simulator(contracts_folder="/nonexistent")

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
                 "slack": lambda: self.simulator.slack(good.SLACK_MESSAGE),
                 "fcm": lambda: self.simulator.fcm(good.FCM_MESSAGE, token)}
        token = json.loads(self.simulator.token()[2])["access_token"]
        for provider, call in calls.items():
            codes = self.simulator.control("GET", f"/errors?provider={provider}")["codes"]
            self.script(provider, *({"error": code} for code in codes))
            for code in codes:
                with self.subTest(provider=provider, code=code):
                    status, headers, body = call()
                    self.assertGreaterEqual(status, 200 if provider == "slack" else 400)
                    self.assertIn(shapes[provider], body)
                    if provider not in ("sendgrid", "fcm"):  # whose answers of some rows name no code
                        self.assertIn(code, f"{body} {status} {headers}")
                    elif provider == "fcm" and code not in ("UNAUTHENTICATED", "PERMISSION_DENIED", "NOT_FOUND", "INVALID_PAYLOAD"):
                        self.assertEqual(json.loads(body)["error"]["details"][0]["errorCode"], code)
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
            calls = []
            for held in (1, 2):  # one after the other: a body read before the first took its answer would miss "before_body"
                calls.append(pool.submit(self.simulator.hook))
                while len(self.simulator.requests("hook", "scripted")) < held:
                    self.assertFalse(calls[-1].done(), "answered, not stalled")
            self.assertFalse(any(call.done() for call in calls))
            self.simulator.control("POST", "/reset")
            for call in calls:
                self.assertIsInstance(call.exception(20), (OSError, http.client.HTTPException))

    def test_tokens_end(self):
        simulator = Simulator(contracts_folder="/nonexistent", options=["--token-lifetime-s", "0"])
        try:
            self.assertEqual(simulator.fcm(good.FCM_MESSAGE)[0], 401)
        finally:
            self.assertEqual(simulator.stop(), 0)

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

    def test_names_without_a_port(self):
        """Port 443 of an address of its own, where this user may listen there; else a clear end."""
        with tempfile.TemporaryDirectory() as folder:
            process = subprocess.Popen([HERE / "simulator", "--tls-dir", folder, "--standard-address", "127.0.77.1"],
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            ready = process.stdout.readline()
            if not ready:
                self.assertIn("simulator: 127.0.77.1:443: ", process.communicate()[1])
                self.assertEqual(process.returncode, 1)
                return
            try:
                with urllib.request.urlopen(json.loads(ready)["control"] + "/accounts?provider=sns") as answer:
                    url = json.load(answer)["sns"]["signing_cert_url"]
                self.assertTrue(url.startswith("https://sns.eu-west-1.amazonaws.com/"), url)
                tls = ssl.create_default_context(cafile=json.loads(ready)["ca"])
                with socket.create_connection(("127.0.77.1", 443)) as plain, \
                        tls.wrap_socket(plain, server_hostname="sns.eu-west-1.amazonaws.com") as connection:
                    connection.sendall(f"GET {urllib.parse.urlsplit(url).path} HTTP/1.0\r\nHost: "
                                       "sns.eu-west-1.amazonaws.com\r\n\r\n".encode())
                    self.assertIn(b"BEGIN CERTIFICATE", b"".join(iter(lambda: connection.recv(65536), b"")))
            finally:
                process.send_signal(signal.SIGTERM)
                process.communicate()

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
