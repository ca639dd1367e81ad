#!/usr/bin/python3
"""A steady stream of notifications while everything around it breaks, from a seed; then the reckoning.

Started by tests/fault/run, whose help says what it does. The last line of the output is JSON; the exit code is 0 only if
the promises hold: nothing accepted is lost or taken twice, nothing is repeated but what the channel's policy allows,
every `unknown` has its reason, refusals are polite, no host ends by itself.
"""
import argparse
import base64
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../../support")]

import reckoning  # noqa: E402
from children import Client, Provider  # noqa: E402
from faults import Stage  # noqa: E402
from replica import Replica, faketime  # noqa: E402
from schedule import FAULTS, schedule  # noqa: E402
from services import Disk, Services  # noqa: E402
from wait_until import let_run, wait_until  # noqa: E402

LEASE_MS = 3000
PROVIDER_DELAY_MS = 20  # so that a kill finds something under way
RECOVERY_LIMIT_S = 120
END_LIMIT_S = 600
# Due for more than a second and held by nobody, or held by somebody who is gone.
OVERDUE = "SELECT count(*) FROM belfry.work WHERE (lease_until IS NULL AND due_at < now() - interval '1 s') OR lease_until < now()"
WAITING = "SELECT (SELECT count(*) FROM belfry.work) + (SELECT count(*) FROM belfry.outbox)"
TEXT = "A bell@@@@@@@@bell rings."
BODIES = {
    "email": {"channel": "email", "recipient": {"email": "ada@example.test"}, "content": {"subject": "It rings", "text": TEXT}},
    "sms": {"channel": "sms", "recipient": {"phone": "+15005550009"}, "content": {"text": TEXT}},
    "webhook": {"channel": "webhook", "recipient": {"userId": "ada"}, "content": {"title": "It rings", "text": TEXT}},
}
MIX = ("email", "sms", "email", "webhook")


def tenant_file(provider):
    return f"""tenant: storm
auth: [apikey]
providers:
  - {{id: relay, plugin: smtp, channel: email, config: {{host: 127.0.0.1, port: {provider.smtp}, tls: none, from: 'Bells <bells@storm.test>'}}}}
  - id: phones
    plugin: twilio
    channel: sms
    config: {{account_sid: AC0123456789abcdef0123456789abcdef, from: '+15005550006', base_url: 'http://127.0.0.1:{provider.http}'}}
    secrets: {{auth_token: {{env: STORM_TOKEN}}}}
  - id: hook
    plugin: webhook
    channel: webhook
    config: {{url: 'http://127.0.0.1:{provider.http}/hook'}}
    secrets: {{signing_secret: {{env: STORM_SECRET}}}}
"""


ENVIRONMENT = {"STORM_TOKEN": "0123456789abcdef0123456789abcdef",
               "STORM_SECRET": "whsec_" + base64.b64encode(bytes(range(32))).decode(),
               "BELFRY_MASTER_KEY": base64.b64encode(bytes(range(1, 33))).decode()}


class Storm:
    def __init__(self, options):
        self.options = options
        self.directory = tempfile.mkdtemp(prefix="belfry-storm.", dir="/tmp")
        os.chmod(self.directory, 0o711)  # the servers drop to another user and must get through
        self.disk = Disk(self.directory, "disk-full" in options.faults)
        self.services = Services(self.disk)
        self.provider = Provider(options.build, self.directory, options.seed, PROVIDER_DELAY_MS)
        self.replicas = []
        self.client = None
        self.recoveries = []

    def start_hosts(self):
        options = self.options
        subprocess.run([os.path.join(options.build, "bin", "belfry"), "migrate", "up", "--database", self.services.database_url],
                       check=True, stdout=subprocess.DEVNULL)
        tenants = os.path.join(self.directory, "tenants")
        os.mkdir(tenants)
        with open(os.path.join(tenants, "storm.yaml"), "w", encoding="utf-8") as file:
            file.write(tenant_file(self.provider))
        for number in range(options.replicas):
            clock = os.path.join(self.directory, "clock") if number == 0 and faketime() and "clock-jump" in options.faults else None
            self.replicas.append(Replica(number, options.build, self.directory, self.settings(number, tenants), ENVIRONMENT, clock))
            self.replicas[-1].start()
            self.replicas[-1].wait_until_ready()  # the first one makes the key and the tenant
        self.stage = Stage(self.services, self.disk, self.replicas, self.provider)

    def settings(self, number, tenants):
        provider = self.provider
        settings = [f"database.url={self.services.database_url}", f"redis.url=unix://{self.services.redis_socket}", f"tenants.directory={tenants}",
                    f"exchange.allow_private_hosts=[127.0.0.1:{provider.smtp}, 127.0.0.1:{provider.http}]", f"worker.lease_ms={LEASE_MS}", "log.level=warn"]
        for channel in BODIES:
            settings += [f"retry.{channel}.base_ms=100", f"retry.{channel}.factor=1.5", f"retry.{channel}.cap_ms=1000", f"retry.{channel}.attempts=100"]
        if number == 0:
            settings.append(f"embedded.data_directory={self.directory}")  # where admin.key goes
        return settings + self.options.set

    def admin_key(self):
        with open(os.path.join(self.directory, "admin.key"), encoding="ascii") as file:
            return file.read().strip()

    def run(self):
        self.start_hosts()
        options = self.options
        skipped = {name: self.stage.why_not(name) for name in options.faults if self.stage.why_not(name)}
        faults = schedule(options.seed, options.notifications / options.rate, options.replicas, options.faults)
        print(f"seed {options.seed}: {options.notifications} notifications at {options.rate:g}/s, {options.replicas} hosts, {sum(1 + bool(fault.within) for fault in faults)} faults")
        for name, reason in skipped.items():
            print(f"skipped: {name}: {reason}")
        begun = time.monotonic()
        self.client = Client(options.build, self.directory, [replica.port for replica in self.replicas], self.admin_key(),
                             [BODIES[channel] for channel in MIX], options.notifications, options.rate)
        for fault in faults:
            let_run(self.client.process, begun + fault.at_s - time.monotonic())
            print(fault, flush=True)
            mended = self.strike(fault, skipped)
            if fault.waits:
                self.recoveries.append({"fault": fault.title, **self.recovery(mended)})
        accepted_all = wait_until(END_LIMIT_S, lambda: self.client.ask("stats")["accepted"] >= options.notifications, every_s=0.05)
        done_all = accepted_all and wait_until(END_LIMIT_S, lambda: self.services.number(WAITING) == 0, every_s=0.05)
        took = time.monotonic() - begun
        if not done_all:
            self.say_what_waits()
        return self.reckon(took, skipped, sum(1 + bool(fault.within) for fault in faults))

    def strike(self, fault, skipped):
        """Returns when its mending began: a server that comes back has yet to start then."""
        if fault.name not in skipped:
            self.stage.begin(fault)
        let_run(self.client.process, fault.duration_s / 2)
        if fault.within:
            self.strike(fault.within, skipped)
        let_run(self.client.process, fault.duration_s / 2)
        self.provider.ask("mark")
        mended = time.monotonic()
        if fault.name not in skipped:
            self.stage.end(fault)
        return mended

    def recovery(self, mended):
        """Seconds from then to the first copy at a provider, and until nothing is overdue."""
        seen = {}

        def over():
            if "delivery_s" not in seen and (first := self.provider.ask("stats")["first_us"]):
                seen["delivery_s"] = round(max(first / 1e6 - mended, 0), 3)
            if "overdue_s" not in seen and self.services.number(OVERDUE) == 0:
                seen["overdue_s"] = round(time.monotonic() - mended, 3)
            idle = self.client.ask("stats")["accepted"] >= self.options.notifications and self.services.number(WAITING) == 0
            return len(seen) == 2 or idle
        wait_until(RECOVERY_LIMIT_S, over, every_s=0.05)
        return {"delivery_s": seen.get("delivery_s"), "overdue_s": seen.get("overdue_s")}

    def say_what_waits(self):
        rows = self.services.sql("SELECT channel, state, attempt, due_at - now(), lease_until - now() FROM belfry.work ORDER BY due_at LIMIT 10") or []
        print("not finished in time:", self.client.ask("stats"), *("\t".join(row) for row in rows), sep="\n  ")

    def reckon(self, took, skipped, faults):
        died = [replica.number for replica in self.replicas if replica.died()]
        sent = self.client.ask("stats")
        seen = self.provider.ask("stats")
        stock = reckoning.Stock(reckoning.read_ledger(self.client.ledger), reckoning.read_fates(self.services.sql(reckoning.FATES)),
                                reckoning.read_copies(self.provider.record))
        result = {"seed": self.options.seed, "replicas": self.options.replicas, "rate": self.options.rate, "seconds": round(took, 1),
                  "faults": faults, **stock.count, "sending_at_kills": self.stage.sending_at_kills, "refused_politely": sent["refused"],
                  "unanswered": sent["unanswered"], "surprises": sent["surprises"], "wrong_at_provider": seen["wrong"],
                  "feed_disorder": self.services.number(reckoning.DISORDER), "hosts_died": died,
                  "hosts_unclean": [replica.number for replica in self.replicas if not replica.died() and replica.stop() != 0],
                  "unknown_reasons": dict(stock.unknown), "duplicates_by_channel": dict(stock.duplicates), "skipped": skipped, "recovery": self.recovery_table()}
        result["holds"] = (stock.holds and result["accepted"] == self.options.notifications and
                           not any(result[name] for name in ("surprises", "wrong_at_provider", "feed_disorder", "hosts_died", "hosts_unclean")))
        self.explain(stock, died)
        return result

    def recovery_table(self):
        """Of each fault: how often, and the longest times until the first delivery and until nothing was overdue."""
        table = {}
        for name in sorted({one["fault"] for one in self.recoveries}):
            mine = [one for one in self.recoveries if one["fault"] == name]
            longest = {key: max((one[key] for one in mine if one[key] is not None), default=None) for key in ("delivery_s", "overdue_s")}
            table[name] = {"times": len(mine), **longest, "not_seen": sum(one["overdue_s"] is None for one in mine)}
        return table

    def explain(self, stock, died):
        for finding in stock.findings[:20]:
            print("finding:", finding)
        self.client.surprises.seek(0)
        for line in self.client.surprises.readlines()[:10]:
            print("surprise:", line.rstrip())
        for replica in self.replicas:
            if replica.number in died:
                print(f"host {replica.number} ended with {replica.process.returncode}:\n{replica.last_words()}")
            if self.options.verbose:
                print(f"host {replica.number} logged:", json.dumps(replica.log_counts()))

    def close(self):
        for replica in self.replicas:
            if replica.process:
                replica.kill()
        if self.options.keep:
            shutil.copy(os.path.join(self.services.home, "postgres.log"), self.directory)
            print("kept:", self.directory)
        for other in (self.client, self.provider, self.services, self.disk):
            if other:
                other.close()
        if not self.options.keep:
            shutil.rmtree(self.directory, ignore_errors=True)


def show(result):
    print(f"\naccepted {result['accepted']}, delivered {result['delivered']}, lost {result['lost']}, unknown {result['unknown']}, taken twice {result['taken_twice']}")
    for reason, count in sorted(result["unknown_reasons"].items()):
        print(f"  unknown, {reason}: {count}")
    print(f"duplicates {result['duplicates']} {result['duplicates_by_channel'] or ''}, of them not allowed {result['duplicates_inexcusable']}; "
          f"leases lost {result['leases_lost']}, in `sending` at the kills {result['sending_at_kills']}")
    print(f"refused politely {result['refused_politely']}, unanswered {result['unanswered']}, surprises {result['surprises']}; {result['seconds']} s")
    print(f"\n{'fault':38}{'times':>6}{'first delivery':>16}{'nothing overdue':>17}   (longest, s from when mending began)")
    for name, row in result["recovery"].items():
        missed = f"   not seen {row['not_seen']} times" if row["not_seen"] else ""
        print(f"{name:38}{row['times']:6}{row['delivery_s'] if row['delivery_s'] is not None else '-':>16}{row['overdue_s'] if row['overdue_s'] is not None else '-':>17}{missed}")
    print("\nthe promises hold" if result["holds"] else "\nTHE PROMISES DO NOT HOLD")
    print(json.dumps(result))


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--notifications", type=int)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--replicas", type=int, default=3)
    parser.add_argument("--rate", type=float, default=500)
    parser.add_argument("--faults", default=",".join(FAULTS))
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--json")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    if options.rate <= 0 or not 1 <= options.replicas <= 16:
        parser.error("--rate must be above 0, and --replicas 1 to 16")
    options.notifications = options.notifications or round((options.minutes or 1) * 60 * options.rate)
    if not 1 <= options.notifications < 100_000_000:
        parser.error(f"--notifications is {options.notifications}; allowed: 1 to 99999999")
    options.faults = [name for name in re.split("[, ]+", options.faults) if name]
    for name in options.faults:
        if name not in FAULTS:
            parser.error(f"--faults: '{name}'; allowed: {', '.join(FAULTS)}")
    return options


def main():
    options = parse()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))
    storm = Storm(options)
    try:
        result = storm.run()
    finally:
        storm.close()
    show(result)
    if options.json:
        with open(options.json, "a", encoding="utf-8") as file:
            file.write(json.dumps(result) + "\n")
    return 0 if result["holds"] else 1


if __name__ == "__main__":
    sys.exit(main())
