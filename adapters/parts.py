"""A file and the materials beside it, on their way from the adapter to the transport in one body."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

from adapters.message import Request

APART: Mapping[str, str] = {"Materials": "beside"}


@dataclass(frozen=True, slots=True)
class Parts:
    """The document's file, and name -> base64 of each file beside it (until it is sent: a token in its place)."""

    content: bytes = field(repr=False)
    beside: Mapping[str, str] = field(default_factory=dict, repr=False)

    def packed(self) -> bytes:
        return orjson.dumps({"content": base64.b64encode(self.content).decode(), "beside": self.beside})

    @property
    def files(self) -> list[tuple[str, bytes]]:
        """Of the materials."""
        return [(name, base64.b64decode(text)) for name, text in self.beside.items()]


def parts_of(request: Request) -> Parts:
    if request.headers != APART:
        return Parts(request.body)
    packed = orjson.loads(request.body)
    return Parts(base64.b64decode(packed["content"]), packed["beside"])
