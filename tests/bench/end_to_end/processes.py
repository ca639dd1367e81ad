"""What processes cost: CPU seconds and resident memory, from /proc."""
import os

TICKS = os.sysconf("SC_CLK_TCK")


def stat(pid):
    """The fields of /proc/PID/stat after the program's name; None when it is gone."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def own_cpu(pid):
    fields = stat(pid)
    return (int(fields[11]) + int(fields[12])) / TICKS if fields else 0.0


def tree_cpu(pid):
    """With children, those that ended and were waited for included."""
    fields = stat(pid)
    if not fields:
        return 0.0
    total = sum(int(field) for field in fields[11:15]) / TICKS
    return total + sum(tree_cpu(child) for child in children(pid))


def children(pid):
    found = []
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as file:
                found += [int(child) for child in file.read().split()]
        except (FileNotFoundError, ProcessLookupError):
            pass
    return found


def name(pid):
    with open(f"/proc/{pid}/comm", encoding="ascii") as file:
        return file.read().strip()


def thread_names(pid):
    """The name of each thread."""
    names = []
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{task}/comm", encoding="ascii") as file:
                names.append(file.read().strip())
        except (FileNotFoundError, ProcessLookupError):
            pass
    return names


def memory_mib(pid):
    """Resident now and at most, and the part of it that is anonymous."""
    wanted = {"VmRSS": "now", "VmHWM": "peak", "RssAnon": "anonymous"}
    sizes = {}
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        for line in file:
            key, _, value = line.partition(":")
            if key in wanted:
                sizes[wanted[key]] = round(int(value.split()[0]) / 1024, 1)
    return sizes


def machine_cpu():
    """CPU seconds that all processes of the machine used since it started."""
    with open("/proc/stat", encoding="ascii") as file:
        fields = [int(field) for field in file.readline().split()[1:9]]
    user, nice, system, _idle, _wait, irq, softirq, steal = fields
    return (user + nice + system + irq + softirq + steal) / TICKS
