"""A gateway of the bench: as `tongban serve` runs it, but watched, or without evidence.

    python -m tests.bench.served --conf CONF [--waits FILE] [--without-evidence]

--waits: every wait for the log's head goes into FILE, a line each: epoch seconds, milliseconds. The head is waited
for here by itself (the gateway sends on), so what is written holds one way to the server and back.
--without-evidence: the same commits, statements and encryption, but no entry, no commitment, no tree.
"""

import argparse
import sys
import time
from pathlib import Path
from typing import Any, TextIO

import uvloop

from audit import log as audit_log
from audit.connection import APPENDING
from gateway import logs
from gateway.cli.serve.serve import serve_until_stopped
from gateway.exchange import entries, story
from gateway.settings.conf import load
from gateway.store.connection import Driver
from gateway.store.database import connect
from gateway.world import World


class Watched:
    """A driver that waits for the log's lock by itself, and writes down how long that took."""

    def __init__(self, driver: Driver, waits: TextIO) -> None:
        self._driver = driver
        self._waits = waits

    def executemany(self, text: str, parameters: Any, /) -> Any:
        if "pg_advisory_xact_lock" not in text or [list(each) for each in parameters] != [[APPENDING]]:
            return self._driver.executemany(text, parameters)
        began = time.perf_counter()
        try:
            return self._driver.execute(text, parameters[0]).fetchone()
        finally:
            self._waits.write(f"{time.time():.3f} {(time.perf_counter() - began) * 1000:.4f}\n")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._driver, name)


def watched(path: Path) -> World:
    """A world whose connections to the database are watched."""
    waits = path.open("a", buffering=1)
    return World(connect=lambda address: Watched(connect(address), waits))


def without_evidence() -> None:
    """From now on nothing of this process is evidence. There is no such switch in the gateway itself."""
    audit_log.append = lambda _connection, _entries: range(0)
    for kind in ("admitted", "sending", "concluded"):
        setattr(entries, kind, lambda *_, **__: None)
    story.evidence_of = lambda *_: {}  # type: ignore[attr-defined]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--conf", type=Path, required=True)
    options.add_argument("--waits", type=Path)
    options.add_argument("--without-evidence", action="store_true")
    given = options.parse_args()
    logs.configure()
    if given.without_evidence:
        without_evidence()
    world = watched(given.waits) if given.waits else World()
    uvloop.run(serve_until_stopped(load(given.conf), port=0, world=world))
    return 0


if __name__ == "__main__":
    sys.exit(main())
