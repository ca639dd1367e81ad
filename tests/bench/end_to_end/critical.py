"""P5: how long a critical message takes to the provider, alone and behind a backlog."""
import load
import message
from running_host import Host

SLOW_MS = 3000  # the provider while the backlog builds up, so that it is still there when it counts
BEHIND = 500
CONNECTIONS = 2


def idle(bench):
    taken = load.latencies_ms(bench.host, bench.sinks.http, bench.options.idle, "critical", message.body("critical", "critical"))
    bench.results.figure("P5 idle", load.share(taken, 0.5), {"p50_ms": load.share(taken, 0.5), "p99_ms": load.share(taken, 0.99)})


def behind(bench):
    host = Host(bench.build, bench.sinks, bench.options.set)
    sink = bench.sinks.http
    try:
        sink.ask(f"delay {SLOW_MS}")
        load.accept(host, bench.options.backlog, not bench.no_batches)
        sink.ask("delay 0")
        left = waiting(host)
        taken = load.latencies_ms(host, sink, BEHIND, "critical", message.body("critical", "critical"), connections=CONNECTIONS, pause_ms=0)
        at_end = waiting(host)
    finally:
        sink.ask("delay 0")
        host.close()
    if at_end == 0:  # then they were not behind a backlog at all
        reason = f"the backlog of {bench.options.backlog:,} was gone before the measurement ended; raise --backlog"
        bench.results.missing("P5 behind", reason)
        return bench.results.missing("P5 reference", reason)
    p99 = load.share(taken, 0.99)
    bench.results.figure("P5 behind", p99, {"p50_ms": load.share(taken, 0.5), "p99_ms": p99, "max_ms": taken[-1],
                                            "waiting_before": left, "waiting_after": at_end})
    if not bench.reference:
        return bench.results.missing("P5 reference", bench.no_reference)
    theirs = bench.reference.critical(20000)
    bench.results.figure("P5 reference", p99 / theirs["p99_ms"], theirs)


def waiting(host):
    return int(host.sql.value("SELECT count(*) FROM belfry.work"))
