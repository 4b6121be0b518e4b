"""A gateway that is killed at one chosen instant: production code has no hooks, its world is handed in.

    TONGBAN_DEMO_KILL=before:TEXT python -m tests.demo.failing --conf FOLDER

`before`: commit 1 is durable, the connection stands, the first byte is about to leave.
`after`:  the whole answer has been read, commit 2 has not been asked for.
TEXT names the message: the one whose bytes hold it. Everything else is sent as usual.
"""

import argparse
import os
import signal
import sys
from functools import partial
from pathlib import Path

import uvloop

from adapters.message import Go, Request, Response
from adapters.transport import HttpTransport
from gateway import logs
from gateway.cli.serve.serve import serve_until_stopped
from gateway.settings.conf import load
from gateway.world import World

VARIABLE = "TONGBAN_DEMO_KILL"


class KillingTransport(HttpTransport):
    """The ordinary transport; SIGKILL to its own process round one message."""

    def __init__(self, when: str, text: str) -> None:
        super().__init__()
        self._when = when
        self._text = text.encode()

    async def exchange(
        self, request: Request, *, go: Go, timeout_s: float, connect_s: float, reply_bytes: int
    ) -> Response:
        chosen = self._text in request.body
        passing = partial(_killed_instead_of, go) if chosen and self._when == "before" else go
        response = await super().exchange(
            request, go=passing, timeout_s=timeout_s, connect_s=connect_s, reply_bytes=reply_bytes
        )
        if chosen:
            _die()
        return response


def _killed_instead_of(go: Go) -> None:
    go()  # the lease still holds: the byte would leave now
    _die()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--conf", type=Path, required=True)
    when, _, text = os.environ[VARIABLE].partition(":")
    logs.configure()
    settings = load(options.parse_args().conf)
    uvloop.run(serve_until_stopped(settings, world=World(transport=partial(KillingTransport, when, text))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
