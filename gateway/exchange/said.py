"""A person's word: settling what no machine can know (核实), taking back what has not left (撤回)."""

from gateway.errors import Refusal
from gateway.exchange.commits import Moved
from gateway.exchange.facts import number_of
from gateway.exchange.story import Exchanges
from gateway.model import Exchange, Fact, FactKind


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
