"""What the gateway asks platforms by itself (自动询问): about cases, for results. Both are claimed and asked alike.

A question never goes before a message that waits, takes a claim with a lease, and is a task of the process.
"""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol, TypeVar

from gateway.exchange.story import Exchanges
from gateway.gates.gate import Gate
from gateway.model import Fact
from gateway.releases.routes import Route
from gateway.store.connection import Connection
from gateway.store.store import Transaction

ACTOR = "tongban"
AGAIN_MS = 1_000  # how soon a question is tried again that found no room
DAY_MS = 86_400_000
NO_ANSWER = frozenset({"later", "barred"})
DESCRIBED = NO_ANSWER | {"refused"}
Claimed = TypeVar("Claimed", covariant=True)
Asks = Callable[[Claimed, float], Coroutine[Any, Any, None]]


class Questions(Protocol[Claimed]):
    """The statements of one kind of question (store.followed, store.results)."""

    def is_due(self, connection: Connection, platform: str, now_ms: int) -> bool: ...

    def claim(
        self, connection: Connection, platform: str, most: int, *, owner: str, now_ms: int, until_ms: int
    ) -> Sequence[Claimed]: ...


async def ask_what_is_due(
    story: Exchanges, gate: Gate, route: Route | None, questions: Questions[Claimed], asks: Asks[Claimed]
) -> None:
    """Claim what is due at a platform and ask as tasks of the process; nothing while messages wait for a slot.

    asks: is given what was claimed, and when (monotonic, in milliseconds).
    """
    around, now_ms = story.around, story.around.clock_ms()
    most = _room_for(gate, now_ms)
    if route is None or most <= 0:
        return
    if not await around.store.read(lambda connection: questions.is_due(connection, gate.platform, now_ms)):
        return
    started_ms, lease_ms = around.monotonic_ms(), story.lease_ms(route)

    def claim(tx: Transaction) -> Sequence[Claimed]:
        return questions.claim(
            tx.connection, gate.platform, most, owner=around.owner, now_ms=tx.now_ms,
            until_ms=tx.now_ms + lease_ms,
        )  # fmt: skip

    for claimed in await around.store.write(claim):
        story.start(asks(claimed, started_ms))


def cause_of(fact: Fact) -> str:
    """Why an answer says nothing; empty for one that does."""
    if fact.kind == "taken":
        return ""
    return fact.kind if fact.kind in DESCRIBED else fact.cause or fact.kind


def longest_ms(declared_s: float) -> int:
    """How long their Retry-After is heeded: a day, or as long as we would wait by ourselves."""
    return max(int(declared_s * 1000), DAY_MS)


def _room_for(gate: Gate, now_ms: int) -> int:
    """How many questions may be asked now; none while messages wait for a slot."""
    writes_wait = gate.queued and not gate.off  # what is kept back by a mark does not wait for a slot
    return 0 if writes_wait else gate.free(now_ms, reads=True)
