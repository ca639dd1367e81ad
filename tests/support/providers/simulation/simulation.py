"""The providers together with scripts, journal and control calls."""
import concurrent.futures
import http.client
import ssl
import threading
import urllib.parse

from .fcm import Fcm
from .journal import Journal
from .oauth import OAuth
from .provider import Wish
from .script import Scripts
from .sendgrid import SendGrid
from .ses import Ses
from .slack import Slack
from .sns import Sns
from .twilio import Twilio
from .webhook import Webhook
from .whatsapp import WhatsApp

PROVIDERS = (SendGrid, Ses, Sns, Twilio, Fcm, OAuth, WhatsApp, Slack, Webhook)
_CALLBACK_LIMIT_S = 30


class Simulation:
    """Thread-safe."""

    def __init__(self, world):
        self.world = world
        self.kinds = {kind.name: kind for kind in PROVIDERS}
        self.made_ = {}
        self.making_ = threading.Lock()
        self.journal = Journal()
        self.scripts = Scripts()
        self.generation = 0  # changes on reset: stalled requests end
        self.woken_ = threading.Event()

    def route(self, host, path):
        """(provider or None, the path as that provider knows it): by its own host name, else by the first path segment."""
        name = host.rsplit(":", 1)[0].lower() if not host.endswith("]") else host
        for kind in PROVIDERS:
            if kind.serves_host(name):
                return self._provider(kind.name), path
        first, _, rest = path.lstrip("/").partition("/")
        return self._provider(first) if first in self.kinds else None, "/" + rest

    def pause(self, seconds):
        self.woken_.wait(seconds)

    def control(self):
        return {("GET", "/requests"): self._requests, ("GET", "/accounts"): self._accounts,
                ("GET", "/counts"): lambda query, body: self.journal.counts(),
                ("GET", "/errors"): self._errors, ("GET", "/script"): lambda query, body: self.scripts.pending(),
                ("POST", "/script"): self._script, ("POST", "/callbacks"): self._callbacks,
                ("POST", "/expire-tokens"): self._expire, ("POST", "/reset"): self._reset}

    def _provider(self, name):
        """Made when first needed: a test of one provider does not wait for the contracts and keys of the others."""
        if name not in self.kinds:
            raise ValueError(f"provider: '{name}' must be one of {', '.join(self.kinds)}")
        with self.making_:
            if name not in self.made_:
                self.made_[name] = self.kinds[name](self.world)
            return self.made_[name]

    def _accounts(self, query, _):
        wanted = dict(urllib.parse.parse_qsl(query)).get("provider")
        return {name: self._provider(name).account() for name in ([wanted] if wanted else self.kinds)}

    def _requests(self, query, _):
        wanted = dict(urllib.parse.parse_qsl(query))
        if "provider" in wanted:
            self._provider(wanted["provider"])
        outcome = wanted.get("outcome", "accepted")
        if outcome not in ("accepted", "refused", "scripted", "open", "all"):
            raise ValueError(f"outcome: '{outcome}' must be accepted, refused, scripted, open or all")
        return self.journal.shown(wanted.get("provider"), outcome)

    def _errors(self, query, _):
        name = dict(urllib.parse.parse_qsl(query)).get("provider", "")
        return {"codes": sorted(self._provider(name).ERRORS)}

    def _script(self, _, spec):
        provider = self._provider(spec.get("provider"))
        for answer in spec.get("answers", ()):
            if "error" in answer and answer["error"] not in getattr(provider, "HOOK_ERRORS", {}):
                provider.error(answer["error"])  # a code that it has not is told now, not when the request comes
        self.scripts.add(spec)
        return {"pending": self.scripts.pending()}

    def _expire(self, *_):
        self.world.expire_tokens()
        return {}

    def _reset(self, *_):
        self.generation += 1
        self.woken_.set()
        self.woken_ = threading.Event()
        self.scripts.clear()
        self.journal.clear()
        self.world.reset()
        return {}

    def _callbacks(self, _, spec):
        unknown = set(spec) - {"provider", "type", "to_url", "params", "forge", "stale", "headers", "repeat", "concurrent",
                               "ca_file"}
        if unknown:
            raise ValueError(f"unknown members {sorted(unknown)}")
        wish = Wish(spec.get("forge"), spec.get("stale", 0), spec.get("headers"))
        provider, params = self._provider(spec.get("provider")), spec.get("params", {})
        made = provider.callbacks(spec.get("type"), params, spec["to_url"], wish)
        repeated = made * int(spec.get("repeat", 1))
        workers = min(len(repeated), 100) if spec.get("concurrent") else 1
        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            answers = list(pool.map(lambda one: post(one, spec.get("ca_file")), repeated))
        return {"answers": answers, "sent": [{"method": o.method, "url": o.url, "headers": o.headers,
                                              "body": o.body.decode("utf-8", "replace")} for o in made]}


def post(outgoing, ca_file=None):
    """The HTTP answer as {status, headers, body}; status 0 and `error` when there is none."""
    url = urllib.parse.urlsplit(outgoing.url)
    if url.scheme == "https":
        context = ssl.create_default_context(cafile=ca_file)
        connection = http.client.HTTPSConnection(url.hostname, url.port, timeout=_CALLBACK_LIMIT_S, context=context)
    else:
        connection = http.client.HTTPConnection(url.hostname, url.port, timeout=_CALLBACK_LIMIT_S)
    try:
        target = url.path or "/"
        connection.request(outgoing.method, target + (f"?{url.query}" if url.query else ""), outgoing.body or None,
                           outgoing.headers)
        answer = connection.getresponse()
        return {"status": answer.status, "headers": dict(answer.getheaders()), "body": answer.read().decode("utf-8", "replace")}
    except (OSError, http.client.HTTPException) as error:
        return {"status": 0, "headers": {}, "body": "", "error": repr(error)}
    finally:
        connection.close()
