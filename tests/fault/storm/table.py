#!/usr/bin/python3
"""The JSON lines of tests/fault/run as the tables of docs/explanation/reliability.md.

  table.py FILE…
"""
import collections
import json
import sys

COLUMNS = [("seed", "seed"), ("faults", "faults"), ("accepted", "accepted"), ("delivered", "delivered"), ("lost", "lost"), ("taken twice", "taken_twice"),
           ("unknown", "unknown"), ("duplicates", "duplicates"), ("not allowed", "duplicates_inexcusable"), ("leases lost", "leases_lost"),
           ("in `sending` at kills", "sending_at_kills"), ("refused politely", "refused_politely")]


def row(cells):
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def number(value):
    return f"{value:,}" if isinstance(value, int) else str(value)


def results(runs):
    yield row(title for title, _ in COLUMNS)
    yield row("---" for _ in COLUMNS)
    for run in runs:
        yield row(str(run[key]) if key == "seed" else number(run[key]) for _, key in COLUMNS)
    yield row(["all", *(number(sum(run[key] for run in runs)) for _, key in COLUMNS[1:])])


def totals(runs, key):
    sums = collections.Counter()
    for run in runs:
        sums.update(run[key])
    return ", ".join(f"{name} {count:,}" for name, count in sorted(sums.items()))


def longest(cells):
    seen = [cell for cell in cells if cell is not None]
    return f"{max(seen):.2f}" if seen else "–"


def recovery(runs):
    faults = collections.defaultdict(list)
    for run in runs:
        for name, times in run["recovery"].items():
            for one in name.split(" + "):
                faults[one].append(times)
    yield row(["fault, alone or with another", "times", "first delivery", "nothing overdue"])
    yield row(["---"] * 4)
    for name in sorted(faults):
        mine = faults[name]
        yield row([name, sum(one["times"] for one in mine), longest(one["delivery_s"] for one in mine), longest(one["overdue_s"] for one in mine)])


def main():
    runs = [json.loads(line) for name in sys.argv[1:] for line in open(name, encoding="utf-8")]
    if not runs:
        sys.exit(__doc__)
    print(*results(runs), "", f"Promises held in {sum(run['holds'] for run in runs)} of {len(runs)} runs.", "",
          f"Unknown, by channel and reason: {totals(runs, 'unknown_reasons')}.", "", f"Duplicates, by channel: {totals(runs, 'duplicates_by_channel')}.", "",
          *recovery(runs), sep="\n")


if __name__ == "__main__":
    main()
