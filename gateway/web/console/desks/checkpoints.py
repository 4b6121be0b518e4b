"""Checkpoints (检查点) and certificates of completeness (完整性证书), each to be taken away and verified.

Certificates are the files in their folder, where the gateway writes one a day; what is said of one here is what it
says, and whether the log's key signed it. One that could not be written is named above them.
"""

import asyncio
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from aiohttp import web

from audit.certificates import CHARACTERS_AT_MOST, CertificateUnreadable, read_certificate, stated_totals
from audit.checkpoints import parse_checkpoint
from audit.notes import Key, NoteRejected, read_note
from audit.origins import split_origin
from gateway.certifying.daily import standing
from gateway.errors import Refusal, Texts
from gateway.store import checkpoints
from gateway.store.checkpoints import Signed
from gateway.web.console.asked import HOME, Asked
from gateway.web.console.render import sealed
from gateway.web.console.roll import PLACE, Column, Roll, Row, Span, listed, shown, whole

TAKE: Texts = ("取出", "Take")
MOST_CERTIFICATES = 31
_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")


class Certified(NamedTuple):
    """A file of a certificate: its days, how many exchanges, how many open or unlawful; tone: how it stands."""

    name: str
    first: str
    last: str
    admitted: int
    open: int
    unlawful: int
    tone: tuple[str, Texts]


SIGNED = ("green", ("已签名", "signed"))
UNSIGNED = ("amber", ("未签名：须对照日志核验", "unsigned: to be held against the log"))
BROKEN = ("red", ("无法读取，或签名不符", "unreadable, or the signature does not hold"))


async def read(asked: Asked, span: Span) -> list[Row]:
    size = int(span.behind[0]) if span.behind else checkpoints.LARGEST
    look = partial(checkpoints.before, size=size, most=span.most)
    return [_row(each) for each in await asked.gateway.store.read(look)]


def _row(each: Signed) -> Row:
    signed = parse_checkpoint(each.note)
    origin, epoch = split_origin(signed.origin)
    cells = (
        each.at_ms, each.size, each.size - each.previous, origin, epoch, signed.root.hex()[:16],
        each.note.count("\n— "), (f"{HOME}/checkpoints/{each.size}", TAKE),
    )  # fmt: skip
    return Row(str(each.size), cells)


ROLL = Roll(
    "checkpoints",
    (
        Column("signed_at", "time"), Column("entries", "number"), Column("new_entries", "number"), Column("log"),
        Column("epoch", "number"), Column("root", "code"), Column("signatures", "number"), Column("more", "link"),
    ),
    re.compile(r"([0-9]{1,19})"), read, (), "checkpoints",
)  # fmt: skip


async def _certificates(asked: Asked) -> list[tuple[Any, ...]]:
    key = Key.parse(asked.gateway.signer.vkey)
    found = await asyncio.to_thread(lambda: [*_certified(_folder(asked), key)])
    return [
        ((f"{HOME}/certificates/{each.name}", each.name), " – ".join(dict.fromkeys((each.first, each.last))),
         each.tone, *((each.admitted, each.open, each.unlawful) if each.first else (None,) * 3))
        for each in found
    ]  # fmt: skip


CERTIFICATES = Roll(
    "checkpoints",
    (
        Column("certificate", "named"), Column("days", "day"), Column("stands", "tone"),
        Column("admitted", "number"), Column("open_still", "number"), Column("unlawful", "number"),
    ),
    PLACE, whole(_certificates), part="certificates",
)  # fmt: skip


async def show(asked: Asked) -> web.Response:
    gateway = asked.gateway
    due = await gateway.store.read(partial(standing, now_ms=gateway.clock_ms()))
    lacking = due if due and due.reason else None
    return await shown(asked, ROLL, certificates=await listed(asked, CERTIFICATES), lacking=lacking)


async def take(asked: Asked) -> web.Response:
    """The signed note itself, word for word."""
    size = asked.request.match_info["id"]
    look = partial(checkpoints.note_of, size=int(size) if re.fullmatch(r"[0-9]{1,18}", size) else -1)
    note = await asked.gateway.store.read(look)
    if note is None:
        raise Refusal("not_found")
    return _text(asked, note, f"checkpoint-{size}.txt")


async def take_certificate(asked: Asked) -> web.Response:
    name = asked.request.match_info["id"]
    text = await asyncio.to_thread(_read, _folder(asked) / name) if _NAME.fullmatch(name) else None
    if text is None:
        raise Refusal("not_found")
    return _text(asked, text, f"certificate-{name}.txt")


def _folder(asked: Asked) -> Path:
    return asked.gateway.settings.certificates


def _certified(folder: Path, key: Key) -> Iterator[Certified]:
    """The newest by name, which is their day."""
    names = sorted((each.name for each in folder.glob("*") if _NAME.fullmatch(each.name)), reverse=True)
    for name in names[:MOST_CERTIFICATES]:
        yield _one(name, _read(folder / name) or "", key)


def _one(name: str, text: str, key: Key) -> Certified:
    try:
        stated = read_certificate(text)
        origin = parse_checkpoint(stated.note).origin
        read_note(stated.note, [own := Key(origin, key.public)])
        if stated.signed:
            read_note(text, [own], CHARACTERS_AT_MOST)
    except (CertificateUnreadable, NoteRejected):
        return Certified(name, "", "", 0, 0, 0, BROKEN)
    tone = SIGNED if stated.signed else UNSIGNED
    return Certified(
        name, stated.days.first.isoformat(), stated.days.last.isoformat(), *stated_totals(stated), tone
    )


def _read(path: Path) -> str | None:
    try:
        return path.read_text("utf-8")[:CHARACTERS_AT_MOST]
    except (OSError, UnicodeDecodeError):
        return None


def _text(asked: Asked, text: str, name: str) -> web.Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return sealed(web.Response(text=text, content_type="text/plain", charset="utf-8", headers=headers), asked)
