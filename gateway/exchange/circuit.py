"""The circuit of a credential: open while the platform bars us, half open to see whether it still does."""

from collections.abc import Callable

from adapters.message import Reply
from gateway import logs
from gateway.exchange.facts import code_of
from gateway.exchange.papers import Claim
from gateway.gates import Gate
from gateway.store import credentials as rows
from gateway.store.store import Store, Transaction

log = logs.get("exchange")
CIRCUIT_MS = 60_000
DESCRIBED = frozenset({"taken", "already", "refused", "landed", "absent"})


def turn(gate: Gate, claim: Claim, reply: Reply, clock_ms: Callable[[], int]) -> bool:
    """Barred opens the circuit (after one renewal of the secret); a described answer closes it.

    While it is half open the secret is new already, so whatever is barred opens it again at once.
    True if it was turned.
    """
    if claim.exchange.kind == "read":
        gate.barred_reads = gate.barred_reads + 1 if reply.verdict == "barred" else 0
    renewed = gate.open_until_ms > 0 or claim.exchange.cause == "barred" or gate.barred_reads > 1
    if reply.verdict == "barred" and (renewed or not claim.route.policy.renews_secret):
        gate.open_until_ms, gate.cause = clock_ms() + CIRCUIT_MS, code_of(reply.code) or "barred"
        return True
    if gate.open_until_ms and reply.verdict in DESCRIBED:
        gate.open_until_ms, gate.cause = 0, ""
        return True
    return False


async def keep(store: Store, gate: Gate) -> None:
    """Remember it, after commit 2: losing this is harmless, the next send finds out again."""
    until_ms, cause = gate.open_until_ms, gate.cause
    state = "open" if until_ms else "closed"

    def work(tx: Transaction) -> None:
        rows.put_circuit(tx.connection, gate.platform, state=state, cause=cause, until_ms=until_ms)

    await store.write(work)
    log.info("circuit.opened" if until_ms else "circuit.closed", platform=gate.platform, cause=cause)
