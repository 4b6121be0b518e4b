"""Whose time it was (用时): how long each party had a case in its hands. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from gateway.cases.life import Event, acting
from gateway.cases.states import Actor


class Turn(NamedTuple):
    """A stretch of time (epoch ms) in which one party had to act, after which step."""

    who: Actor
    since_ms: int
    until_ms: int
    after: str


def turns(steps: Sequence[Event], now_ms: int) -> list[Turn]:
    """One after another, those of one party in a row joined; what clocks tell backwards takes no time."""
    found: list[Turn] = []
    for event, who in acting(steps):
        at_ms = max(event.at_ms, found[-1].since_ms) if found else event.at_ms
        if found and found[-1].who == who:
            continue
        if found:
            found[-1] = found[-1]._replace(until_ms=at_ms)
        found.append(Turn(who, at_ms, max(now_ms, at_ms), event.kind))
    return [each for each in found if each.who != "nobody"]


def totals(found: Sequence[Turn]) -> dict[Actor, int]:
    """Milliseconds of each party, in the order of their first turns."""
    sums: dict[Actor, int] = {}
    for each in found:
        sums[each.who] = sums.get(each.who, 0) + each.until_ms - each.since_ms
    return sums
