"""What is due later enters the story here: claimed and sent or probed, given up, or known to be unknown."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from gateway import logs
from gateway.exchange import claims, commits
from gateway.exchange.facts import lease_expired, unsent
from gateway.exchange.papers import Claim, Erased
from gateway.exchange.prepare import case_question, translate
from gateway.exchange.story import Exchanges, same_claim
from gateway.gates.gate import Gate
from gateway.model import Exchange, Fact
from gateway.releases.routes import Route
from gateway.store import exchanges
from gateway.store.vault import WrongKey

log = logs.get("exchange")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A committed claim of this process. started_ms: monotonic, taken no later than the lease began."""

    exchange: Exchange
    route: Route
    started_ms: float
    leave_by_ms: int


async def take_up(story: Exchanges, gate: Gate, most: int) -> None:
    """Claim at most `most` of what is due at a platform, and send or probe it as tasks of the process."""
    around, now_ms = story.around, story.around.clock_ms()
    due = await around.store.read(lambda connection: exchanges.due(connection, gate.platform, now_ms, most))
    gate.queued = len(due) == most
    routes = await _routes_of(story, due)
    if not due or not (reserved := await around.gates.reserve(gate, min(most, len(due)))):
        return

    def lease_of(was: Exchange) -> int:
        """None of what was found due a moment later: its release may not be loaded."""
        return story.lease_ms(routes[was.id]) if was.id in routes else 0

    started_ms = around.monotonic_ms()
    claimed: list[Exchange] = []
    try:
        work = claims.claim(gate.platform, len(reserved), owner=around.owner, lease_of=lease_of)
        claimed = await around.store.write(work)
    finally:
        gate.give_back(reserved[len(claimed) :])
    for exchange, leave_by_ms in zip(claimed, reserved, strict=False):
        story.start(_resume(story, Claimed(exchange, routes[exchange.id], started_ms, leave_by_ms), gate))


async def expire(story: Exchanges, was: Exchange) -> None:
    """An expired lease is the fact "unknown"; there is no other recovery code."""
    now_ms = story.around.clock_ms()
    fact = lease_expired(step=was.step, attempt=was.attempt, lease_ms=was.due_ms, at_ms=now_ms)
    with suppress(commits.Moved):  # its answer was first, or somebody else saw it, too
        await story.conclude(
            was, fact, lambda now, at_ms: same_claim(now, was) and now.due_ms <= at_ms,
            must_move=True, wait=False,
        )  # fmt: skip


async def _routes_of(story: Exchanges, due: Sequence[Exchange]) -> dict[str, Route]:
    """The route of each under its own release; those are left out for which nobody waits any more."""
    routes, now_ms = {}, story.around.clock_ms()
    for was in due:
        route = await story.around.shelf.route_of(was)
        if was.state == "waiting" and await _is_over(story, was, route, now_ms):
            await _give_up(story, was, now_ms)
        else:
            routes[was.id] = route
    return routes


async def _is_over(story: Exchanges, was: Exchange, route: Route, now_ms: int) -> bool:
    """Whether it has waited for longer than the operation's patience; behind others of its case is no waiting."""
    if now_ms < was.admitted_ms + route.policy.patience_ms:
        return False
    since_ms = await story.around.store.read(lambda connection: exchanges.turn_ms(connection, was))
    return since_ms is not None and now_ms >= since_ms + route.policy.patience_ms


async def _give_up(story: Exchanges, was: Exchange, now_ms: int) -> None:
    """It has waited for longer than the operation's patience: nobody expects it over there any more."""
    fact = Fact("not_sent", at_ms=now_ms, attempt=was.attempt, cause="patience_over")
    with suppress(commits.Moved):
        await story.conclude(was, fact, lambda now, _: now.state == "waiting", must_move=True)


async def _resume(story: Exchanges, claimed: Claimed, gate: Gate) -> Exchange:
    """Send or probe what was claimed just now. What fails before that has sent nothing, and is said so."""
    exchange = claimed.exchange
    try:
        claim = await _claim(story, claimed)
    except Exception as error:  # noqa: BLE001 - erased papers, a missing key, a lost database: no byte has left
        gate.leave()
        if not isinstance(error, Erased | WrongKey):
            log.error("worker.failed", exchange=exchange.id, failure=error)
        cause = "unreadable" if isinstance(error, Erased | WrongKey) else "internal"
        fact = unsent(exchange, cause, story.around.clock_ms())
        return await story.conclude(exchange, fact, lambda now, _: same_claim(now, exchange))
    log.debug("exchange.sending", exchange=exchange.id, platform=exchange.platform, attempt=exchange.attempt)
    return await story.send(claim, gate)


async def _claim(story: Exchanges, claimed: Claimed) -> Claim:
    """What a claim needs, from the store: the message as commit 1 sealed it, or a probe's question."""
    papers, exchange, route = story.around.papers, claimed.exchange, claimed.route
    key = await papers.key_of(exchange.id)
    if exchange.step == "send":
        message = await papers.message_of(exchange, key)
        return Claim(exchange, route, key, message, claimed.started_ms, leave_by_ms=claimed.leave_by_ms)
    asked = story.around.routes.of(exchange.release, exchange.platform, route.probe_operation)
    document = case_question(await papers.tree(exchange.id, "document"), exchange.theirs)
    message = translate(asked, document, exchange.id).message
    question = replace(message, probes=exchange.operation)
    return Claim(exchange, route, key, question, claimed.started_ms, leave_by_ms=claimed.leave_by_ms)
