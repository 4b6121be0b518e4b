"""The circuit of a credential: open while the platform bars us, half open to see whether it still does."""

from collections.abc import Callable
from dataclasses import dataclass

from adapters.message import Reply
from gateway import logs
from gateway.exchange.facts import code_of
from gateway.exchange.papers import Claim
from gateway.gates.gate import Gate
from gateway.store import credentials as rows
from gateway.store.store import Store, Transaction

log = logs.get("exchange")
CIRCUIT_MS = 60_000
DESCRIBED = frozenset({"taken", "already", "refused", "landed", "absent"})


@dataclass(frozen=True, slots=True)
class Turned:
    """A circuit that was opened (until_ms > 0) or closed, to be remembered."""

    platform: str
    until_ms: int
    cause: str


def turn(gate: Gate, claim: Claim, reply: Reply, clock_ms: Callable[[], int]) -> Turned | None:
    """Barred opens the circuit (after one renewal of the secret); a described answer closes it.

    While it is half open the secret is new already, so whatever is barred opens it again at once.
    What it has become if it was turned.
    """
    if claim.exchange.kind == "read":
        gate.barred_reads = gate.barred_reads + 1 if reply.verdict == "barred" else 0
    renewed = gate.open_until_ms > 0 or claim.exchange.cause == "barred" or gate.barred_reads > 1
    if reply.verdict == "barred" and (renewed or not claim.route.policy.renews_secret):
        gate.open_until_ms, gate.cause = clock_ms() + CIRCUIT_MS, code_of(reply.code) or "barred"
        return _turned(gate)
    if gate.open_until_ms and reply.verdict in DESCRIBED:
        gate.open_until_ms, gate.cause, gate.opened_ms = 0, "", clock_ms()
        return _turned(gate)
    return None


def _turned(gate: Gate) -> Turned:
    gate.turns += 1
    return Turned(gate.platform, gate.open_until_ms, gate.cause)


async def keep(store: Store, gate: Gate, turned: Turned) -> None:
    """Remember it, after commit 2: losing this is harmless, the next send finds out again."""
    state = "open" if turned.until_ms else "closed"

    def work(tx: Transaction) -> None:
        rows.put_circuit(
            tx.connection, turned.platform, state=state, cause=turned.cause, until_ms=turned.until_ms
        )

    try:
        await store.write(work)
    finally:
        gate.turns += 1
    log.info(
        "circuit.opened" if turned.until_ms else "circuit.closed",
        platform=turned.platform,
        cause=turned.cause,
    )
