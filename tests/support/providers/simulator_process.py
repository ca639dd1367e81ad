"""The simulator as a child of a test, and one good call of each provider, to be spoiled by the tests."""
import json
import os
import pathlib
import signal
import ssl
import subprocess
import tempfile
import urllib.error
import urllib.parse
import urllib.request

import provider_requests as good
from provider_requests import basic, sigv4_headers


HERE = pathlib.Path(__file__).resolve().parent


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
