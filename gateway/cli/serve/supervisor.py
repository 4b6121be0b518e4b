"""Several processes on one address (`serve --workers N`): who dies is replaced, SIGHUP replaces one after another.

The supervisor has the listening socket and nothing else, neither a gateway nor a database. Every process accepts
from that one socket: what waits in it is answered by the others while one of them leaves.
"""

import asyncio
import signal
import socket
from dataclasses import dataclass, field

import click
import orjson

from gateway import logs
from gateway.cli.serve.child import Child
from gateway.retry import wait_ms

log = logs.get("supervisor")
FIRST_WAIT_MS, MOST_WAIT_MS = 500, 30_000  # before another is started for one that died
SETTLED_S = 60.0  # who has lived for so long did not die of its start
CANNOT_RUN = 2
IN_ORDER = frozenset({0, -signal.SIGTERM})  # the latter of one that had not begun to serve


@dataclass(slots=True)
class Place:
    """One of the N, and who has it. lock: of whoever puts another process there."""

    child: Child
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Supervisor:
    """Keeps `count` processes that serve what `listening` accepts."""

    def __init__(self, listening: socket.socket, count: int) -> None:
        self._listening = listening
        self._count = count
        self._children: set[Child] = set()
        self._starting: set[asyncio.Task[Child | None]] = set()
        self._renewal = asyncio.Event()

    async def run(self) -> int:
        """Serve until SIGTERM or SIGINT; the exit code. No process is left when it returns."""
        loop = asyncio.get_running_loop()
        serving = asyncio.create_task(self._serve())
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, serving.cancel)
        loop.add_signal_handler(signal.SIGHUP, self._renewal.set)
        code = 0
        try:
            code = await serving
        except asyncio.CancelledError:
            pass
        finally:
            codes = await self._all_leave()
        return code or int(not IN_ORDER.issuperset(codes))

    async def _serve(self) -> int:
        """Returns only if it cannot begin: with the exit code of a process that never was ready."""
        children: list[Child] = []
        while len(children) < self._count:
            child = await self._start()
            if child is None:
                return CANNOT_RUN
            children.append(child)
            if child is children[0] and not await child.ready():
                break  # what the first one finds wrong is said once, and what it makes is there for the others
        for child in children:
            if not await child.ready():
                return max(await child.ended(), 0) or CANNOT_RUN
        said = children[0].said
        click.echo(
            orjson.dumps({name: said[name] for name in ("address", "log_key", "witness_key")}).decode()
        )
        await self._go_on([Place(child) for child in children])
        return 0

    async def _go_on(self, places: list[Place]) -> None:
        async with asyncio.TaskGroup() as group:
            for place in places:
                group.create_task(self._keep(place))
            group.create_task(self._renew(places))

    async def _keep(self, place: Place) -> None:
        """Whenever a process ends that nobody has asked to leave, start another."""
        failures = 0
        while True:
            child = place.child
            code = await child.ended()
            if place.child is not child:  # it was replaced
                failures = 0
                continue
            failures = 1 if child.lived_s > SETTLED_S else failures + 1
            pause_ms = wait_ms(failures, first_ms=FIRST_WAIT_MS, most_ms=MOST_WAIT_MS, jitter=1)
            log.error("process.ended", child=child.pid, code=code, wait_s=pause_ms / 1000)
            await asyncio.sleep(pause_ms / 1000)
            async with place.lock:
                if place.child is child:
                    place.child = await self._start() or child

    async def _renew(self, places: list[Place]) -> None:
        """On SIGHUP replace one process after another; where a new one does not come up, the old ones go on."""
        while True:
            await self._renewal.wait()
            self._renewal.clear()
            for place in places:
                if not await self._replaced(place):
                    break
            else:
                log.info("renewal.done", count=self._count)

    async def _replaced(self, place: Place) -> bool:
        """Whether a new process has the place; then the old one is gone."""
        async with place.lock:
            fresh = await self._start()
            if fresh is None or not await fresh.ready():
                log.error("renewal.failed", code=await fresh.ended() if fresh else None)
                return False
            old, place.child = place.child, fresh
        await old.leave()
        return True

    async def _start(self) -> Child | None:
        """A new process, not ready as yet; None if there can be none.

        Cancelling does not stop it half-way: `_all_leave` finds it.
        """
        starting = asyncio.create_task(self._started())
        self._starting.add(starting)
        starting.add_done_callback(self._starting.discard)
        return await asyncio.shield(starting)

    async def _started(self) -> Child | None:
        try:
            child = await Child.start(self._listening)
        except OSError as error:  # no memory, too many processes, the program is just being replaced
            log.error("process.not_started", failure=error)
            return None
        self._children = {each for each in self._children if each.alive} | {child}
        log.info("process.started", child=child.pid)
        return child

    async def _all_leave(self) -> list[int]:
        """Refuse callers as soon as the last has heard of it, and wait for all; their exit codes."""
        await asyncio.gather(*self._starting)
        self._listening.close()
        return await asyncio.gather(*(child.leave() for child in self._children if child.alive))
