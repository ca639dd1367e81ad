"""The goals of speed, what was measured against each, and how that is shown, kept and compared."""
import json

# id, what, bound, unit; `>=`: at least, `<=`: at most.
GOALS = [
    ("P1", "singles, end to end: times the reference on express", ">=", 12, "×"),
    ("P2", "batches of 1000, end to end: times the reference on express", ">=", 12, "×"),
    ("P3 batches", "large run in batches: times the database floor", "<=", 1.5, "×"),
    ("P3 singles", "large run of singles: times the database floor", "<=", 2.6, "×"),
    ("P4 singles", "CPU for singles: the reference's ÷ ours, PostgreSQL and Redis included", ">=", 12, "×"),
    ("P4 batches", "CPU for batches: the reference's ÷ ours, PostgreSQL and Redis included", ">=", 12, "×"),
    ("P5 idle", "critical, idle: request → provider, p50", "<=", 1, "ms"),
    ("P5 behind", "critical behind a backlog: request → provider, p99", "<=", 15, "ms"),
    ("P5 reference", "the same ÷ the reference's p99 with priorities, behind its 20,000", "<=", 0.5, "×"),
    ("P6 scheduled", "singles with many waiting for a later time ÷ with none", ">=", 0.95, "×"),
    ("P6 due", "deliveries from a large due backlog ÷ from a small one", ">=", 0.95, "×"),
    ("P6 tenants", "singles of 1000 tenants ÷ of one", ">=", 0.85, "×"),
    ("P7", "another tenant's message behind one tenant's backlog: p99 ÷ that on an idle system", "<=", 2, "×"),
    ("P8 load", "memory of belfryd at full load, at most", "<=", 64, "MiB"),
    ("P8 growth", "its growth under steady load, last third − first third", "<=", 2, "MiB"),
    ("P8 idle", "threads of the edge with 10,000 idle keep-alive connections", "<=", 8, "threads"),
    ("P9 first", "start-up, embedded, the first: fork → serving, without PostgreSQL's own", "<=", 1000, "ms"),
    ("P9 later", "start-up, embedded, later: fork → serving, without PostgreSQL's own", "<=", 200, "ms"),
    ("P11", "scheduled messages among many scheduled: latest, after its time", "<=", 100, "ms"),
]
BOUNDS = {goal: (sign, bound) for goal, _, sign, bound, _ in GOALS}


class Results:
    def __init__(self, head):
        self.kept = {**head, "figures": {}, "missing": {}, "detail": {}}

    def figure(self, goal, value, detail=None):
        self.kept["figures"][goal] = round(value, 3)
        said = verdict(goal, value)
        print(f"  {goal:14}{text(goal, value):>14}   {said}", flush=True)
        if detail is not None:
            self.detail(goal, detail)

    def missing(self, goal, reason):
        self.kept["missing"][goal] = reason
        print(f"  {goal:14}{'—':>14}   {reason}", flush=True)

    def detail(self, name, values):
        self.kept["detail"][name] = rounded(values)

    def write(self, file):
        with open(file, "w", encoding="utf-8") as out:
            json.dump(self.kept, out, indent=1)
            out.write("\n")


def rounded(values):
    if isinstance(values, dict):
        return {key: rounded(value) for key, value in values.items()}
    if isinstance(values, list):
        return [rounded(value) for value in values]
    return round(values, 3) if isinstance(values, float) else values


def number(value):
    if value == int(value):
        return f"{value:,.0f}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def text(goal, value):
    unit = next(unit for name, _, _, _, unit in GOALS if name == goal)
    return number(value) + (unit if unit == "×" else " " + unit)


def verdict(goal, value):
    sign, bound = BOUNDS[goal]
    if value >= bound if sign == ">=" else value <= bound:
        return "met"
    if value <= 0:
        return "missed"
    times = bound / value if sign == ">=" else value / bound
    return f"missed by {(times - 1) * 100:.0f} %" if times < 2 else f"missed by a factor of {times:.1f}"


def table(results):
    """The rows as Markdown."""
    lines = ["| # | what | goal | measured | |", "|---|---|---|---|---|"]
    for goal, what, sign, bound, unit in GOALS:
        wanted = ("≥ " if sign == ">=" else "≤ ") + f"{bound:,}" + (unit if unit == "×" else " " + unit)
        if goal in results["figures"]:
            value = results["figures"][goal]
            lines.append(f"| {goal} | {what} | {wanted} | {text(goal, value)} | {verdict(goal, value)} |")
        else:
            lines.append(f"| {goal} | {what} | {wanted} | — | {results['missing'].get(goal, 'not measured')} |")
    return "\n".join(lines)


def worse_by(goal, old, new):
    """How much worse the new figure is, as a share; negative: better. A goal of at most is worse when it grows."""
    sign, bound = BOUNDS[goal]
    if sign == ">=":
        return old / new - 1 if new > 0 else float("inf")
    least = bound / 100  # a figure near 0 does not get worse by a factor
    return max(new, least) / max(old, least) - 1
