"""P6, P7 and P11: what many waiting deliveries and many tenants cost the others."""
import datetime
import http.client
import json
import statistics
import time

import load
import message
from running_host import OTHER, TENANT, Host
from wait_until import wait_until

TENANTS = 1000
TIMED = 200

# Rows as intake writes them, due in a month. Their request cannot be opened, and nobody does before they are due.
FILL = """SET synchronous_commit = off;
CREATE TEMP TABLE made AS
  SELECT (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint), 12, '0') || '70008' || lpad(to_hex(n), 15, '0'))::uuid AS id, n
    FROM generate_series(1, {count}) AS n;
INSERT INTO belfry.notifications (tenant_id, id, priority, scheduled_at, request, created_at)
  SELECT t.id, m.id, 3, now() + interval '30 days', convert_to(repeat('x', 300), 'UTF8'), now()
    FROM made m CROSS JOIN (SELECT id FROM belfry.tenants WHERE slug = '{tenant}') t;
INSERT INTO belfry.deliveries (tenant_id, id, notification_id, channel, status, created_at, updated_at)
  SELECT t.id, m.id, m.id, 'email', 'scheduled', now(), now()
    FROM made m CROSS JOIN (SELECT id FROM belfry.tenants WHERE slug = '{tenant}') t;
INSERT INTO belfry.work (tenant_id, delivery_id, notification_id, channel, priority, state, due_at, seq)
  SELECT t.id, m.id, m.id, 'email', 3, 'scheduled', now() + interval '30 days' + m.n * interval '1 ms', 2
    FROM made m CROSS JOIN (SELECT id FROM belfry.tenants WHERE slug = '{tenant}') t;
DROP TABLE made;
"""


def fill(host, count):
    """`count` deliveries that are due in a month."""
    host.sql.rows(FILL.format(count=count, tenant=TENANT))
    for table in ("notifications", "deliveries", "work"):
        host.sql.rows(f"VACUUM ANALYZE belfry.{table}")
    host.sql.rows("CHECKPOINT")


def singles_per_s(bench, host, **how):
    return bench.options.n / load.end_to_end(host, bench.sinks.http, bench.options.n, **how)["settled_s"]


def scheduled(bench):
    """P6 with a million scheduled, against the host with none, in turns; then P11 on the same rows."""
    host = Host(bench.build, bench.sinks, bench.options.set)
    try:
        fill(host, bench.options.million)
        singles_per_s(bench, host)
        ratios, rates = [], []
        for _ in range(max(bench.options.rounds, 2)):
            none = singles_per_s(bench, bench.host)
            many = singles_per_s(bench, host)
            ratios.append(many / none)
            rates.append({"none": none, "many": many})
        bench.results.figure("P6 scheduled", statistics.median(ratios), {"waiting": bench.options.million, "rounds": rates})
        timed(bench, host)
    finally:
        host.close()


def timed(bench, host):
    """P11: messages with a time of their own, one every 50 ms, sent some seconds before."""
    sink = bench.sinks.http
    sink.ask("reset")
    sink.ask("watch timed")
    first = time.time() + 6
    wanted = [first + number * 0.05 for number in range(TIMED)]
    connection = http.client.HTTPConnection("127.0.0.1", host.port, timeout=60)
    for number, at in enumerate(wanted):
        connection.request("POST", load.SEND, timed_body(number, at),
                           {"Content-Type": "application/json", "X-API-Key": host.key, "X-Tenant": TENANT})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 202:
            raise RuntimeError(f"a scheduled send got {answer.status}: {text[:300]}")
    connection.close()
    arrivals = load.wait_for_arrivals(sink, TIMED, within_s=120)
    sink.ask("watch")
    offset = time.time() - time.monotonic()
    late = sorted((at_us / 1e6 + offset - round(wanted[number], 3)) * 1000 for number, at_us in arrivals)
    bench.results.figure("P11", late[-1], {"scheduled": bench.options.million, "p50_ms": load.share(late, 0.5), "p99_ms": load.share(late, 0.99),
                                           "earliest_ms": late[0]})


def timed_body(number, at):
    request = message.request(f"{number:08d}", "timed")
    instant = datetime.datetime.fromtimestamp(round(at, 3), datetime.timezone.utc)
    request["sendAt"] = instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps(request)


def due(bench):
    """P6 with a due backlog, and P7 behind it. Both hosts get their backlog while no worker runs, and then restart with all roles."""
    count = bench.options.due if not bench.no_batches else min(bench.options.due, bench.options.due_by_singles)
    small = Host(bench.build, bench.sinks, bench.options.set)
    large = None
    try:
        idle = next_message(bench, small)
        before = drain_per_s(bench, small, small_backlog(bench))
        large = Host(bench.build, bench.sinks, bench.options.set)
        many = drain_per_s(bench, large, count)
        behind = next_message(bench, large)
        left = int(large.sql.value("SELECT count(*) FROM belfry.work"))
        large.close()
        after = drain_per_s(bench, small, small_backlog(bench))
    finally:
        small.close()
        if large:
            large.close()
    bench.results.figure("P6 due", many / ((before + after) / 2), {"waiting": count, "many": many, "few": [before, after]})
    if left == 0:  # then it was not behind a backlog at all
        return bench.results.missing("P7", f"the backlog of {count:,} was gone before the measurement ended; raise --due")
    bench.results.figure("P7", behind["p99_ms"] / idle["p99_ms"], {"waiting_after": left, "idle": idle, "behind": behind})


def small_backlog(bench):
    return bench.options.n + 6 * load.BATCH


def drain_per_s(bench, host, backlog):
    """Deliveries a second over n of them, after the first 2000, from a backlog that was accepted while no worker ran."""
    sink = bench.sinks.http
    host.restart("api")
    load.accept(host, backlog, not bench.no_batches)
    host.sql.rows("VACUUM ANALYZE belfry.work; CHECKPOINT")
    sink.ask("reset")
    host.restart()
    first = reached(sink, 2000)
    last = reached(sink, 2000 + bench.options.n)
    return (last["messages"] - first["messages"]) / ((last["last_us"] - first["last_us"]) / 1e6)


def reached(sink, count):
    seen = {}

    def enough():
        seen.update(sink.ask("stats"))
        return seen["messages"] >= count
    if not wait_until(load.SETTLED_WITHIN_S, enough, every_s=0.002):
        raise RuntimeError(f"only {seen['messages']} of {count} arrived")
    return seen


def next_message(bench, host):
    """Another tenant's messages, one at a time."""
    taken = load.latencies_ms(host, bench.sinks.http, bench.options.idle, "next", message.body("next"), OTHER)
    return {"p50_ms": load.share(taken, 0.5), "p99_ms": load.share(taken, 0.99)}


def tenants(bench):
    """P6: singles of 1000 tenants and of one, in turns on one host."""
    host = Host(bench.build, bench.sinks, bench.options.set, tenants=TENANTS)
    try:
        for tenant in (TENANT, "t%%%%"):
            singles_per_s(bench, host, tenant=tenant, tenants=TENANTS)
        ratios, rates = [], []
        for _ in range(max(bench.options.rounds, 2)):
            one = singles_per_s(bench, host, tenant=TENANT)
            many = singles_per_s(bench, host, tenant="t%%%%", tenants=TENANTS)
            ratios.append(many / one)
            rates.append({"one": one, "many": many})
    finally:
        host.close()
    bench.results.figure("P6 tenants", statistics.median(ratios), {"tenants": TENANTS, "rounds": rates})
