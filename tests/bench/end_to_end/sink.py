"""What stands in for providers: tests/bench/smtp_sink.cpp and http_sink.cpp, asked over their standard input."""
import json
import os
import subprocess


class Sink:
    def __init__(self, build, program):
        self.process = subprocess.Popen([os.path.join(build, "bench", program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = json.loads(self.process.stdout.readline())["port"]

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Sinks:
    """One of each kind."""

    def __init__(self, build):
        self.http = Sink(build, "http_sink")
        self.smtp = Sink(build, "smtp_sink")

    def close(self):
        self.http.close()
        self.smtp.close()
