"""belfryd --embedded on a fresh data directory, with tenants whose provider is one of the sinks."""
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

import message
import processes
from sql_session import SqlSession
from wait_until import wait_until

TENANT = "bench"   # sends through an HTTP provider, as the reference does
OTHER = "other"    # as TENANT
MAIL = "mail"      # sends by SMTP
KEY_VARIABLE = "BELFRY_BENCH_PROVIDER_KEY"
STARTS_WITHIN_S = 300

HTTP_PROVIDER = """  - id: relay
    plugin: sendgrid
    channel: email
    config:
      base_url: http://127.0.0.1:{http}
      from: Bells <bells@belfry.test>
    secrets:
      api_key: {{ env: {variable} }}
"""
SMTP_PROVIDER = """  - id: relay
    plugin: smtp
    channel: email
    config:
      host: 127.0.0.1
      port: {smtp}
      tls: none
      from: Bells <bells@belfry.test>
"""


def numbered_tenant(number):
    return f"t{number:04d}"


class Host:
    def __init__(self, build, sinks, settings=(), tenants=0, roles=None):
        """With tenants=N there are t0000 … as well."""
        self.build, self.sinks, self.settings, self.tenants = build, sinks, list(settings), tenants
        self.directory = tempfile.mkdtemp(prefix="belfry-bench.")
        os.chmod(self.directory, 0o711)  # the servers drop to another user and must get through
        self.write_files()
        try:
            self.start(roles)
        except BaseException:
            self.discard()
            raise

    @property
    def data(self):
        return os.path.join(self.directory, "data")

    def start(self, roles=None):
        """Starts, and waits until it is ready; self.took_s says how long that took, from fork to `serving` in its log."""
        self.log = open(os.path.join(self.directory, "belfryd.log"), "wb")
        begun = time.monotonic()
        environment = {**os.environ, KEY_VARIABLE: "SG.measured"}
        self.process = subprocess.Popen(self.command(roles), stdout=subprocess.PIPE, stderr=self.log, env=environment)
        self.port = self.wait_until_serving()
        self.took_s = time.monotonic() - begun
        self.wait_until_ready()
        with open(os.path.join(self.data, "admin.key"), encoding="ascii") as file:
            self.key = file.read().strip()
        self.postgres, self.redis = self.servers()
        self.sql = SqlSession(os.path.join(self.data, "postgres"))

    def stop(self):
        self.sql.close()
        self.process.terminate()
        self.process.wait()
        self.log.close()

    def restart(self, roles=None):
        self.stop()
        self.start(roles)

    def write_files(self):
        os.makedirs(os.path.join(self.directory, "tenants"))
        providers = {TENANT: HTTP_PROVIDER, OTHER: HTTP_PROVIDER, MAIL: SMTP_PROVIDER}
        providers.update({numbered_tenant(n): HTTP_PROVIDER for n in range(self.tenants)})
        for tenant, provider in providers.items():
            self.write_tenant(tenant, provider)

    def write_tenant(self, tenant, provider):
        with open(os.path.join(self.directory, "tenants", tenant + ".yaml"), "w", encoding="utf-8") as file:
            file.write(f"tenant: {tenant}\nauth: [apikey]\nproviders:\n")
            file.write(provider.format(http=self.sinks.http.port, smtp=self.sinks.smtp.port, variable=KEY_VARIABLE))
        templates = os.path.join(self.directory, "templates", tenant)
        os.makedirs(templates)
        with open(os.path.join(templates, "order-shipped.yaml"), "w", encoding="utf-8") as file:
            file.write(message.TEMPLATE)

    def command(self, roles):
        private = f"[127.0.0.1:{self.sinks.http.port}, 127.0.0.1:{self.sinks.smtp.port}]"
        command = [os.path.join(self.build, "bin", "belfryd"), "--embedded", "--data-dir", self.data, "--port", "0"]
        if roles:
            command += ["--roles", roles]
        for setting in [f"tenants.directory={self.directory}/tenants", f"templates.directory={self.directory}/templates",
                        f"exchange.allow_private_hosts={private}", *self.settings]:
            command += ["--set", setting]
        return command

    def wait_until_serving(self):
        wait_until(STARTS_WITHIN_S, lambda: self.process.poll() is not None or self.logged("serving"), every_s=0.002)
        if serving := self.logged("serving"):
            return serving[0]["port"]
        with open(self.log.name, encoding="utf-8", errors="replace") as file:
            raise RuntimeError("belfryd did not start:\n" + file.read()[-3000:])

    def wait_until_ready(self):
        wait_until(STARTS_WITHIN_S, lambda: self.process.poll() is not None or self.ready())
        if not self.ready():
            raise RuntimeError("belfryd did not get ready")

    def logged(self, event):
        """Every line of the log with this event."""
        with open(self.log.name, encoding="utf-8", errors="replace") as file:
            return [json.loads(line) for line in file if f'"event":"{event}"' in line and line.endswith("\n")]

    def ready(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/ready", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def post(self, path, body, tenant=TENANT):
        """Status and text of the answer."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=body.encode(), method="POST",
                                         headers={"Content-Type": "application/json", "X-API-Key": self.key, "X-Tenant": tenant})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def servers(self):
        found = {processes.name(pid): pid for pid in processes.children(self.process.pid)}
        redis = [pid for name, pid in found.items() if name.startswith("redis")]
        return found["postgres"], redis[0]

    def cpu(self):
        return {"host": processes.own_cpu(self.process.pid), "postgres": processes.tree_cpu(self.postgres),
                "redis": processes.tree_cpu(self.redis)}

    def discard(self):
        """After a start that failed: some of what stop() ends may not be there."""
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def close(self):
        if self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)
