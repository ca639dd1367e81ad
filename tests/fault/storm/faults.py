"""How each fault of the schedule begins and ends."""
import subprocess
import time

# Deliveries that some worker holds: what a kill may cut short.
SENDING = "SELECT count(*) FROM belfry.work WHERE lease_until IS NOT NULL"


class Stage:
    """What can be broken: services, their disk, hosts, providers."""

    def __init__(self, services, disk, replicas, provider):
        self.services, self.disk, self.replicas, self.provider = services, disk, replicas, provider
        self.sending_at_kills = 0

    def begin(self, fault):
        return getattr(self, "begin_" + fault.name.replace("-", "_"), self.misbehave)(fault)

    def end(self, fault):
        return getattr(self, "end_" + fault.name.replace("-", "_"), self.behave)(fault)

    def why_not(self, name):
        """The reason why a fault cannot be had on this machine; "" when it can."""
        if name == "disk-full":
            return self.disk.why_not
        if name == "clock-jump" and not self.replicas[0].clock:
            return "libfaketime is not installed (Debian package faketime)"
        return ""

    def misbehave(self, fault):
        self.provider.ask(f"behave {fault.name} {fault.percent}")

    def behave(self, _fault):
        self.provider.ask("behave well 0")

    def kill(self, replicas):
        for replica in replicas:
            replica.kill()
        self.sending_at_kills += self.services.number(SENDING) or 0

    def revive(self, replicas):
        for replica in replicas:
            replica.start()
        for replica in replicas:
            replica.wait_until_ready()

    def begin_replica_kill(self, fault):
        self.kill([self.replicas[fault.replica]])

    def end_replica_kill(self, fault):
        self.revive([self.replicas[fault.replica]])

    def begin_all_kill(self, _fault):
        self.kill(self.replicas)

    def end_all_kill(self, _fault):
        self.revive(self.replicas)

    def begin_replica_freeze(self, fault):
        self.replicas[fault.replica].freeze()
        self.sending_at_kills += self.services.number(SENDING) or 0

    def end_replica_freeze(self, fault):
        self.replicas[fault.replica].thaw()

    def begin_redis_kill(self, _fault):
        self.services.kill_redis()

    def end_redis_kill(self, _fault):
        self.services.revive_redis()

    def begin_redis_flush(self, _fault):
        self.services.redis("FLUSHALL")

    def end_redis_flush(self, _fault):
        pass

    def begin_redis_freeze(self, _fault):
        subprocess.run(["kill", "-STOP", str(self.services.redis_pid())], check=True)

    def end_redis_freeze(self, _fault):
        subprocess.run(["kill", "-CONT", str(self.services.redis_pid())], check=True)

    def begin_redis_full(self, _fault):
        self.services.redis("CONFIG", "SET", "maxmemory", "1")

    def end_redis_full(self, _fault):
        self.services.redis("CONFIG", "SET", "maxmemory", "0")

    def begin_postgres_immediate(self, _fault):
        self.sending_at_kills += self.services.number(SENDING) or 0
        self.services.stop_postgres()

    def end_postgres_immediate(self, _fault):
        self.services.revive_postgres()

    begin_postgres_away, end_postgres_away = begin_postgres_immediate, end_postgres_immediate

    def begin_disk_full(self, _fault):
        self.sending_at_kills += self.services.number(SENDING) or 0
        self.disk.fill()

    def end_disk_full(self, _fault):
        """PostgreSQL ends by itself when it cannot write its log; then somebody has to start it."""
        self.disk.empty()
        limit = time.monotonic() + 60
        while self.services.number("SELECT 1") is None and time.monotonic() < limit:
            self.services.revive_postgres()

    def begin_clock_jump(self, fault):
        self.replicas[0].set_clock(fault.jump_s)

    def end_clock_jump(self, _fault):
        self.replicas[0].set_clock(0)
