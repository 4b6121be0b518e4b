"""What is to be said of one notice (来函通知): whose case it is about, and whether it may say so; pure.

A case is known to a platform by our number or its own; another platform's case is as unknown to it as none. Our
number is known from commit 1 on, theirs once they have answered: a number of theirs that nobody knows is asked to
be told again while one may still become known.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from gateway.cases.life import APART_MS
from gateway.exchange.prepare import epoch_ms
from gateway.exchange.rights import allowed, written
from gateway.model import Exchange
from gateway.store.inward import Numbered

DAY_MS = 86_400_000
NATIONAL = "100000"


class Considered(NamedTuple):
    """reason: of the closed list.    exchange: the write by which they have the case; None where none is named."""

    reason: str
    exchange: Exchange | None = None


def considered(
    record: Mapping[str, Any], known: Numbered, speaks_for: tuple[str, ...], *, at: str | None, now_ms: int
) -> Considered:
    """A record with its numbers (`ours`, `theirs`) and `unit`. at: when it happened, as it says."""
    if not (record.get("ours") or record.get("theirs")):
        return Considered("number_missing")
    found = _case_of(record, known)
    if isinstance(found, str):
        return Considered(found)
    if reason := unit_fault(record.get("unit"), found.division, speaks_for):
        return Considered(reason, found)
    return Considered(time_fault(at, now_ms) or "taken", found)


def time_fault(at: str | None, now_ms: int) -> str:
    """Clocks differ by minutes; what is said of later than that has not happened yet."""
    ahead_ms = epoch_ms(at) - now_ms if at else 0
    if ahead_ms > DAY_MS:
        return "in_the_future"
    return "clock_ahead" if ahead_ms > APART_MS else ""


def _case_of(record: Mapping[str, Any], known: Numbered) -> Exchange | str:
    """The write by which they have the case, else why there is none."""
    ours, theirs = record.get("ours"), record.get("theirs")
    by_ours = [each for each in known.by_ours if each.attempt > 0]  # else not a byte of it has left
    if ours and not by_ours:
        return "unknown_number"
    if by_ours:
        found = by_ours[0]
        others = {each.case_id for each in known.by_theirs} - {found.case_id}
        differs = bool(theirs and found.theirs and theirs != found.theirs)
        return "numbers_differ" if others or differs else found
    if known.by_theirs:
        several = {each.case_id for each in known.by_theirs}
        return known.by_theirs[0] if len(several) == 1 else "numbers_differ"
    return "number_not_known_yet" if known.may_come else "unknown_number"


def unit_fault(unit: str | None, division: str, speaks_for: tuple[str, ...]) -> str:
    """The unit (by its USCC, which holds its division) must be one that the channel speaks for, and of the place
    where the case is decided, or above or below it. A call that names no unit speaks for the place itself.
    """
    if unit is None:
        return "" if allowed(speaks_for, *written(division)) else "unit_not_allowed"
    place = unit[2:8]
    if not allowed(speaks_for, *written(place)):
        return "unit_not_allowed"
    one, other = _own_digits(place), _own_digits(division)
    related = one.startswith(other) or other.startswith(one) or place == NATIONAL
    return "" if related else "unit_of_elsewhere"


def _own_digits(division: str) -> str:
    """A province by two digits, a city by four, a county by six."""
    digits = division[:6]
    return digits[:2] if digits[2:] == "0000" else digits[:4] if digits[4:] == "00" else digits
