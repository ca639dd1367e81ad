"""The ledger of 202s compared with what the providers took and with what the database says became of it."""
import collections
import dataclasses

# In the ledger's order of columns. One delivery a notification here.
FATES = """
COPY (
  SELECT d.notification_id, d.channel, d.status, coalesce(nullif(d.error_code, ''), '-'), d.attempt, coalesce(l.n, 0), w.delivery_id IS NOT NULL
    FROM belfry.deliveries d
    LEFT JOIN (SELECT tenant_id, delivery_id, count(*) AS n FROM belfry.delivery_events WHERE type = 'lease_expired' GROUP BY 1, 2) l
           ON l.tenant_id = d.tenant_id AND l.delivery_id = d.id
    LEFT JOIN belfry.work w ON w.tenant_id = d.tenant_id AND w.delivery_id = d.id
) TO STDOUT
"""
# Positions of the feed against the order of each delivery's events.
DISORDER = """
SELECT count(*) FROM (SELECT seq, lag(seq) OVER (PARTITION BY tenant_id, delivery_id ORDER BY pos) AS before FROM belfry.feed) f
 WHERE before >= seq
"""
TAKEN = {"sent", "delivered"}
# Deliveries of these channels may be repeated when a lease ran out (lease_expired.CHANNEL: resend) …
RESENT = {"email"}
# … and those of these when the provider left an attempt unanswered: it knows doubles by their id.
REPEATED = {"webhook"}


@dataclasses.dataclass
class Fate:
    channel: str
    status: str
    reason: str
    attempts: int
    leases_lost: int
    live: bool
    ids: list = dataclasses.field(default_factory=list)  # of the copies that a provider took

    @property
    def lost(self):
        if self.live:
            return True
        if self.status == "unknown":
            return self.reason == "-"
        return not (self.status in TAKEN and self.ids)

    @property
    def duplicates(self):
        return max(len(self.ids) - 1, 0)

    @property
    def allowed(self):
        """Copies beyond the first that the promises allow."""
        if self.channel in RESENT:
            return min(self.leases_lost, self.attempts - 1)
        return self.attempts - 1 if self.channel in REPEATED else 0

    @property
    def inexcusable(self):
        """Copies beyond what is allowed, or that a recipient cannot know for doubles."""
        return self.duplicates if len(set(self.ids)) > 1 else max(self.duplicates - self.allowed, 0)


class Stock:
    """`ledger`: number → notification id; `fates`: notification id → Fate; `copies`: number → ids."""

    def __init__(self, ledger, fates, copies):
        self.findings = []
        self.count = collections.Counter(lost=0, delivered=0, duplicates=0, duplicates_inexcusable=0, unknown=0)
        self.unknown, self.duplicates = collections.Counter(), collections.Counter()
        self.count["accepted"] = len(ledger)
        self.count["taken_twice"] = len(fates) - len(ledger)
        self.count["copies_of_nothing"] = sum(len(ids) for number, ids in copies.items() if number not in ledger)
        for number, notification in ledger.items():
            fate = fates.get(notification) or Fate("?", "absent", "-", 0, 0, False)
            fate.ids = copies.get(number, [])
            self.add(number, fate)

    def add(self, number, fate):
        self.count["lost"] += fate.lost
        self.count["delivered"] += fate.status in TAKEN and bool(fate.ids)
        self.count["leases_lost"] += fate.leases_lost
        self.count["duplicates"] += fate.duplicates
        self.count["duplicates_inexcusable"] += fate.inexcusable
        if fate.duplicates:
            self.duplicates[fate.channel] += fate.duplicates
        if fate.status == "unknown" and not fate.lost:
            self.count["unknown"] += 1
            self.unknown[f"{fate.channel} {fate.reason}"] += 1
        if fate.lost or fate.inexcusable:
            self.findings.append(f"{number}: {fate}")

    @property
    def holds(self):
        return not any(self.count[name] for name in ("lost", "duplicates_inexcusable", "taken_twice", "copies_of_nothing"))


def read_ledger(file):
    with open(file, encoding="ascii") as lines:
        return dict(line.split() for line in lines)


def read_copies(file):
    copies = collections.defaultdict(list)
    with open(file, encoding="ascii") as lines:
        for line in lines:
            _kind, number, identity = line.split()
            copies[number].append(identity)
    return copies


def read_fates(rows):
    return {row[0]: Fate(row[1], row[2], row[3], int(row[4]), int(row[5]), row[6] == "t") for row in rows}
