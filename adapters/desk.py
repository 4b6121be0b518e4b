"""A desk (人工收件台): a platform without an interface, whose people work off a list that we keep for them.

`call: PLACE` puts a message on the work list (工作清单), `LOOK` asks what was recorded there. Both go to the `Desk`
that the trunk gives; what is answered is a small document: {"outcome": "placed" | "there" | "found" | "absent"}.
"""

import asyncio
from dataclasses import replace
from typing import Any

from yarl import URL

from adapters.base import Adapter, Surroundings
from adapters.codecs import json
from adapters.declared import Platform
from adapters.errors import Unbuildable, Unencodable, Unknown
from adapters.holes import hollowed
from adapters.message import Desk, Go, Message, Request, Response, Tree
from adapters.problems import Problem
from adapters.sections import HEADER, undeclared

PLACE, LOOK = "PLACE", "LOOK"


class DeskAdapter(Adapter):
    """Messages for people. The body of a request is what they are given to see, and what is proved of it."""

    def encode(self, message: Message) -> Request:
        call = self.platform.operations[message.operation].call
        if HEADER in message.document:
            raise Unencodable(undeclared(message.document[HEADER]))
        if call == LOOK:
            if not message.ours:
                raise Unencodable([Problem("", "needed_there")])
            asked = {"operation": message.operation, "number": message.ours}
            return Request(call, URL("/"), {}, json.write(asked))
        document, holes = hollowed(message.document)
        about = URL("/") / message.exchange if message.exchange else URL("/")
        return Request(call, about, {}, json.write(document), holes=holes)

    def decode(self, response: Response, operation: str) -> Tree:
        return json.read(response.body)


class DeskTransport:
    """A `Transport` to the list: no byte leaves this installation."""

    def __init__(self, platform: str, desk: Desk) -> None:
        self._platform = platform
        self._desk = desk

    async def exchange(
        self, request: Request, *, go: Go, timeout_s: float, connect_s: float, reply_bytes: int
    ) -> Response:
        go()
        asking = self._place(request.url.name) if request.method == PLACE else self._look(request.body)
        try:
            return await asyncio.wait_for(asking, timeout_s)
        except TimeoutError:
            raise Unknown("timeout") from None

    async def _place(self, exchange_id: str) -> Response:
        return _answer("placed" if await self._desk.place(exchange_id) else "there")

    async def _look(self, asked: bytes) -> Response:
        """The answer stands under the second word of the operation: `progress`, `result`."""
        what = json.read(asked)
        found = await self._desk.look(self._platform, what["operation"], what["number"])
        name = what["operation"].partition(".")[2]
        return _answer("absent") if found is None else _answer("found", **{name: dict(found)})


def desk_adapter(platform: Platform, surroundings: Surroundings) -> DeskAdapter:
    """With the list as its transport. Raises Unbuildable where there is none, as in a test installation."""
    if surroundings.desk is None:
        raise Unbuildable(("speaks",), "no work list here", "a desk is only reached through its installation")
    transport = DeskTransport(platform.platform, surroundings.desk)
    return DeskAdapter(platform, replace(surroundings, transport=transport))


def _answer(outcome: str, **more: Any) -> Response:
    return Response(200, {}, json.write({"outcome": outcome, **more}))
