"""The control interface of a simulated platform (`/_sim/…`, a port of its own) and its command line."""

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable

from aiohttp import web

from .clock import now_ms
from .programme import BEHAVIOURS, step
from .server import Simulator, running


def application(simulator: Simulator) -> web.Application:
    """Counts, cases, arrivals, programme, states; JSON in and out."""
    desk = _Desk(simulator)
    app = web.Application()
    app.add_routes(
        [
            web.get("/_sim/counts", desk.counts),
            web.get("/_sim/cases", desk.cases),
            web.get("/_sim/cases/{number}", desk.case),
            web.post("/_sim/cases/{number}/state", desk.move),
            web.post("/_sim/cases/{number}/result", desk.say),
            web.get("/_sim/arrivals", desk.arrivals),
            web.get("/_sim/behaviours", desk.behaviours),
            web.get("/_sim/programme", desk.programme),
            web.post("/_sim/programme", desk.tell),
            web.delete("/_sim/programme", desk.clear),
            web.post("/_sim/expire_secret", desk.expire_secret),
            web.post("/_sim/forget", desk.forget),
        ]
    )
    return app


class _Desk:
    """Who sits at the control interface; each method is one route."""

    def __init__(self, simulator: Simulator) -> None:
        self._ledger = simulator.ledger
        self._programme = simulator.programme
        self._special = simulator.dialect.behaviours

    async def counts(self, request: web.Request) -> web.Response:
        return web.json_response(self._ledger.counts())

    async def cases(self, request: web.Request) -> web.Response:
        return web.json_response(self._ledger.cases())

    async def case(self, request: web.Request) -> web.Response:
        number = request.match_info["number"]
        return web.json_response(
            {
                "number": number,
                "takings": self._ledger.documents(number),
                "states": self._ledger.states(number),
            }
        )

    async def move(self, request: web.Request) -> web.Response:
        self._ledger.move(request.match_info["number"], str((await request.json())["state"]))
        return web.json_response({"moved": True})

    async def say(self, request: web.Request) -> web.Response:
        self._ledger.say(request.match_info["number"], await request.json())
        return web.json_response({"said": True})

    async def arrivals(self, request: web.Request) -> web.Response:
        return web.json_response(self._ledger.arrivals(request.query.get("number")))

    async def behaviours(self, request: web.Request) -> web.Response:
        return web.json_response(BEHAVIOURS)

    async def programme(self, request: web.Request) -> web.Response:
        steps = [
            {
                "do": s.do,
                "operation": s.operation,
                "number": s.number,
                "match": s.match,
                "times": s.times,
                **s.facts,
            }
            for s in self._programme.steps
        ]
        return web.json_response(steps)

    async def tell(self, request: web.Request) -> web.Response:
        told = await request.json()
        try:
            steps = [
                step(one, self._special, now_ms()) for one in (told if isinstance(told, list) else [told])
            ]
        except ValueError as error:
            return web.json_response({"error": str(error)}, status=400)
        for one in steps:
            self._programme.add(one)
        return web.json_response({"told": len(steps)})

    async def clear(self, request: web.Request) -> web.Response:
        self._programme.clear()
        return web.json_response({"cleared": True})

    async def expire_secret(self, request: web.Request) -> web.Response:
        self._ledger.end_sessions()
        return web.json_response({"expired": True})

    async def forget(self, request: web.Request) -> web.Response:
        self._ledger.forget()
        self._programme.clear()
        return web.json_response({"forgotten": True})


def parser(title: str) -> argparse.ArgumentParser:
    """The options that every simulated platform has."""
    options = argparse.ArgumentParser(description=title)
    options.add_argument("--port", type=int, default=0, help="port of the platform, 0 picks a free one")
    options.add_argument("--control-port", type=int, default=0, help="port of the control interface")
    options.add_argument("--database", help="SQLite file with counts and cases; memory without it")
    options.add_argument("--with-parent", action="store_true", help="stop when standard input ends")
    options.add_argument(
        "--quiet-bench", action="store_true", help="check and remember nothing, answer at once"
    )
    options.add_argument("--pause-ms", type=float, default=0, help="how long a quiet one thinks")
    return options


def run(
    simulator: Simulator, options: argparse.Namespace, control: Callable[[Simulator], web.Application]
) -> int:
    """Serve until SIGINT or SIGTERM; the first line on stdout tells both addresses."""
    asyncio.run(_until_told(simulator, options, control))
    return 0


async def _until_told(
    simulator: Simulator, options: argparse.Namespace, control: Callable[[Simulator], web.Application]
) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    if options.with_parent:
        asyncio.get_running_loop().add_reader(sys.stdin.fileno(), _until_end_of_input, stop)
    simulator.pause_s = options.pause_ms / 1000
    async with running(simulator, control, port=options.port, control_port=options.control_port):
        sys.stdout.write(json.dumps({"address": simulator.address, "control": simulator.control}) + "\n")
        sys.stdout.flush()
        await stop.wait()


def _until_end_of_input(stop: asyncio.Event) -> None:
    """Called when standard input has something: nothing but its end is expected."""
    if not os.read(sys.stdin.fileno(), 1024):
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        stop.set()
