"""Cases are found by any key and any two, within a scope, on either kind of database: each once, page by page."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest

from gateway.accounts.account import Scope
from gateway.model import BLANK
from gateway.store import cases, exchanges, sought
from gateway.store.cases import Case, Number
from gateway.store.connection import Connection, prepared
from gateway.store.scoped import Scoped
from gateway.store.sought import Wanted
from tests.console.scopes import PLACES, SCOPES, UNITS, filled, ident, paged, scope

COUNT = 400
STATES = ("delivered", "delivered", "refused", "delivered", "abandoned", "held", "delivered")
KEYS: dict[str, Any] = {
    "number": "N3", "persons": ("p1", "p4"), "name": "n2", "item": "i3", "caller": "c1", "here": "34",
    "division": "440232", "state": "refused", "code": "E5", "first": ident(50), "last": ident(350),
}  # fmt: skip
KEY_ORDER = list(KEYS)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def connection(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Connection]:
    yield from filled(request, tmp_path_factory.mktemp("sought"), _fill)


def _fill(opened: Connection) -> None:
    for place in range(COUNT):
        cases.add(opened, case(place))
        cases.add_numbers(opened, ident(place), ident(place), [Number("gd", "case", f"N{place % 10}")])
        for each in exchanges_of(place):
            exchanges.admit(opened, each)


def case(place: int) -> Case:
    here, there = PLACES[place % 4]
    return Case(
        ident(place), f"c{place % 3}", f"p{place % 7}", f"i{place % 9}", there, here, 1, 1, 1, f"n{place % 5}"
    )


def exchanges_of(place: int) -> list[Any]:
    """Two each, so that a case could be found twice; the second one went as the place says."""
    here, there = PLACES[place % 4]
    same = BLANK._replace(
        case_id=ident(place), kind="write", operation="case.submit", here=here, division=there,
        unit=UNITS[place % 2],
    )  # fmt: skip
    state = STATES[place % 7]
    code, cause = ("", "E5") if place % 3 else (f"E{place % 11}", "timeout")
    return [
        same._replace(id=f"{ident(place)[:-6]}A{ident(place)[-5:]}", state=state, code=code, cause=cause),
        same._replace(
            id=f"{ident(place)[:-6]}B{ident(place)[-5:]}", state="refused" if state == "refused" else "delivered",
            code=code,
        ),
    ]  # fmt: skip


def fits(wanted: Wanted, which: Scope, place: int) -> bool:
    """By the rule itself, one case after another."""
    of, own = case(place), exchanges_of(place)
    such = [
        each
        for each in own
        if wanted.state in ("", each.state)
        and (not wanted.code or (each.state != "delivered" and wanted.code in (each.code, each.cause)))
    ]
    return (
        (not wanted.number or wanted.number in (f"N{place % 10}", of.id))
        and (not wanted.persons or of.person in wanted.persons)
        and wanted.name in ("", of.name)
        and wanted.item in ("", of.item)
        and wanted.caller in ("", of.caller)
        and of.here.startswith(wanted.here)
        and of.division.startswith(wanted.division)
        and bool(such)
        and wanted.first <= of.id
        and (not wanted.last or of.id < wanted.last)
        and which.covers((of.division, of.here), [each.unit for each in own])
    )


def held_against_the_rule(connection: Connection, wanted: Wanted, which: Scoped, most: int) -> None:
    rows = paged(
        lambda behind: sought.find(connection, which, wanted, behind, most),
        sought.LAST_ID,
        lambda row: row.id,
    )
    rule = Scope(tuple(which[0]), tuple(which[1]))
    expected = [ident(place) for place in reversed(range(COUNT)) if fits(wanted, rule, place)]
    assert [row.id for row in rows] == expected, wanted


@pytest.mark.parametrize("key", KEYS)
def test_each_key_finds_what_it_says(connection: Connection, key: str) -> None:
    wanted = replace(Wanted(), **{key: KEYS[key]})
    for which in SCOPES:
        held_against_the_rule(connection, wanted, which, 26)
    held_against_the_rule(connection, wanted, scope(), 3)


def test_any_two_keys_find_what_both_say(connection: Connection) -> None:
    for one, two in combinations(KEYS, 2):
        wanted = replace(Wanted(), **{one: KEYS[one], two: KEYS[two]})
        which = SCOPES[(KEY_ORDER.index(one) + KEY_ORDER.index(two)) % len(SCOPES)]
        held_against_the_rule(connection, wanted, which, 26)
        held_against_the_rule(connection, wanted, scope(), 26)


@pytest.mark.parametrize("state", ["delivered", "refused", "abandoned", "held", "withdrawn"])
def test_each_end_is_found_within_every_scope(connection: Connection, state: str) -> None:
    for which in SCOPES:
        held_against_the_rule(connection, Wanted(state=state), which, 26)


def test_nothing_wanted_is_everything_in_the_scope(connection: Connection) -> None:
    for which in SCOPES:
        held_against_the_rule(connection, Wanted(), which, 26)


def test_a_place_of_many_codes_is_found_all_the_same(connection: Connection) -> None:
    """As in an installation where a place has more codes than are looked up one by one."""
    connection.begin()
    try:
        for number in range(40):
            connection.run(cases.INSERT_CASE, Case(f"01M7D{number:021d}", "c", "p", "i", f"5327{number:02d}",
                                                   "999999", 1, 1, 1)._asdict())  # fmt: skip
        rows = sought.find(connection, scope(), Wanted(division="5327"), sought.LAST_ID, 50)
        assert [row.division for row in rows] == [f"5327{number:02d}" for number in reversed(range(40))]
        rows = sought.find(connection, scope("532700"), Wanted(), sought.LAST_ID, 50)
        assert len(rows) == 40
    finally:
        connection.rollback()


def test_a_case_is_found_by_its_own_id_and_by_that_of_an_exchange(connection: Connection) -> None:
    for which in SCOPES:
        held_against_the_rule(connection, Wanted(number=ident(0)), which, 2)
        rule = Scope(tuple(which[0]), tuple(which[1]))
        for each in exchanges_of(0):
            rows = sought.find(connection, which, Wanted(number=each.id), sought.LAST_ID, 2)
            assert [row.id for row in rows] == [ident(0)] * fits(Wanted(), rule, 0)


def test_a_statement_is_built_once_for_each_shape_of_a_scope(connection: Connection) -> None:
    for divisions in ("341702", "440232", "520000"):
        sought.find(connection, scope(divisions), Wanted(), sought.LAST_ID, 1)
    before = prepared.cache_info().misses
    sought.find(connection, scope("110000"), Wanted(), sought.LAST_ID, 1)
    assert prepared.cache_info().misses == before
