"""One belfryd of several on the same database."""
import glob
import json
import os
import signal
import socket
import subprocess
import urllib.request

from children import start
from wait_until import wait_until

READY_S = 120
FAKETIME = "/usr/lib/*/faketime/libfaketimeMT.so.1"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def faketime():
    """The library that makes a clock jump; None when it is not installed."""
    found = glob.glob(FAKETIME)
    return found[0] if found else None


class Replica:
    def __init__(self, number, build, directory, settings, environment, clock=None):
        self.number, self.port = number, free_port()
        self.log_name = os.path.join(directory, f"belfryd-{number}.log")
        self.clock = clock  # file with the offset that libfaketime reads
        self.command = [os.path.join(build, "bin", "belfryd"), "--port", str(self.port)]
        for setting in settings:
            self.command += ["--set", setting]
        self.environment = {**os.environ, **environment}
        if clock:
            self.set_clock(0)
            self.environment |= {"LD_PRELOAD": faketime(), "FAKETIME_TIMESTAMP_FILE": clock, "FAKETIME_CACHE_DURATION": "1",
                                 "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_DISABLE_SHM": "1"}
        self.process = None
        self.killed = True

    def set_clock(self, seconds):
        with open(self.clock + ".new", "w", encoding="ascii") as file:
            file.write(f"{seconds:+d}\n")
        os.replace(self.clock + ".new", self.clock)

    def start(self):
        with open(self.log_name, "ab") as log:
            self.process = start(self.command, stdout=subprocess.DEVNULL, stderr=log, env=self.environment)
        self.killed = False

    def wait_until_ready(self):
        wait_until(READY_S, lambda: self.died() or self.ready())
        if not self.ready():
            raise RuntimeError(f"host {self.number} did not get ready:\n{self.last_words()}")

    def ready(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/ready", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def kill(self):
        self.killed = True
        self.process.kill()
        self.process.wait()

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def died(self):
        """Ended without having been killed."""
        return not self.killed and self.process.poll() is not None

    def stop(self):
        """The exit code of an orderly stop."""
        self.killed = True
        self.process.terminate()
        try:
            return self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def last_words(self, lines=15):
        with open(self.log_name, encoding="utf-8", errors="replace") as file:
            return "".join(file.readlines()[-lines:])

    def log_counts(self):
        """How often each warning and error was logged."""
        counts = {}
        with open(self.log_name, encoding="utf-8", errors="replace") as file:
            for line in file:
                try:
                    event = json.loads(line).get("event", "?")
                except ValueError:
                    event = line.strip()[:80]
                counts[event] = counts.get(event, 0) + 1
        return counts
