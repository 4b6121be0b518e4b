"""Points at which a process can be made to die: around every statement of the writer, and on the wire."""

import asyncio
import os
import re
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse

from adapters.message import Go, Request, Response
from adapters.transport import HttpTransport, PassingRequest
from gateway.store.connection import Driver
from gateway.store.database import connect
from gateway.store.leases import PROCESS

_NAME = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM|SELECT .*?\sFROM)\s+(\w+)", re.DOTALL)
# what is no statement of the work: PostgreSQL's time and lock, and how much room a file has left (by the clock)
_BESIDE = ("clock_timestamp", "pg_advisory", "PRAGMA")
_CHECKPOINT = (
    "audit_batches.root"  # what the signer of checkpoints asks first; an append asks for the frontier
)


@dataclass(slots=True)
class Failpoints:
    """Counts boundaries once the file `armed` exists, and writes each to `marks`.

    at: the number, or the name, of the boundary at which the process dies; None: at none.
    checkpoints: whether the signing of checkpoints counts (it runs by the clock, so only where that stands).
    """

    armed: Path
    marks: Path
    at: int | str | None = None
    checkpoints: bool = False
    passed: int = 0

    def here(self, name: str) -> None:
        """A boundary. Nothing is said good-bye to: no handler runs, no buffer is flushed, no lock is freed."""
        if not self.armed.exists():
            return
        with self.marks.open("a") as marks:
            marks.write(f"{name}\n")
        if self.at in (self.passed, name):
            os.kill(os.getpid(), signal.SIGKILL)
        self.passed += 1

    def connect(self, address: str) -> Driver:
        """For World.connect. What only reads opens no transaction, and has no boundaries."""
        return self.round(connect(address))

    def round(self, driver: Driver) -> Driver:
        """The same connection, with boundaries."""
        return MortalDriver(driver, self)

    def transport(self) -> HttpTransport:
        """For World.transport."""
        return MortalTransport(self)


class MortalDriver:
    """A connection with a boundary before and after everything that is executed in its transactions.

    Whose a transaction is shows in its first statement only (the time and the log's lock aside), so the boundaries
    round a BEGIN are passed right before that one; nothing of the transaction is on the disk then, as little as
    before the BEGIN.
    """

    def __init__(self, driver: Driver, points: Failpoints) -> None:
        self._driver = driver
        self._points = points
        self._begun = False
        self._counts = False

    def execute(self, text: str, parameters: Any = (), /) -> Any:
        if text.startswith("BEGIN"):
            self._begun = True
            return self._driver.execute(text, parameters)
        if any(each in text for each in _BESIDE):
            return self._driver.execute(text, parameters)
        return self._round(text, parameters, lambda: self._driver.execute(text, parameters))

    def executemany(self, text: str, parameters: Any, /) -> Any:
        if any(each in text for each in _BESIDE):
            return self._driver.executemany(text, parameters)
        return self._round(text, (), lambda: self._driver.executemany(text, parameters))

    def close(self) -> None:
        self._driver.close()

    def _round(self, text: str, parameters: Any, run: Any) -> Any:
        if self._begun:
            self._begun, self._counts = False, self._is_of_the_path(text, parameters)
            self._pass("BEGIN", lambda: None)
        try:
            return self._pass(text, run)
        finally:
            if text in {"COMMIT", "ROLLBACK"}:
                self._counts = False

    def _is_of_the_path(self, text: str, parameters: Any) -> bool:
        """What runs by the clock does not count: a process saying that it is there, the signing of checkpoints."""
        if any(str(value).startswith(PROCESS) for value in parameters or ()):
            return False
        return self._points.checkpoints or _CHECKPOINT not in text

    def _pass(self, text: str, run: Any) -> Any:
        if not self._counts:
            return run()
        name = named(text)
        self._points.here(f"before {name}")
        result = run()
        self._points.here(f"after {name}")
        return result


def named(text: str) -> str:
    """`INSERT exchanges` and the like."""
    found = _NAME.search(text)
    return f"{found[1].split()[0]} {found[2]}" if found else text.split()[0]


class MortalTransport(HttpTransport):
    """The real transport, with boundaries before the first byte, after the last, and after the answer."""

    def __init__(self, points: Failpoints) -> None:
        super().__init__()
        self._points = points

        class Watched(PassingRequest):
            async def send(self, conn: Any) -> ClientResponse:
                response = await super().send(conn)
                if self._writer is not None:  # the body leaves in a task of its own
                    await asyncio.wait({self._writer})
                points.here("after the last byte of " + _last(self.url.path))
                return response

        for session in (self._pooled, self._fresh):
            session._request_class = Watched

    async def exchange(self, request: Request, *, go: Go, **limits: Any) -> Response:
        name = _last(request.url.path)

        def passed() -> None:
            go()
            self._points.here(f"before the first byte of {name}")

        response = await super().exchange(request, go=passed, **limits)
        self._points.here(f"after the answer to {name}")
        return response


def _last(path: str) -> str:
    return path.rsplit("/", 1)[-1]
