"""Turns: few requests are worked on at one time; the others wait, and their callers are served one after another.

Admission is work of one event loop. If everything that arrives were worked on at once, each request would wait for
all the others at every step, and who sends a hundred at once would be served a hundred times before another.
"""

import asyncio
from collections import Counter, deque
from dataclasses import dataclass
from typing import Literal

ROUNDS = 4  # of a loop with little to do: some microseconds
ALONE_S = 1.0  # for so long nobody else asked: then it is alone
PART = 8  # a caller that is not alone has at most one in so many of the turns


class Gone(Exception):
    """Whoever asked has hung up before its turn came."""


@dataclass(slots=True, eq=False)
class Place:
    """One request's: it comes (its body is being read), waits for its turn, is worked on, and is gone."""

    caller: str
    state: Literal["comes", "waits", "works", "gone"] = "comes"
    turn: asyncio.Future[None] | None = None


class Turns:
    """At most `at_once` places work, and at most `per_caller` of each caller come or wait.

    A caller that is alone may have all the turns: the more work goes on at once, the more of it shares a commit.
    Once there is another, none has more than one in PART. Between the beginning of two turns the loop goes round
    ROUNDS times: what is under way gets on before something new begins, even where the work waits for nothing.
    """

    def __init__(self, at_once: int, per_caller: int) -> None:
        self._at_once = at_once
        self._part = max(at_once // PART, 1)
        self._per_caller = per_caller
        self._working = Counter[str]()
        self._before = Counter[str]()  # places of each caller that come or wait
        self._lines: dict[
            str, deque[Place]
        ] = {}  # of those who wait; the caller served longest ago is the first
        self._begun = False  # a turn, so short a time ago that the next has to wait
        self._newest = ""  # the caller that asked last
        self._alone_from_s = 0.0  # unless another asks meanwhile

    def place(self, caller: str) -> Place | None:
        """A place for one more request; None if the caller has as many as it may."""
        if caller != self._newest:
            self._newest, self._alone_from_s = caller, asyncio.get_running_loop().time() + ALONE_S
        if self._before[caller] >= self._per_caller:
            return None
        self._before[caller] += 1
        return Place(caller)

    async def wait(self, place: Place) -> bool:
        """Until it is its turn; whether it had to wait. Raises Gone after `give_up`."""
        if place.state == "gone":
            raise Gone
        if not self._begun and place.caller not in self._lines and self._began(place):
            return False
        place.state, place.turn = "waits", asyncio.get_running_loop().create_future()
        self._lines.setdefault(place.caller, deque()).append(place)
        await place.turn
        return True

    def give_up(self, place: Place) -> None:
        """Whoever asked has hung up: the place is gone, unless it works; then it comes to its end."""
        if place.turn is not None and not place.turn.done():
            place.turn.set_exception(Gone())
        if place.state != "works":
            self.leave(place)

    def leave(self, place: Place) -> None:
        """The work is done, or there is none to do. To leave twice is to leave once."""
        was, place.state = place.state, "gone"
        if was == "works":
            self._working[place.caller] -= 1
            self._serve()
        elif was != "gone":
            self._before[place.caller] -= 1
        if was == "waits":
            self._step_out(place)

    def _serve(self) -> None:
        """A turn goes to the caller that was served longest ago; within it, to the first that came."""
        for caller in [] if self._begun else list(self._lines):
            place = self._lines[caller][0]
            if self._began(place):
                self._step_out(place)
                if caller in self._lines:  # to the end: a turn for each caller before another for this one
                    self._lines[caller] = self._lines.pop(caller)
                if (
                    place.turn is not None and not place.turn.done()
                ):  # it is if its task was cancelled just now
                    place.turn.set_result(None)
                return

    def _began(self, place: Place) -> bool:
        alone = asyncio.get_running_loop().time() >= self._alone_from_s
        most = self._at_once if alone else self._part
        if self._working.total() >= self._at_once or self._working[place.caller] >= most:
            return False
        place.state = "works"
        self._before[place.caller] -= 1
        self._working[place.caller] += 1
        self._begun = True
        self._go_round(ROUNDS)
        return True

    def _go_round(self, rounds: int) -> None:
        if rounds:
            asyncio.get_running_loop().call_soon(self._go_round, rounds - 1)
        else:
            self._begun = False
            self._serve()

    def _step_out(self, place: Place) -> None:
        line = self._lines[place.caller]
        line.remove(place)
        if not line:
            del self._lines[place.caller]
