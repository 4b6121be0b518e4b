"""Visits that another gateway has issued: its ticket is redeemed there (票据跨网关核销), and the case is here.

A site shows a ticket `NAME~TICKET`, where NAME is the platform of kind `gateway` that made it. That gateway is
asked who has come, and told by which number the case will be known here: it is made of the ticket, so that who asks
again, since an answer was lost, names the same case, and is told the same. The case begins here, in one commit; its
caller is that gateway, which follows it as any other.
"""

import re
from hashlib import sha256
from typing import Any

from gateway.errors import Refusal
from gateway.exchange import admitting, entries, visits
from gateway.exchange.admitting import BatchFull, CaseOpen
from gateway.exchange.asked import Asked
from gateway.exchange.commits import conclude
from gateway.exchange.passing import full_today
from gateway.exchange.questions import ACTOR
from gateway.exchange.reads import Question, pose
from gateway.exchange.story import Exchanges
from gateway.exchange.visits import VISIT, Redeemed, Redeeming, admission_of_visit, submit_in, told_of
from gateway.identity import began_ms, new_id
from gateway.model import Exchange
from gateway.settings.callers import Caller
from gateway.store import cases
from gateway.store import visits as rows
from gateway.store.connection import Connection
from gateway.store.store import Transaction
from gateway.store.visits import Visit

REDEEM = "visit.redeem"
LASTS_MS = 60_000  # of a visit that begins and is over in one commit
_TICKET = re.compile(r"([a-z][a-z0-9-]{0,62})~(([0-9A-HJKMNP-TV-Z]{26})\.[0-9a-f]{64})")
_SAID_THERE = frozenset({"not_found", "ticket_over", "case_open"})


async def redeem(story: Exchanges, ticket: str, by: Redeeming) -> Redeemed:
    """Who has come with a ticket of this gateway, or of another. Raises what `visits.redeem` raises; of another's
    what refuses a case to it, and platform_unavailable, platform_garbled, platform_refused: it has not said.
    """
    read = _TICKET.fullmatch(ticket)
    if read is None:
        return await visits.redeem(story, ticket, by)
    caller = story.around.neighbours.get(read[1])
    if caller is None:
        raise Refusal("not_found")
    case_id = _case_of(story, ticket, began_ms(read[3]))
    if await story.around.store.read(lambda connection: cases.by_id(connection, case_id)):
        raise Refusal("ticket_over", cause="used")
    said = await _asked_there(story, read[1], read[2], case_id)
    if said["reference"] != case_id:
        return await _gone_on(story, said, caller, by)
    return await _begun(story, said["document"], Visit(read[3], caller.caller, "", 0, 0, case_id, "", b"", b""),
                        caller, by)  # fmt: skip


def _case_of(story: Exchanges, ticket: str, at_ms: int) -> str:
    """The id of the case, which nobody but this gateway can make of the ticket. at_ms: when that was made."""
    secret = story.around.papers.vault.request(f"case\0{ticket}".encode())
    made = sha256(secret.encode()).digest()
    return new_id(at_ms, lambda count: made[:count])


async def _asked_there(story: Exchanges, platform: str, ticket: str, case_id: str) -> dict[str, Any]:
    question = Question(REDEEM, platform, ACTOR, asks={"ticket": ticket, "reference": case_id})
    exchange, route = await pose(story, question)
    if exchange.state == "refused" and exchange.code in _SAID_THERE:
        raise _refusal(exchange)
    return await story.around.papers.answer_of(exchange, route)


def _refusal(exchange: Exchange) -> Refusal:
    if exchange.code == "case_open":
        return Refusal("case_open", division=exchange.division or "?", case="?")
    if exchange.code == "ticket_over":
        return Refusal("ticket_over", cause="used")
    return Refusal("not_found")


async def _gone_on(story: Exchanges, said: dict[str, Any], caller: Caller, by: Redeeming) -> Redeemed:
    """The case goes on that an earlier visit has begun here."""

    def look(connection: Connection) -> tuple[str, str, Visit] | None:
        case = cases.by_id(connection, said["reference"])
        if case is None or case.caller != caller.caller:
            return None
        submitted = submit_in(connection, case.id)
        if submitted is None:
            return None
        visit = Visit("", case.caller, submitted.platform, 0, 0, case.id, "", b"", b"")
        return case.id, submitted.ours, visit

    found = await story.around.store.read(look)
    if found is None or not by.owns(found[2]):
        raise Refusal("not_found")
    redeemed = Redeemed(found[0], found[1], told_of(said["document"]))
    by.tells(redeemed)
    return redeemed


async def _begun(
    story: Exchanges, document: dict[str, Any], visit: Visit, caller: Caller, by: Redeeming
) -> Redeemed:
    """The case as the site has it, from this commit on."""
    around = story.around
    asked = Asked(VISIT, caller, by.asked.actor, document)
    prepared = await around.preparation.visit(asked, new_id(around.clock_ms(), around.random))
    visit = visit._replace(platform=prepared.route.name, expires_ms=around.clock_ms() + LASTS_MS)
    if not by.owns(visit):
        raise Refusal("not_found")
    admission, conclusion = await admission_of_visit(
        story, visit, dict(prepared.document), asked, case_id=visit.case_id
    )
    redeemed = Redeemed(visit.case_id, prepared.document["numbers_ours"], told_of(prepared.document))
    fields = by.tells(redeemed)

    def work(tx: Transaction) -> None:
        if rows.by_id(tx.connection, visit.id):
            raise Refusal("ticket_over", cause="used")
        rows.add(tx.connection, visit._replace(case_id=""))
        tx.record(entries.visit_issued(visit._replace(case_id=""), tx.now_ms, actor=by.asked.actor))
        rows.use(tx.connection, visit.id, visit.case_id, tx.now_ms)
        admitting.admit(admission)(tx)
        conclude(conclusion)(tx)
        tx.record(
            entries.visit_redeemed(visit, visit.case_id, tx.now_ms, actor=by.asked.actor, fields=fields)
        )

    try:
        await around.store.write(work)
    except CaseOpen as other:
        raise Refusal("case_open", division=prepared.document["division"], case="?") from other
    except BatchFull as full:
        raise full_today(full.passes, around.clock_ms()) from full
    return redeemed
