"""From what was prepared to what commit 1 writes: the frozen exchange, its case, its numbers, its sealed bodies."""

from collections.abc import Mapping
from typing import Any

from gateway.exchange import admitting
from gateway.exchange.asked import Asked, Prepared
from gateway.exchange.following import still_owed
from gateway.exchange.papers import Papers
from gateway.exchange.prepare import epoch_ms
from gateway.model import BLANK, Exchange
from gateway.store.cases import Case, Number
from gateway.store.events import Told
from gateway.store.vault import Vault


def exchange_of(
    asked: Asked,
    prepared: Prepared,
    *,
    exchange_id: str,
    case_id: str,
    now_ms: int,
    owner: str,
    lease_ms: int,
) -> Exchange:
    """The exchange as commit 1 writes it. lease_ms: its end if it may be sent at once, else 0.

    case_id: of a new case; whatever comes later is of the case that it comes after.
    """
    of_case = prepared.earlier.submitted if prepared.earlier else _of_new_case(prepared, case_id)
    ready = lease_ms > 0
    return of_case._replace(
        id=exchange_id,
        operation=asked.operation,
        caller=asked.caller.caller,
        actor=asked.actor,
        release=prepared.route.release,
        theirs="",
        state="sending" if ready else "waiting",
        step="send",
        attempt=1 if ready else 0,
        owner=owner if ready else "",
        due_ms=lease_ms if ready else now_ms,
        cause="",
        code="",
        admitted_ms=now_ms,
        changed_ms=now_ms,
        ended_ms=0,
    )


def _of_new_case(prepared: Prepared, case_id: str) -> Exchange:
    """What is the same of all exchanges by which a case goes to its platform."""
    document, there = prepared.document, prepared.there
    return BLANK._replace(
        case_id=case_id,
        kind="write",
        platform=prepared.route.name,
        here=document["receiving"]["division"],
        division=document["division"],
        unit=there.get("unit", ""),
        mode=document["mode"],
        item_here=document["item"]["code"],
        item_there=item_code(there),
        basic_code=there.get("basic_code", ""),
        alignment=there["alignment"],
        agreement=prepared.agreed.agreement.agreement if prepared.agreed else "",
        ours=prepared.message.ours,
        place=1,
    )


def item_code(there: Mapping[str, str]) -> str:
    """The most exact code of the item over there; a local item (本地编码) may have no other."""
    names = ("handling_code", "implementation_code", "local_code", "basic_code")
    return next((there[name] for name in names if there.get(name)), "")


async def admission_of(
    asked: Asked, prepared: Prepared, exchange: Exchange, papers: Papers, lease_ms: int
) -> admitting.Admission:
    """Everything that commit 1 writes; files are durable when this returns."""
    document = prepared.document
    key, sealed, files = await papers.seal(exchange, prepared)
    return admitting.Admission(
        exchange=exchange,
        case=None if prepared.earlier else _case(exchange, document, papers.vault),
        asked=asked,
        prepared=prepared,
        key=key,
        numbers=[] if prepared.earlier else _numbers(exchange, document),
        sealed=sealed,
        files=files,
        told=_told(exchange, prepared),
        insist="insist" in document,
        lease_ms=lease_ms,
    )


def _case(exchange: Exchange, document: Any, vault: Vault) -> Case:
    applicant = document["applicant"]
    return Case(
        id=exchange.case_id,
        caller=exchange.caller,
        person=vault.person(applicant["id_type"], applicant["id_number"]),
        item=exchange.item_there,
        division=exchange.division,
        here=exchange.here,
        received_ms=epoch_ms(document["receiving"]["received_at"]),
        open=1,
        admitted_ms=exchange.admitted_ms,
        name=vault.person_name(applicant["name"]),
    )


def owed_of(document: Mapping[str, Any]) -> set[str]:
    """Codes of the materials of which a case says that they come later (容缺后补)."""
    named = (each for each in document.get("materials", ()) if each.get("instead", {}).get("kind") == "owed")
    return {str(each["code"]) for each in named}


def _told(exchange: Exchange, prepared: Prepared) -> list[Told]:
    """What the caller itself says of the case: that its form was checked, that something is owed."""
    return [*_checked(exchange, prepared), *_owed(exchange, prepared)]


def _checked(exchange: Exchange, prepared: Prepared) -> list[Told]:
    """The receiving window has checked the form of the papers (形式审查)."""
    check = None if prepared.earlier else prepared.document["receiving"].get("form_check")
    if check is None:
        return []
    at_ms, now_ms = epoch_ms(check["at"]), exchange.admitted_ms
    return [Told("form_checked", at_ms, exchange.caller, seen_ms=now_ms, exchange_id=exchange.id)]


def _owed(exchange: Exchange, prepared: Prepared) -> list[Told]:
    """The applicant owes something from the receipt on, or still does after what a supplement brings."""
    now_ms = exchange.admitted_ms
    if prepared.earlier:
        number, at_ms = still_owed(exchange.id), now_ms
        owes = prepared.earlier.leaves
    else:
        number, at_ms = "", epoch_ms(prepared.document["receiving"]["received_at"])
        owes = bool(owed_of(prepared.document))
    told = Told("supplement_owed", at_ms, exchange.caller, number, seen_ms=now_ms, exchange_id=exchange.id)
    return [told] if owes else []


def _numbers(exchange: Exchange, document: Any) -> list[Number]:
    """All numbers that the case is known by so far, with their owners."""
    ours = [Number(admitting.OURS, "case", exchange.ours)]
    theirs = [Number(each["owner"], each["kind"], each["number"]) for each in document.get("numbers", ())]
    return ours + theirs
