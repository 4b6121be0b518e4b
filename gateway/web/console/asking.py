"""Who asks to be shown personal values, and waits for another person to say yes or no."""

import re
from collections.abc import Iterator

from gateway.dossier.unmasking import stands
from gateway.errors import Texts
from gateway.store import cases, exchanges, unmaskings
from gateway.store.connection import Connection
from gateway.store.unmaskings import Unmasking
from gateway.web.console.asked import HOME, Asked
from gateway.web.console.roll import Column, Roll, Row, Span

BATCH = 100  # they are answered, or over after a day
LOOK: Texts = ("查看", "Look")


async def read(asked: Asked, span: Span) -> list[Row]:
    behind = span.behind[0] if span.behind else ""

    def look(connection: Connection) -> list[Row]:
        waiting = _waiting(connection, asked, behind)
        return [_row(each) for each, _ in zip(waiting, range(span.most), strict=False)]

    return await asked.gateway.store.read(look)


def _waiting(connection: Connection, asked: Asked, behind: str) -> Iterator[Unmasking]:
    """Those of the cases that whoever asks may see, the oldest first."""
    now_ms, account = asked.gateway.clock_ms(), asked.somebody
    while rows := unmaskings.open_behind(connection, behind, BATCH):
        for each in rows:
            case = cases.by_id(connection, each.case_id)
            if case is None or not stands(each, now_ms):
                continue
            units = [of.unit for of in exchanges.of_case(connection, case.id)]
            if account.scope.covers((case.division, case.here), units):
                yield each
        behind = rows[-1].id


def _row(each: Unmasking) -> Row:
    address = f"{HOME}/cases/{each.case_id}#asked-{each.id}"
    return Row(each.id, (each.asked_ms, each.account, each.case_id, (address, LOOK)))


ROLL = Roll(
    "unmaskings",
    (Column("at", "time"), Column("account"), Column("case", "case"), Column("choices", "link")),
    re.compile(r"([0-9A-Z]{26})"), read,
)  # fmt: skip
