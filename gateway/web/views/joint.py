"""How joint cases are shown to callers: from their parts as they are now, never from what was kept of them."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from gateway.cases.due import due_of
from gateway.cases.joint import OPEN, OUTCOME_TEXTS, OUTCOMES, TEXTS, Outcome, actors, standing_of
from gateway.cases.states import TEXTS as STATES
from gateway.deadlines.reckon import reckon
from gateway.errors import CODES
from gateway.exchange.following import Known, parts_of
from gateway.exchange.parting import Withdrawn
from gateway.releases.routes import SUBMIT
from gateway.settings.agreements import Agreement
from gateway.store import joints
from gateway.store.connection import Connection
from gateway.store.joints import Joint
from gateway.web.views.cases import china, due_view


def joint_view(
    connection: Connection, joint: Joint, agreements: Sequence[Agreement], today: date
) -> dict[str, Any]:
    """A joint case: where it stands, what became of each part, who must act next and until when."""
    parts = parts_of(connection, joint.id)
    reckoned = [reckon(connection, known, agreements, today) for known, _ in parts]
    outcomes = [outcome for _, outcome in parts]
    standing, counts = standing_of(outcomes), Counter(outcomes)
    return {
        "joint": joint.id,
        "caller": joint.caller,
        "admitted_at": china(joint.admitted_ms),
        "changed_at": china(joint.changed_ms),
        "open": standing in OPEN,
        "standing": standing,
        "standing_text": _both(TEXTS[standing]),
        "outcomes": {each: counts[each] for each in OUTCOMES},
        "acts": actors([(life, outcome) for (life, _), outcome in zip(reckoned, outcomes, strict=True)]),
        "parts": [
            _part(place, known, outcome) | _turn(*each)
            for place, ((known, outcome), each) in enumerate(zip(parts, reckoned, strict=True), 1)
        ],
        "link": f"/v1/joint-cases/{joint.id}",
    }


def joint_of(connection: Connection, case_id: str) -> dict[str, Any] | None:
    """The joint case that a case is a part of; None for a case by itself."""
    found = joints.of_case(connection, case_id)
    if found is None:
        return None
    outcomes = [outcome for _, outcome in parts_of(connection, found[0])]
    standing = standing_of(outcomes)
    return {
        "joint": found[0],
        "part": found[1],
        "parts": len(outcomes),
        "standing": standing,
        "standing_text": _both(TEXTS[standing]),
        "link": f"/v1/joint-cases/{found[0]}",
    }


def withdrawn_view(each: Withdrawn) -> dict[str, Any]:
    """What came of the withdrawal of one part."""
    exchange, refusal = each.exchange, each.refusal
    return {
        "part": each.part,
        "case": each.case_id,
        "exchange": exchange.id if exchange else None,
        "state": exchange.state if exchange else None,
        "code": refusal.code if refusal else None,
        "text": _both(CODES[refusal.code].title) if refusal else None,
    }


def _part(place: int, known: Known, outcome: Outcome) -> dict[str, Any]:
    case = known.case
    submit = next(each for each in known.exchanges if each.operation == SUBMIT)
    return {
        "part": place,
        "case": case.id,
        "exchange": submit.id,
        "exchange_state": submit.state,
        "platform": submit.platform,
        "division": case.division,
        "unit": submit.unit,
        "item": case.item,
        "outcome": outcome,
        "outcome_text": _both(OUTCOME_TEXTS[outcome]),
        "link": f"/v1/cases/{case.id}",
    }


def _turn(life: Any, clocks: Any) -> dict[str, Any]:
    return {
        "state": life.state,
        "state_text": _both(STATES[life.state]),
        "acts": life.acts,
        "due": due_view(due_of(life, clocks)),
    }


def _both(texts: tuple[str, str]) -> dict[str, str]:
    return {"zh": texts[0], "en": texts[1]}
