"""Days of a place that are otherwise than their weekday, and the years that were brought in whole."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from functools import reduce
from itertools import chain
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from gateway.calendars import nation
from gateway.clocks import Calendar
from gateway.items.item import NATION, places
from gateway.store import watched
from gateway.store.connection import Connection, Row
from gateway.store.tables import calendar_days, calendar_years

_D = calendar_days.c
_DAY = insert(calendar_days)
PUT_DAY = _DAY.on_conflict_do_update(
    index_elements=["division", "day"],
    set_={name: _DAY.excluded[name] for name in ("works", "note")},
)
_YEAR = insert(calendar_years)
PUT_YEAR = _YEAR.on_conflict_do_nothing()
YEARS = sa.select(calendar_years.c.year)
OF_PLACE = sa.select(_D.day, _D.works, _D.note).where(_D.division == bindparam("division")).order_by(_D.day)


class Day(NamedTuple):
    """One day of a place: worked or not, whatever its weekday; note: why (三月三, 台风 …)."""

    day: date
    works: bool
    note: str = ""


def put(connection: Connection, division: str, days: Sequence[Day], year: int | None) -> int:
    """Keep days of a place; year: one of the nation's that is whole with these. How many are new or otherwise.

    Every case that has a limit is looked at anew.
    """
    known = {each.day: each for each in of_place(connection, division)}
    changed = [each for each in days if known.get(each.day) != each]
    rows = [
        {"division": division, "day": day.isoformat(), "works": int(works), "note": note}
        for day, works, note in changed
    ]
    connection.run_many(PUT_DAY, rows)
    if year is not None:
        connection.run(PUT_YEAR, {"year": year})
    if changed or year is not None:
        watched.look_at_all(connection)
    return len(changed)


def of_place(connection: Connection, division: str) -> list[Day]:
    """What was brought in for a place itself."""
    return _days(connection.rows(OF_PLACE, {"division": division}))


def calendar_of(connection: Connection, division: str) -> Calendar:
    """The days of a place: the nation's, then its province's, prefecture's, county's, each over the last."""
    return calendars_of(connection, [division])[division]


def calendars_of(connection: Connection, divisions: Collection[str]) -> dict[str, Calendar]:
    """Of each of these places; what several have in common is asked once, and all of it together."""
    lines = {division: (NATION, *reversed(places(division))) for division in divisions}
    years = connection.ask(YEARS)
    asked = {
        place: connection.ask(OF_PLACE, {"division": place})
        for place in dict.fromkeys(chain.from_iterable(lines.values()))
    }
    whole = Calendar(nation.known_years() | {row[0] for row in years()}, nation.exceptions())
    days = {place: {each.day: each.works for each in _days(found())} for place, found in asked.items()}
    return {
        division: reduce(Calendar.below, (days[place] for place in line), whole)
        for division, line in lines.items()
    }


def _days(rows: Iterable[Row]) -> list[Day]:
    return [Day(date.fromisoformat(day), bool(works), note) for day, works, note in rows]
