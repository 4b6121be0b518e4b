"""A person's word: settling what no machine can know (核实), taking back what has not left (撤回), having the next
try made now (催办), having seen to a ticket, being shown values (查看明文)."""

from collections.abc import Sequence

from gateway import logs
from gateway.errors import Refusal
from gateway.exchange import attended
from gateway.exchange.commits import Moved
from gateway.exchange.facts import number_of
from gateway.exchange.papers import Erased
from gateway.exchange.story import Exchanges
from gateway.model import Exchange, Fact, FactKind

log = logs.get("exchange")


async def settle(
    story: Exchanges, exchange_id: str, kind: FactKind, *, reference: str, actor: str, reason: str
) -> Exchange:
    """Say what became of a held exchange, and on what ground; both commit together.

    Raises Refusal: not_found, bad_parameter for a reference that is no number; Moved if it is not held any more.
    """
    if reference and not number_of(reference):
        raise Refusal("bad_parameter", name="taken")
    was = await story.look_up(exchange_id)
    if was.state != "held":
        raise Moved
    note = await story.around.papers.note(was, actor=actor, reason=reason)
    fact = Fact(kind, at_ms=story.around.clock_ms(), cause="settled", reference=reference)
    return await story.conclude(
        was, fact, lambda now, _: now.state == "held", actor=actor, must_move=True, sealed=note
    )


async def withdraw(story: Exchanges, exchange_id: str, *, actor: str) -> Exchange:
    """Take back what has not left. Raises Refusal: not_found, case_ended once a byte may be out."""
    was = await story.look_up(exchange_id)
    fact = Fact("withdraw_asked", at_ms=story.around.clock_ms(), cause="withdraw_asked")
    try:
        now = await story.conclude(
            was, fact, lambda now, _: now.state in {"waiting", "deferred"}, actor=actor, must_move=True
        )
    except Moved as error:
        raise Refusal("case_ended", exchange=exchange_id) from error
    if now.state != "withdrawn":
        raise Refusal("case_ended", exchange=exchange_id)
    return now


async def hasten(story: Exchanges, was: Exchange, *, actor: str, reason: str) -> Exchange:
    """Have the next try of what is waiting or deferred made now; the gate lets it pass as any other.

    Raises Moved if it is not as it `was` any more; Erased if it has no papers, so nothing could be sent.
    """
    note = await story.around.papers.note(was, actor=actor, reason=reason)
    now = await story.around.store.write(attended.hasten(was, actor=actor, sealed=note))
    log.info(
        "exchange.hastened", exchange=now.id, platform=now.platform, attempt=now.attempt, cause=now.cause
    )
    story.poke()
    return now


async def close_tickets(story: Exchanges, exchange_id: str, *, actor: str, reason: str) -> list[str]:
    """The tickets of an exchange were seen to; their kinds. On what ground is erased with its papers.

    Raises Refusal: not_found; Moved if there is none to close.
    """
    was = await story.look_up(exchange_id)
    try:
        note = await story.around.papers.note(was, actor=actor, reason=reason)
    except Erased:
        note = {}
    return await story.around.store.write(attended.close_tickets(was, actor=actor, sealed=note))


async def show_values(
    story: Exchanges, command: str, exchanges: Sequence[Exchange], *, actor: str, reason: str
) -> None:
    """What these exchanges say about people is about to be shown: nothing may be shown before this returns.

    Raises Erased if one of them has no papers any more; then nothing is recorded.
    """
    notes = [(was, await story.around.papers.note(was, actor=actor, reason=reason)) for was in exchanges]
    await story.around.store.write(attended.show_values(command, notes, actor=actor))
    log.info("values.shown", command=command, exchanges=len(notes), actor=actor)
