"""The rounds, the figures and how they are shown; tests/bench/run documents them."""
import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
import time
import uuid

import floor
import message
import processes
import reference
from running_host import TENANT, Host, SmtpSink

SETTLED_WITHIN_S = 300


def load(host, build, body, count, connections, run, pause_ms=0):
    command = [os.path.join(build, "bench", "load_generator"), "--port", str(host.port), "--count", str(count), "--body", body,
               "--connections", str(connections), "--header", f"X-API-Key: {host.key}", "--header", f"X-Tenant: {TENANT}",
               "--header", f"Idempotency-Key: {run}-{message.NUMBER}"]
    if pause_ms:
        command += ["--pause-ms", str(pause_ms)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def wait_until_settled(host, sink, count):
    """Monotonic microseconds at which no work was left. The sink is asked first, since that costs the host nothing."""
    limit = time.monotonic() + SETTLED_WITHIN_S
    while sink.ask("stats")["messages"] < count:
        if time.monotonic() > limit:
            raise RuntimeError(f"only {sink.ask('stats')['messages']} of {count} arrived; settled: " + str(states(host)))
        time.sleep(0.005)
    while host.sql.value("SELECT count(*) FROM belfry.work") != "0":
        if time.monotonic() > limit:
            raise RuntimeError("not settled: " + str(states(host)))
        time.sleep(0.002)
    return time.monotonic_ns() // 1000


def states(host):
    return dict(host.sql.rows("SELECT status, count(*) FROM belfry.deliveries GROUP BY status"))


def one_round(options, host, sink, body, delay):
    sink.ask("reset")
    sink.ask(f"delay {delay}")
    host.sql.rows("CHECKPOINT")
    floor_s, floor_cpu = floor.measure(host.sql, options.n, message.numbered)
    sent_before = int(states(host).get("sent", 0))
    before, machine_before, begun = host.cpu(), processes.machine_cpu(), time.monotonic()
    with profile(options, host):
        accept = load(host, options.build, body, options.n, options.connections, uuid.uuid4().hex)
        settled_us = wait_until_settled(host, sink, options.n)
    after, machine_after, took = host.cpu(), processes.machine_cpu(), time.monotonic() - begun
    seen = sink.ask("stats")
    sent = int(states(host).get("sent", 0)) - sent_before
    if accept["bad"] or seen["wrong"] or seen["messages"] != options.n or sent != options.n:
        raise RuntimeError(f"not every notification was accepted, received and settled once: {accept}, {seen}, sent {sent}")
    seconds = (settled_us - accept["first_us"]) / 1e6
    per_10k = 10000 / options.n
    cpu = {name: (after[name] - before[name]) * per_10k for name in after}
    cpu["all"], floor_cpu = sum(cpu.values()), floor_cpu * per_10k
    return {
        "floor_s": floor_s, "seconds": seconds, "per_s": options.n / seconds, "ratio_to_floor": seconds / floor_s,
        "accept_per_s": accept["per_s"], "accept_p50_ms": accept["p50_ms"], "accept_p99_ms": accept["p99_ms"],
        "cpu_host": cpu["host"], "cpu_postgres": cpu["postgres"], "cpu_redis": cpu["redis"], "cpu_all": cpu["all"], "cpu_floor": floor_cpu, "cpu_ratio_to_floor": cpu["all"] / floor_cpu,
        "smtp_connections": seen["connections"], "machine_busy": (machine_after - machine_before) / took / os.cpu_count(),
    }


def idle(options, host, sink, body):
    """Start of a request → final dot at the SMTP server, one at a time, in ms."""
    sink.ask("reset")
    sink.ask("delay 0")
    answer = load(host, options.build, body, options.idle, 1, uuid.uuid4().hex, pause_ms=20)
    wait_until_settled(host, sink, options.idle)
    arrivals = sink.ask("arrivals")
    taken = sorted((arrival - start) / 1000 for start, arrival in zip(answer["starts_us"], arrivals))
    return {"accept_p50_ms": answer["p50_ms"], "sink_p50_ms": statistics.median(taken), "sink_p99_ms": taken[int(len(taken) * 0.99)]}


def medians(rounds):
    return {key: round(statistics.median(one[key] for one in rounds), 3) for key in rounds[0]}


ROWS = [("end to end", "per_s", "{:,.0f}/s"), ("  in", "seconds", "{:.2f} s"), ("accept", "accept_per_s", "{:,.0f}/s"),
        ("  p50", "accept_p50_ms", "{:.1f} ms"), ("  p99", "accept_p99_ms", "{:.1f} ms"), ("database floor", "floor_s", "{:.2f} s"),
        ("ratio to the floor", "ratio_to_floor", "{:.2f}"), ("CPU s per 10,000", "cpu_all", "{:.2f}"), ("  belfryd", "cpu_host", "{:.2f}"),
        ("  PostgreSQL", "cpu_postgres", "{:.2f}"), ("  Redis", "cpu_redis", "{:.2f}"), ("  of the floor", "cpu_floor", "{:.2f}"), ("  ratio to the floor", "cpu_ratio_to_floor", "{:.1f}"),
        ("SMTP connections", "smtp_connections", "{:.0f}"),
        ("machine busy", "machine_busy", "{:.0%}")]


def show(options, result):
    delays = list(result["delays"])
    print(f"\n{options.n:,} notifications a round, {options.rounds} rounds (medians), {options.connections} connections\n")
    print(f"{'':22}" + "".join(f"{'provider ' + delay + ' ms':>18}" for delay in delays))
    for title, key, form in ROWS:
        print(f"{title:22}" + "".join(f"{form.format(result['delays'][delay][key]):>18}" for delay in delays))
    if result.get("idle"):
        print("\nidle, one at a time: request → final dot p50 {sink_p50_ms:.2f} ms, p99 {sink_p99_ms:.2f} ms; answer p50 {accept_p50_ms:.2f} ms".format(**result["idle"]))
    print("memory of belfryd: {now} MiB, at most {peak} MiB, {anonymous} MiB of it anonymous".format(**result["memory_mib"]))


def measure(options, host, sink):
    body = os.path.join(host.directory, "body.json")
    with open(body, "w", encoding="utf-8") as file:
        file.write(message.body())
    load(host, options.build, body, 500, options.connections, uuid.uuid4().hex)  # warms caches, prepares statements
    wait_until_settled(host, sink, 500)
    result = {"n": options.n, "rounds": options.rounds, "connections": options.connections, "delays": {}}
    for delay in options.delay.split(","):
        rounds = [one_round(options, host, sink, body, int(delay)) for _ in range(options.rounds)]
        result["delays"][delay] = medians(rounds)
        result["delays"][delay]["ratios"] = [round(one["ratio_to_floor"], 2) for one in rounds]
    if options.idle:
        result["idle"] = idle(options, host, sink, body)
    result["memory_mib"] = processes.memory_mib(host.process.pid)
    return result


@contextlib.contextmanager
def profile(options, host):
    """perf record of the host and its servers, the first time only."""
    if not options.profile:
        yield
        return
    pids = [host.process.pid, host.postgres, host.redis, *processes.children(host.postgres)]
    pids.remove(int(host.sql.value("SELECT pg_backend_pid()")))
    perf = subprocess.Popen(["perf", "record", "-q", "-F", "997", "-o", options.profile, "-p", ",".join(map(str, pids))])
    options.profile = None
    try:
        yield
    finally:
        perf.send_signal(signal.SIGINT)
        perf.wait()


def main(options):
    options.build = os.path.abspath(options.build)
    for program in ("bin/belfryd", "bench/load_generator", "bench/smtp_sink"):
        if not os.path.exists(os.path.join(options.build, program)):
            sys.exit(f"{os.path.join(options.build, program)} is not built; run packaging/build")
    sink = SmtpSink(options.build)
    host = Host(options.build, sink, options.set)
    try:
        result = measure(options, host, sink)
    finally:
        host.close(options.keep)
        sink.close()
        if options.keep:
            print("kept:", host.directory)
    show(options, result)
    said = reference.compare(options, result)
    line = json.dumps(result)
    print("\n" + line)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            file.write(line + "\n")
    print(said)
    return 0
