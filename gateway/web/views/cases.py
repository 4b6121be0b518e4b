"""How cases and exchanges are shown to callers."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from gateway.cases.due import Clock, Due, due_of
from gateway.cases.life import Event
from gateway.cases.spans import TEXTS as CLOCKS
from gateway.cases.states import TEXTS
from gateway.deadlines.reckon import Reckoned
from gateway.exchange.following import Known, event_of
from gateway.model import Exchange
from gateway.store.cases import Number
from gateway.store.followed import NEVER_MS, Followed
from mappings.china_time import CHINA

STATES = {
    "waiting": ("已受托，待发送", "admitted, not sent yet"),
    "sending": ("正在发送", "being sent"),
    "deferred": ("已受托，稍后再试", "admitted, will be tried again"),
    "held": ("结果待人工核实", "outcome unknown, a person is finding out"),
    "delivered": ("对方已接收", "taken by the other platform"),
    "refused": ("对方不予接收", "refused by the other platform"),
    "abandoned": ("未能送达，已终止", "could not be delivered, ended"),
    "withdrawn": ("已撤回", "withdrawn"),
}

CALLED_IN = {
    "delivered": ("已接收对方来函", "taken from the other platform, which called in"),
    "refused": ("未接收对方来函", "not taken from the other platform, which called in"),
}


def exchange_view(exchange: Exchange) -> dict[str, Any]:
    """An exchange as /v1/exchanges/{id} shows it: identifiers, codes and times only."""
    chinese, english = (CALLED_IN if exchange.kind == "inward" else STATES)[exchange.state]
    return {
        "exchange": exchange.id,
        "case": exchange.case_id,
        "operation": exchange.operation,
        "platform": exchange.platform,
        "division": exchange.division,
        "unit": exchange.unit,
        "state": exchange.state,
        "state_text": {"zh": chinese, "en": english},
        "ended": exchange.ended,
        "attempts": exchange.attempt,
        "cause": exchange.cause or None,
        "their_code": exchange.code or None,
        "numbers": {"ours": exchange.ours or None, "theirs": exchange.theirs or None},
        "item": {
            "here": exchange.item_here,
            "there": exchange.item_there,
            "basic_code": exchange.basic_code,
            "alignment": exchange.alignment,
        },
        "agreement": exchange.agreement or None,
        "release": exchange.release,
        "admitted_at": china(exchange.admitted_ms),
        "changed_at": china(exchange.changed_ms),
        "due_at": china(exchange.due_ms) if exchange.state in {"waiting", "deferred"} else None,
        "ended_at": china(exchange.ended_ms) if exchange.ended else None,
        "links": {
            "self": f"/v1/exchanges/{exchange.id}",
            "case": f"/v1/cases/{exchange.case_id}",
            "proof": f"/v1/exchanges/{exchange.id}/proof",
        },
    }


def case_view(
    known: Known, numbers: Sequence[Number], reckoned: Reckoned, today: date, asked: Sequence[Followed] = ()
) -> dict[str, Any]:
    """A case: where it stands and who must act, all its clocks, numbers, steps and exchanges, the newest last.

    asked: where it is asked about by itself.
    """
    case, (life, clocks) = known.case, reckoned
    days = {event_of(each).key: each.due_on for each in known.told if each.due_on and not each.cause}
    chinese, english = TEXTS[life.state]
    return {
        "case": case.id,
        "caller": case.caller,
        "division": case.division,
        "from": case.here,
        "item": case.item,
        "received_at": china(case.received_ms),
        "admitted_at": china(case.admitted_ms),
        "open": bool(case.open),
        "state": life.state,
        "state_text": {"zh": chinese, "en": english},
        "since": china(life.since_ms),
        "acts": life.acts,
        "due": due_view(due_of(life, clocks)),
        "clocks": [_clock(each, today) for each in clocks],
        "duties": sorted(life.duties),
        "followed": [_followed(each) for each in asked],
        "timeline": [_step(each, days) for each in life.steps],
        "findings": [{"finding": each.what, **_step(each.event, days)} for each in life.findings],
        "numbers": [{"owner": n.owner, "kind": n.kind, "number": n.number} for n in numbers],
        "exchanges": [exchange_view(exchange) for exchange in known.exchanges],
    }


def _followed(each: Followed) -> dict[str, Any]:
    """next_at: None where nobody is asked any more; what is to be done then, a person has to see to."""
    next_ms = 0 if each.due_ms == NEVER_MS else each.due_ms
    return {"platform": each.platform, "next_at": china(next_ms), "cause": each.cause or None}


def due_view(due: Due | None) -> dict[str, Any] | None:
    if due is None:
        return None
    return {"for": due.what, "on": due.on.isoformat() if due.on else None, "why": due.why}


def _clock(clock: Clock, today: date) -> dict[str, Any]:
    """One limit, running or not; days are China days."""
    chinese, english = CLOCKS[clock.name]
    limit = {"value": clock.limit.days, "unit": clock.limit.unit} if clock.limit else None
    return {
        "clock": clock.name,
        "text": {"zh": chinese, "en": english},
        "from": clock.start.isoformat(),
        "limit": limit,
        "basis": clock.basis,
        "on": clock.on.isoformat() if clock.on else None,
        "why": clock.why,
        "year": clock.year or None,
        "colour": clock.colour(today),
        "amber_from": clock.amber.isoformat() if clock.amber else None,
        "ended": clock.ended.isoformat() if clock.ended else None,
        "deemed": clock.deemed,
    }


def _step(event: Event, days: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    """days: the last day that was told with an event, by its key."""
    return {
        "event": event.kind, "at": china(event.at_ms), "source": event.source, "number": event.number or None,
        "corrects": event.undoes or None, "due_on": days.get(event.key),
    }  # fmt: skip


def china(at_ms: int) -> str | None:
    """Epoch milliseconds as RFC 3339 in China time; None for "not yet"."""
    return datetime.fromtimestamp(at_ms / 1000, CHINA).isoformat(timespec="milliseconds") if at_ms else None
