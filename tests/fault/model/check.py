#!/usr/bin/python3
"""Checks host/workers/delivery_protocol.pml with spin(1).

  check.py holds [--faults N]    every promise, with so many faults (default 3), and that every delivery ends (with 1, as
                                 fairness multiplies the states)
  check.py mutants               each mutant breaks the promise that it must break
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
MODEL = os.path.join(ROOT, "host", "workers", "delivery_protocol.pml")
SAFETY = (["-DSAFETY", "-DNOCLAIM"], ["-m1000000"])
LIVENESS = (["-DNFAIR=5"], ["-a", "-f", "-m1000000"])
# What the verifier must say of each.
MUTANTS = {
    "SEND_FIRST": (SAFETY, "committed[i]"),
    "NO_DEADLINE": (SAFETY, "!(too_late[i])"),
    "LATE_CLOCK": (SAFETY, "may_deliver[d]<=(1+cut_short[d])"),
    "SETTLE_ANY": (SAFETY, "==attempt["),
    "CLAIM_HELD": (SAFETY, "may_deliver[d]<="),
    "RELEASE_ANY": (SAFETY, "may_deliver[d]<=(1+cut_short[d])"),
    "RESEND_HELD": (SAFETY, "((d==0)||(may_deliver[d]<=1))"),
    "RETRY_MAYBE": (SAFETY, "((d==0)||(may_deliver[d]<=1))"),
    "HINTS_ONLY": (LIVENESS, "acceptance cycle"),
    "NO_RESCUE": (LIVENESS, "acceptance cycle"),
}


def verify(how, defines):
    """What pan says of the model with these definitions."""
    compiled, run = how
    with tempfile.TemporaryDirectory(prefix="belfry-model.") as directory:
        def call(*command):
            done = subprocess.run(command, cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
            if done.returncode != 0:
                sys.exit(f"{' '.join(command)}:\n{done.stdout}")
            return done.stdout
        call("spin", "-a", "-o3", *[f"-D{define}" for define in defines], MODEL)  # -o3: every statement is a step
        call("gcc", "-O2", "-w", "-DCOLLAPSE", "-DMEMLIM=4000", *compiled, "-o", "pan", "pan.c")
        return call("./pan", *run)


def number(pattern, text):
    found = re.search(pattern, text)
    return int(float(found.group(1))) if found else 0


def holds(faults):
    passed = True
    for name, how, count in (("safety", SAFETY, faults), ("every delivery ends", LIVENESS, 1)):
        said = verify(how, [f"FAULTS={count}"])
        states, depth = number(r"([\d.e+]+) states, stored", said), number(r"depth reached (\d+)", said)
        good = "errors: 0" in said and "max search depth too small" not in said and "out of memory" not in said and states > 1000
        print(f"{name}, {count} faults: {states} states, depth {depth}: {'holds' if good else said}", flush=True)
        passed = passed and good
    return passed


def mutants():
    passed = True
    for name, (how, expected) in MUTANTS.items():
        said = verify(how, ["FAULTS=3" if how is SAFETY else "FAULTS=1", f"MUTANT_{name}"])
        broken = re.search(r"^pan:\d+: (.*?)(?: \(at depth.*)?$", said, re.MULTILINE)
        good = bool(broken) and expected in broken.group(1)
        print(f"{name}: {broken.group(1) if broken else 'breaks nothing'}{'' if good else f', expected: {expected}'}", flush=True)
        passed = passed and good
    return passed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["holds", "mutants"])
    parser.add_argument("--faults", type=int, default=3)
    options = parser.parse_args()
    return 0 if (holds(options.faults) if options.what == "holds" else mutants()) else 1


if __name__ == "__main__":
    sys.exit(main())
