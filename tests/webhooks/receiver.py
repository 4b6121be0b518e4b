"""A caller's side of a webhook: a real server that checks each signature and notes what it was told."""

import asyncio
import base64
import hmac
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from aiohttp import web

SECRET = "whsec_" + base64.b64encode(b"of a test, made up for it: 32 b.").decode()
Answer = Callable[[dict[str, Any]], int]


@dataclass(slots=True)
class Receiver:
    """`told`: (id, body) in the order in which they came, whatever was answered; answer: the status of each."""

    answer: Answer = lambda body: 204
    secret: str = SECRET
    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    taken: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    forged: int = 0
    hold: asyncio.Event | None = None
    wait_s: float = 0
    address: str = ""

    async def hear(self, request: web.Request) -> web.Response:
        raw = await request.read()
        if not self._signed(request, raw):
            self.forged += 1
            return web.Response(status=401)
        body = json.loads(raw)
        self.told.append((request.headers["webhook-id"], body))
        if self.hold is not None:
            await self.hold.wait()
        await asyncio.sleep(self.wait_s)
        status = self.answer(body)
        if status < 300:
            self.taken.append((request.headers["webhook-id"], body))
        return web.Response(status=status)

    def _signed(self, request: web.Request, raw: bytes) -> bool:
        """As a caller would do it, from the published text."""
        head = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode()
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        right = base64.b64encode(hmac.new(key, head + raw, sha256).digest()).decode()
        return f"v1,{right}" in request.headers["webhook-signature"].split(" ")

    def by_case(self) -> dict[str, list[str]]:
        """case -> cursors as they were taken, each for the first time."""
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for _, body in self.taken:
            found[body["data"]["case"]].setdefault(body["data"]["cursor"])
        return {case: list(cursors) for case, cursors in found.items()}

    @asynccontextmanager
    async def running(self, port: int = 0) -> AsyncIterator["Receiver"]:
        app = web.Application()
        app.router.add_post("/events", self.hear)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        self.address = f"http://127.0.0.1:{runner.addresses[0][1]}/events"
        try:
            yield self
        finally:
            await runner.cleanup()


def position(cursor: str) -> int:
    return int(cursor.partition(".")[2])
