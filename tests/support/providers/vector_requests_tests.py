"""What the plugins sendgrid, ses and sns emit in their golden vectors, posted to the strict simulators: these check it against
the published contracts, and without them against rules of their own."""
import base64
import json
import pathlib
import unittest

from provider_requests import sigv4_headers
from simulator_process import Simulator

PLUGINS = pathlib.Path(__file__).resolve().parents[3] / "plugins/channel"


def exchanges(step):
    """Every HTTP request that a vector emits, at any depth."""
    yield from (emitted["http"] for emitted in step.get("emits", ()) if "http" in emitted)
    for below in step.get("then", []) + step.get("cases", []):
        yield from exchanges(below)


def requests_of(plugin, address):
    """(vector, method, path, headers, body) of the requests to an address."""
    for path in sorted((PLUGINS / plugin / "vectors").glob("*.json")):
        for http in exchanges(json.loads(path.read_text(encoding="utf-8"))):
            if http["url"].startswith(address):
                headers = dict(h.split(": ", 1) for h in http.get("headers", ()) if isinstance(h, str))
                yield path.stem, http["method"], http["url"].removeprefix(address), headers, body_of(http)


def body_of(http):
    if "json" in http:
        return json.dumps(http["json"]).encode()
    return joined(http.get("body", ""), http.get("made", ()))


def joined(rope, made=()):
    """The bytes that the host would send; attachment N is b'blob N'."""
    return b"".join(piece_of(piece, made) for piece in ([rope] if isinstance(rope, str) else rope))


def piece_of(piece, made):
    if isinstance(piece, str):
        return piece.encode()
    raw = joined(made[piece["made"]]["data"]) if "made" in piece else b"blob %d" % piece["blob"]
    return base64.b64encode(raw)


class VectorRequests(unittest.TestCase):
    """Each request is taken. Those that the simulator has no answer for are named."""

    @classmethod
    def setUpClass(cls):
        cls.simulator = Simulator()
        cls.addClassCleanup(cls.simulator.stop)

    def check(self, plugin, address, sign, without_answer=()):
        taken = 0
        for name, method, path, headers, body in requests_of(plugin, address):
            if name in without_answer:
                continue
            with self.subTest(plugin=plugin, vector=name):
                url = f"{self.simulator.https}/{plugin}{path}"
                status, _, text = self.simulator.call(method, url, body, {**headers, **sign(method, url, body, headers)})
                self.assertIn(status, (200, 202), text)
                taken += 1
        self.assertGreater(taken, 10)

    def aws(self, service):
        return lambda method, url, body, headers: sigv4_headers(
            method, url, body if method != "GET" else b"", service, content_type=headers.get("Content-Type", "application/json"))

    def test_sendgrid(self):
        key = self.simulator.accounts["sendgrid"]["api_key"]
        self.check("sendgrid", "https://api.sendgrid.com", lambda *_: {"Authorization": f"Bearer {key}"})

    def test_ses(self):
        self.check("ses", "https://email.eu-west-1.amazonaws.com", self.aws("ses"), without_answer=("status",))

    def test_sns(self):
        self.check("sns", "https://sns.eu-west-1.amazonaws.com", self.aws("sns"))


class VectorRequestsByOwnRules(VectorRequests):
    """The same without the contracts."""

    @classmethod
    def setUpClass(cls):
        cls.simulator = Simulator(contracts_folder="/nonexistent")
        cls.addClassCleanup(cls.simulator.stop)


if __name__ == "__main__":
    unittest.main()
