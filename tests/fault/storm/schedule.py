"""Which fault comes when: by the seed (and what was asked for) alone, so that a run can be had again."""
import dataclasses
import random

PERCENT = (30, 60, 100)
JUMPS_S = (-3600, -600, -30, 30, 600, 3600)
# Each fault's shortest and longest duration in seconds. The lease is 3 s: a freeze outlasts it, a short stall does not.
FAULTS = {
    "replica-kill": (0.2, 2.0),        # kill -9 of one host
    "all-kill": (0.2, 1.0),            # kill -9 of every host
    "replica-freeze": (3.5, 5.0),      # SIGSTOP of one host for longer than its leases
    "redis-kill": (0.5, 2.0),          # kill -9
    "redis-flush": (0.0, 0.0),         # FLUSHALL
    "redis-freeze": (0.5, 2.0),        # SIGSTOP
    "redis-full": (0.5, 2.0),          # every write is refused: maxmemory 1
    "postgres-immediate": (0.3, 3.0),  # pg_ctl stop -m immediate
    "postgres-away": (11.0, 12.0),     # the same for longer than intake waits for it: sends are refused
    "disk-full": (1.0, 3.0),           # no space where PostgreSQL keeps its data
    "clock-jump": (2.0, 4.0),          # CLOCK_REALTIME of the first host
    "refuse": (0.5, 2.0),              # the providers, from here on: see unruly_provider.cpp
    "stall-before": (1.0, 4.0),
    "stall-after": (1.0, 4.0),
    "cut": (0.5, 1.5),
    "throttle": (0.5, 2.0),
    "fail": (0.5, 2.0),
}
GROUPS = {"replica-kill": "hosts", "all-kill": "hosts", "replica-freeze": "hosts", "clock-jump": "hosts", "postgres-immediate": "postgres",
          "postgres-away": "postgres",          "disk-full": "postgres", "redis-kill": "redis", "redis-flush": "redis", "redis-freeze": "redis", "redis-full": "redis"}
ORDER = ("provider", "hosts", "redis", "postgres")  # of two faults the later one of these comes within the other
WAITS = 0.7   # how often the next fault waits until this one is got over
WITHIN = 0.4  # how often a second one comes in the middle of it
PAUSE_S = (0.3, 2.0)


@dataclasses.dataclass(frozen=True)
class Fault:
    at_s: float               # earliest, from the first request on
    name: str
    duration_s: float         # without the one within
    replica: int              # for those of one host
    percent: int              # of messages, for those of providers
    jump_s: int               # for clock-jump
    waits: bool               # the next one comes when this one is got over
    within: "Fault | None" = None  # begins and ends in the middle of this one

    def __str__(self):
        return f"{self.at_s:7.2f} s  {self.text()}{'' if self.waits else ', at once followed by'}"

    def text(self):
        detail = {"hosts": f" {self.replica}", "provider": f" {self.percent} %"}.get(group(self.name), "")
        detail = {"refuse": "", "all-kill": "", "clock-jump": f" {self.jump_s:+d} s"}.get(self.name, detail)
        return f"{self.name}{detail} for {self.duration_s:.2f} s" + (f", within it {self.within.text()}" if self.within else "")

    @property
    def whole_s(self):
        return self.duration_s + (self.within.whole_s if self.within else 0)

    @property
    def title(self):
        return self.name + (f" + {self.within.name}" if self.within else "")


def group(name):
    return GROUPS.get(name, "provider")


def schedule(seed, seconds, replicas, names):
    """Every fault comes once before one comes again; at least one comes."""
    chance = random.Random(seed)
    faults, deck, at = [], [], chance.uniform(0.5, 1.5)

    def draw(wanted=lambda name: True):
        if not deck:
            deck.extend(names)
            chance.shuffle(deck)
        name = next((name for name in reversed(deck) if wanted(name)), None)
        if name is None:
            return None
        deck.remove(name)
        return Fault(round(at, 2), name, round(chance.uniform(*FAULTS[name]), 2), chance.randrange(replicas), chance.choice(PERCENT),
                     chance.choice(JUMPS_S), chance.random() < WAITS)

    while not faults or at < seconds:
        fault = draw()
        other = draw(lambda name: group(name) != group(fault.name)) if chance.random() < WITHIN else None
        if other:
            outer, inner = sorted((fault, other), key=lambda one: ORDER.index(group(one.name)))
            fault = dataclasses.replace(outer, within=inner)
        faults.append(fault)
        at += fault.whole_s + chance.uniform(*PAUSE_S)
    return faults
