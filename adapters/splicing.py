"""A body on its way out, piece by piece: large files are read, opened and written as base64 while it is sent.

Whatever is done to a piece is done in a thread, and only the next piece is ever in memory.
"""

import asyncio
import base64
import hashlib
import re
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial

from adapters.message import Filling, Form, Request, Stored

STEP_BYTES = (
    192 * 1024
)  # of a file at one time; three bytes are four letters of base64, so no step has a rest
_AT_ONCE_BYTES = 256 * 1024  # a digest of more would stall the loop


def written(file: Stored, form: Form) -> Iterator[bytes]:
    """A file in pieces, as it is written into a body. Blocks; raises MaterialMissing."""
    for start in range(0, file.size, STEP_BYTES):
        yield _piece(file, start, form)


def body_bytes(request: Request) -> int:
    """How long the body is once everything is in its place."""
    return sum(part.size if isinstance(part, Filling) else len(part) for part in _parts(request))


async def pieces(request: Request) -> AsyncIterator[bytes]:
    """The body, from its first byte to its last; none but the literal parts is longer than a step."""
    for part in _parts(request):
        if not isinstance(part, Filling):
            yield part
            continue
        for start in range(0, part.file.size, STEP_BYTES):
            yield await asyncio.to_thread(_piece, part.file, start, part.form)


async def digest(request: Request) -> str:
    """`sha-256:<hex>` of the body."""
    return f"sha-256:{await _hex(request, hashlib.sha256)}"


async def md5(request: Request) -> str:
    """MD5 of the body in hex: what some platforms sign; it protects nothing of ours."""
    return await _hex(request, partial(hashlib.md5, usedforsecurity=False))


async def _hex(request: Request, algorithm: Callable[[], "hashlib._Hash"]) -> str:
    state = algorithm()
    if not request.fillings and len(request.body) <= _AT_ONCE_BYTES:
        state.update(request.body)
        return state.hexdigest()
    async for piece in pieces(request):
        await asyncio.to_thread(state.update, piece)
    return state.hexdigest()


def _parts(request: Request) -> Iterator[bytes | Filling]:
    """The body cut at its tokens."""
    fillings = {each.token: each for each in request.fillings}
    if not fillings:
        yield request.body
        return
    cut = re.split(b"(" + b"|".join(fillings) + b")", request.body)
    yield from (fillings.get(part, part) for part in cut if part)


def _piece(file: Stored, start: int, form: Form) -> bytes:
    content = file.read(start, min(STEP_BYTES, file.size - start))
    if form == "raw":
        return content
    text = base64.b64encode(content)
    if form == "quoted":
        text = text.replace(b"+", b"%2B").replace(b"/", b"%2F").replace(b"=", b"%3D")
    return text
