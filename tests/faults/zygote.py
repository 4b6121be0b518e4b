"""A process that has imported and compiled everything once, and forks a gateway in the time of a statement.

    python -m tests.faults.zygote FOLDER

It has been a gateway on the installation in FOLDER and has stopped, when it says {"warm": true}. Each line on stdin
is a `Job` in JSON, or {"pid", "signal"}: only this process knows which of its children are still there. Two kinds
of lines come back then: {"job", "pid"} and {"pid", "status"}.
"""

import gc
import json
import os
import select
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop

import adapters.soap  # noqa: F401 - zeep is slow to import
from gateway import logs
from gateway.boot import boot
from gateway.cli.serve.serve import serve_until_stopped
from gateway.settings.conf import load
from gateway.web.app import Service
from gateway.world import World
from mappings.canonical.check import check
from tests.faults.failpoints import Failpoints
from tests.faults.guards import put, remove
from tests.faults.steering import Steering
from tests.forked.server import unwoken, woken_by_children

CIRCUIT_MS = 1_500  # how long a platform is left alone that bars us
NEVER_MS = 1 << 62  # clocks of cases are looked at by the clock, beside what else dies at its boundaries
REFRESH_MS = 3_000  # how long one process may take to fetch a session secret before another one tries
CHILDREN: set[int] = set()


@dataclass(frozen=True, slots=True)
class Job:
    """One gateway to run. ahead_ms: how far its clock is ahead of this machine's; pace: how fast it goes.

    at: the boundary at which it dies; None: at none. mortal: whether boundaries are counted at all; if not,
    it is a gateway as `tongban serve` runs it, but for the clock.
    watches: whether it looks at the clocks of cases while it is mortal, which it does by the clock.
    desk: the folder below `folder` for what is this process's alone: its address, its log, its marks.
    steered: its clock is this machine's, and that and its disk are spoilt by files on its desk (steering.py).
    short: what takes a minute takes seconds. without: the guard that it lacks (guards.py).
    """

    job: int
    folder: str
    mortal: bool = False
    watches: bool = False
    at: int | str | None = None
    checkpoints: bool = False
    ahead_ms: int = 0
    pace: float = 1.0
    desk: str = "."
    steered: bool = False
    short: bool = False
    without: str = ""


def main(folder: Path) -> int:
    logs.configure()
    uvloop.run(_warm(folder))
    _say({"warm": True})
    gc.collect()
    gc.freeze()  # what is there now stays shared between all children
    unread, woken = b"", woken_by_children()
    while True:
        ready, _, _ = select.select([0, woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
        if 0 in ready:
            read = os.read(0, 65536)
            if not read:  # whoever wanted them has gone: none of them outlives this process
                for pid in list(CHILDREN):
                    _signal(pid, signal.SIGKILL)
                return 0
            *lines, unread = (unread + read).split(b"\n")
            for line in lines:
                told = json.loads(line)
                _signal(told["pid"], told["signal"]) if "signal" in told else _fork(Job(**told))
        _reap()


async def _warm(folder: Path) -> None:
    """What a start compiles (declarations, statements, schemas) is compiled here, and is there in every child."""
    gateway = boot(load(folder / "conf"))
    await gateway.start()
    await Service(gateway).runner().setup()
    await gateway.stop()
    check({}, 0)  # compiles the schema of cases


def _fork(job: Job) -> None:
    pid = os.fork()
    if pid == 0:
        _become(job)
    CHILDREN.add(pid)
    _say({"job": job.job, "pid": pid})


def _signal(pid: int, number: int) -> None:
    if pid in CHILDREN:
        os.kill(pid, number)


def _reap() -> None:
    while CHILDREN and (ended := os.waitpid(-1, os.WNOHANG))[0]:
        pid, status = ended
        CHILDREN.discard(pid)
        _say({"pid": pid, "status": os.waitstatus_to_exitcode(status)})


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _become(job: Job) -> None:
    """The child: stdout is the file that its address is read from, stderr its log."""
    unwoken()
    folder = Path(job.folder)
    desk = folder / job.desk
    for name, descriptor in (("said", 1), ("gateway.log", 2)):
        file = os.open(desk / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(file, descriptor)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    code = 1
    try:
        logs.configure()
        if job.short:
            put("gateway.exchange.circuit", "CIRCUIT_MS", CIRCUIT_MS)
            put("gateway.gates.credentials", "REFRESH_MS", REFRESH_MS)
        if job.mortal and not job.watches:
            put("gateway.deadlines.watching", "EVERY_MS", NEVER_MS)
        if job.without:
            remove(job.without)
        uvloop.run(serve_until_stopped(load(folder / "conf"), port=0, world=_world(job, desk)))
        code = 0
    finally:
        os._exit(code)


def _world(job: Job, desk: Path) -> World:
    points = Failpoints(desk / "armed", desk / "marks", job.at, job.checkpoints)
    if job.steered:
        steering = Steering(desk)
        return World(
            wall_ms=steering.wall_ms,
            connect=lambda address: points.round(steering.connect(address)),
            transport=points.transport,
        )
    began_ms = time.time_ns() // 1_000_000

    def clock_ms() -> int:
        return began_ms + int((time.time_ns() // 1_000_000 - began_ms) * job.pace) + job.ahead_ms

    if not job.mortal:
        return World(clock_ms=clock_ms)
    return World(clock_ms=clock_ms, connect=points.connect, transport=points.transport)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
