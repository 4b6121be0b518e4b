"""Until when somebody must act in a case, as far as law and calendar say it.

行政许可法 art. 32: told of faults or accepted within five days of the receipt, else it is accepted (视为受理);
art. 44: served within ten days of the decision; art. 82: days are working days. How long a decision may take stands
in the guide of the item, how long a correction may take in the notice that asks for it: where neither is known
there is no day, and that is said.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from gateway.cases.life import Life
from gateway.cases.states import Kind
from gateway.clock import china_day
from gateway.clocks import Calendar, Limit, Unknown, due_on

What = Literal["hand_over", "accept", "correct", "decide", "serve"]
Why = Literal["limit_unknown", "year_unknown", "unit_unknown"]
_ACCEPT, _SERVE = Limit(5, "working_days"), Limit(10, "working_days")
_RECEIPTS: tuple[Kind, ...] = ("handed_over", "corrected")
_NEXT: dict[str, What] = {
    "received": "hand_over", "form_checked": "hand_over", "handed_over": "accept", "signed": "accept",
    "corrected": "accept", "correction_needed": "correct", "accepted": "decide", "suspended": "decide",
    "granted": "serve", "refused": "serve", "not_accepted": "serve",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be done next, and its last day; without a day, why there is none."""

    what: What
    on: date | None
    why: Why | None = None


def due_of(life: Life, calendar: Calendar) -> Due | None:
    """What is due next by the calendar of the deciding place; None for a case that has ended."""
    what = _NEXT.get(life.state)
    if what is None:
        return None
    if what in ("accept", "serve"):
        start_ms, limit = (_receipt_ms(life), _ACCEPT) if what == "accept" else (life.since_ms, _SERVE)
        try:
            return Due(what, due_on(calendar, china_day(start_ms), limit))
        except Unknown as unknown:
            return Due(what, None, unknown.why)
    return Due(what, None, "limit_unknown")


def _receipt_ms(life: Life) -> int:
    """When the authority got the papers, whole: handed over, or corrected since."""
    receipts = [step.at_ms for step in life.steps if step.kind in _RECEIPTS]
    return receipts[-1] if receipts else life.since_ms
