"""What processes have used of a processor, in microseconds, and what they hold: memory, descriptors."""

import os
from pathlib import Path

TICK_US = 1_000_000 / os.sysconf("SC_CLK_TCK")


def cpu_us(pid: int) -> float:
    """User and system time of every thread, from the scheduler's own nanosecond account."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1000


def family_cpu_us(pid: int) -> float:
    """The same of a process and its children, those that have ended (by the clock's tick) among them."""
    ended = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[13:15]
    children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return sum(int(ticks) for ticks in ended) * TICK_US + sum(map(_cpu_us_or_0, [pid, *children]))


def _cpu_us_or_0(pid: int) -> float:
    try:
        return cpu_us(pid)
    except FileNotFoundError:  # it ended just now
        return 0


def resident_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))
