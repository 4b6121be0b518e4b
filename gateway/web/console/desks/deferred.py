"""Deferred (待再试): what waits to be sent, why, and when it is tried next."""

import re

from gateway.errors import Texts
from gateway.model import Exchange
from gateway.store import listed
from gateway.store.connection import Connection
from gateway.web.console.asked import Asked
from gateway.web.console.desks.closed import closed_because
from gateway.web.console.roll import Column, Roll, Row, Span

TONES: dict[str, tuple[str, Texts]] = {
    "waiting": ("calm", ("待发送", "waiting")),
    "deferred": ("amber", ("稍后再试", "deferred")),
}


async def read(asked: Asked, span: Span) -> list[Row]:
    after_ms, behind = span.behind or ("0", "")

    def look(connection: Connection) -> list[Exchange]:
        where = {**span.wanted, "most": span.most}
        return listed.exchanges_due(connection, listed.DEFERRED, asked.scope, (int(after_ms), behind), where)

    return [_row(asked, each) for each in await asked.gateway.store.survey(look)]


def _row(asked: Asked, each: Exchange) -> Row:
    cells = (
        each.due_ms, TONES[each.state], each.id, each.case_id, each.platform, each.operation, each.cause,
        closed_because(asked.gateway, each.platform), each.attempt, each.admitted_ms,
    )  # fmt: skip
    return Row(f"{each.due_ms}.{each.id}", cells)


ROLL = Roll(
    "deferred",
    (
        Column("next_try", "time"), Column("state", "tone", below=True), Column("exchange", "code"),
        Column("case", "case", below=True), Column("platform", "code"), Column("operation", "code", below=True),
        Column("cause", "code"), Column("platform_now", "tone", below=True), Column("attempts", "number"),
        Column("admitted_at", "time"),
    ),
    re.compile(r"([0-9]{1,16})\.([0-9A-Z]{26})"), read, ("platform", "operation"),
)  # fmt: skip
