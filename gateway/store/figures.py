"""Figures: how many exchanges came and how they ended, what became of cases, by the day of their admission.

Ids sort by time, so a window of days is a stretch of the primary key: what was before it is never read.
"""

from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam

from gateway.identity import least_id
from gateway.store.connection import Connection
from gateway.store.scoped import Look, Scoped
from gateway.store.tables import case_events, cases, exchanges

DAY_MS, CHINA_MS = 86_400_000, 28_800_000
FINISHED = 2_000  # of the newest finished cases: so many tell how long things take
RETURNED = ("correction_needed", "returned", "not_accepted")
_C, _E, _V = cases.c, exchanges.c, case_events.c
_SINCE, _UNTIL = bindparam("since", type_=sa.Text), bindparam("until", type_=sa.Text)
# literal text: it stands in GROUP BY as well, and two parameters are never the same expression
_DAY = sa.literal_column(f"(exchanges.admitted_ms + {CHINA_MS}) / {DAY_MS}", sa.BigInteger)
_ENDS = Look(
    sa.select(_DAY, _E.platform, _E.state, sa.func.count())
    .where(_E.id >= _SINCE, _E.id < _UNTIL, _E.kind == "write")
    .group_by(_DAY, _E.platform, _E.state),
    (_E.here, _E.division), _E.case_id,
)  # fmt: skip
_ADMITTED = Look(
    sa.select(sa.func.count()).select_from(cases).where(_C.id >= _SINCE, _C.id < _UNTIL),
    (_C.here, _C.division), _C.id,
)  # fmt: skip
_DONE = Look(
    sa.select(_C.id, _C.received_ms, _C.admitted_ms)
    .where(_C.id >= _SINCE, _C.id < _UNTIL, _C.open == 0)
    .order_by(_C.id.desc())
    .limit(FINISHED),
    (_C.here, _C.division), _C.id,
)  # fmt: skip
_HANDED_OVER = sa.select(_E.case_id, _E.ended_ms).where(
    _E.case_id >= _SINCE, _E.case_id <= _UNTIL, _E.operation == "case.submit", _E.state == "delivered"
)
_TOLD = sa.select(_V.case_id, _V.kind, _V.at_ms).where(
    _V.case_id >= _SINCE, _V.case_id <= _UNTIL, _V.cause == ""
)
_BACK = Look(
    sa.select(_V.kind, _V.reason, sa.func.count(sa.distinct(_V.case_id)))
    .join(cases, _C.id == _V.case_id)
    .where(_V.case_id >= _SINCE, _V.case_id < _UNTIL, _V.cause == "", _V.kind.in_(
        [sa.literal_column(f"'{kind}'") for kind in RETURNED]
    ))
    .group_by(_V.kind, _V.reason),
    (_C.here, _C.division), _C.id,
)  # fmt: skip
_REFUSED = Look(
    sa.select(_E.platform, _E.code, sa.func.count())
    .where(
        _E.id >= _SINCE, _E.id < _UNTIL, _E.kind == "write", _E.operation == "case.submit",
        _E.state == "refused",
    )
    .group_by(_E.platform, _E.code),
    (_E.here, _E.division), _E.case_id,
)  # fmt: skip


class Window(NamedTuple):
    """From one moment to before another, epoch ms."""

    since_ms: int
    until_ms: int

    @property
    def ids(self) -> dict[str, Any]:
        return {"since": least_id(self.since_ms), "until": least_id(self.until_ms)}


class End(NamedTuple):
    """So many exchanges of a platform that were admitted on a China day (days since 1970) are in a state."""

    day: int
    platform: str
    state: str
    exchanges: int


class Finished(NamedTuple):
    """A case that is over: its papers received, admitted, handed over (0: never), and what was told of it."""

    received_ms: int
    admitted_ms: int
    handed_over_ms: int
    told: list[tuple[str, int]]


class Back(NamedTuple):
    """Cases that came back. why: a reason of the closed list, or `PLATFORM CODE` for what was refused at once."""

    kind: str
    why: str
    cases: int


def ends(connection: Connection, scope: Scoped, window: Window) -> list[End]:
    return [End._make(row) for row in _ENDS.rows(connection, scope, window.ids)]


def admitted(connection: Connection, scope: Scoped, window: Window) -> int:
    """How many cases."""
    return int(_ADMITTED.rows(connection, scope, window.ids)[0][0])


def finished(connection: Connection, scope: Scoped, window: Window) -> list[Finished]:
    """The newest FINISHED of those that were admitted in the window and are over."""
    done = _DONE.rows(connection, scope, window.ids)
    if not done:
        return []
    between = {"since": done[-1][0], "until": done[0][0]}
    handed: dict[str, int] = {row[0]: row[1] for row in connection.rows(_HANDED_OVER, between)}
    told: dict[str, list[tuple[str, int]]] = {row[0]: [] for row in done}
    for case_id, kind, at_ms in connection.rows(_TOLD, between):
        if case_id in told:
            told[case_id].append((kind, at_ms))
    return [Finished(row[1], row[2], handed.get(row[0], 0), told[row[0]]) for row in done]


def came_back(connection: Connection, scope: Scoped, window: Window) -> list[Back]:
    """Of the cases that were admitted in the window."""
    told = [Back(*row) for row in _BACK.rows(connection, scope, window.ids)]
    refused = _REFUSED.rows(connection, scope, window.ids)
    return told + [Back("refused", f"{platform} {code}".strip(), count) for platform, code, count in refused]
