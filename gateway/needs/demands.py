"""What items ask for, remembered until the catalogue, a guide or an aligned material changes."""

from datetime import date
from typing import Any, NamedTuple

from gateway.guides.guide import materials_of
from gateway.guides.store import guide_on
from gateway.items.item import short_division
from gateway.items.remembered import version_of
from gateway.needs.demand import UNKNOWN, Demand
from gateway.needs.stands import stands_for
from gateway.store.connection import Connection
from gateway.store.store import Store

MOST = 4096


class Asked(NamedTuple):
    """An item of a place over there, for a place here, on a China day of receipt (收件)."""

    division: str
    item: str
    here: str
    day: date


def code_of(there: dict[str, str]) -> str:
    """The code by which guides know the aligned item: the narrowest that it has."""
    names = ("handling_code", "implementation_code", "local_code", "basic_code")
    return next((there[name] for name in names if there.get(name)), "")


class Demands:
    """Two statements for the first question about an item, none for the next one."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[Asked, Demand] = {}
        self._version = -1

    async def find(self, asked: Asked) -> Demand:
        known = self._known.get(asked)
        if known is None:
            known = await self._store.read(lambda connection: demand_of(connection, asked))
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[asked] = known
        return known

    async def refresh(self) -> None:
        """Forget everything if the catalogue was changed by any process."""
        version = await self._store.read(version_of)
        if version != self._version:
            self._known.clear()
            self._version = version


def demand_of(connection: Connection, asked: Asked) -> Demand:
    """From the guide in force on the day: what it asks for in any situation, and what may stand for it."""
    day = asked.day.isoformat()
    guide = guide_on(connection, asked.division, asked.item, day)
    if guide is None:
        return UNKNOWN
    rows = stands_for(connection, asked.division, asked.item)
    return Demand(
        True, tuple(materials_of(guide, "", day)), tuple(each for each in rows if each.holds(asked.here, day))
    )


def asked_of(document: dict[str, Any], received: date) -> Asked:
    """Of a prepared case, its item aligned."""
    there = document["item"]["there"]
    return Asked(
        short_division(document["division"]), code_of(there), document["receiving"]["division"], received
    )
