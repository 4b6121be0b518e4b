"""python -m tests.demo.network.twin CONF AT_MS: the month's gateway as a process of its own, which can be killed.

Its clock begins at AT_MS. It says where it listens, as `tongban serve` does.
"""

import logging
import os
import sys
import threading
import time
from pathlib import Path

import uvloop

from gateway import logs
from gateway.cli.serve.serve import serve_until_stopped
from gateway.settings.conf import load
from gateway.world import World


def main() -> int:
    logs.configure(logging.ERROR)
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    conf, at_ms, began = Path(sys.argv[1]), int(sys.argv[2]), time.monotonic()

    def clock_ms() -> int:
        return at_ms + int((time.monotonic() - began) * 1000)

    world = World(clock_ms=clock_ms, wall_ms=clock_ms)
    return int(uvloop.run(serve_until_stopped(load(conf), port=0, world=world)) or 0)


def _end_with(parent: int) -> None:
    """Nobody is left to kill it."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
