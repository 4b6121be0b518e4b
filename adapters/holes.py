"""Materials inside a document: a marker in the mapped message, a hole in the encoded body, bytes when sent.

A mapping leaves `{"$material": ID, "as": "base64"}`; as `base64_uri` it has a `media_type` as well. Encoding writes
a token there, in letters and digits that no charset, JSON or XML escaping changes, so the body can be checked and
kept without the files. Its 24 characters are valid base64, as a schema may demand.
"""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from adapters.errors import Unencodable
from adapters.message import Document, Filling, Form, Hole, Materials, Request, Stored
from adapters.problems import Problem
from adapters.splicing import written

_MARK = "$material"
_MEDIA_TYPE = re.compile(r"[a-z]+/[A-Za-z0-9.+-]+")
_LARGE_BYTES = 256 * 1024  # beyond this a body is never whole in memory


def hollowed(document: Document) -> tuple[Document, tuple[Hole, ...]]:
    """The document with a token in place of every material, and where they are.

    Raises Unencodable for a marker that asks for anything but base64 or a data URI of it.
    """
    if not (_may_be_marked(document) and any(True for _ in _markers(document))):
        return document, ()
    prefix = _free_prefix(document)
    holes: list[Hole] = []
    problems: list[Problem] = []

    def filled(value: Any, path: str) -> Any:
        if isinstance(value, dict):
            if _MARK not in value:
                return {
                    key: each if isinstance(each, str) else filled(each, f"{path}.{key}" if path else key)
                    for key, each in value.items()
                }
            before = _before(value)
            if before is None:
                problems.append(Problem(path, "not_text"))
            token = f"{prefix}{len(holes):04d}x"
            holes.append(Hole(token.encode(), str(value[_MARK])))
            return f"{before}{token}"
        if isinstance(value, list):
            return [filled(each, f"{path}.{index}") for index, each in enumerate(value)]
        return value

    hollow = filled(document, "")
    if problems:
        raise Unencodable(problems)
    return hollow, tuple(holes)


def _before(marker: Document) -> str | None:
    """What stands before the base64; None for a form that nobody writes."""
    match marker:
        case {"as": "base64_uri", "media_type": str(media_type)} if _MEDIA_TYPE.fullmatch(media_type):
            return f"data:{media_type};base64,"
        case {"as": form} if form != "base64":
            return None
    return ""


def _may_be_marked(document: Document) -> bool:
    """Whether the marker's name stands anywhere; most messages carry no files, and walking them costs 20 µs."""
    try:
        return _MARK.encode() in orjson.dumps(document, default=str)
    except TypeError:  # half a surrogate pair; the walk says where
        return True


def _markers(value: Any) -> Iterator[None]:
    if isinstance(value, dict):
        if _MARK in value:
            yield None
        for each in value.values():
            if not isinstance(each, str):
                yield from _markers(each)
    elif isinstance(value, list):
        for each in value:
            yield from _markers(each)


def _free_prefix(document: Document) -> str:
    """A prefix that stands in no text of the document, so that nobody can forge a token.

    Nor without its first letter, which in GBK may be the second byte of a character before it.
    """
    salt, written = 0, repr(document)  # escapes nothing of what a token is made of
    while (prefix := f"tongbanMaterial{salt:03d}n")[1:] in written:
        salt += 1
    return prefix


async def filled(request: Request, materials: Materials, *, whole: bool = False) -> Request:
    """The request with every material in its place, or with `fillings` where they are too large for one piece.

    whole: in one piece, however large; `materials` may raise MaterialMissing.
    """
    if not request.holes:
        return request
    files = [(hole, _stored(await materials(hole.material))) for hole in request.holes]
    size = sum(file.size for _, file in files)
    if size <= _LARGE_BYTES and all(isinstance(file, Held) for _, file in files):
        return replace(request, body=_fill(request.body, files), holes=())
    if whole or size <= _LARGE_BYTES:
        body = await asyncio.to_thread(_fill, request.body, files)
        return replace(request, body=body, holes=())
    fillings = [await asyncio.to_thread(_filling, hole, file) for hole, file in files]
    return replace(request, holes=(), fillings=tuple(fillings))


@dataclass(frozen=True, slots=True)
class Held:
    """A file that is in memory."""

    content: bytes = field(repr=False)

    @property
    def size(self) -> int:
        return len(self.content)

    def read(self, start: int, size: int) -> bytes:
        return self.content[start : start + size]


def _stored(file: bytes | Stored) -> Stored:
    return Held(file) if isinstance(file, bytes) else file


def _filling(hole: Hole, file: Stored) -> Filling:
    if hole.apart:
        _keep_apart(hole, file)
        return Filling(hole.token, file, file.size, form="raw")
    if not hole.quoted:
        return Filling(hole.token, file, 4 * -(-file.size // 3))
    size = sum(len(each) for each in written(file, "quoted"))  # how long it gets depends on what is in it
    return Filling(hole.token, file, size, form="quoted")


def _fill(body: bytes, files: list[tuple[Hole, Stored]]) -> bytes:
    for hole, file in files:
        if hole.apart:
            _keep_apart(hole, file)
        body = body.replace(hole.token, b"".join(written(file, form_of(hole))))
    return body


def form_of(hole: Hole) -> Form:
    """How a file is written in this place."""
    return "raw" if hole.apart else "quoted" if hole.quoted else "base64"


def _keep_apart(hole: Hole, file: Stored) -> None:
    """A file that holds the mark behind which it ends would end where it does not. Raises Unencodable."""
    before = b""
    for piece in written(file, "raw"):
        if hole.apart in before + piece:
            raise Unencodable([Problem("", "not_allowed_there", {"type": "boundary"})])
        before = piece[-len(hole.apart) :]
