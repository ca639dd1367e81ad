"""belfryd --embedded on a fresh data directory, and the SMTP server beside it."""
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request

import message
import processes
from sql_session import SqlSession

TENANT = "bench"


class SmtpSink:
    def __init__(self, build):
        self.process = subprocess.Popen([os.path.join(build, "bench", "smtp_sink")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = json.loads(self.process.stdout.readline())["port"]

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Host:
    def __init__(self, build, sink, settings, directory=None):
        self.directory = directory or tempfile.mkdtemp(prefix="belfry-bench.", dir="/tmp")
        os.chmod(self.directory, 0o711)  # the servers drop to another user and must get through
        self.write_files(sink.port)
        self.log = open(os.path.join(self.directory, "belfryd.log"), "wb")
        self.process = subprocess.Popen(self.command(build, sink.port, settings), stdout=subprocess.PIPE, stderr=self.log)
        self.port = self.wait_until_ready()
        with open(os.path.join(self.data, "admin.key"), encoding="ascii") as file:
            self.key = file.read().strip()
        self.postgres, self.redis = self.servers()
        self.sql = SqlSession(os.path.join(self.data, "postgres"))

    @property
    def data(self):
        return os.path.join(self.directory, "data")

    def write_files(self, smtp_port):
        os.makedirs(os.path.join(self.directory, "tenants"), exist_ok=True)
        os.makedirs(os.path.join(self.directory, "templates", TENANT), exist_ok=True)
        with open(os.path.join(self.directory, "tenants", TENANT + ".yaml"), "w", encoding="utf-8") as file:
            file.write(f"tenant: {TENANT}\nauth: [apikey]\nproviders:\n  - id: relay\n    plugin: smtp\n    channel: email\n"
                       f"    config:\n      host: 127.0.0.1\n      port: {smtp_port}\n      tls: none\n"
                       "      from: Bells <bells@belfry.test>\n")
        with open(os.path.join(self.directory, "templates", TENANT, "order-shipped.yaml"), "w", encoding="utf-8") as file:
            file.write(message.TEMPLATE)

    def command(self, build, smtp_port, settings):
        command = [os.path.join(build, "bin", "belfryd"), "--embedded", "--data-dir", self.data, "--port", "0"]
        for setting in [f"tenants.directory={self.directory}/tenants", f"templates.directory={self.directory}/templates",
                        f"exchange.allow_private_hosts=[127.0.0.1:{smtp_port}]", *settings]:
            command += ["--set", setting]
        return command

    def wait_until_ready(self):
        limit = time.monotonic() + 120
        while time.monotonic() < limit and self.process.poll() is None:
            port = self.announced_port()
            if port and self.ready(port):
                return port
            time.sleep(0.05)
        with open(self.log.name, encoding="utf-8", errors="replace") as file:
            raise RuntimeError("belfryd did not start:\n" + file.read()[-3000:])

    def announced_port(self):
        with open(self.log.name, encoding="utf-8", errors="replace") as file:
            for line in file:
                if '"event":"serving"' in line:
                    return json.loads(line)["port"]
        return None

    @staticmethod
    def ready(port):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def servers(self):
        found = {processes.name(pid): pid for pid in processes.children(self.process.pid)}
        redis = [pid for name, pid in found.items() if name.startswith("redis")]
        return found["postgres"], redis[0]

    def cpu(self):
        return {"host": processes.own_cpu(self.process.pid), "postgres": processes.tree_cpu(self.postgres),
                "redis": processes.tree_cpu(self.redis)}

    def close(self, keep):
        self.sql.close()
        self.process.terminate()
        self.process.wait()
        self.log.close()
        if not keep:
            shutil.rmtree(self.directory, ignore_errors=True)
