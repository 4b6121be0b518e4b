"""Whether what the console asks of a full store is answered from an index, as the database itself explains it."""

import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from gateway.identity import ALPHABET
from gateway.store import figures, health, listed, sought
from gateway.store.connection import Connection, prepared
from gateway.store.figures import DAY_MS, Window
from gateway.store.scoped import Scoped
from gateway.store.sought import Wanted

MOST = 26
GROWING = ("cases", "exchanges", "case_numbers", "case_events", "case_clocks", "history", "audit_entries")
WHOLE = tuple(f"{word} {table}" for word in ("Seq Scan on", "SCAN") for table in GROWING)


def whole(connection: Connection, keys: Mapping[str, str], deep: str, county: str) -> list[str]:
    """What is asked with statements that read a whole table. keys: of a case; deep: an id far behind the newest."""
    looking = _Explaining(connection)
    for where, scope in {"": (("",), ()), " within a county": ((county,), ())}.items():
        for name, look in (*_searches(keys, deep), *_desks()):
            looking.name = f"{name}{where}"
            look(looking, scope)
    return sorted(looking.whole)


Look = Callable[[Connection, Scoped], Any]


def _searches(keys: Mapping[str, str], deep: str) -> Iterator[tuple[str, Look]]:
    for name, wanted in _wanted(keys).items():
        for behind in (deep, sought.LAST_ID):
            yield name, partial(sought.find, wanted=wanted, behind=behind, most=MOST)


def _desks() -> Iterator[tuple[str, Look]]:
    every = {"platform": "", "operation": "", "clock": "", "today": "2100-01-01", "most": MOST}
    for name, due in {"held": listed.HELD, "deferred": listed.DEFERRED}.items():
        yield name, lambda c, scope, due=due: listed.exchanges_due(c, due, scope, (0, ""), dict(every))
    for name, late in {"overdue": listed.OVERDUE, "unsigned": listed.UNSIGNED}.items():
        yield name, lambda c, scope, late=late: listed.limits(c, late, scope, ("", "", ""), dict(every))
    now_ms = int(time.time() * 1000)
    since_ms = now_ms - 30 * DAY_MS
    for count in (figures.ends, figures.admitted, figures.finished, figures.came_back):
        yield f"figures: {count.__name__}", partial(count, window=Window(since_ms, now_ms))
    yield "health", partial(health.used_by, since_ms=since_ms)
    yield "health", lambda c, _: health.answers(c, now_ms - DAY_MS)
    yield "health", lambda c, _: health.by_operation(c, "sim-gd", now_ms - DAY_MS)


def _wanted(keys: Mapping[str, str]) -> dict[str, Wanted]:
    return {
        "number": Wanted(number=keys["number"]), "person": Wanted(persons=("a", "b")), "name": Wanted(name="a"),
        "item": Wanted(item=keys["item"]), "caller": Wanted(caller=keys["caller"]),
        "here": Wanted(here=keys["here"]),
        "pair": Wanted(here=keys["here"], division=keys["division"]), "refused": Wanted(state="refused"),
        "delivered": Wanted(state="delivered"), "code": Wanted(code=keys["code"]),
        "days": Wanted(first=f"01{ALPHABET[0] * 24}", last=sought.LAST_ID), "newest": Wanted(),
    }  # fmt: skip


class _Explaining(Connection):
    """Answers as the connection does, and asks for the plan of each statement before."""

    def __init__(self, inner: Connection) -> None:
        super().__init__(inner._driver, inner._dialect)
        self.name, self.whole = "", set[str]()

    def rows(self, statement: Any, parameters: Any = None) -> list[tuple[Any, ...]]:
        text, own, order = prepared(statement, self._dialect)
        given = {**own, **(parameters or {})}
        placed: Any = given if order is None else [given[name] for name in order]
        explain = "EXPLAIN QUERY PLAN " if self.dialect == "sqlite" else "EXPLAIN "
        plan = "\n".join(str(row) for row in self._driver.execute(explain + text, placed).fetchall())
        if any(each in plan and f"{each} USING" not in plan for each in WHOLE):
            self.whole.add(self.name)
        return super().rows(statement, parameters or {})
