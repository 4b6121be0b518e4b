"""The clocks of one case, from everything that is kept: its guide, its agreement, what was told, the calendar."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any, NamedTuple

from gateway.calendars.store import calendar_of
from gateway.cases.due import Clock, Terms, clocks_of
from gateway.cases.life import Life
from gateway.clock import china_day
from gateway.clocks import Calendar, Limit, Unit
from gateway.exchange.following import SUBMIT, Known, life_of
from gateway.guides.lookup import UnknownGuide, look_up
from gateway.settings.agreements import Agreement
from gateway.store.cases import Case
from gateway.store.connection import Connection

_UNITS: Mapping[str, tuple[Unit, int]] = {
    "working_day": ("working_days", 1), "calendar_day": ("calendar_days", 1), "month": ("months", 1),
    "year": ("months", 12), "hour": ("hours", 1),
}  # fmt: skip

_Limits = tuple[Limit | None, Limit | None]


class Reckoned(NamedTuple):
    """Where a case stands, and all its limits."""

    life: Life
    clocks: list[Clock]


class Looked:
    """Calendars and limits of guides, looked up once for all the cases that are reckoned in one go."""

    def __init__(self) -> None:
        self._calendars: dict[str, Calendar] = {}
        self._limits: dict[tuple[str, str, str], _Limits] = {}

    def calendar(self, connection: Connection, division: str) -> Calendar:
        """Of the deciding place."""
        if division not in self._calendars:
            self._calendars[division] = calendar_of(connection, division)
        return self._calendars[division]

    def limits(self, connection: Connection, case: Case) -> _Limits:
        """(statutory, promised) by the guide of the day of receipt (收件)."""
        asked = (case.division, case.item, china_day(case.received_ms).isoformat())
        if asked not in self._limits:
            self._limits[asked] = _guide_limits(connection, *asked)
        return self._limits[asked]


def reckon(
    connection: Connection,
    known: Known,
    agreements: Sequence[Agreement],
    today: date,
    looked: Looked | None = None,
) -> Reckoned:
    """The clocks of a case on a China day. looked: what others needed that were reckoned just now."""
    life, looked = life_of(known), looked or Looked()
    terms = _terms(known, agreements, looked.limits(connection, known.case))
    return Reckoned(life, clocks_of(life, terms, looked.calendar(connection, known.case.division), today))


def _terms(known: Known, agreements: Sequence[Agreement], limits: _Limits) -> Terms:
    """What holds for a case: the guide of the day of receipt, the agreement under which it passed."""
    statutory, promised = limits
    days = {
        (told.source, told.number or f"{told.kind}@{told.at_ms}"): day
        for told in known.told
        if not told.cause and (day := _day(told.due_on))
    }
    return Terms(_sign_limit(known, agreements), statutory, promised, days)


def limit_of(said: Mapping[str, Any] | None) -> Limit | None:
    """A limit of a guide (canonical/guide); None where it gives no value. An unknown unit stays unknown."""
    if not said or "value" not in said:
        return None
    unit, times = _UNITS.get(said.get("unit", ""), ("unknown", 1))
    return Limit(said["value"] * times, unit)


def _guide_limits(connection: Connection, division: str, item: str, day: str) -> _Limits:
    if not item:
        return None, None
    with suppress(UnknownGuide):
        elements = look_up(connection, division, item, day).guide.elements
        return limit_of(elements.get("statutory")), limit_of(elements.get("promised"))
    return None, None


def _sign_limit(known: Known, agreements: Sequence[Agreement]) -> Limit | None:
    name = next((each.agreement for each in known.exchanges if each.operation == SUBMIT), "")
    within = next((each.sign_within for each in agreements if each.agreement == name), None)
    return Limit(within.days, within.unit) if within else None


def _day(text: str) -> date | None:
    """None for what is no day: nothing is computed from it."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
