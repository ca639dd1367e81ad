"""Scripted answers: what the next fitting requests get instead of the provider's own.

    {"provider": "twilio", "match": {"method": "POST", "path": "Messages", "body": "5550010", "headers": {"x": "y"}},
     "answers": [{"error": "20429"}, {"stall": "after_body"}], "times": 1}

`match` (all parts are regular expressions, searched; all must fit; absent: every request) and `times` (how often the
list is gone through; 0: until /reset) are optional. An answer is one of
    {"error": CODE}                     the provider's true answer, from its ERRORS table
    {"status": 500, "headers": {}, "body": text or JSON}
    {"ok": true}                        as without a script
    {"stall": "before_body"|"after_body"}   holds the connection until the client gives up, or for "seconds"
    {"close": "before_body"|"after_body"}   closes without an answer; with "reset": true by a TCP reset
    {"half": true}                      the head and half the body of the answer, then closes
and may have "delay_s" and "headers". What a provider would refuse is refused in spite of a script, which is not used up
then, unless "unchecked": true. Steps "before_body" do not see the body, so their script's `match` must not name it.
"""
import re
import threading

_KINDS = ("error", "status", "ok", "stall", "close", "half")
_KNOWN = {*_KINDS, "headers", "body", "seconds", "reset", "delay_s", "unchecked"}


class Step:
    def __init__(self, answer):
        unknown = set(answer) - _KNOWN
        if unknown or not any(kind in answer for kind in _KINDS):
            raise ValueError(f"answers: {answer} must have one of {', '.join(_KINDS)} and nothing unknown: {sorted(unknown)}")
        for name in ("stall", "close"):
            if answer.get(name) not in (None, "before_body", "after_body"):
                raise ValueError(f"answers.{name}: '{answer[name]}' must be before_body or after_body")
        self.answer = answer

    def before_body(self):
        return "before_body" in (self.answer.get("stall"), self.answer.get("close"))

    def get(self, name, default=None):
        return self.answer.get(name, default)


class _Script:
    def __init__(self, spec):
        unknown = set(spec) - {"provider", "match", "answers", "times"}
        if unknown:
            raise ValueError(f"unknown members {sorted(unknown)}; known are provider, match, answers, times")
        match = spec.get("match", {})
        if set(match) - {"method", "path", "body", "headers"}:
            raise ValueError(f"match: {sorted(match)} must be of method, path, body, headers")
        self.steps = [Step(answer) for answer in spec["answers"]]
        if not self.steps:
            raise ValueError("answers: must not be empty")
        self.body = match.get("body")
        if self.body and any(step.before_body() for step in self.steps):
            raise ValueError("match.body: steps before_body do not see the body")
        self.match = match
        self.left = int(spec.get("times", 1)) * len(self.steps) or None
        self.next = 0

    def fits(self, request, with_body):
        if self.body and not (with_body and re.search(self.body.encode(), request.body, re.DOTALL)):
            return False
        return (re.search(self.match.get("method", ""), request.method) is not None and
                re.search(self.match.get("path", ""), request.target) is not None and
                all(re.search(pattern, request.header(name.lower()) or "") and request.header(name.lower()) is not None
                    for name, pattern in self.match.get("headers", {}).items()))


class Scripts:
    """Thread-safe. The oldest script that fits is used first."""

    def __init__(self):
        self.lock_ = threading.Lock()
        self.by_provider_ = {}

    def add(self, spec):
        script = _Script(spec)
        with self.lock_:
            self.by_provider_.setdefault(spec["provider"], []).append(script)

    def clear(self):
        with self.lock_:
            self.by_provider_.clear()

    def pending(self):
        with self.lock_:
            return {name: sum(script.left or 0 for script in scripts) for name, scripts in self.by_provider_.items() if scripts}

    def take(self, provider, request, before_body, checked=True):
        """Uses up and returns the next step if it is of this time (`before_body`), else None. `checked`: the request
        passed the provider's rules; without, only steps marked "unchecked" are taken."""
        with self.lock_:
            scripts = self.by_provider_.get(provider, [])
            for script in scripts:
                step = script.steps[script.next]
                if not script.fits(request, not before_body):
                    continue
                if step.before_body() != before_body or not (checked or step.get("unchecked")):
                    return None
                script.next = (script.next + 1) % len(script.steps)
                if script.left is not None:
                    script.left -= 1
                    if script.left == 0:
                        scripts.remove(script)
                return step
        return None
