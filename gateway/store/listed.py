"""What the desks of the console list: open exchanges by what is due, limits that ran out.

Every list goes on behind the last row of the page before it, so a deep page costs what the first one does.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from gateway.model import Exchange, State
from gateway.store.connection import Connection
from gateway.store.scoped import Look, Scoped, named
from gateway.store.tables import cases, exchanges, tickets
from gateway.store.watched import LATE, Late, case_clocks

FILTERS = ("platform", "operation")
FIRST_DAY = "0"  # before every other, and behind those limits that have none
_C, _E, _K, _T = cases.c, exchanges.c, case_clocks.c, tickets.c
_MOST = bindparam("most", type_=sa.Integer)


def _text(name: str) -> sa.BindParameter[str]:
    return bindparam(name, type_=sa.Text)


def _number(name: str) -> sa.BindParameter[int]:
    return bindparam(name, type_=sa.BigInteger)


def _open(*states: State) -> Look:
    """Exchanges in one of these states, what is due first."""
    behind = sa.or_(
        _E.due_ms > _number("after_ms"), sa.and_(_E.due_ms == _number("after_ms"), _E.id > _text("behind"))
    )
    statement = (
        sa.select(*(_E[name] for name in Exchange._fields))
        .where(
            sa.text("exchanges.due_ms > 0"),  # literal, as in the partial index
            _E.state.in_([sa.literal_column(f"'{state}'") for state in states]),
            _E.due_ms >= _number("after_ms"),  # by which the index goes on
            behind,
            *(named(_E[name], name) for name in FILTERS),
        )
        .order_by(_E.due_ms, _E.id)
        .limit(_MOST)
    )
    return Look(statement, (_E.here, _E.division), _E.case_id)


HELD, DEFERRED = _open("held"), _open("waiting", "deferred")
_BEHIND = sa.or_(
    _K.due_on > _text("after"),
    sa.and_(_K.due_on == _text("after"), _K.case_id > _text("behind")),
    sa.and_(_K.due_on == _text("after"), _K.case_id == _text("behind"), _K.name > _text("behind_name")),
)
_OVERDUE = LATE.where(
    _K.due_on >= _text("after"), _BEHIND, named(_E.platform, "platform"), named(_K.name, "clock")
).limit(_MOST)
OVERDUE = Look(_OVERDUE, (_C.here, _C.division), _C.id)
# handed over, and the day is past on which the unit should have signed for it at the latest
UNSIGNED = Look(_OVERDUE.where(_K.name == "sign", _K.due_on < _text("today")), (_C.here, _C.division), _C.id)
OWNER = sa.select(_T.owner).where(_T.exchange_id == _text("id"), _T.closed_ms == 0, _T.kind == "held")


def exchanges_due(
    connection: Connection, look: Look, scope: Scoped, behind: tuple[int, str], where: Mapping[str, Any]
) -> list[Exchange]:
    """look: HELD or DEFERRED; behind: when the last one was due, and its id."""
    after = {"after_ms": behind[0], "behind": behind[1]}
    return [Exchange._make(row) for row in look.rows(connection, scope, {**where, **after})]


def limits(
    connection: Connection, look: Look, scope: Scoped, behind: tuple[str, str, str], where: Mapping[str, Any]
) -> list[Late]:
    """look: OVERDUE or UNSIGNED; behind: last day, case and name of the last one."""
    after = {"after": behind[0] or FIRST_DAY, "behind": behind[1], "behind_name": behind[2]}
    return [Late._make(row) for row in look.rows(connection, scope, {**where, **after})]


def owners_of(connection: Connection, exchange_ids: Sequence[str]) -> list[str]:
    """Who has to see to each that is held; empty while there is no ticket."""
    asked = [connection.ask(OWNER, {"id": each}) for each in exchange_ids]
    return ["".join(row[0] for row in found()[:1]) for found in asked]
