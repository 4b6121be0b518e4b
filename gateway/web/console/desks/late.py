"""Limits of cases that have run out or soon do (逾期), what was handed over and not signed for (未签收)."""

import re

from gateway.cases.spans import TEXTS as CLOCKS
from gateway.clock import china_day
from gateway.deadlines.overdue import rows_of
from gateway.store import listed
from gateway.store.connection import Connection
from gateway.store.scoped import Look
from gateway.store.watched import Late
from gateway.web.console.asked import Asked
from gateway.web.console.roll import Column, Roll, Row, Span
from gateway.web.console.words import COLOURS

Listed = tuple[Late, dict[str, str | int | None]]
_CURSOR = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\.([0-9A-Z]{26})\.([a-z_]{1,40})")


async def overdue(asked: Asked, span: Span) -> list[Row]:
    return [_row(late, _overdue(late, row)) for late, row in await _read(asked, span, listed.OVERDUE)]


async def unsigned(asked: Asked, span: Span) -> list[Row]:
    return [_row(late, _unsigned(late, row)) for late, row in await _read(asked, span, listed.UNSIGNED)]


async def _read(asked: Asked, span: Span, which: Look) -> list[Listed]:
    today = china_day(asked.gateway.clock_ms())
    after, case, clock = span.behind or ("", "", "")
    where = {"clock": "", **span.wanted, "today": today.isoformat(), "most": span.most}

    def look(connection: Connection) -> list[Listed]:
        found = listed.limits(connection, which, asked.scope, (after, case, clock), where)
        return list(zip(found, rows_of(connection, today, found), strict=True))

    return await asked.gateway.store.survey(look)


def _row(late: Late, cells: tuple[object, ...]) -> Row:
    return Row(f"{late.due_on}.{late.case}.{late.clock}", cells)


def _overdue(late: Late, row: dict[str, str | int | None]) -> tuple[object, ...]:
    colour = str(row["colour"])
    return (
        (colour, COLOURS[colour]), late.due_on, row["days_over"], CLOCKS[late.clock], late.case, late.theirs,  # type: ignore[index]
        late.platform, late.division, late.unit, late.item,
    )  # fmt: skip


def _unsigned(late: Late, row: dict[str, str | int | None]) -> tuple[object, ...]:
    return (
        late.due_on, late.start_on, row["days_over"], late.case, late.ours, late.platform, late.here, late.division,
        late.unit, late.item,
    )  # fmt: skip


OVERDUE = Roll(
    "overdue",
    (
        Column("colour", "tone"), Column("on", "day"), Column("days_over", "number"), Column("clock", "said"),
        Column("case", "case"), Column("theirs", "code", below=True), Column("platform", "code"),
        Column("division", "code"), Column("unit", "code", below=True), Column("item", "code"),
    ),
    _CURSOR, overdue, ("platform", "clock"),
)  # fmt: skip
UNSIGNED = Roll(
    "unsigned",
    (
        Column("sign_by", "day"), Column("handed_over_on", "day", below=True), Column("days_over", "number"),
        Column("case", "case"), Column("ours", "code", below=True), Column("platform", "code"),
        Column("here", "code"), Column("division", "code"), Column("unit", "code", below=True),
        Column("item", "code"),
    ),
    _CURSOR, unsigned, ("platform",),
)  # fmt: skip
