"""Visits (到访): in 全程网办 a person goes on at the other place's site, with a ticket (身份票据) for one use.

It is redeemed by a caller that speaks for the site, or by the platform itself, which calls in (gateway/inward).

The ticket holds nothing personal: what it stands for is sealed here, until the site redeems it. That commit is also
the admission of the case: the site has it then, and it is followed like any other.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hmac import compare_digest
from typing import Any, NamedTuple
from urllib.parse import quote

from gateway.errors import Refusal
from gateway.exchange import admitting, entries
from gateway.exchange.admission import admission_of, exchange_of, item_code
from gateway.exchange.admitting import Admission, BatchFull, CaseOpen
from gateway.exchange.asked import Asked, Prepared
from gateway.exchange.commits import Conclusion, conclude
from gateway.exchange.papers import Erased
from gateway.exchange.passing import full_today
from gateway.exchange.story import Exchanges
from gateway.identity import new_id
from gateway.model import Exchange, Fact
from gateway.releases.routes import SUBMIT
from gateway.settings.platforms import PlatformAccess, Site
from gateway.store import cases, exchanges, visits
from gateway.store.cases import Case
from gateway.store.connection import Connection
from gateway.store.store import Transaction
from gateway.store.visits import Visit
from mappings.canonical import personal_fields

VISIT, ONLINE, SCHEMA = "case.visit", "full_online", "canonical/visit@1"
KEPT_MS = 86_400_000  # how long one that nobody came with is still known to be over
_TICKET = re.compile(r"([0-9A-HJKMNP-TV-Z]{26})\.([0-9a-f]{64})")
# of the document, what a site needs to go on; places, item and person as the caller gave them
_TOLD = ("applicant", "agent", "receiving", "authorisation", "purpose", "division", "item")


@dataclass(frozen=True, slots=True)
class Issued:
    """A visit, and the address to send the person to."""

    visit: Visit
    address: str


class Redeemed(NamedTuple):
    """Who has come, for which case of ours. ours: our number of it; theirs: another gateway's id of it, if any."""

    case_id: str
    ours: str
    document: Mapping[str, Any]
    theirs: str = ""


@dataclass(frozen=True, slots=True)
class Redeeming:
    """Who redeems a ticket.

    owns:  whether a visit is one of theirs; if not, its ticket is as unknown to them as one that nobody made.
    tells: names of the personal fields that they will be told; raises where they may not be, or cannot.
    reference: their id of the case, where they have one: who asks again under it is told again. Empty: told once.
    """

    asked: Asked
    owns: Callable[[Visit], bool]
    tells: Callable[[Redeemed], Sequence[str]]
    reference: str = ""


async def issue(
    story: Exchanges,
    asked: Asked,
    sites: Mapping[str, PlatformAccess],
    tellable: Callable[[str, Mapping[str, Any]], None],
) -> Issued:
    """A link for a person who is known here. Nothing is promised of a case as yet.

    tellable: raises Refusal where nobody at the platform could be told who comes.

    Raises Refusal: as of a case; no_site; case_open unless that one goes on at the same site.
    """
    around = story.around
    visit_id = new_id(around.clock_ms(), around.random)
    prepared = await around.preparation.visit(asked, visit_id)
    site = _site(prepared.route.name, sites)
    tellable(prepared.route.name, told_of(prepared.document))
    case_id = await _open_one(story, asked, prepared)
    key = around.papers.vault.new_key(visit_id)
    now_ms = around.clock_ms()
    sealed = around.papers.vault.seal_tree(key, "document", prepared.document)
    visit = Visit(
        visit_id, asked.caller.caller, prepared.route.name, now_ms + site.minutes * 60_000, 0, case_id,
        key.key_id, key.wrapped, sealed,
    )  # fmt: skip

    def work(tx: Transaction) -> None:
        visits.forget(tx.connection, tx.now_ms - KEPT_MS)
        visits.add(tx.connection, visit)
        tx.record(entries.visit_issued(visit, now_ms, actor=asked.actor))

    await around.store.write(work)
    ticket = f"{visit.id}.{_mark(story, visit.id, visit.platform)}"
    item = quote(item_code(prepared.there), safe="")
    return Issued(visit, site.address.replace("{ticket}", ticket).replace("{item}", item))


def by_caller(asked: Asked, sites: Mapping[str, PlatformAccess], reference: str = "") -> Redeeming:
    """The caller that speaks for the site; it is told everything that was said of the person."""

    def owns(visit: Visit) -> bool:
        return _site(visit.platform, sites).redeemed_by == asked.caller.caller

    return Redeeming(asked, owns, lambda found: personal_fields(dict(found.document), SCHEMA), reference)


async def redeem(story: Exchanges, ticket: str, by: Redeeming) -> Redeemed:
    """Who has come with a ticket; told once, but to who has a number of the case and asks again under it.

    Raises Refusal: not_found for what was not made here or for another site, ticket_over, case_open, batch_full;
    and what `by.tells` raises, which uses nothing up.
    """
    around = story.around
    visit = await _visit_of(story, ticket, by)
    now_ms = around.clock_ms()
    if visit.used_ms and by.reference and (again := await _again(story, visit, by)):
        return again
    if visit.used_ms or visit.expires_ms <= now_ms:
        raise Refusal("ticket_over", cause="used" if visit.used_ms else "expired")
    key = around.papers.vault.open_key(visit.id, visit.key_id, visit.wrapped)
    document = around.papers.vault.open_tree(key, "document", visit.sealed)
    case_id = visit.case_id or new_id(now_ms, around.random)
    opened = (
        None
        if visit.case_id
        else await admission_of_visit(
            story, visit, document, by.asked, case_id=case_id, reference=by.reference
        )
    )
    ours, theirs = (document["numbers_ours"], by.reference) if opened else await _numbers(story, case_id)
    redeemed = Redeemed(case_id, ours, told_of(document), theirs)
    fields = by.tells(redeemed)

    def work(tx: Transaction) -> None:
        if not visits.use(tx.connection, visit.id, case_id, tx.now_ms):
            raise Refusal("ticket_over", cause="used")
        if opened:
            admission, conclusion = opened
            admitting.admit(admission)(tx)
            conclude(conclusion)(tx)
        tx.record(entries.visit_redeemed(visit, case_id, tx.now_ms, actor=by.asked.actor, fields=fields))

    try:
        # the one commit: the site has the case, and the ticket is used up
        await around.store.write(work)
    except CaseOpen as other:
        raise Refusal("case_open", division=document["division"], case="?") from other
    except BatchFull as full:
        raise full_today(full.passes, now_ms) from full
    return redeemed


def told_of(document: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: document[name] for name in _TOLD if name in document}


async def _again(story: Exchanges, visit: Visit, by: Redeeming) -> Redeemed | None:
    """What was told of a visit, to who has the case under the same number since then."""
    found = await story.around.store.read(lambda connection: submit_in(connection, visit.case_id))
    if found is None or found.theirs != by.reference:
        return None
    try:
        document = await story.around.papers.tree(found.id, "document")
    except Erased:
        return None
    return Redeemed(found.case_id, found.ours, told_of(document), found.theirs)


async def admission_of_visit(
    story: Exchanges,
    visit: Visit,
    document: dict[str, Any],
    asked: Asked,
    *,
    case_id: str,
    reference: str = "",
) -> tuple[Admission, Conclusion]:
    """The case as the site has it: admitted, and taken, in one commit; its caller is who sent the person."""
    around, now_ms = story.around, story.around.clock_ms()
    exchange_id = new_id(now_ms, around.random)
    prepared = around.preparation.visited({**document, "exchange": exchange_id}, visit.platform, exchange_id)
    caller = asked.caller.model_copy(update={"caller": visit.caller})  # whose case it is: who sent the person
    of_case = replace(asked, operation=SUBMIT, caller=caller, key="")
    exchange = exchange_of(
        of_case, prepared, exchange_id=exchange_id, case_id=case_id, now_ms=now_ms,
        owner=around.owner, lease_ms=1,
    )  # fmt: skip
    admission = await admission_of(of_case, prepared, exchange, around.papers, 1)
    fact = Fact("taken", at_ms=now_ms, attempt=1, cause="visited", reference=reference)
    route = prepared.route
    return admission, Conclusion(
        exchange, fact, route.policy, lambda row, _: row.state == "sending", release=route.release
    )


async def _open_one(story: Exchanges, asked: Asked, prepared: Prepared) -> str:
    """A case of the person that goes on at the same site, "" for none. Raises Refusal case_open."""
    document = prepared.document
    applicant = document["applicant"]
    person = story.around.papers.vault.person(applicant["id_type"], applicant["id_number"])
    wanted = Case("", "", person, item_code(prepared.there), document["division"], "", 0, 1, 0)

    def look(connection: Connection) -> tuple[str, bool]:
        found = cases.same_open(connection, wanted)()
        if not found:
            return "", True
        case_id, caller = found[0]
        writes = exchanges.of_case(connection, case_id)
        same = any(
            (each.operation, each.mode, each.platform) == (SUBMIT, ONLINE, prepared.route.name)
            for each in writes
        )
        return case_id if caller == asked.caller.caller else "?", same and caller == asked.caller.caller

    case_id, may = await story.around.store.read(look)
    if not may:
        raise Refusal("case_open", division=document["division"], case=case_id)
    return case_id


async def _visit_of(story: Exchanges, ticket: str, by: Redeeming) -> Visit:
    """The visit that a ticket is for; another site's is as unknown as one that nobody made. Raises Refusal."""
    read = _TICKET.fullmatch(ticket)
    found = None
    if read is not None:
        found = await story.around.store.read(lambda connection: visits.by_id(connection, read[1]))
    if read is None or found is None or not compare_digest(_mark(story, found.id, found.platform), read[2]):
        raise Refusal("not_found")
    if not by.owns(found):
        raise Refusal("not_found")
    return found


def _mark(story: Exchanges, visit_id: str, platform: str) -> str:
    """What only this gateway can make of a visit: 256 bits under its own key."""
    return story.around.papers.vault.request(f"visit\0{visit_id}\0{platform}".encode())[:64]


def _site(platform: str, sites: Mapping[str, PlatformAccess]) -> Site:
    access = sites.get(platform)
    if access is None or access.site is None:
        raise Refusal("no_site", platform=platform)
    return access.site


async def _numbers(story: Exchanges, case_id: str) -> tuple[str, str]:
    """Our number of a case, and theirs."""
    found = await story.around.store.read(lambda connection: submit_in(connection, case_id))
    return (found.ours, found.theirs) if found else ("", "")


def submit_in(connection: Connection, case_id: str) -> Exchange | None:
    writes = exchanges.of_case(connection, case_id)
    return next((each for each in writes if (each.operation, each.kind) == (SUBMIT, "write")), None)
