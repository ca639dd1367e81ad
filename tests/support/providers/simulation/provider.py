"""What every simulated provider has; one module each implements it."""
import re

from .exchange import Answer


class Provider:
    """Stateless but for what `world` holds, so that any number of threads may ask it at once."""

    name = ""      # also the prefix of its paths: /name/…
    hosts = ()     # regular expressions of the Host names that mean it
    ERRORS = {}    # code → row; `error` makes the true answer of a row

    def __init__(self, world):
        self.world = world  # accounts, keys, URLs: see world.py

    @classmethod
    def serves_host(cls, host):
        return any(re.fullmatch(pattern, host) for pattern in cls.hosts)

    def handle(self, request) -> Answer:
        """Checks everything and answers; raises Refused with the provider's own error. Sets request.parsed."""
        raise NotImplementedError

    def error(self, code, request=None) -> Answer:
        """The documented answer of an error code. Raises UnknownError for codes not in ERRORS."""
        raise NotImplementedError

    def callbacks(self, kind, params, to_url, wish):
        """[Outgoing] that this provider would post for an event of `kind`. Raises ValueError for what it does not send."""
        raise ValueError(f"{self.name} sends no callbacks")

    def account(self):
        """Credentials that it accepts and the keys its callbacks are verified with, for GET /accounts."""
        return {}


class Wish:
    """How a callback shall be wrong: `forge` in "", "signature" (made with another key), "body" (changed after
    signing), "missing" (no signature), "garbage" (not even of the right form); `stale_s` seconds in the past."""

    FORGERIES = ("", "signature", "body", "missing", "garbage")

    def __init__(self, forge="", stale_s=0, headers=None):
        forge = "signature" if forge is True else forge or ""
        if forge not in self.FORGERIES:
            raise ValueError(f"forge: '{forge}' must be one of {', '.join(filter(None, self.FORGERIES))}")
        self.forge = forge
        self.stale_s = float(stale_s)
        self.headers = headers or {}


class Outgoing:
    """A callback ready to be sent."""

    def __init__(self, method, url, headers=None, body=b""):
        self.method = method
        self.url = url
        self.headers = headers or {}
        self.body = body
