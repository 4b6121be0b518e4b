"""Joint cases (多地联办, 一件事): where a parent stands, as a pure function of the lives of its parts.

A parent has no state of its own that could differ from theirs: one that is refused makes it broken, never done,
and those that were done stay done.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Literal, get_args

from gateway.cases.life import Life
from gateway.cases.states import DECISIONS, Actor

Outcome = Literal["open", "done", "failed", "withdrawn", "unclear"]
Standing = Literal["under_way", "broken", "done", "partly_done", "failed", "withdrawn", "unclear"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
STANDINGS: tuple[Standing, ...] = get_args(Standing)
OPEN: frozenset[Standing] = frozenset({"under_way", "broken"})

OUTCOME_TEXTS: Mapping[Outcome, tuple[str, str]] = {
    "open": ("在办", "under way"),
    "done": ("已办成", "done"),
    "failed": ("未办成", "came to nothing"),
    "withdrawn": ("已撤回", "withdrawn"),
    "unclear": ("已办结，结果未告知", "over; how it was decided was not told"),
}
TEXTS: Mapping[Standing, tuple[str, str]] = {
    "under_way": ("各分办件在办", "its parts are under way"),
    "broken": ("有分办件未成或已撤回，其余在办", "a part has failed or was withdrawn; others are under way"),
    "done": ("全部办成", "every part is done"),
    "partly_done": ("部分办成，其余未成或已撤回", "some parts are done, the others failed or were withdrawn"),
    "failed": ("未办成", "no part is done"),
    "withdrawn": ("全部撤回", "every part was withdrawn"),
    "unclear": ("均已办结，有的结果未告知", "every part is over; of some nobody was told how it was decided"),
}


def outcome_of(life: Life, *, given_up: bool) -> Outcome:
    """What became of a part. given_up: it never arrived over there, and nobody tries any more.

    Served is done only behind a grant that counts; transferred up, it is decided where nobody tells us.
    """
    if not life.ended:
        return "failed" if given_up else "open"
    if life.state == "withdrawn":
        return "withdrawn"
    if life.state == "transferred_up":
        return "unclear"
    if life.state != "served":
        return "failed"
    apart = {each.event.key for each in life.findings}
    decided = [each.kind for each in life.steps if each.kind in DECISIONS and each.key not in apart]
    return ("done" if decided[-1] == "granted" else "failed") if decided else "unclear"


def standing_of(outcomes: Collection[Outcome]) -> Standing:
    """Where the parent stands; the order of its parts does not matter."""
    found = set(outcomes)
    if "open" in found:
        return "broken" if found & {"failed", "withdrawn"} else "under_way"
    if "unclear" in found:
        return "unclear"
    if "done" in found:
        return "done" if found == {"done"} else "partly_done"
    return "withdrawn" if found == {"withdrawn"} else "failed"


def actors(lives: Sequence[tuple[Life, Outcome]]) -> list[Actor]:
    """Who must act next in one of its parts; empty only when all of them are over."""
    return sorted({life.acts for life, outcome in lives if outcome == "open"})
