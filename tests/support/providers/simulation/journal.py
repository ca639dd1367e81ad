"""What came in, in order, for GET /requests."""
import base64
import collections
import threading
import time

_KEPT = 100_000  # older ones are dropped, and counted


class Journal:
    """Thread-safe."""

    def __init__(self):
        self.lock_ = threading.Lock()
        self.entries_ = collections.deque(maxlen=_KEPT)
        self.number_ = 0

    def add(self, provider, request, connection):
        """A live entry, so that a test sees what stalls; `outcome` is set when it is known."""
        entry = {"provider": provider, "time": time.time(), "connection": connection, "method": request.method,
                 "target": request.target, "path": request.own_path, "headers": request.headers, "outcome": "open",
                 "status": None, "problem": None, "request": request}
        with self.lock_:
            self.number_ += 1
            entry["number"] = self.number_
            self.entries_.append(entry)
        return entry

    def shown(self, provider=None, outcome="accepted"):
        with self.lock_:
            entries, dropped = list(self.entries_), self.number_ - len(self.entries_)
        return {"dropped": dropped, "requests": [
            _shown(e) for e in entries
            if (not provider or e["provider"] == provider) and outcome in ("all", e["outcome"])]}

    def counts(self):
        with self.lock_:
            counted = collections.Counter((e["provider"], e["outcome"]) for e in self.entries_)
        made = {}
        for (provider, outcome), count in counted.items():
            made.setdefault(provider, {})[outcome] = count
        return made

    def clear(self):
        with self.lock_:
            self.entries_.clear()
            self.number_ = 0


def _shown(entry):
    request = entry["request"]
    shown = {name: value for name, value in entry.items() if name != "request"}
    try:
        shown["body"] = request.body.decode("utf-8")
    except UnicodeDecodeError:
        shown["body"] = None
    return {**shown, "body_base64": base64.b64encode(request.body).decode(), "parsed": request.parsed}
