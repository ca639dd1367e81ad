"""P1 to P4 and P8's memory: the floor, the reference and Belfry in turns, and the same by SMTP and with a slow provider."""
import contextlib
import os
import signal
import statistics
import subprocess
import time

import floor
import load
import message
import processes
from running_host import MAIL, TENANT

WARM_UP = 2000


def kinds(bench):
    return ["singles"] + ([] if bench.no_batches else ["batches"])


def one(bench, kind, count, sink, tenant=TENANT):
    """One load of Belfry, with what it cost."""
    host = bench.host
    host.sql.rows("CHECKPOINT")
    before, machine, begun = host.cpu(), processes.machine_cpu(), time.monotonic()
    figures = load.end_to_end(host, sink, count, tenant=tenant, batch=load.BATCH if kind == "batches" else 0)
    after, took = host.cpu(), time.monotonic() - begun
    cpu = {name: (after[name] - before[name]) * 10000 / count for name in after}
    return {"per_s": count / figures["settled_s"], "seconds": figures["settled_s"], "accept_p50_ms": figures["p50_ms"],
            "accept_p99_ms": figures["p99_ms"], "cpu_all": sum(cpu.values()), "cpu_host": cpu["host"], "cpu_postgres": cpu["postgres"],
            "cpu_redis": cpu["redis"], "machine_busy": (processes.machine_cpu() - machine) / took / os.cpu_count()}


def database_floor(bench, count):
    seconds, cpu = floor.measure(bench.host.sql, count, message.numbered)
    return {"seconds": seconds, "cpu_all": cpu * 10000 / count}


def medians(rounds):
    return {key: statistics.median(one[key] for one in rounds) for key in rounds[0]}


def measure(bench):
    warm_up(bench)
    rounds = {}
    for number in range(bench.options.rounds):
        with profile(bench, number):
            one_round(bench, rounds)
    seen = {name: medians(values) for name, values in rounds.items()}
    against_reference(bench, rounds, seen)
    others(bench, seen)
    bench.results.detail("rates", seen)
    show(seen)
    large_run(bench)
    memory = processes.memory_mib(bench.host.process.pid)
    bench.results.figure("P8 load", memory["peak"], memory)


def warm_up(bench):
    """Caches, prepared statements, compiled code; not measured."""
    for kind in kinds(bench):
        one(bench, kind, WARM_UP, bench.sinks.http)
        if bench.reference:
            bench.reference.round(kind, WARM_UP)


def one_round(bench, rounds):
    count = bench.options.n
    rounds.setdefault("floor", []).append(database_floor(bench, count))
    for kind in kinds(bench):
        if bench.reference:
            rounds.setdefault(f"reference {kind}", []).append(bench.reference.round(kind, count))
        rounds.setdefault(kind, []).append(one(bench, kind, count, bench.sinks.http))


def against_reference(bench, rounds, seen):
    """Ratios of neighbours in time, and their medians."""
    for kind, speed, cpu in (("singles", "P1", "P4 singles"), ("batches", "P2", "P4 batches")):
        reason = bench.no_reference or (bench.no_batches if kind == "batches" else "")
        if reason:
            bench.results.missing(speed, reason)
            bench.results.missing(cpu, reason)
            continue
        pairs = list(zip(rounds[kind], rounds[f"reference {kind}"]))
        faster = [ours["per_s"] / theirs["per_s"] for ours, theirs in pairs]
        bench.results.figure(speed, statistics.median(faster), {"rounds": faster})
        bench.results.figure(cpu, statistics.median(theirs["cpu_all"] / ours["cpu_all"] for ours, theirs in pairs))


def others(bench, seen):
    """Not goals of their own: by SMTP, and with a provider that takes 50 ms."""
    for kind in kinds(bench):
        seen[f"{kind}, SMTP"] = one(bench, kind, bench.options.n, bench.sinks.smtp, MAIL)
    for kind in kinds(bench):
        bench.sinks.http.ask("delay 50")
        seen[f"{kind}, 50 ms"] = one(bench, kind, bench.options.n, bench.sinks.http)
        bench.sinks.http.ask("delay 0")
        if bench.reference:
            seen[f"reference {kind}, 50 ms"] = bench.reference.round(kind, bench.options.n, 50)


def large_run(bench):
    """P3. The floor is taken before and after: it is what disks and neighbours disturb most."""
    count = bench.options.large
    before = database_floor(bench, count)
    took = {kind: one(bench, kind, count, bench.sinks.http) for kind in reversed(kinds(bench))}
    after = database_floor(bench, count)
    least = (before["seconds"] + after["seconds"]) / 2
    for kind in ("batches", "singles"):
        if kind in took:
            bench.results.figure("P3 " + kind, took[kind]["seconds"] / least,
                                 {"count": count, "floor_s": [before["seconds"], after["seconds"]], **took[kind]})
        else:
            bench.results.missing("P3 " + kind, bench.no_batches)


ROWS = [("per_s", "per second"), ("seconds", "s"), ("accept_p50_ms", "accept p50, ms"), ("accept_p99_ms", "accept p99, ms"),
        ("cpu_all", "CPU s per 10,000"), ("cpu_host", "… belfryd"), ("cpu_postgres", "… PostgreSQL"), ("cpu_redis", "… Redis"),
        ("machine_busy", "machine busy")]


def show(seen):
    print()
    for name, figures in seen.items():
        print(f"  {name:26}" + ", ".join(f"{title} {figures[key]:,.2f}" for key, title in ROWS if key in figures), flush=True)
    print()


@contextlib.contextmanager
def profile(bench, number):
    """perf record of the host and its servers, in the first round only."""
    if not bench.options.profile or number > 0:
        yield
        return
    host = bench.host
    pids = [host.process.pid, host.postgres, host.redis, *processes.children(host.postgres)]
    pids.remove(int(host.sql.value("SELECT pg_backend_pid()")))
    perf = subprocess.Popen(["perf", "record", "-q", "-e", "cpu-clock", "-F", "497", "--call-graph", "dwarf,16384", "-o", bench.options.profile, "-p", ",".join(map(str, pids))])
    try:
        yield
    finally:
        perf.send_signal(signal.SIGINT)
        perf.wait()


def steady(bench):
    """P8: memory while singles come without a pause, for some minutes."""
    until = time.monotonic() + bench.options.minutes * 60
    sizes = []
    while time.monotonic() < until or len(sizes) < 6:
        load.end_to_end(bench.host, bench.sinks.http, max(bench.options.n // 4, 1000))
        sizes.append(processes.memory_mib(bench.host.process.pid)["now"])
    third = len(sizes) // 3
    growth = statistics.median(sizes[-third:]) - statistics.median(sizes[:third])
    bench.results.figure("P8 growth", growth, {"minutes": bench.options.minutes, "mib": sizes[:: max(1, len(sizes) // 20)]})
