"""Release history (发布记录): who put in force, scheduled, cancelled or approved what, when, and on what ground."""

import re
from collections.abc import Mapping
from functools import partial

from gateway.errors import Texts
from gateway.releases.changeover import owed
from gateway.shown import scrubbed
from gateway.store import changes, releases
from gateway.store.changes import Done
from gateway.store.connection import Connection
from gateway.web.console.asked import Asked
from gateway.web.console.roll import Column, Roll, Row, Span

ACTS: Mapping[str, tuple[str, Texts]] = {
    "activated": ("green", ("生效", "activated")),
    "scheduled": ("amber", ("定时", "scheduled")),
    "cancelled": ("red", ("取消", "cancelled")),
    "approved": ("calm", ("审批", "approved")),
}
NOW: Texts = ("现行", "in force")
OWED: Texts = ("未经审批，须补", "unapproved: an approval is owed")
DIGITS = 19  # `sha256:` and twelve digits: enough to name it


async def read(asked: Asked, span: Span) -> list[Row]:
    at_ms, act, number = span.behind or (str(changes.FIRST_MS), "", "")
    look = partial(_look, behind=(int(at_ms), act, number), most=span.most)
    return await asked.gateway.store.read(look)


def _look(connection: Connection, behind: tuple[int, str, str], most: int) -> list[Row]:
    found = changes.done(connection, behind, most)
    place, _ = releases.in_force(connection)
    owing = {str(each.place) for each in owed(connection)}
    return [_row(each, str(place), owing) for each in found]


def _row(each: Done, in_force: str, owing: set[str]) -> Row:
    stands: tuple[str, Texts] | str = ""
    if each.act == "activated" and each.number in owing:
        stands = "red", OWED
    elif each.act == "activated" and each.number == in_force:
        stands = "green", NOW
    cells = (
        each.at_ms, ACTS[each.act], each.actor, each.document, each.digest[:DIGITS], each.platform,
        scrubbed(each.why), stands, each.from_ms,
    )  # fmt: skip
    return Row(f"{each.at_ms}.{each.act}.{each.number}", cells)


ROLL = Roll(
    "releases",
    (
        Column("at", "time"), Column("act", "tone"), Column("by"), Column("document", below=True),
        Column("release", "code"), Column("platform", "code", below=True), Column("ground"),
        Column("stands", "tone"), Column("in_force_from", "time", below=True),
    ),
    re.compile(r"([0-9]{1,19})\.([a-z]{1,20})\.([^\s]{1,300})"), read,
)  # fmt: skip
