"""The gateway as `tongban serve` runs it, with a watch on its loop: for how long was nothing else done?

    python -m tests.bench.watched --conf CONF

On SIGUSR1 it writes the longest gap in milliseconds to the file `gap` beside CONF, and begins anew.
"""

import argparse
import asyncio
import os
import signal
import time
from pathlib import Path

import uvloop

from gateway import logs
from gateway.cli.serve.serve import serve_until_stopped
from gateway.settings.conf import load

TICK_S = 0.001


class Watch:
    """Asks again and again to be called, and notes by how much it was called too late."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._longest_s = 0.0

    async def run(self) -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, self._tell)
        while True:
            before_s = time.monotonic()
            await asyncio.sleep(TICK_S)
            self._longest_s = max(self._longest_s, time.monotonic() - before_s - TICK_S)

    def _tell(self) -> None:
        unfinished = self._file.with_suffix(".part")
        unfinished.write_text(f"{self._longest_s * 1000:.1f}")
        os.replace(unfinished, self._file)
        self._longest_s = 0.0


async def serve(conf: Path) -> None:
    watching = asyncio.create_task(Watch(conf.parent / "gap").run())
    await serve_until_stopped(load(conf))
    watching.cancel()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--conf", type=Path, required=True)
    logs.configure()
    uvloop.run(serve(options.parse_args().conf))


if __name__ == "__main__":
    main()
