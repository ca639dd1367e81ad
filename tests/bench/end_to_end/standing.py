"""P8's idle connections and P9's start-up: what the host takes before it does anything."""
import collections
import resource
import socket
import statistics

import processes
from running_host import Host

CONNECTIONS = 10000
SPARE_FILES = 200
EDGE_THREAD = "edge"
REQUEST = b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
LATER_STARTS = 5


def connections(bench):
    """10,000 keep-alive connections that made one request each, and the threads that hold them."""
    host, pid = bench.host, bench.host.process.pid
    raise_file_limit()
    before = processes.memory_mib(pid)["now"]
    opened = []
    try:
        for _ in range(CONNECTIONS):
            opened.append(socket.create_connection(("127.0.0.1", host.port), timeout=30))
            asked(opened[-1])
        names = collections.Counter(processes.thread_names(pid))
        after = processes.memory_mib(pid)["now"]
        asked(opened[0])  # the oldest is still served
        asked(opened[-1])
    finally:
        for connection in opened:
            connection.close()
    edge = sum(count for name, count in names.items() if name.startswith(EDGE_THREAD))
    if edge == 0:
        raise RuntimeError(f"no thread is named {EDGE_THREAD}…: {dict(names)}")
    bench.results.figure("P8 idle", edge, {"connections": CONNECTIONS, "mib_more": after - before, "threads": dict(names)})


def asked(connection):
    connection.sendall(REQUEST)
    answer = b""
    while b"\r\n\r\n" not in answer:
        piece = connection.recv(4096)
        if not piece:
            raise RuntimeError("the host closed an idle connection")
        answer += piece
    if not answer.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"an idle connection got {answer[:80]!r}")


def raise_file_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < CONNECTIONS + SPARE_FILES:
        raise RuntimeError(f"{CONNECTIONS} connections need as many files; the limit is {hard}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (CONNECTIONS + SPARE_FILES, hard))


def start_up(bench):
    """P9. PostgreSQL's own time is what the host's log says until that answers; what runs meanwhile is not counted twice."""
    firsts, laters = [], []
    for _ in range(max(bench.options.rounds, 2)):
        host = Host(bench.build, bench.sinks)
        try:
            firsts.append(start_ms(host))
            for _ in range(LATER_STARTS):
                host.restart()
                laters.append(start_ms(host))
        finally:
            host.close()
    for goal, starts in (("P9 first", firsts), ("P9 later", laters)):
        bench.results.figure(goal, statistics.median(start["own_ms"] for start in starts),
                             {key: statistics.median(start[key] for start in starts) for key in starts[0]})


def start_ms(host):
    postgres = next(line["took_ms"] for line in host.logged("embedded server ready") if line["server"].lower().startswith("postgres"))
    whole = host.took_s * 1000
    return {"own_ms": whole - postgres, "postgres_ms": postgres, "whole_ms": whole}
