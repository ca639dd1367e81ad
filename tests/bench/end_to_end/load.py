"""Sends with the load generator, and waits until all of it is settled."""
import contextlib
import json
import os
import subprocess
import tempfile
import time
import uuid

import message
from running_host import TENANT
from wait_until import wait_until

SETTLED_WITHIN_S = 600
SEND = "/api/v1/services/notifications/send"
SEND_BATCH = "/api/v1/services/notifications/send-batch"
BATCH = 1000
BATCH_CONNECTIONS = 4

# Whatever is to be delivered within a day or under way. A probe of an index each, so that it costs nothing when a million wait.
UNSETTLED = """SELECT EXISTS (SELECT FROM belfry.work WHERE lease_until IS NOT NULL)
  OR EXISTS (SELECT FROM belfry.work WHERE state = 'queued')
  OR EXISTS (SELECT FROM belfry.work WHERE state IN ('scheduled', 'deferred') AND due_at < now() + interval '1 day')"""


@contextlib.contextmanager
def body_file(text):
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        yield file.name


def send(host, count, body=None, tenant=TENANT, connections=64, batch=0, tenants=1, pause_ms=0, starts=False):
    """Figures of the load generator. Raises when a request was not accepted."""
    if batch:
        connections = min(connections, BATCH_CONNECTIONS)
    with body_file(body or message.body()) as file:
        command = [os.path.join(host.build, "bench", "load_generator"), "--port", str(host.port), "--count", str(count), "--body", file,
                   "--connections", str(connections), "--path", SEND_BATCH if batch else SEND, "--tenants", str(tenants),
                   "--header", f"X-API-Key: {host.key}", "--header", f"X-Tenant: {tenant}",
                   "--header", f"Idempotency-Key: {uuid.uuid4().hex}-{message.NUMBER}"]
        if batch:
            command += ["--batch", str(batch)]
        if pause_ms:
            command += ["--pause-ms", str(pause_ms)]
        if starts:
            command += ["--starts", "1"]
        figures = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    if figures["bad"]:
        raise RuntimeError(f"{figures['bad']} of {count} requests were not accepted")
    return figures


def why_no_batches(host):
    """"" when send-batch is served, the reason where it is not. Asked with an empty batch, which leaves nothing behind."""
    status, text = host.post(SEND_BATCH, json.dumps({"totalExpected": 1, "notifications": []}))
    if status in (404, 405):
        return f"this host does not serve send-batch ({status})"
    if status not in (202, 400, 422):
        raise RuntimeError(f"send-batch answered {status}: {text[:500]}")
    return ""


def accept(host, count, batches, body=None, tenant=TENANT):
    """Gets a backlog accepted the quickest way there is."""
    if batches:
        return send(host, count - count % BATCH, body, tenant, batch=BATCH)
    return send(host, count, body, tenant)


def wait_until_settled(host, sink, count):
    """Monotonic microseconds at which no work was left. The sink is asked first, since that costs the host nothing."""
    if not wait_until(SETTLED_WITHIN_S, lambda: sink.ask("stats")["messages"] >= count, every_s=0.005):
        raise RuntimeError(f"only {sink.ask('stats')['messages']} of {count} arrived; settled: {states(host)}")
    if not wait_until(SETTLED_WITHIN_S, lambda: host.sql.value(UNSETTLED) == "f", every_s=0.002):
        raise RuntimeError(f"not settled: {states(host)}")
    return time.monotonic_ns() // 1000


def states(host):
    return dict(host.sql.rows("SELECT status, count(*) FROM belfry.deliveries GROUP BY status"))


def end_to_end(host, sink, count, **how):
    """Sends `count`; the generator's figures, and seconds from the first request to the last settlement."""
    sink.ask("reset")
    figures = send(host, count, **how)
    figures["settled_s"] = (wait_until_settled(host, sink, count) - figures["first_us"]) / 1e6
    seen = sink.ask("stats")
    if seen["wrong"] or seen["messages"] != count:
        raise RuntimeError(f"not every notification came exactly once: {count} were sent, seen: {seen}")
    return figures


def latencies_ms(host, sink, count, name, body, tenant=TENANT, connections=1, pause_ms=20):
    """Start of a request → its message at the sink, sorted. Waits for the watched messages only."""
    sink.ask("reset")
    sink.ask(f"watch {name}")
    starts = send(host, count, body, tenant, connections=connections, pause_ms=pause_ms, starts=True)["starts_us"]
    arrivals = wait_for_arrivals(sink, count)
    sink.ask("watch")
    return sorted((at_us - starts[number]) / 1000 for number, at_us in arrivals)


def wait_for_arrivals(sink, count, within_s=SETTLED_WITHIN_S):
    """(number, monotonic µs) of each watched message."""
    arrivals = []

    def all_here():
        arrivals[:] = sink.ask("arrivals")
        return len(arrivals) >= count
    if not wait_until(within_s, all_here):
        raise RuntimeError(f"only {len(arrivals)} of {count} watched messages arrived")
    return arrivals


def share(values, part):
    """The value below which `part` of the sorted ones lie."""
    return values[min(int(len(values) * part), len(values) - 1)]
