"""The reference stack (BELFRY_REFERENCE, default ../shared/bench/reference beside the tree), on the same machine, in turns.

Its folder may be read-only: it is copied to a folder that the user `postgres` can reach, set up there once (npm and
compilers), and driven as its own bench.js does it, but with its processes kept between rounds, so that every round is warm.
"""
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request

import processes
from sql_session import SqlSession
from wait_until import wait_until

PG_PORT, REDIS_PORT, API_PORT, PROVIDER_PORT = 55442, 56389, 57080, 57070  # those of its scripts
SETTLED_WITHIN_S = 600
SEND = "/api/v1/services/notifications/send"


def source():
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    return os.environ.get("BELFRY_REFERENCE") or os.path.join(os.path.dirname(root), "shared", "bench", "reference")


def prepare():
    """(Reference, "") or (None, why it is left out)."""
    where = source()
    if not os.path.exists(os.path.join(where, "setup.sh")):
        return None, f"no reference: {where} has no setup.sh; BELFRY_REFERENCE names its folder"
    if os.geteuid() != 0:
        return None, "no reference: its services.sh needs root, to run PostgreSQL as another user"
    copy = os.environ.get("BELFRY_REFERENCE_COPY") or os.path.join(tempfile.gettempdir(), "belfry-reference")
    try:
        if not os.path.exists(os.path.join(copy, "loader")):
            set_up(where, copy)
        return Reference(copy), ""
    except (OSError, subprocess.SubprocessError) as failed:
        return None, f"no reference: its set-up failed: {failed}"


def set_up(where, copy):
    print(f"setting the reference up in {copy} …", flush=True)
    shutil.copytree(where, copy, dirs_exist_ok=True)
    for folder, _, files in os.walk(copy):
        os.chmod(folder, 0o755)
        for file in files:
            os.chmod(os.path.join(folder, file), 0o755 if file.endswith(".sh") else 0o644)
    with open(os.path.join(copy, "setup.log"), "wb") as log:
        subprocess.run(["./setup.sh"], cwd=copy, check=True, stdout=log, stderr=subprocess.STDOUT, timeout=900)


class Reference:
    def __init__(self, directory):
        self.directory = directory
        self.environment = {**os.environ, "NODE_ENV": "production", "PORT": str(API_PORT), "REDIS_PORT": str(REDIS_PORT),
                            "PG_PORT": str(PG_PORT), "RUN": os.path.join(directory, "run"),
                            "DATABASE_URL": f"postgres://postgres@127.0.0.1:{PG_PORT}/postgres",
                            "PROVIDER_URL": f"http://127.0.0.1:{PROVIDER_PORT}"}
        self.running = {}
        self.sql = None

    def start(self):
        self.services("start")
        subprocess.run(["node", "bench.js", "none"], cwd=self.directory, env=self.environment, check=True, stdout=subprocess.DEVNULL)
        self.sql = SqlSession("127.0.0.1", "postgres", PG_PORT)
        self.spawn("provider", ["./mock-provider", str(PROVIDER_PORT), "0"])
        self.spawn("api", ["node", "dist/api.js"], "api ready")
        self.spawn("worker", ["node", "dist/worker.js"], "worker ready", PG_POOL="20")

    def services(self, what):
        with open(os.path.join(self.directory, "services.log"), "ab") as log:  # its servers would keep a pipe open
            subprocess.run(["./services.sh", what], cwd=self.directory, env=self.environment, check=True, stdout=log, stderr=log)

    def spawn(self, name, command, ready=None, **more):
        process = subprocess.Popen(command, cwd=self.directory, env={**self.environment, **more}, stdout=subprocess.PIPE, text=True)
        self.running[name] = process
        if ready and ready not in process.stdout.readline():
            raise RuntimeError(f"the reference's {name} did not start")

    def stop_processes(self):
        for process in self.running.values():
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.running = {}

    def stop(self):
        self.stop_processes()
        if self.sql:
            self.sql.close()
            self.sql = None
        self.services("stop")

    def provider(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{PROVIDER_PORT}{path}", timeout=10) as answer:
            return json.load(answer)

    def cpu(self):
        """Of API, worker, PostgreSQL and Redis together."""
        with open(os.path.join(self.directory, "run/pg/data/postmaster.pid"), encoding="ascii") as file:
            postmaster = int(file.readline())
        with open(os.path.join(self.directory, "run/redis/redis.pid"), encoding="ascii") as file:
            redis = int(file.read())
        return (processes.own_cpu(self.running["api"].pid) + processes.own_cpu(self.running["worker"].pid) +
                processes.tree_cpu(postmaster) + processes.own_cpu(redis))

    def memory_mib(self):
        return sum(processes.memory_mib(self.running[name].pid)["peak"] for name in ("api", "worker"))

    def redis(self, *command):
        return subprocess.run(["redis-cli", "-p", str(REDIS_PORT), *command], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()

    def reset(self, delay):
        if not wait_until(30, lambda: self.redis("llen", "bull:notifications:active") == "0"):
            raise RuntimeError("the reference still works on the last round's jobs after 30 s")
        self.redis("flushall")
        self.sql.rows("TRUNCATE notifications, delivery_logs; CHECKPOINT")
        self.provider("/reset")
        self.provider(f"/delay/{delay}")

    def round(self, kind, count, delay=0):
        """kind: singles or batches. First request → last row of the delivery log."""
        self.reset(delay)
        path, connections, requests, body = (SEND, 64, count, "single.json") if kind == "singles" else (
            SEND + "-batch", 4, count // 1000, "batch1000.json")
        before, begun = self.cpu(), time.monotonic()
        loader = subprocess.run(["./loader", str(API_PORT), path, str(connections), str(requests), "bodies/" + body], cwd=self.directory,
                                check=True, stdout=subprocess.PIPE, text=True)
        accept = json.loads(loader.stdout)
        if not wait_until(SETTLED_WITHIN_S, lambda: int(self.sql.value("SELECT count(*) FROM delivery_logs")) >= count):
            raise RuntimeError(f"the reference did not deliver {count}")
        seconds = time.monotonic() - begun
        if accept["bad"]:
            raise RuntimeError(f"the reference refused {accept['bad']} requests")
        return {"per_s": count / seconds, "seconds": seconds, "cpu_all": (self.cpu() - before) * 10000 / count,
                "accept_p50_ms": accept["p50_ms"], "accept_p99_ms": accept["p99_ms"]}

    def critical(self, backlog):
        """p50 and p99 in ms, controller → provider, of 500 critical messages behind `backlog`, with BullMQ's priorities; and of
        single messages on an idle system. Its own script does it, so its processes must be stopped."""
        self.stop_processes()
        environment = {**self.environment, "PRIO": "1", "ONLYCRIT": "1", "RUNS": "1", "DELAYS": "0", "N": str(backlog)}
        run = subprocess.run(["node", "bench.js", "crit"], cwd=self.directory, env=environment, check=True, stdout=subprocess.PIPE, text=True)
        lines = {line["what"]: line for line in map(json.loads, filter(lambda text: text.startswith("{"), run.stdout.splitlines()))}
        behind = lines["critical-under-backlog"]["to_provider"]
        return {"p50_ms": behind["p50_us"] / 1000, "p99_ms": behind["p99_us"] / 1000}
