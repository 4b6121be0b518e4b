"""`make faults`: every part of it, how far each is while it runs, and a table at the end.

    python -m tests.faults [--workers N]

What a part says stands in build/faults. Whoever breaks off leaves nothing behind: all that was started, however far
down, becomes a child of this process once its own parent is gone, and is ended here; its files lie in one folder.
"""

import argparse
import ctypes
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.installation import CHECKOUT
from tests.postgres import IN_MEMORY, ROOM_BYTES, room_bytes

SAID = CHECKOUT / "build" / "faults"
PYTEST = ("-m", "pytest", "--dist", "load", "--maxschedchunk", "1", "tests/faults",
          "tests/adapters/test_transport_faults.py", "tests/web/test_schemathesis.py")  # fmt: skip
CAMPAIGN = ("-m", "tests.faults.campaign", "--fronts", "--seconds", "90", "--write")
LOOK_S, TELL_S, LEAVE_S = 0.2, 15.0, 20.0
BECOME_THEIR_PARENT = 36  # PR_SET_CHILD_SUBREAPER


@dataclass(slots=True)
class Part:
    """What one interpreter is told. `said` is the file in which its words stand."""

    name: str
    command: Sequence[str]
    process: "subprocess.Popen[bytes] | None" = None
    began_s: float = 0
    took_s: float = 0

    @property
    def said(self) -> Path:
        return SAID / f"{self.name.replace(' ', '-')}.txt"

    @property
    def text(self) -> str:
        return self.said.read_text("utf-8", "replace") if self.process else ""

    @property
    def code(self) -> int | None:
        return self.process.returncode if self.process else None

    def start(self, environment: dict[str, str]) -> None:
        self.began_s = time.monotonic()
        SAID.mkdir(parents=True, exist_ok=True)
        with self.said.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, *self.command], cwd=CHECKOUT, env=environment, stdin=subprocess.DEVNULL,
                stdout=said, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    def goes_on(self) -> bool:
        assert self.process
        if self.process.poll() is None:
            return True
        self.took_s = self.took_s or time.monotonic() - self.began_s
        return False

    def last_words(self) -> str:
        """How far it is: the last share that pytest told, else the last line."""
        shares = re.findall(r"\[ *(\d+%)\]", self.text)
        lines = [line for line in self.text.splitlines() if line.strip() and not line.startswith("{")]
        return shares[-1] if shares and self.code is None else lines[-1][:90] if lines else "…"


@dataclass(slots=True)
class Run:
    environment: dict[str, str]
    began_s: float = field(default_factory=time.monotonic)

    def beside_each_other(self, parts: Sequence[Part]) -> None:
        for part in parts:
            part.start(self.environment)
        told_s = 0.0
        while going := [part for part in parts if part.goes_on()]:
            if time.monotonic() - told_s > TELL_S:
                told_s = time.monotonic()
                far = "; ".join(f"{part.name}: {part.last_words()}" for part in going)
                print(f"{minutes(told_s - self.began_s)}  {far}", flush=True)
            time.sleep(LOOK_S)


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.faults")
    options.add_argument("--workers", default="4", help="of pytest")
    given = options.parse_args()
    every = Part("every boundary and answer", (*PYTEST, "-n", given.workers))
    guards = Part("a guard is missing", ("-m", "tests.faults.campaign", "--bite"))
    chance = Part("all at random", CAMPAIGN)
    parts = (every, guards, chance)
    with _folder() as folder, nothing_left(parts):
        run = Run(os.environ | {"FAULTS": "long", "TMPDIR": str(folder)})
        run.beside_each_other((every, guards))  # the one works, the other waits
        run.beside_each_other((chance,))
    return told(parts)


def told(parts: Iterable[Part]) -> int:
    """What a part that failed has said at its end, and the table; the exit code."""
    wrong = [part for part in parts if part.code != 0]
    for part in wrong:
        print(f"\n{part.said}:", *part.text.splitlines()[-60:], sep="\n")
    print()
    for part in parts:
        result = "broken off" if part.code is None else "failed" if part.code else "passed"
        print(f"{part.name:28} {result:10} {minutes(part.took_s)}  {part.last_words()}")
    return 1 if wrong else 0


def minutes(seconds: float) -> str:
    return f"{int(seconds) // 60:2}:{int(seconds) % 60:02}"


@contextmanager
def _folder() -> Iterator[Path]:
    """For all files of all parts: in memory where there is room, where anybody may enter (PostgreSQL does)."""
    base = IN_MEMORY if room_bytes() > ROOM_BYTES else None
    folder = Path(tempfile.mkdtemp(prefix="tongban-faults-", dir=base))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def nothing_left(parts: Iterable[Part], leave_s: float = LEAVE_S) -> Iterator[None]:
    """Whoever asks to stop has all that runs stop, which may put away what it has for `leave_s`.

    A shell has what it starts in the background ignore SIGINT, and so would all that is started here.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(BECOME_THEIR_PARENT, 1, 0, 0, 0)
    try:
        yield
    finally:
        running = [part.process for part in parts if part.process and part.process.poll() is None]
        for process in running:
            process.send_signal(signal.SIGINT)
        until_s = time.monotonic() + leave_s
        for process in running:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(until_s - time.monotonic(), 0))
        while left := [each for each in _processes() if each[1] == os.getpid()]:
            for pid, _ in left:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


def _processes() -> Iterator[tuple[int, int]]:
    """(pid, pid of its parent) of all there are; of none where there is no /proc."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            yield int(status.parent.name), int(status.read_text().rpartition(")")[2].split()[1])


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
