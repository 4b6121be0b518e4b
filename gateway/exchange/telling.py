"""What a progress answer (canonical/progress) tells of a case: its steps, the state it ends in, last days.

A platform that is asked shows what is so now, and every time all of it: what was told before is told again.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.cases.states import DECISIONS, ENDS
from gateway.exchange import entries
from gateway.exchange.prepare import epoch_ms
from gateway.model import Exchange
from gateway.store import events
from gateway.store.connection import Connection
from gateway.store.events import Told


def answered(document: Mapping[str, Any], exchange: Exchange) -> list[Told]:
    """What a progress answer (canonical/progress) tells: its steps, and the state that it ends in.

    A step without a state is one of theirs that means nothing here; a state without a time is of when it was told.
    The state is told once, though it is also the last of the steps; that it goes on (恢复办理) is acceptance again.
    """
    source, seen_ms = exchange.platform, exchange.changed_ms
    steps = [each for each in document.get("events", ()) if each.get("state")]
    found = [
        Told(
            each["state"],
            epoch_ms(each["at"]),
            source,
            _number(each, "record"),
            _number(each, "corrects"),
            seen_ms=seen_ms,
            exchange_id=exchange.id,
            due_on=each.get("due_on", ""),
            reason=each.get("ground", ""),
        )
        for each in steps
    ]
    state, at = document["state"], document.get("at")
    at_ms = epoch_ms(at) if at else seen_ms
    known = {("accepted" if each.kind == "resumed" else each.kind, each.at_ms) for each in found}
    if (state, at_ms) not in known if at else state not in {kind for kind, _ in known}:
        number = "" if at else f"state/{state}"
        found.append(Told(state, at_ms, source, number, seen_ms=seen_ms, exchange_id=exchange.id))
    return [*_with_days(document, found), *_promise(document, exchange)]


def _number(step: Mapping[str, Any], name: str) -> str:
    """Their number of a record; one that could name a person is none."""
    number = step.get(name, "")
    return number if entries.NUMBER.fullmatch(number) else ""


def _with_days(document: Mapping[str, Any], found: Sequence[Told]) -> list[Told]:
    """The last day of a correction stands with the step that asks for it, or beside all of them."""
    due_on = document.get("correction", {}).get("due_on", "")
    return [
        each._replace(due_on=due_on) if each.kind == "correction_needed" and not each.due_on else each
        for each in found
    ]


def as_asked(connection: Connection, case_id: str, news: Sequence[Told]) -> list[Told]:
    """What an answer tells, beside what was told before.

    A record that takes back one which this answer no longer shows, and none before it did, takes nothing back here.
    A state without a time is told again when another one was told since.
    """
    before = events.of_case(connection, case_id)
    known = {(each.source, each.number) for each in before}
    last = {each.source: each.kind for each in before if not each.cause}
    found = []
    for each in news:
        if each.undoes and (each.source, each.undoes) not in known:
            each = each._replace(undoes="")
        if each.number == f"state/{each.kind}" and last.get(each.source, each.kind) != each.kind:
            each = each._replace(number=f"state/{each.kind}/{each.exchange_id}")
        found.append(each)
    return found


def _promise(document: Mapping[str, Any], exchange: Exchange) -> list[Told]:
    """The last day that they promise (承诺办结日期); told once, whatever the state it is told with."""
    due_on, source, seen_ms = document.get("due_on", ""), exchange.platform, exchange.changed_ms
    if not due_on or document["state"] in DECISIONS | ENDS:
        return []
    number = f"promised/{due_on}"
    return [
        Told("promised", seen_ms, source, number, seen_ms=seen_ms, exchange_id=exchange.id, due_on=due_on)
    ]
