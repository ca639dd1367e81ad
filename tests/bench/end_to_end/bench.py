"""One run: what all parts share, the parts in order, the results."""
import datetime
import os
import platform
import subprocess
import sys
import time
import traceback

import critical
import goals
import load
import rates
import reference
import standing
import waiting
from running_host import Host
from sink import Sinks

PARTS = {
    "rates": [rates.measure],
    "critical": [critical.idle, critical.behind],
    "waiting": [waiting.scheduled],
    "tenants": [waiting.tenants],
    "due": [waiting.due],
    "memory": [rates.steady, standing.connections],
    "start": [standing.start_up],
}
PROGRAMS = ("bin/belfryd", "bench/load_generator", "bench/smtp_sink", "bench/http_sink")


class Bench:
    """Sinks, the host that the parts share, and the reference with its processes up."""

    def __init__(self, options):
        self.options, self.build = options, options.build
        self.results = goals.Results(head(options))
        self.reference, self.no_reference = (None, "left out by --no-reference") if options.no_reference else reference.prepare()
        self.sinks = Sinks(self.build)
        self.host = None

    def start(self):
        if self.reference:
            self.reference.start()
        self.host = Host(self.build, self.sinks, self.options.set)
        self.no_batches = load.why_no_batches(self.host)

    def close(self):
        if self.host:
            self.host.close()
        self.sinks.close()
        if self.reference:
            self.reference.stop()


def head(options):
    """When, where and how much; what a reader needs to judge the figures."""
    with open("/proc/loadavg", encoding="ascii") as file:
        load_average = float(file.read().split()[0])
    numbers = {name: getattr(options, name) for name in ("n", "rounds", "large", "backlog", "million", "due", "minutes")}
    return {"at": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"), "quick": options.quick,
            "machine": {"processors": os.cpu_count(), "architecture": platform.machine(), "load_average_before": load_average},
            "numbers": numbers, "settings": options.set}


def main(options):
    for program in PROGRAMS:
        if not os.path.exists(os.path.join(options.build, program)):
            sys.exit(f"{os.path.join(options.build, program)} is not built; run packaging/build")
    bench = Bench(options)
    failed = False
    try:
        bench.start()
        for name in [name for name in PARTS if name in options.parts or not options.parts]:
            failed |= not run_part(bench, name)
    finally:
        bench.close()
    file = options.json or os.path.join(options.build, "performance-results.json")
    bench.results.write(file)
    print("\n" + goals.table(bench.results.kept) + f"\n\nkept in {file}")
    return 1 if failed else 0


def run_part(bench, name):
    """A part that fails is told and the others go on: what they cost is too dear to lose."""
    begun = time.monotonic()
    print(f"\n{name}", flush=True)
    done = True
    for step in PARTS[name]:
        try:
            step(bench)
        except (RuntimeError, OSError, ValueError, LookupError, ArithmeticError, StopIteration, subprocess.SubprocessError) as problem:
            traceback.print_exc()
            bench.results.kept.setdefault("problems", {})[f"{name}: {step.__name__}"] = str(problem)
            done = False
    print(f"  ({time.monotonic() - begun:.0f} s)", flush=True)
    return done
