"""What the bundled plugins emit, posted to the strict simulators: the golden vectors of a plugin say what it emits, and the
simulators check that against the published contracts (or, without them, against their own rules)."""
import json
import pathlib
import re
import unittest

from provider_requests import basic
from simulator_process import Simulator

PLUGINS = pathlib.Path(__file__).resolve().parents[3] / "plugins/channel"


def exchanges(step):
    """Every HTTP request that a vector emits, at any depth."""
    for emitted in step.get("emits", ()):
        if "http" in emitted:
            yield emitted["http"]
    for below in step.get("then", []) + step.get("cases", []):
        yield from exchanges(below)


def vectors(plugin):
    for path in sorted((PLUGINS / plugin / "vectors").glob("*.json")):
        yield path.stem, json.loads(path.read_text(encoding="utf-8"))


class PluginRequests(unittest.TestCase):
    """A plugin, its real address, the simulator's path, how it signs in there, and what the simulator cannot take."""

    @classmethod
    def setUpClass(cls):
        cls.simulator = Simulator()
        cls.addClassCleanup(cls.simulator.stop)

    def check(self, plugin, address, authorization, edit=lambda text: text, leave_out=()):
        posted = 0
        for name, vector in vectors(plugin):
            for http in exchanges(vector):
                if not isinstance(http["url"], str) or not http["url"].startswith(address) or name in leave_out:
                    continue  # another base_url, or an address that holds what only a host can compute
                with self.subTest(plugin=plugin, vector=name):
                    self.assertAccepted(http, f"/{plugin}", address, authorization, edit)
                    posted += 1
        self.assertGreater(posted, 10)

    def assertAccepted(self, http, path, address, authorization, edit):
        body = json.dumps(http["json"]) if "json" in http else http.get("body", "")
        headers = {"Authorization": authorization}
        for header in http["headers"]:
            if isinstance(header, str):
                headers.update([header.split(": ", 1)])
        url = self.simulator.https + path + edit(http["url"].removeprefix(address))
        status, _, text = self.simulator.call(http["method"], url, edit(body).encode(), headers)
        self.assertIn(status, (200, 201), text)

    def test_twilio(self):
        account = self.simulator.accounts["twilio"]
        self.check("twilio", "https://api.twilio.com", basic(account["account_sid"], account["auth_token"]),
                   leave_out=("probe_api_key",))  # lists messages, which the simulator does not serve

    def test_fcm(self):
        token = json.loads(self.simulator.token()[2])["access_token"]
        project = self.simulator.accounts["fcm"]["project_id"]
        self.check("fcm", "https://fcm.googleapis.com", f"Bearer {token}", lambda text: re.sub("acme-app", project, text))

    def test_whatsapp(self):
        self.check("whatsapp", "https://graph.facebook.com", f"Bearer {self.simulator.accounts['whatsapp']['access_token']}")


class PluginRequestsByOwnRules(PluginRequests):
    """The same without the contracts."""

    @classmethod
    def setUpClass(cls):
        cls.simulator = Simulator(contracts_folder="/nonexistent")
        cls.addClassCleanup(cls.simulator.stop)


if __name__ == "__main__":
    unittest.main()
