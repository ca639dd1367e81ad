"""The programs that a storm starts and asks; they die with it."""
import json
import os
import subprocess
import threading


def start(command, **how):
    """Popen; the child is killed when this process ends in whatever way."""
    return subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *command], **how)


class Asked:
    """A program that prints a JSON line for each line that it reads. Thread-safe."""

    def __init__(self, command, errors):
        self.process = start(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True)
        self.lock = threading.Lock()

    def line(self):
        text = self.process.stdout.readline()
        if not text:
            raise RuntimeError(f"{self.process.args[3]} ended with {self.process.wait()}")
        return json.loads(text)

    def ask(self, command):
        with self.lock:
            self.process.stdin.write(command + "\n")
            self.process.stdin.flush()
            return self.line()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Provider(Asked):
    def __init__(self, build, directory, seed, delay_ms):
        self.record = os.path.join(directory, "record")
        super().__init__([os.path.join(build, "tests", "unruly_provider"), "--record", self.record, "--seed", str(seed), "--delay-ms", str(delay_ms)], None)
        ports = self.line()
        self.smtp, self.http = ports["smtp"], ports["http"]


class Client(Asked):
    """`bodies`: texts, used in turn."""

    def __init__(self, build, directory, ports, key, bodies, count, rate):
        self.ledger = os.path.join(directory, "ledger")
        self.count = count
        self.surprises = open(os.path.join(directory, "surprises"), "w+", encoding="utf-8", errors="replace")
        command = [os.path.join(build, "tests", "steady_client"), "--ports", ",".join(map(str, ports)), "--count", str(count), "--rate", str(rate),
                   "--ledger", self.ledger, "--header", f"X-API-Key: {key}", "--header", "X-Tenant: storm"]
        for number, body in enumerate(bodies):
            file = os.path.join(directory, f"body-{number}.json")
            with open(file, "w", encoding="utf-8") as out:
                json.dump(body, out)
            command += ["--body", file]
        super().__init__(command, self.surprises)

    def close(self):
        super().close()
        self.surprises.close()
