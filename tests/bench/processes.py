"""What a process and all its threads have used of a processor, in microseconds, and its resident memory."""

from pathlib import Path


def cpu_us(pid: int) -> float:
    """User and system time of every thread, from the scheduler's own nanosecond account."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1000


def resident_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024
