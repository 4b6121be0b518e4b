"""The edge: what the service takes in at one time, in requests, bytes and turns, shared fairly by the callers.

What is too much is told so before anything of its body is read: a flood costs little more than its headers.
"""

from types import TracebackType
from typing import Literal, Self

from gateway.errors import Refusal
from gateway.settings.installation import Bounds
from gateway.web.edge.shares import Share
from gateway.web.edge.turns import Place, Turns
from gateway.web.metrics import METRICS

AGAIN_S = 1  # a full queue is over sooner than that
Bound = Literal["open_requests", "memory", "queue"]


class Edge:
    """The shares of one process, used on its event loop only."""

    def __init__(self, bounds: Bounds) -> None:
        self.requests = Share(bounds.open_requests)
        self.memory = Share(bounds.memory_bytes)
        self.turns = Turns(bounds.at_once, bounds.queue_per_caller)

    def enter(self, caller: str, size_bytes: int = 0) -> "Stay":
        """Take one more request in. size_bytes: of its body, as far as that is known.

        Raises Refusal overloaded; then nothing is held.
        """
        place = self.turns.place(caller)
        if place is None:
            raise _overloaded(caller, "queue")
        if not self.requests.take(caller, 1):
            self.turns.leave(place)
            raise _overloaded(caller, "open_requests")
        stay = Stay(self, place)
        try:
            stay.grow(size_bytes)
        except Refusal:
            stay.end()
            raise
        return stay


class Stay:
    """What one request holds of the edge, from its headers to its answer."""

    __slots__ = ("_edge", "_place", "had_turn", "size_bytes")

    def __init__(self, edge: Edge, place: Place) -> None:
        self._edge = edge
        self._place = place
        self.size_bytes = 0
        self.had_turn = False

    def grow(self, more_bytes: int) -> None:
        """The body is larger than was known. Raises Refusal overloaded."""
        caller = self._place.caller
        if not self._edge.memory.take(caller, more_bytes, more_of=self.size_bytes):
            raise _overloaded(caller, "memory")
        self.size_bytes += more_bytes

    async def turn(self) -> None:
        """Wait for the turn. Raises Gone if the caller hangs up meanwhile."""
        if await self._edge.turns.wait(self._place):
            METRICS.waited.labels(self._place.caller).inc()
        self.had_turn = True

    def hung_up(self) -> None:
        """A caller that has hung up waits for nothing; what is worked on comes to its end."""
        self._edge.turns.give_up(self._place)

    def end_turn(self) -> None:
        """The work is done: what follows is waiting for somebody else, maybe with the body on its way out."""
        self._edge.turns.leave(self._place)

    def end(self) -> None:
        """The request is answered."""
        self.end_turn()
        self._edge.memory.give_back(self._place.caller, self.size_bytes)
        self._edge.requests.give_back(self._place.caller, 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()


def _overloaded(caller: str, bound: Bound) -> Refusal:
    METRICS.turned_away.labels(caller, bound).inc()
    return Refusal("overloaded", retry_after_s=AGAIN_S, cause=bound)
