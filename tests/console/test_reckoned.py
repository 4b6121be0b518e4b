"""Figures are what one finds who reads every row and counts, whatever is stored and whatever moves meanwhile."""

from collections import Counter
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, NamedTuple, get_args

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.identity import new_id
from gateway.model import BLANK, Exchange, State
from gateway.store import cases, events, exchanges, figures, tables
from gateway.store.cases import Case
from gateway.store.connection import Connection
from gateway.store.events import Told
from gateway.store.figures import CHINA_MS, DAY_MS, Back, Counted, End, Finished, Window
from gateway.store.scoped import Scoped
from tests.console.scopes import PLACES, SCOPES, UNITS, filled

NOW_MS, MINUTE_MS = 1_795_000_000_000, 60_000
WINDOWS = (
    Window((NOW_MS + CHINA_MS) // DAY_MS * DAY_MS - CHINA_MS - 3 * DAY_MS, NOW_MS + 1),
    Window(NOW_MS - 2 * DAY_MS, NOW_MS - DAY_MS // 2),
)
BACK = ("correction_needed", "returned", "not_accepted")
_MOVE = (
    sa.update(tables.exchanges)
    .where(tables.exchanges.c.id == sa.bindparam("id_"))
    .values({name: sa.bindparam(name) for name in ("state", "code", "ended_ms")})
)
_CLOSE = sa.update(tables.cases).where(tables.cases.c.id == sa.bindparam("id_")).values(open=0)


class Lived(NamedTuple):
    """A case, by the minutes before now at which it came, with what was sent for it and told of it."""

    minutes: int
    place: int
    is_open: int
    sent: list[dict[str, Any]]
    told: list[tuple[str, int, str, str]]


STATES = st.sampled_from(get_args(State))
CODES = st.sampled_from(["", "E1", "E2"])
SENT = st.fixed_dictionaries(
    {
        "state": STATES, "code": CODES, "platform": st.sampled_from(["sim-gd", "sim-gx"]),
        "operation": st.sampled_from(["case.submit", "case.submit", "case.correct"]),
        "kind": st.sampled_from(["write", "write", "read"]), "unit": st.sampled_from(UNITS),
        "ended_ms": st.integers(0, 9),
    }
)  # fmt: skip
TOLD = st.tuples(
    st.sampled_from([*BACK, "accepted", "granted"]), st.integers(0, 9), st.sampled_from(["", "", "undone"]),
    st.sampled_from(["", "materials_incomplete", "wrong_item"]),
)  # fmt: skip
LIVED = st.builds(
    Lived, st.integers(0, 5 * 24 * 60), st.integers(0, 3), st.integers(0, 1), st.lists(SENT, max_size=2),
    st.lists(TOLD, max_size=3),
)  # fmt: skip
MOVED = st.tuples(st.integers(0, 99), STATES, CODES, st.lists(TOLD, max_size=2))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def connection(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Connection]:
    yield from filled(request, tmp_path_factory.mktemp("reckoned"), lambda _: None)


@settings(max_examples=30)
@given(lived=st.lists(LIVED, max_size=12), moved=st.lists(MOVED, max_size=4), some=st.sampled_from(SCOPES))
def test_the_figures_are_a_plain_count_of_all_rows_also_after_what_is_old_has_moved(
    connection: Connection, lived: list[Lived], moved: list[Any], some: Scoped
) -> None:
    counted, random = Counted(), Random(1)
    connection.begin()
    try:
        for each in lived:
            _put(connection, each, random)
        _agree(connection, some, counted)
        for each in moved:
            _move(connection, *each)
        _agree(connection, some, counted)
    finally:
        connection.rollback()


def _put(connection: Connection, lived: Lived, random: Random) -> None:
    at_ms, (here, there) = NOW_MS - lived.minutes * MINUTE_MS, PLACES[lived.place]
    case_id = new_id(at_ms, random.randbytes)
    cases.add(connection, Case(case_id, "c", "", "i", there, here, at_ms - 7, lived.is_open, at_ms, ""))
    events.add(connection, case_id, 0, _told(lived.told))
    for place, sent in enumerate(lived.sent, 1):
        row = BLANK._replace(
            id=new_id(at_ms, random.randbytes), case_id=case_id, here=here, division=there, place=place,
            admitted_ms=at_ms, **sent,
        )  # fmt: skip
        exchanges.admit(connection, row)


def _told(told: list[tuple[str, int, str, str]]) -> list[Told]:
    return [Told(kind, NOW_MS + at, "sim-gd", cause=cause, reason=reason) for kind, at, cause, reason in told]


def _move(connection: Connection, which: int, state: str, code: str, told: Any) -> None:
    if rows := sorted(_exchanges(connection)):
        row = rows[which % len(rows)]
        connection.run(_MOVE, {"id_": row.id, "state": state, "code": code, "ended_ms": which})
        connection.run(_CLOSE, {"id_": row.case_id})
        known = sum(each["case_id"] == row.case_id for each in _rows(connection, tables.case_events))
        events.add(connection, row.case_id, known, _told(told))


def _agree(connection: Connection, some: Scoped, counted: Counted) -> None:
    for window in WINDOWS:
        plain = _Plain(connection, some, window)
        for known in (None, counted, counted):
            assert figures.ends(connection, some, window, known) == plain.ends()
            assert figures.admitted(connection, some, window, known) == len(plain.cases)
        found = figures.finished(connection, some, window)
        assert [each._replace(told=sorted(each.told)) for each in found] == plain.finished()
        assert sorted(figures.came_back(connection, some, window)) == plain.came_back()


class _Plain:
    """The rows that lie in a scope and a window, found by reading all of them."""

    def __init__(self, connection: Connection, some: Scoped, window: Window) -> None:
        every, self._lies = _exchanges(connection), _lies_in(some, _exchanges(connection))
        self._within: Callable[[str], bool] = lambda ident: window.ids["since"] <= ident < window.ids["until"]
        self.sent = [row for row in every if self._lies(row.here, row.division, row.case_id)]
        self.cases = [
            row for row in _rows(connection, tables.cases)
            if self._within(row["id"]) and self._lies(row["here"], row["division"], row["id"])
        ]  # fmt: skip
        self.told = [row for row in _rows(connection, tables.case_events) if row["cause"] == ""]

    def ends(self) -> list[End]:
        found = Counter(
            ((row.admitted_ms + CHINA_MS) // DAY_MS, row.platform, row.state)
            for row in self.sent if row.kind == "write" and self._within(row.id)
        )  # fmt: skip
        return [End(*key, count) for key, count in sorted(found.items())]

    def finished(self) -> list[Finished]:
        over = sorted((row for row in self.cases if not row["open"]), key=lambda row: row["id"], reverse=True)
        return [
            Finished(
                row["received_ms"], row["admitted_ms"], self._handed_over(row["id"]),
                sorted((each["kind"], each["at_ms"]) for each in self.told if each["case_id"] == row["id"]),
            )
            for row in over
        ]  # fmt: skip

    def _handed_over(self, case_id: str) -> int:
        submits = (each for each in self.sent if each.case_id == case_id and each.operation == "case.submit")
        return max((each.ended_ms for each in submits if each.state == "delivered"), default=0)

    def came_back(self) -> list[Back]:
        ours = {row["id"] for row in self.cases}
        back = {
            (row["kind"], row["reason"], row["case_id"])
            for row in self.told if row["kind"] in BACK and row["case_id"] in ours
        }  # fmt: skip
        refused = Counter(
            f"{row.platform} {row.code}".strip()
            for row in self.sent if row.state == "refused" and row.kind == "write"
            and row.operation == "case.submit" and self._within(row.case_id)
        )  # fmt: skip
        counts = Counter((kind, reason) for kind, reason, _ in back)
        told = [Back(*key, count) for key, count in counts.items()]
        return sorted(told + [Back("refused", why, count) for why, count in refused.items()])


def _lies_in(some: Scoped, every: list[Exchange]) -> Callable[[str, str, str], bool]:
    places, units = tuple(some[0]), some[1]
    decided = {row.case_id for row in every if row.unit in units}

    def lies(here: str, division: str, case_id: str) -> bool:
        placed = here.startswith(places) or division.startswith(places)
        return placed and (not units or case_id in decided)

    return lies


def _exchanges(connection: Connection) -> list[Exchange]:
    return [
        Exchange(**{name: row[name] for name in Exchange._fields})
        for row in _rows(connection, tables.exchanges)
    ]


def _rows(connection: Connection, table: sa.Table) -> list[dict[str, Any]]:
    return [dict(zip(table.c.keys(), row, strict=True)) for row in connection.rows(sa.select(*table.c))]
