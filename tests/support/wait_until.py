#!/usr/bin/python3
"""Waiting in drivers and tests: on a condition, with a deadline; never a bare pause. As wait_until.h for C++.

    tests/support/wait_until.py SECONDS COMMAND…   until the command succeeds; its output is not shown; else exit code 1
"""
import subprocess
import sys
import time


def wait_until(limit_s, condition, every_s=0.02):
    """Evaluates `condition` until it is true or `limit_s` has passed; returns its last answer."""
    end = time.monotonic() + limit_s
    while not (answer := condition()) and time.monotonic() < end:
        time.sleep(every_s)
    return answer


def let_run(process, seconds):
    """Lets that much time pass; raises RuntimeError at once if the process ends within it."""
    try:
        code = process.wait(timeout=max(seconds, 0))
    except subprocess.TimeoutExpired:
        return
    raise RuntimeError(f"'{' '.join(process.args)}' ended with {code} while it was needed")


def succeeds(command):
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(0 if wait_until(float(sys.argv[1]), lambda: succeeds(sys.argv[2:])) else 1)
