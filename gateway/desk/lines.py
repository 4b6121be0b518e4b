"""Reading a work list (工作清单): what stands there, where each case stands, and until when somebody must act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from gateway.cases.due import Due, due_of
from gateway.cases.life import Life
from gateway.deadlines.reckon import reckon
from gateway.exchange.following import known_of
from gateway.model import Exchange
from gateway.settings.agreements import Agreement
from gateway.store import cases, desk, exchanges
from gateway.store.cases import Case
from gateway.store.connection import Connection
from gateway.store.desk import Work
from gateway.store.store import Store

MOST = 200


class Today(NamedTuple):
    """By what a list is read: the China day, and the agreements of this installation."""

    day: date
    agreements: Sequence[Agreement]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list as it is shown: nothing of it is personal. due: what is to be done next, till when."""

    work: Work
    exchange: Exchange
    case: Case
    life: Life
    due: Due | None


async def standing(store: Store, today: Today, unit: str = "", most: int = MOST) -> list[Line]:
    """What a unit has to see to, the oldest first; of every unit where none is given."""
    return await store.read(
        lambda connection: _lines(connection, today, desk.standing(connection, unit, most))
    )


async def named(store: Store, today: Today, number: str) -> list[Line]:
    """What was placed under a number of ours, or is the exchange or the case of that id."""

    def look(connection: Connection) -> list[Line]:
        one = desk.by_exchange(connection, number)
        works = [one] if one else desk.by_number(connection, number) or desk.of_case(connection, number)
        return _lines(connection, today, works)

    return await store.read(look)


def _lines(connection: Connection, today: Today, works: Sequence[Work]) -> list[Line]:
    lines = (_line(connection, today, work) for work in works)
    return [line for line in lines if line is not None]


def _line(connection: Connection, today: Today, work: Work) -> Line | None:
    case = cases.by_id(connection, work.case_id)
    exchange = exchanges.by_id(connection, work.exchange_id)
    if case is None or exchange is None:
        return None
    life, clocks = reckon(connection, known_of(connection, case), today.agreements, today.day)
    return Line(work, exchange, case, life, due_of(life, clocks))
