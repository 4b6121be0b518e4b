"""Every moment that a model can reach, the nearest first, until one is found that must not be.

`python -m tests.faults.explore` says what was explored; with `--without GUARD` it shows how it goes wrong then.
"""

import argparse
import gc
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from typing import Any

from gateway.exchange.judge import LANDED
from gateway.model import ENDS, Fact
from tests.faults.model import Model, Move
from tests.faults.moments import Guards, Moment, Platform, essence

BARE = Platform("bare")
REPEATABLE = Platform("repeatable", deduplicates=True, patience=5)
PROBED = Platform("probed", probed=True)
BOTH = Platform("both", deduplicates=True, probed=True)
MOST_MOMENTS = 300_000  # three times what there are now; beyond it, something goes on for ever
DISTURBANCES = {BARE: 3, REPEATABLE: 3, PROBED: 3, BOTH: 2}


@dataclass
class Explored:
    """fault, trace: what must not be, and a shortest way there; empty if there is no such moment."""

    moments: int = 0
    moves: int = 0
    fault: str = ""
    trace: tuple[str, ...] = ()
    words: set[str] = field(default_factory=set)  # states, kinds of facts
    arrows: set[tuple[str, str]] = field(default_factory=set)  # from state to state


@dataclass(slots=True)
class Reached:
    """A moment, how it was reached, and which calm moves lead to it and how many lead on."""

    now: Moment
    before: int
    what: str
    calm_from: list[int] = field(default_factory=list)
    calm_to: int = 0


class Search:
    """Breadth first, over moments that differ in essence."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.found = Explored()
        self.reached: list[Reached] = []
        self._known: dict[Any, int] = {}
        self._queue: deque[int] = deque()

    def run(self) -> Explored:
        for start in self.model.starts():
            self._index(start, -1, "commit 1")
        while self._queue and not self.found.fault:
            self._look(self._queue.popleft())
        if not self.found.fault:
            self._see_that_all_ends()
        self.found.moments = len(self.reached)
        return self.found

    def _index(self, now: Moment, before: int, what: str) -> int:
        key = essence(now, ends_stay=self.model.guards.conclusion_fenced)
        if key not in self._known:
            self._known[key] = len(self.reached)
            self._queue.append(len(self.reached))
            self.reached.append(Reached(now, before, what))
        return self._known[key]

    def _look(self, here: int) -> None:
        place = self.reached[here]
        moves = list(self.model.moves(place.now))
        self._note(place.now, moves)
        for move in moves:
            there = self._index(move.after, here, move.what)
            if move.calm and there != here:
                self.reached[there].calm_from.append(here)
                place.calm_to += 1
        self._fail(wrong(self.model, place.now) or self._stuck(place), here)

    def _stuck(self, place: Reached) -> str:
        if not place.calm_to and place.now.row.state not in ENDS | {"held"}:
            return "stuck: nothing happens any more"
        return "stuck: there is no end of it" if len(self.reached) > MOST_MOMENTS else ""

    def _note(self, now: Moment, moves: list[Move]) -> None:
        state = now.row.state
        self.found.moves += len(moves)
        self.found.words |= {state, *(fact.kind for fact in now.history)}
        self.found.arrows |= {
            (state, each.after.row.state) for each in moves if each.after.row.state != state
        }

    def _see_that_all_ends(self) -> None:
        """Take away what has ended, again and again, along the calm moves: what remains goes in a circle."""
        ended = [i for i, place in enumerate(self.reached) if place.calm_to == 0]
        for i in ended:  # it grows
            for before in self.reached[i].calm_from:
                self.reached[before].calm_to -= 1
                if self.reached[before].calm_to == 0:
                    ended.append(before)
        if len(ended) < len(self.reached):
            circling = max(i for i, place in enumerate(self.reached) if place.calm_to)
            self._fail("stuck: it may go on for ever", circling)

    def _fail(self, fault: str, here: int) -> None:
        if not fault:
            return
        lines = []
        while here >= 0:
            place = self.reached[here]
            lines.append(f"{place.now.now_ms:4}  {place.what:40}  {said(place.now)}")
            here = place.before
        self.found.fault, self.found.trace = fault, tuple(reversed(lines))


def explore(model: Model) -> Explored:
    """Nothing is lost, doubled or stuck: if faults stop anywhere, every way from there ends, or is held."""
    with uncollected():
        return Search(model).run()


def wrong(model: Model, now: Moment) -> str:
    """Why this moment must not be; empty if it may."""
    state = now.row.state
    if now.taken > 1:
        return "doubled"
    if state == "delivered" and now.taken == 0:
        return "delivered, and they have it not"
    if state in ENDS - {"delivered"} and now.taken:
        return f"{state}, and they have it"
    if state in {"deferred", "held"} and any(fact.kind in LANDED for fact in now.history):
        return f"{state}, and it was heard that they have it"
    if state == "held" and not (now.doubtful and is_ambiguous(now.history)):
        return "held, and nothing was ambiguous"
    if state == "held" and could_be_known(model.platform, now):
        return "held, though a machine could find out"
    return ""


def is_ambiguous(history: tuple[Fact, ...]) -> bool:
    """Since a person last spoke, an attempt got no answer, and was never heard of again."""
    spoken = max((i for i, fact in enumerate(history) if fact.kind.startswith("settled")), default=-1)
    since = history[spoken + 1 :]
    last = {fact.attempt: fact.kind for fact in since}
    return any(fact.kind == "unknown" and last[fact.attempt] == "unknown" for fact in since)


def could_be_known(platform: Platform, now: Moment) -> bool:
    """Within its patience, unless a refusal stands against the doubt, and nobody can be asked what it means."""
    last = now.history[-1]
    unclear = last.kind == "refused" and not platform.probed
    return (platform.deduplicates or platform.probed) and last.at_ms < platform.patience and not unclear


def said(now: Moment) -> str:
    """`sending 2, taken 1: unknown(1)`: the state, its attempt, how often they took it, the history."""
    known = " ".join(f"{fact.kind}({fact.attempt})" for fact in now.history)
    return f"{now.row.state} {now.row.attempt}, taken {now.taken}: {known}"


@contextmanager
def uncollected() -> Iterator[None]:
    """Half of the time would go into a search for circles among a million tuples that have none."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.explore", description=__doc__)
    names = [each.name for each in fields(Guards)]
    parser.add_argument("--without", choices=names, help="take this guard away", metavar="GUARD")
    without = parser.parse_args().without
    faults = 0
    for platform, disturbances in DISTURBANCES.items():
        found = explore(Model(platform, disturbances, Guards(**{without: False} if without else {})))
        faults += bool(found.fault)
        bounds = f"{disturbances} disturbances, {found.moments} moments, {found.moves} moves"
        print(f"{platform.name}: {bounds}: {found.fault or 'nothing found'}", *found.trace, sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
