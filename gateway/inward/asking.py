"""case.progress, called in: a platform that handed a case to one of ours asks how it stands (查询已移交的办件).

It is told what is known here, and nobody is asked for it: steps, last days, parcels, what was said with the present
step; of an ending the decision, why, and which documents there are. What its mapping reads is what it gets.
"""

from collections.abc import Callable, Mapping
from typing import Any

from gateway.exchange.following import known_of, life_of
from gateway.exchange.kept import kept_of, seen
from gateway.exchange.redeeming import REDEEM
from gateway.exchange.retold import retell
from gateway.exchange.story import Exchanges
from gateway.inward.channels import Channel
from gateway.inward.handed import case_handed
from gateway.inward.notices import unit_fault
from gateway.inward.receiving import NotReceived
from gateway.inward.visiting import redeemed

ASK = "case.progress"
Document = Mapping[str, Any]


async def answered(
    story: Exchanges, channel: Channel, document: Document, reply: Callable[..., Mapping[str, Any]]
) -> Mapping[str, Any]:
    """The answer; whoever reads what is personal stands in the log. Raises NotReceived, StorageUnavailable."""
    case = await case_handed(story.around.store, channel, document)
    if fault := unit_fault(document.get("unit"), case.here, channel.speaks_for):
        raise NotReceived(fault)
    known = await story.around.store.read(lambda connection: known_of(connection, case))
    actor = f"{channel.name}/{channel.inward.auth}"
    ended = await _ended(story, case.id, life_of(known).state, actor=actor)
    told = {**await retell(story, known, actor=actor), **ended}
    asked = {name: told.get(name, {}).get("materials", []) for name in ("correction", "supplement")}
    return {
        **reply(case=case.id),
        "stands": {name: told[name] for name in ("state", "at", "reason", "words") if name in told},
        "steps": told["events"], "parcels": told["parcels"], "documents": told.get("documents", []),
        "to_correct": asked["correction"], "to_supply": asked["supplement"],
    }  # fmt: skip


async def _ended(story: Exchanges, case_id: str, state: str, *, actor: str) -> dict[str, Any]:
    """What the newest result of this ending says besides; its files are not told here."""
    kept = [each for each in await kept_of(story, case_id) if each.result.state == state and each.document]
    if not kept:
        return {}
    await seen(story, kept[-1:], actor=actor)
    said = kept[-1].document or {}
    found = {name: said[name] for name in ("reason", "words") if said.get(name)}
    papers = [{name: each[name] for name in each if name != "file"} for each in said.get("documents", ())]
    return found | ({"documents": papers} if papers else {})


TELLS = {ASK: answered, REDEEM: redeemed}  # what is asked for is in the answer
