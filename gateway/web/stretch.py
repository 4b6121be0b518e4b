"""Answers that are files: written piece by piece, whole or the stretch that was asked for (RFC 9110 §14)."""

import asyncio
import re
from collections.abc import Mapping

from aiohttp import Payload, web
from aiohttp.abc import AbstractStreamWriter

from adapters.message import Stored
from adapters.splicing import STEP_BYTES
from gateway.errors import Refusal

_RANGE = re.compile(r"bytes=(?:(?P<first>[0-9]{1,15})-(?P<last>[0-9]{1,15})?|-(?P<suffix>[0-9]{1,15}))")


class _Stretch(Payload):
    """Some bytes of a file, on their way; only the next piece is in memory."""

    _value: Stored

    def __init__(self, file: Stored, start: int, size: int) -> None:
        super().__init__(file)
        self._start = start
        self._size = size

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        raise TypeError("never whole in memory")

    async def write(self, writer: AbstractStreamWriter) -> None:
        at, end = self._start, self._start + (self._size or 0)
        while at < end:
            piece = await asyncio.to_thread(self._value.read, at, min(STEP_BYTES - at % STEP_BYTES, end - at))
            await writer.write(piece)
            at += len(piece)


def file_answer(
    request: web.Request, file: Stored, media_type: str, *, tag: str, headers: Mapping[str, str]
) -> web.Response:
    """The file, or a stretch of it (206). tag: stands for this very content.

    Several stretches at once are answered with the whole, as anybody may. Raises Refusal no_such_range.
    """
    entity_tag = f'"{tag}"'
    told = {
        "Content-Disposition": "attachment", **headers, "Accept-Ranges": "bytes", "ETag": entity_tag,
        "X-Content-Type-Options": "nosniff", "Content-Type": media_type,
    }  # fmt: skip
    wanted = request.headers.get("Range") if _still_holds(request, entity_tag) else None
    stretch = stretch_of(wanted, file.size) if wanted else None
    if stretch is None:
        return web.Response(body=_Stretch(file, 0, file.size), headers=told)
    first, size = stretch
    told["Content-Range"] = f"bytes {first}-{first + size - 1}/{file.size}"
    return web.Response(status=206, body=_Stretch(file, first, size), headers=told)


def stretch_of(text: str, whole: int) -> tuple[int, int] | None:
    """(first byte, how many) of a Range header; None for what may be passed over. Raises Refusal no_such_range."""
    found = _RANGE.fullmatch(text.replace(" ", ""))
    if found is None:
        return None
    if found["suffix"] is not None:
        size = min(int(found["suffix"]), whole)
        first, last = whole - size, whole - 1
    else:
        first = int(found["first"])
        last = min(int(found["last"]), whole - 1) if found["last"] else whole - 1
        if found["last"] and int(found["last"]) < first:
            return None  # no range at all
    if first > last or first >= whole:
        raise Refusal("no_such_range", most=whole)
    return first, last - first + 1


def _still_holds(request: web.Request, entity_tag: str) -> bool:
    """If-Range: the stretch is wanted only of the content that the rest was of."""
    condition = request.headers.get("If-Range")
    return condition is None or condition == entity_tag
