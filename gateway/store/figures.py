"""Figures: how many exchanges came and how they ended, what became of cases, by the day of their admission.

Ids sort by time, so a window of days is a stretch of the primary key: what was before it is not read. What was
delivered is what came without what went otherwise, which is little and stands in an index of its own (SQLite reads
that whole); and what came on a day that is over stays what it is, so it is counted once.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam

from gateway.identity import least_id
from gateway.store.connection import Connection, Row
from gateway.store.placed import PLACED, codes_within
from gateway.store.scoped import Aside, Look, Scoped
from gateway.store.tables import TOLD_BACK, UNTAKEN_BY, case_events, cases, exchanges

DAY_MS, CHINA_MS = 86_400_000, 28_800_000
LATE_MS = 3_600_000  # a day is over when nothing that was admitted on it can still be on its way to the disk
FINISHED = 2_000  # of the newest finished cases: so many tell how long things take
MOST_DAYS, MOST_KEPT = 100, 10_000  # of a window whose days are kept; days of scopes
DELIVERED = "delivered"
_C, _E, _V = cases.c, exchanges.c, case_events.c
_SINCE, _UNTIL = bindparam("since", type_=sa.Text), bindparam("until", type_=sa.Text)
# literal text: it stands in GROUP BY as well, and two parameters are never the same expression
_DAY = sa.literal_column(f"(exchanges.admitted_ms + {CHINA_MS}) / {DAY_MS}", sa.BigInteger)
_CAME = Look(
    sa.select(_DAY, _E.platform, sa.func.count())
    .where(_E.id >= _SINCE, _E.id < _UNTIL, _E.kind == "write")
    .group_by(_DAY, _E.platform),
    (_E.here, _E.division), _E.case_id,
)  # fmt: skip
_UNTAKEN = sa.text(UNTAKEN_BY["state"])
_ID: Any = Aside(_E.id)  # what did not go well is little: its own index leads
_OTHERWISE = Look(
    sa.select(_DAY, _E.platform, _E.state, sa.func.count())
    .where(_UNTAKEN, _ID >= _SINCE, _ID < _UNTIL, _E.kind == "write")
    .group_by(_DAY, _E.platform, _E.state),
    (_E.here, _E.division), _E.case_id,
)  # fmt: skip
_CASE_DAY: Any = sa.literal_column(f"(cases.admitted_ms + {CHINA_MS}) / {DAY_MS}", sa.BigInteger)
_ADMITTED = Look(
    sa.select(_CASE_DAY, sa.literal_column("''", sa.Text), sa.func.count())
    .where(_C.id >= _SINCE, _C.id < _UNTIL)
    .group_by(_CASE_DAY),
    (_C.here, _C.division), _C.id,
)  # fmt: skip
_NEWEST_DONE = (
    sa.select(_C.id, _C.received_ms, _C.admitted_ms)
    .where(_C.id >= _SINCE, _C.id < _UNTIL, _C.open == 0)
    .order_by(_C.id.desc())
    .limit(FINISHED)
)
_DONE = Look(_NEWEST_DONE, (_C.here, _C.division), _C.id)
_DONE_OF = {name: _NEWEST_DONE.where(_C[name] == bindparam("code", type_=sa.Text)) for name in PLACED}
_ABREAST = tuple(f"case{place}" for place in range(500))  # cases that are looked at together
_SOME = [bindparam(name, type_=sa.Text) for name in _ABREAST]
_HANDED_OVER = (
    sa.select(_E.case_id, sa.func.max(_E.ended_ms))
    .where(_E.case_id.in_(_SOME), _E.operation == "case.submit", _E.state == DELIVERED)
    .group_by(_E.case_id)
)
_TOLD = sa.select(_V.case_id, _V.kind, _V.at_ms).where(_V.case_id.in_(_SOME), _V.cause == "")
_BACK_ANYWHERE = (
    sa.select(_V.kind, _V.reason, sa.func.count(sa.distinct(_V.case_id)))
    .where(_V.case_id >= _SINCE, _V.case_id < _UNTIL, sa.text(TOLD_BACK))
    .group_by(_V.kind, _V.reason)
)
_BACK = Look(_BACK_ANYWHERE.join(cases, _C.id == _V.case_id), (_C.here, _C.division), _C.id)
_REFUSED = Look(
    sa.select(_E.platform, _E.code, sa.func.count())
    .where(
        _UNTAKEN, _E.state == "refused", _E.case_id >= _SINCE, _E.case_id < _UNTIL, _E.kind == "write",
        _E.operation == "case.submit",
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

    @property
    def days(self) -> range:
        """China days (since 1970) that lie in it as a whole."""
        return range(-(-(self.since_ms + CHINA_MS) // DAY_MS), (self.until_ms + CHINA_MS) // DAY_MS)

    @property
    def days_over(self) -> range:
        """Of the days that lie in it as a whole, those that are over when it ends."""
        return Window(self.since_ms, self.until_ms - LATE_MS).days


def begin_of(day: int) -> int:
    """Epoch ms."""
    return day * DAY_MS - CHINA_MS


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


Counts = Mapping[tuple[int, str], int]  # by day and platform


@dataclass(slots=True)
class Counted:
    """What came on days that are over, by scope and day, as it was counted before."""

    kept: dict[tuple[Look, tuple[str, ...], int], Counts] = field(default_factory=dict)

    def of(self, connection: Connection, look: Look, scope: Scoped, window: Window) -> Counts:
        """Days that are known are not read again. Of a unit's none is: a case may become its own later."""
        places, days = tuple(scope[0]), window.days_over
        if scope[1] or len(days) > MOST_DAYS:
            return _counts(connection, look, scope, window)
        found, new = Counter[tuple[int, str]](), dict[int, Counts]()
        for stretch, known in self._stretches(look, places, window):
            found.update(known)
            if stretch.since_ms < stretch.until_ms:
                counts = _counts(connection, look, scope, stretch)
                found.update(counts)
                for day in stretch.days:
                    if day in days:
                        new[day] = {key: count for key, count in counts.items() if key[0] == day}
        self._keep(look, places, new)
        return found

    def _stretches(
        self, look: Look, places: tuple[str, ...], window: Window
    ) -> Iterator[tuple[Window, Counts]]:
        """What of the window is not known, in order, each with the known day that follows it."""
        since_ms = window.since_ms
        for day in window.days_over:
            if (known := self.kept.get((look, places, day))) is not None:
                yield Window(since_ms, begin_of(day)), known
                since_ms = begin_of(day + 1)
        yield Window(since_ms, window.until_ms), {}

    def _keep(self, look: Look, places: tuple[str, ...], new: Mapping[int, Counts]) -> None:
        if len(self.kept) > MOST_KEPT:
            self.kept.clear()
        self.kept.update({(look, places, day): counts for day, counts in new.items()})


def _counts(connection: Connection, look: Look, scope: Scoped, window: Window) -> Counts:
    return {(day, platform): n for day, platform, n in look.rows(connection, scope, window.ids)}


def ends(connection: Connection, scope: Scoped, window: Window, counted: Counted | None = None) -> list[End]:
    """counted: what is known from before."""
    otherwise = _OTHERWISE.rows(connection, scope, window.ids)  # first: what comes meanwhile is not taken off
    came = (counted or Counted()).of(connection, _CAME, scope, window)
    found: Counter[tuple[int, str, str]] = Counter()
    for (day, platform), count in came.items():
        found[day, platform, DELIVERED] += count
    for day, platform, state, count in otherwise:
        found[day, platform, state] += count
        found[day, platform, DELIVERED] -= count
    # below nothing is what got its id before midnight and was admitted after it, while the day before was kept
    return [End(*key, count) for key, count in sorted(found.items()) if count > 0]


def admitted(connection: Connection, scope: Scoped, window: Window, counted: Counted | None = None) -> int:
    """How many cases."""
    return sum((counted or Counted()).of(connection, _ADMITTED, scope, window).values())


def finished(connection: Connection, scope: Scoped, window: Window) -> list[Finished]:
    """The newest FINISHED of those that were admitted in the window and are over."""
    done = _done(connection, scope, window)
    ids = [row[0] for row in done]
    handed: dict[str, int] = dict(_of_cases(connection, _HANDED_OVER, ids))
    told: dict[str, list[tuple[str, int]]] = {each: [] for each in ids}
    for case_id, kind, at_ms in _of_cases(connection, _TOLD, ids):
        told[case_id].append((kind, at_ms))
    return [Finished(row[1], row[2], handed.get(row[0], 0), told[row[0]]) for row in done]


def _done(connection: Connection, scope: Scoped, window: Window) -> list[Row]:
    """By the codes of the places where these are few: what lies elsewhere is not gone through."""
    branches = None if scope[1] else codes_within(connection, scope)
    if branches is None:
        return _DONE.rows(connection, scope, window.ids)
    pages = (connection.rows(_DONE_OF[name], window.ids | {"code": code}) for name, code in branches)
    newest = sorted({row for page in pages for row in page}, reverse=True)
    return newest[:FINISHED]


def _of_cases(connection: Connection, statement: sa.Select[Any], ids: Sequence[str]) -> Iterator[Row]:
    """Rows of so many cases, many at a time."""
    for first in range(0, len(ids), len(_ABREAST)):
        some = zip_longest(_ABREAST, ids[first : first + len(_ABREAST)], fillvalue="")
        yield from connection.rows(statement, dict(some))


def came_back(connection: Connection, scope: Scoped, window: Window) -> list[Back]:
    """Of the cases that were admitted in the window."""
    is_all = "" in scope[0] and not scope[1]
    told = (
        connection.rows(_BACK_ANYWHERE, window.ids) if is_all else _BACK.rows(connection, scope, window.ids)
    )
    refused = _REFUSED.rows(connection, scope, window.ids)
    return [Back(*row) for row in told] + [
        Back("refused", f"{platform} {code}".strip(), count) for platform, code, count in refused
    ]
