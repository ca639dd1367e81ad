"""PostgreSQL and Redis outside of the hosts, each of which can be broken and mended."""
import errno
import os
import signal
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
sys.path.insert(0, os.path.join(ROOT, "tests", "bench", "end_to_end"))

from sql_session import SqlSession  # noqa: E402

SCRIPT = os.path.join(ROOT, "tests", "support", "services")
DATABASE = "storm"
DISK_GIB = 64  # sparse: takes what is written


class Disk:
    """A file system of its own for PostgreSQL, so that it can be filled. Without the right to mount: why_not says why."""

    def __init__(self, directory, wanted):
        self.place = os.path.join(directory, "disk")
        self.image = os.path.join(directory, "disk.img")
        os.mkdir(self.place)
        os.chmod(self.place, 0o711)
        self.why_not = self.mount() if wanted else "not asked for"

    def mount(self):
        if os.geteuid() != 0:
            return "only root may mount a disk that can be filled"
        with open(self.image, "wb") as file:
            file.truncate(DISK_GIB << 30)
        for command in (["mkfs.ext4", "-q", "-m", "0", self.image], ["mount", "-o", "loop", self.image, self.place]):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                return f"{command[0]}: {done.stderr.strip()}"
        os.unlink(self.image)  # the mount holds it
        return ""

    def fill(self):
        """To the last block, while PostgreSQL takes some of them itself."""
        filler = os.path.join(self.place, "filler")
        with open(filler, "wb") as file:
            slack = 1 << 20
            while not self.reserve(file.fileno(), slack):
                slack *= 2
        with open(filler + ".rest", "wb", buffering=0) as file:
            for size in (1 << 16, 1 << 12):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError:
                    pass  # full, for this size

    def reserve(self, file, slack):
        """All that is free but the slack; False when it is not free any more."""
        space = os.statvfs(self.place)
        try:
            os.posix_fallocate(file, 0, max(space.f_bavail * space.f_bsize - slack, 1))
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            os.ftruncate(file, 0)
            return False
        return True

    def empty(self):
        for name in ("filler", "filler.rest"):
            os.unlink(os.path.join(self.place, name))

    def close(self):
        if not self.why_not:
            subprocess.run(["umount", "-l", self.place], check=False)


class Services:
    def __init__(self, disk):
        self.directory = os.path.join(disk.place, "s")
        said = self.script("start", "--durable", "--owner", str(os.getpid()))
        self.exported = dict(line.removeprefix("export ").split("=", 1) for line in said.splitlines() if line.startswith("export "))
        with open(os.path.join(self.directory, "home"), encoding="utf-8") as file:
            self.home = file.read().strip()
        self.redis_socket = os.path.join(self.home, "redis.sock")
        self.session = None
        subprocess.run(["psql", "-qX", "-h", self.home, "-U", "postgres", "-c", f"CREATE DATABASE {DATABASE} OWNER belfry"], check=True)

    def script(self, verb, *more):
        done = subprocess.run([SCRIPT, verb, self.directory, *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"services {verb}: {done.stderr.strip()}")
        return done.stdout

    @property
    def database_url(self):
        return f"postgresql://belfry@/{DATABASE}?host={self.home.replace('/', '%2F')}"

    def sql(self, statement):
        """Rows of texts; None while PostgreSQL is away."""
        try:
            self.session = self.session or SqlSession(self.home, DATABASE)
            return self.session.rows(statement)
        except (RuntimeError, OSError):
            self.session = None
            return None

    def number(self, statement):
        rows = self.sql(statement)
        return int(rows[0][0]) if rows else None

    def stop_postgres(self):
        self.script("stop-postgres")

    def revive_postgres(self):
        """If it is not running."""
        self.script("revive-postgres")

    def kill_redis(self):
        os.kill(self.redis_pid(), signal.SIGKILL)

    def redis_pid(self):
        with open(os.path.join(self.home, "redis.pid"), encoding="ascii") as file:
            return int(file.read())

    def redis(self, *command):
        subprocess.run(["redis-cli", "-s", self.redis_socket, *command], stdout=subprocess.DEVNULL, check=True)

    def revive_redis(self):
        self.script("revive-redis")

    def close(self):
        if self.session:
            self.session.psql.kill()
        os.kill(self.redis_pid(), signal.SIGCONT)  # or it would not hear that it is to stop
        self.script("stop")
