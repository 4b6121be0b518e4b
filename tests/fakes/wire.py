"""Faults on the wire: resets, half answers, silence. Each is what a real network or a dying server does."""

import asyncio
import socket
import struct
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from aiohttp import ClientConnectionResetError, web

from .programme import Step

_RST_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer before it meets the wire; `outcome` and `code` go into the ledger."""

    body: bytes
    content_type: str
    outcome: str
    code: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    charset: str = "utf-8"


def reset(request: web.BaseRequest) -> web.Response:
    """Close the connection with RST; what is returned reaches nobody."""
    transport = request.transport
    if transport is not None:
        peer = transport.get_extra_info("socket")
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST_ON_CLOSE)
        transport.abort()
    return web.Response()


def spoiled(answer: Answer, step: Step) -> Answer:
    """The answer as this step falsifies it; unchanged for steps that act on the wire only."""
    match step.do:
        case "garbage":
            return replace(answer, status=200, body=b"<html><body>0xDEADBEEF \xff\xfe</body></html>")
        case "empty":
            return replace(answer, status=200, body=b"{}" if "json" in answer.content_type else b"")
        case "status":
            return replace(answer, status=int(step.text("code", "502")), body=b"", content_type="text/plain")
        case "redirect":
            return replace(answer, status=307, body=b"", headers={"Location": step.text("to", "/moved")})
        case "wrong_charset":
            other = "gb18030" if answer.charset == "utf-8" else "utf-8"
            return replace(answer, body=answer.body.decode(answer.charset).encode(other))
        case "reword":
            old, new = (step.text(name, "").encode(answer.charset) for name in ("from", "to"))
            return replace(answer, body=answer.body.replace(old, new))
        case "corrupt":
            return replace(answer, body=_corrupted(answer))
    return answer


def _corrupted(answer: Answer) -> bytes:
    """Every second Chinese character lost, as servers do that decode UTF-8 block by block; in GBK half of one."""
    lost = "\ufffd".encode() if answer.charset == "utf-8" else b"\xff"
    text = answer.body.decode(answer.charset)
    return b"".join(
        lost if ord(c) > 0x2E80 and i % 2 else c.encode(answer.charset) for i, c in enumerate(text)
    )


async def deliver(request: web.BaseRequest, answer: Answer, step: Step | None) -> web.StreamResponse:
    """Send the answer, or do to the connection what the step says."""
    if step is None:
        return _plain(answer)
    match step.do:
        case "reset_after" | "take_then_drop":
            return reset(request)
        case "stall":
            await asyncio.sleep(step.seconds())
            return _plain(answer) if step.takes else reset(request)
        case "half_answer":
            return _half(request, answer)
        case "slow":
            return await _dribble(request, answer, step.seconds())
    return _plain(spoiled(answer, step))


def _plain(answer: Answer) -> web.Response:
    headers = {**answer.headers, "Content-Type": answer.content_type}
    return web.Response(status=answer.status, body=answer.body, headers=headers)


def _half(request: web.BaseRequest, answer: Answer) -> web.Response:
    """A whole header that promises all, half of the body, then the end."""
    head = (
        f"HTTP/1.1 {answer.status} OK\r\nContent-Type: {answer.content_type}\r\n"
        f"Content-Length: {len(answer.body)}\r\n\r\n"
    )
    transport = request.transport
    if isinstance(transport, asyncio.Transport):
        transport.write(head.encode() + answer.body[: len(answer.body) // 2])
        transport.close()
    return web.Response()


async def _dribble(request: web.BaseRequest, answer: Answer, seconds: float) -> web.StreamResponse:
    """The right answer in ten pieces spread over `seconds`."""
    headers = {**answer.headers, "Content-Type": answer.content_type}
    response = web.StreamResponse(status=answer.status, headers=headers)
    response.content_length = len(answer.body)
    await response.prepare(request)
    size = len(answer.body) // 10 + 1
    with suppress(ClientConnectionResetError):  # nobody listens any more
        for start in range(0, len(answer.body), size):
            await asyncio.sleep(seconds / 10)
            await response.write(answer.body[start : start + size])
        await response.write_eof()
    return response
