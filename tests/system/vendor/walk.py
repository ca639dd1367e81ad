#!/usr/bin/python3
"""docs/how-to/write-a-plugin.md tells the truth: its files and commands, as they stand there and in that order, make a channel
plugin against an installed Belfry, check it, install it into a running host, and deliver through it.

  walk.py BUILD_DIR     # of a whole build: it is installed

Only places are other ones: ports, prefix and working folder, so that the walk meets nobody.
"""
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/support"))

from wait_until import wait_until  # noqa: E402

PAGE = ROOT / "docs/how-to/write-a-plugin.md"
FILES = {"manifest.json", "plugin.cpp", "vectors/send.json", "vectors/callback.json", "/srv/acme/belfry.yaml", "/srv/acme/acme.py"}
LIMIT_S = 150
BLOCK = re.compile(r"(?:^`([\w./-]+)`\n\n)?^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def script_of(page):
    """What a reader does from top to bottom: files are written where the shell stands, commands are run."""
    files, lines = set(), []
    for name, kind, text in BLOCK.findall(page):
        if name:
            files.add(name)
            lines.append(f"cat >{shlex.quote(name)} <<'END_OF_{kind}'\n{text}END_OF_{kind}")
        elif kind == "sh":
            lines.append(text)
    if files != FILES:
        sys.exit(f"{PAGE} shows the files {sorted(files)}, not {sorted(FILES)}")
    return "\n".join(lines)


def walk(build, folder):
    host, provider = free_ports(2)
    script = script_of(PAGE.read_text(encoding="utf-8"))
    for written, here in (("build/release", build), ("/opt/belfry", folder / "prefix"), ("/srv/acme", folder / "acme"),
                          ("8080", host), ("8090", provider)):
        if written not in script:
            sys.exit(f"{PAGE} does not have {written}")
        script = script.replace(written, str(here))
    script = "set -euxo pipefail\n" + script + "\nkill $(jobs -p); wait"
    with open(folder / "walk.log", "w", encoding="utf-8") as log:
        shell = subprocess.Popen(["bash", "-c", script], cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
        try:
            return shell.wait(LIMIT_S)
        except subprocess.TimeoutExpired:
            return None
        finally:
            end(shell.pid)


def end(group):
    """What the commands left running when they failed: asked first, since the host has servers of its own to stop."""
    for sign, limit_s in ((signal.SIGTERM, 20), (signal.SIGKILL, 5)):
        if not signalled(group, sign) or wait_until(limit_s, lambda: not signalled(group, 0)):
            return


def signalled(group, sign):
    """Whether there was anyone to signal."""
    try:
        os.killpg(group, sign)
    except ProcessLookupError:
        return False
    return True


def faults(code, output, folder):
    """What did not come about, in words."""
    if code != 0:
        yield f"the commands took more than {LIMIT_S} s" if code is None else f"the commands ended with {code}"
    acme = folder / "acme/acme.log"
    seen = acme.read_text(encoding="utf-8") if acme.exists() else ""
    for line in ("message to +34600123456 from Bells text It rings & rings", "callback answered 204"):
        if line not in seen:
            yield f"the provider did not see '{line}', but: {seen}"
    for pattern in (r'"outcome":\s*"accepted"', r"^[0-9a-f-]{36} .* delivered .* sms", r"^[0-9a-f-]{36} .* bounced .* sms", r"processed"):
        if not re.search(pattern, output, re.MULTILINE):
            yield f"the output does not have {pattern}"


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="belfry-vendor-"))
    try:
        folder.chmod(0o711)  # the embedded PostgreSQL runs as another user
        code = walk(build, folder)
        output = (folder / "walk.log").read_text(encoding="utf-8")
        wrong = list(faults(code, output, folder))
        if wrong:
            log = folder / "acme/belfryd.log"
            sys.exit("\n".join([output, log.read_text(encoding="utf-8") if log.exists() else "", *wrong]))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
