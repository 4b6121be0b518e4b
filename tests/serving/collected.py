"""The gateway as `tongban serve` runs it, and what a search for garbage would go through in it.

    python -m tests.serving.collected --conf CONF

On SIGUSR1 it writes to the file `collected` beside CONF how many objects are left out of such a search, and how
many are not.
"""

import argparse
import asyncio
import gc
import json
import os
import signal
from pathlib import Path

import uvloop

from gateway import logs
from gateway.cli.serve.serve import serve_until_stopped
from gateway.settings.conf import load


def tell(file: Path) -> None:
    gc.collect()
    unfinished = file.with_suffix(".part")
    unfinished.write_text(json.dumps({"left_out": gc.get_freeze_count(), "searched": len(gc.get_objects())}))
    os.replace(unfinished, file)


async def serve(conf: Path) -> None:
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, tell, conf.parent / "collected")
    await serve_until_stopped(load(conf), port=0)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--conf", type=Path, required=True)
    logs.configure()
    uvloop.run(serve(options.parse_args().conf))


if __name__ == "__main__":
    main()
