"""What the desks list, on either kind of database: every row of the scope once, in order, however deep the page."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from audit.tables import CHECKPOINTS
from gateway.accounts.account import Scope
from gateway.items.likeness.stored import Kept
from gateway.items.likeness.tables import suggestions
from gateway.items.likeness.undecided import suggested
from gateway.model import BLANK, State
from gateway.store import (
    approvals,
    cases,
    changes,
    checkpoints,
    exchanges,
    figures,
    health,
    listed,
    releases,
    saved,
    scheduled,
    watched,
)
from gateway.store.approvals import Approval
from gateway.store.cases import Case
from gateway.store.connection import Connection
from gateway.store.saved import Saved
from gateway.store.scheduled import Scheduled
from gateway.store.scoped import Look, Scoped
from gateway.store.watched import Kept as Clock
from tests.console.scopes import PLACES, SCOPES, UNITS, filled, ident, paged, scope

COUNT = 60
STATES: tuple[State, ...] = ("held", "deferred", "waiting")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def connection(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Connection]:
    yield from filled(request, tmp_path_factory.mktemp("listed"), _filled)


def _filled(opened: Connection) -> None:
    for place in range(COUNT):
        _fill(opened, place)


def _fill(connection: Connection, place: int) -> None:
    (here, there), case_id, unit = PLACES[place % 4], ident(place), UNITS[place % 2]
    cases.add(connection, Case(case_id, "guichi", "", "item", there, here, 1, 1, 1))
    row = BLANK._replace(
        id=case_id, case_id=case_id, kind="write", operation="case.submit", here=here, division=there, unit=unit,
        state=STATES[place // 4 % 3], due_ms=1000 + place // 7, platform=f"sim-{place % 3}", admitted_ms=place,
    )  # fmt: skip
    exchanges.admit(connection, row)
    on = f"2026-11-{1 + place // 9:02d}"
    watched.keep(
        connection, case_id, [Clock(case_id, name, on, on, on, "red", "") for name in ("accept", "sign")]
    )
    kept = Kept(here, there, f"H{place:03d}", f"T{place:03d}", 500 + place // 5, "因", "why", 1)
    connection.run(sa.insert(suggestions), kept._asdict())
    releases.activate(connection, f"d{place}", place=place + 1, actor="a", why="w", at_ms=place // 3)
    approvals.add(connection, Approval("p", f"d{place}", "b", "no", place // 3), {})
    scheduled.add(connection, Scheduled(place + 1, f"d{place}", place, "c", "w", place // 3))
    note = {"size": place + 1, "previous": place, "note": "n", "at_ms": place}
    connection.run(sa.insert(CHECKPOINTS), note)


def expected(which: Scoped, *, units: bool = True) -> list[int]:
    """By the rule itself, which the page of a case goes by."""
    rule = Scope(tuple(which[0]), tuple(which[1]) if units else ())
    return [place for place in range(COUNT) if rule.covers(PLACES[place % 4], [UNITS[place % 2]])]


ALL = dict.fromkeys(("platform", "operation", "clock", "from", "to"), "")


@pytest.mark.parametrize("which", SCOPES, ids=str)
@pytest.mark.parametrize(("look", "states"), [(listed.HELD, STATES[:1]), (listed.DEFERRED, STATES[1:])])
def test_open_exchanges_are_listed_by_what_is_due(
    connection: Connection, look: Look, states: tuple[State, ...], which: Scoped
) -> None:
    rows = paged(
        lambda behind: listed.exchanges_due(connection, look, which, behind, {**ALL, "most": 4}),
        (0, ""), lambda row: (row.due_ms, row.id),
    )  # fmt: skip
    wanted = [ident(place) for place in expected(which) if STATES[place // 4 % 3] in states]
    assert [row.id for row in rows] == wanted
    narrowed = {**ALL, "platform": "sim-1", "most": 99}
    found = listed.exchanges_due(connection, look, which, (0, ""), narrowed)
    assert [row.id for row in found] == [each for each in wanted if int(each[-4:]) % 3 == 1]


@pytest.mark.parametrize("which", SCOPES, ids=str)
@pytest.mark.parametrize(
    ("look", "names"), [(listed.OVERDUE, ("accept", "sign")), (listed.UNSIGNED, ("sign",))]
)
def test_limits_are_listed_by_their_last_day(
    connection: Connection, look: Look, names: tuple[str, ...], which: Scoped
) -> None:
    where = {**ALL, "today": "2026-11-30", "most": 5}
    rows = paged(
        lambda behind: listed.limits(connection, look, which, behind, where),
        ("", "", ""), lambda row: (row.due_on, row.case, row.clock),
    )  # fmt: skip
    assert [(row.case, row.clock) for row in rows] == [
        (ident(place), name) for place in expected(which) for name in names
    ]


@pytest.mark.parametrize("which", SCOPES, ids=str)
def test_suggestions_are_listed_the_surest_first(connection: Connection, which: Scoped) -> None:
    rows = paged(
        lambda behind: suggested(connection, which, behind, {**ALL, "most": 7}),
        (1001, "", "", "", ""),
        lambda row: (row.permille, row.here_division, row.there_division, row.here_code, row.there_code),
    )
    wanted = sorted(
        ((500 + place // 5, *PLACES[place % 4], f"H{place:03d}") for place in expected(which, units=False)),
        reverse=True,
    )
    assert [(row.permille, row.here_division, row.there_division, row.here_code) for row in rows] == wanted


def test_what_was_done_to_releases_is_listed_the_newest_first(connection: Connection) -> None:
    rows = paged(
        lambda behind: changes.done(connection, behind, 7),
        (changes.FIRST_MS, "", ""),
        lambda row: (row.at_ms, row.act, row.number),
    )
    assert len(rows) == len({(row.act, row.number) for row in rows}) == 3 * COUNT
    assert [row.at_ms for row in rows] == sorted((row.at_ms for row in rows), reverse=True)
    assert [each.place for each in changes.boundaries(connection, 3)] == [COUNT, COUNT - 1, COUNT - 2]


def test_checkpoints_are_listed_the_newest_first(connection: Connection) -> None:
    rows = paged(
        lambda size: checkpoints.before(connection, size, 7), checkpoints.LARGEST, lambda row: row.size
    )
    assert [row.size for row in rows] == list(range(COUNT, 0, -1))
    assert checkpoints.note_of(connection, 3) == "n" and checkpoints.note_of(connection, 999) is None


def test_figures_and_health_are_asked_on_either_database(connection: Connection) -> None:
    window = figures.Window(0, 1 << 46)
    assert sum(each.exchanges for each in figures.ends(connection, scope(), window)) == COUNT
    assert figures.admitted(connection, scope("341702"), window) == len(expected(scope("341702")))
    assert (
        figures.finished(connection, scope(), window) == [] == figures.came_back(connection, scope(), window)
    )
    assert health.answers(connection, 0) == [] and health.times_ms(connection, 0) == {}
    assert health.used_by(connection, scope("450102"), 0) == {"sim-0", "sim-1", "sim-2"}
    assert health.permits_used(connection, "sim-0", 0) == 0


def test_saved_searches_are_of_one_account(connection: Connection) -> None:
    connection.begin()
    for account, place in (("a", 1), ("a", 2), ("b", 1)):
        saved.keep(connection, Saved(account, place, "held", b"x", 1))
    saved.remove(connection, "b", 2)
    saved.remove(connection, "a", 1)
    connection.commit()
    assert [each.place for each in saved.of_account(connection, "a")] == [2]
    assert [each.place for each in saved.of_account(connection, "b")] == [1]
