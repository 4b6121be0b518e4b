"""A case on one page: where it stands, whose time it was, its exchanges stage by stage, what proves it.

Every view is an entry of the log, which commits before anything is shown.
"""

from typing import Any

from aiohttp import web

from gateway.cases.joint import TEXTS as STANDINGS
from gateway.cases.parcels import TEXTS as PARCEL_STATES
from gateway.cases.states import TEXTS
from gateway.clock import china_day
from gateway.desk.acts import DOCUMENTS
from gateway.dossier import parties, unmasking
from gateway.dossier.dossier import Dossier, blames
from gateway.dossier.proven import Proof
from gateway.dossier.stages import TEXTS as STAGES
from gateway.dossier.stages import stages, waits
from gateway.errors import Refusal
from gateway.exchange.following import SUBMIT
from gateway.exchange.papers import Erased
from gateway.replay.blame import Blame
from gateway.store import unmaskings
from gateway.store.vault import WrongKey
from gateway.web.console import readers
from gateway.web.console.asked import HOME, Asked
from gateway.web.console.one_case import found
from gateway.web.console.parcels import PIECES, tells
from gateway.web.console.render import render, to
from gateway.web.console.traced import Field, fields, opened, span
from gateway.web.console.words import ACTORS, COLOURS, EVENTS, SAID, VERDICTS, WHYS
from gateway.web.console.words_of_modes import DIRECTIONS, FORMS, HAPPENED, SAYABLE, UNLIKELY
from gateway.web.views.cases import case_view, china


async def show(asked: Asked) -> web.Response:
    return await page(asked, await found(asked))


async def unmask(asked: Asked) -> web.Response:
    """The page with its personal values, once it is on record why; or what has to come before."""
    dossier = await found(asked)
    came = await unmasking.unmask(
        asked.gateway, dossier.known, asked.somebody.name, asked.form.get("reason", "")
    )
    again = await found(asked)  # with the entry of it
    return await page(asked, again, came)


async def answer(asked: Asked) -> web.Response:
    """Somebody else's request to see them: yes or no."""
    dossier = await found(asked)
    which, granted = asked.form.get("unmasking", ""), asked.form.get("granted", "")
    row = await asked.gateway.store.read(lambda connection: unmaskings.by_id(connection, which))
    if row is None or row.case_id != dossier.case.id or granted not in ("yes", "no"):
        raise Refusal("not_found")
    if not await unmasking.answer(asked.gateway, row, asked.somebody.name, granted=granted == "yes"):
        raise Refusal("bad_parameter", name="unmasking")
    return to(asked, f"{HOME}/cases/{dossier.case.id}")


async def page(
    asked: Asked, dossier: Dossier, came: unmasking.Came | None = None, *, told: str = "", status: int = 200
) -> web.Response:
    """told: a word for what became of what somebody recorded here."""
    account, values = asked.somebody, came == "shown"
    may_read = account.may("contents")
    contents = await _contents(asked, dossier, values=values) if may_read else ()
    traced = await blames(asked.gateway, dossier.known.exchanges) if may_read else {}
    # who looked is on record before anything is shown; a failure here means that nothing is shown
    await asked.record("account.viewed", case=dossier.case.id)
    return render(
        asked, "case", status=status, told=told, case=_view(asked, dossier), **_of_mode(asked, dossier),
        contents=contents, came=came, values=values,
        exchanges=[_exchange(each, dossier.proof, traced, values=values) for each in dossier.known.exchanges],
        proof=_proof(dossier.proof, asked), spent=_spent(asked, dossier), asked_by=await _asked_by(asked, dossier),
        looks=await readers.listed_of(asked, dossier) if account.may("readers") else None,
        actors=ACTORS, colours=COLOURS, whys=WHYS,
        events={**TEXTS, **EVENTS}, stage_texts=STAGES, words=SAID, verdicts=VERDICTS,
        two=asked.gateway.settings.installation.console.persons_to_unmask == 2,
    )  # fmt: skip


def _view(asked: Asked, dossier: Dossier) -> dict[str, Any]:
    today = china_day(asked.gateway.clock_ms())
    return case_view(dossier.known, dossier.numbers, dossier.reckoned, today, dossier.followed)


def _of_mode(asked: Asked, dossier: Dossier) -> dict[str, Any]:
    """Its parcels and the joint case that it is a part of; whether who looks may say what came by post."""
    return {
        "parcels": dossier.modes.parcels, "part": dossier.modes.part, "tells": tells(asked, dossier) is not None,
        "sayable": SAYABLE, "forms": FORMS, "pieces": PIECES, "kinds_of_papers": DOCUMENTS,
        "directions": DIRECTIONS, "happened": HAPPENED, "parcel_states": PARCEL_STATES, "unlikely": UNLIKELY,
        "standings": STANDINGS,
    }  # fmt: skip


async def _contents(asked: Asked, dossier: Dossier, *, values: bool) -> tuple[Field, ...] | str:
    """What the caller sent; or the word for why there is none to show: erased, or under a key that is not here."""
    submitted = next((each for each in dossier.known.exchanges if each.operation == SUBMIT), None)
    if submitted is None:
        return ()
    try:
        document = await asked.gateway.papers.tree(submitted.id, "document")
    except Erased:
        return "contents_erased"
    except WrongKey:
        return "contents_locked"
    return tuple(fields(document, values=values))


def _exchange(was: Any, proof: Proof, traced: dict[str, Blame], *, values: bool) -> dict[str, Any]:
    blame = traced.get(was.id)
    steps = stages(was, proof.of(was.id), blame)
    return {
        "id": was.id,
        "stages": [(each, china(each.at_ms)) for each in steps],
        "waits": {name: span(ms) for name, ms in waits(steps)},
        "opened": opened(blame, values=values) if blame else None,
        "proven": sum(
            each.standing == "proven"
            for each in proof.entries
            if each.record and each.record.facts.get("exchange") == was.id
        ),
        "entries": len(proof.of(was.id)),
    }


def _proof(proof: Proof, asked: Asked) -> dict[str, Any]:
    return {
        "standing": proof.standing,
        "entries": proof.entries,
        "proven": proof.count("proven"), "unsigned": proof.count("unsigned"), "failed": proof.count("failed"),
        "rejected": proof.rejected, "differing": proof.differing,
        "size": proof.checkpoint.size if proof.checkpoint else None,
        "key": f"{proof.key.name}+{proof.key.id.hex()}",
        "at": china(asked.gateway.clock_ms()),
    }  # fmt: skip


def _spent(asked: Asked, dossier: Dossier) -> dict[str, Any]:
    """The turns of the parties, each with its share of the whole in thousandths."""
    found = parties.turns(dossier.reckoned.life.steps, asked.gateway.clock_ms())
    whole = max(1, sum(each.until_ms - each.since_ms for each in found))
    begin, stretches = 0, []
    for each in found:
        share = round((each.until_ms - each.since_ms) * 1000 / whole)
        stretches.append({"who": each.who, "begin": begin, "share": share})
        begin += share
    return {"stretches": stretches, "totals": {who: span(ms) for who, ms in parties.totals(found).items()}}


async def _asked_by(asked: Asked, dossier: Dossier) -> list[dict[str, Any]]:
    """Who waits to be shown the values, for whoever may say yes or no."""
    if not asked.somebody.may("unmaskings"):
        return []
    now_ms = asked.gateway.clock_ms()
    waiting = [each for each in dossier.asked if unmasking.stands(each, now_ms)]
    return [
        {"id": each.id, "account": each.account, "at": china(each.asked_ms),
         "mine": each.account == asked.somebody.name,
         "reason": await unmasking.reason_of(asked.gateway, each)}
        for each in waiting
    ]  # fmt: skip
