"""Forms of parts (multipart/form-data, RFC 7578): texts, JSON, and files as they are, written and read.

A document is such a form by its first level: a text is a part, an object a part of JSON, a list one part for each
of its elements. An object with `@filename` is a file: `#text` holds its content, `@type` says what it is. A
material there travels as its own bytes, in a text as base64.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from adapters.codecs import json
from adapters.errors import Garbled, Unencodable
from adapters.message import Document, Hole
from adapters.patterns import as_text
from adapters.problems import Problem

FILE_NAME, FILE_TYPE, CONTENT = "@filename", "@type", "#text"
_TEXT = "text/plain;charset=UTF-8"
_JSON = "application/json;charset=UTF-8"
_UNKNOWN = "application/octet-stream"
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(;[ ]?[A-Za-z0-9_-]+=[A-Za-z0-9_.-]+)*")
_BOUNDARY = re.compile(r';\s*boundary\s*=\s*(?:"([^"]*)"|([^;\s]+))', re.IGNORECASE)
_PARAMETER = re.compile(r';\s*([A-Za-z*-]+)\s*=\s*"([^"]*)"')
_ESCAPED = {"\r": "%0D", "\n": "%0A", '"': "%22"}  # as browsers write names


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a form. file_name: None for what is no file."""

    name: str
    content: bytes
    media: str
    file_name: str | None = None


def write(document: Document, holes: tuple[Hole, ...]) -> tuple[bytes, str, tuple[Hole, ...]]:
    """(body, its media type, the holes, those of files raw). Raises Unencodable with all problems.

    The boundary is made of the whole form, so that nothing in it can have been written to hold it; whether a
    material does is looked at when it is put there.
    """
    problems: list[Problem] = []
    parts = [part for name, value in document.items() for part in _parts(name, value, name, problems)]
    if problems:
        raise Unencodable(problems)
    written = [b"%b\r\n\r\n%b\r\n" % (_head(each), each.content) for each in parts]
    boundary = f"tongban-{hashlib.sha256(b''.join(written)).hexdigest()[:40]}"
    line = f"--{boundary}".encode()
    body = b"".join(b"%b\r\n%b" % (line, each) for each in written) + line + b"--\r\n"
    files = {part.content for part in parts if part.file_name is not None}
    raw = tuple(replace(hole, apart=line) if hole.token in files else hole for hole in holes)
    return body, f'multipart/form-data;boundary="{boundary}"', raw


def _parts(name: str, value: Any, path: str, problems: list[Problem]) -> Iterator[Part]:
    if value is None:
        return
    if isinstance(value, list | tuple):
        for place, each in enumerate(value):
            yield from _parts(name, each, f"{path}.{place}", problems)
    elif isinstance(value, Mapping) and value.keys() & {FILE_NAME, FILE_TYPE, CONTENT}:
        yield from _file(name, value, path, problems)
    elif isinstance(value, Mapping):
        yield Part(name, json.write(dict(value)), _JSON)
    elif (text := as_text(value)) is not None:
        yield Part(name, text.encode(), _TEXT)
    else:
        problems.append(Problem(path, "not_text"))


def _file(name: str, value: Mapping[str, Any], path: str, problems: list[Problem]) -> Iterator[Part]:
    found = {key: value.get(key) for key in (FILE_NAME, FILE_TYPE, CONTENT)}
    problems += [Problem(f"{path}.{key}", "unknown_there") for key in value if key not in found]
    problems += [
        Problem(f"{path}.{key}", "needed_there") for key in (FILE_NAME, CONTENT) if found[key] is None
    ]
    odd = [key for key, each in found.items() if each is not None and not isinstance(each, str)]
    problems += [Problem(f"{path}.{key}", "not_text") for key in odd]
    file_name, content, media = found[FILE_NAME], found[CONTENT], found[FILE_TYPE] or _UNKNOWN
    if not (isinstance(file_name, str) and isinstance(content, str) and isinstance(media, str)):
        return
    if _MEDIA_TYPE.fullmatch(media):
        yield Part(name, content.encode(), media, file_name)
    else:
        problems.append(Problem(f"{path}.{FILE_TYPE}", "not_allowed_there", {"type": "media type"}))


def _head(part: Part) -> bytes:
    named = "" if part.file_name is None else f'; filename="{_quoted(part.file_name)}"'
    said = f'Content-Disposition: form-data; name="{_quoted(part.name)}"{named}\r\nContent-Type: {part.media}'
    return said.encode()


def _quoted(text: str) -> str:
    return re.sub(r'[\r\n"]', lambda found: _ESCAPED[found[0]], text)


def read(body: bytes, kind: str) -> tuple[Part, ...]:
    """The parts of a form. kind: its Content-Type. Raises Garbled("multipart") for what is none, or is cut off."""
    found = _BOUNDARY.search(kind)
    boundary = (found[1] or found[2] or "") if found is not None else ""
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary.encode("utf-8", "replace")) if boundary else []
    ends = next((place for place, each in enumerate(pieces) if place and each.startswith(b"--")), None)
    if not boundary or ends is None:
        raise Garbled("multipart")
    return tuple(_read(each) for each in pieces[1:ends])


def _read(piece: bytes) -> Part:
    head, blank, content = piece.partition(b"\r\n\r\n")
    lines = [line.partition(":") for line in head.decode("utf-8", "replace").split("\r\n")]
    told = {name.strip().lower(): value.strip() for name, _, value in lines}
    said = dict(_PARAMETER.findall(told.get("content-disposition", "")))
    if not blank or "name" not in said:
        raise Garbled("multipart")
    names = {key: _plain(said[key]) for key in ("name", "filename") if key in said}
    return Part(names["name"], content, told.get("content-type", "text/plain"), names.get("filename"))


def _plain(text: str) -> str:
    for sign, written in _ESCAPED.items():
        text = text.replace(written, sign)
    return text
