"""Held (待核实): exchanges of which nobody knows what became, and a person's word on one of them.

What may be said is what `tongban exchange settle` takes, by the same way; the ground is sealed with the papers.
"""

import re
from collections.abc import Mapping, Sequence
from functools import partial

from aiohttp import web

from gateway.errors import Refusal, Texts
from gateway.exchange import said
from gateway.exchange.commits import Moved
from gateway.exchange.facts import number_of
from gateway.exchange.following import known_of
from gateway.exchange.papers import Erased
from gateway.model import Exchange, FactKind
from gateway.shown import scrubbed, without_values
from gateway.store import cases, exchanges, listed
from gateway.store.connection import Connection
from gateway.web.console.asked import HOME, Asked
from gateway.web.console.desks.facts import FACTS
from gateway.web.console.render import render, to
from gateway.web.console.roll import Column, Roll, Row, Span

OPEN: Texts = ("查看", "Look")
LONGEST_REASON = 500
CHOICES: Mapping[str, FactKind] = {
    "taken": "settled_taken", "again": "settled_again", "stop": "settled_stop",
}  # fmt: skip
_ID = re.compile(r"[0-9A-Z]{26}")


async def read(asked: Asked, span: Span) -> list[Row]:
    after_ms, behind = span.behind or ("0", "")

    def look(connection: Connection) -> list[Exchange]:
        where = {**span.wanted, "most": span.most}
        return listed.exchanges_due(connection, listed.HELD, asked.scope, (int(after_ms), behind), where)

    held = await asked.gateway.store.survey(look)
    return [
        _row(*each) for each in zip(held, await _owners(asked, held), await _words(asked, held), strict=True)
    ]


def _row(each: Exchange, owner: str, words: str) -> Row:
    cells = (
        each.due_ms, owner, each.id, each.case_id, each.platform, each.operation, each.ours, each.changed_ms,
        each.cause, " ".join(filter(None, (each.code, words))), (f"{HOME}/held/{each.id}", OPEN),
    )  # fmt: skip
    return Row(f"{each.due_ms}.{each.id}", cells)


ROLL = Roll(
    "held",
    (
        Column("settle_by", "time"), Column("ticket_owner", below=True), Column("exchange", "code"),
        Column("case", "case", below=True), Column("platform", "code"), Column("operation", "code", below=True),
        Column("ours", "code"), Column("since", "time", below=True), Column("cause", "code"),
        Column("last_words", below=True), Column("choices", "link"),
    ),
    re.compile(r"([0-9]{1,16})\.([0-9A-Z]{26})"), read, ("platform", "operation"),
)  # fmt: skip


async def one(asked: Asked) -> web.Response:
    return await _shown(asked, await _held(asked))


async def _shown(asked: Asked, held: Exchange, why: str = "", status: int = 200) -> web.Response:
    """Who looked at which one is on record before it is shown."""
    facts = await asked.gateway.store.read(lambda connection: exchanges.facts_of(connection, held.id))
    [owner], [words] = await _owners(asked, [held]), await _words(asked, [held])
    # not as `exchange`: it is no part of that one's story, and no caller is given a proof of who looked
    await asked.record("account.viewed", case=held.case_id, held=held.id)
    return render(
        asked, "settle", status=status, held=held, facts=facts, owner=owner, words=words, why=why,
        again_is_safe=_again_is_safe(asked, held), kinds=FACTS,
    )  # fmt: skip


async def settle(asked: Asked) -> web.Response:
    """What somebody says became of it; only those who run the gateway may."""
    held, form = await _held(asked), asked.form
    kind, reason = CHOICES.get(form.get("choice", "")), form.get("reason", "").strip()
    reference = form.get("reference", "").strip() if kind == "settled_taken" else ""
    if kind is None or not 0 < len(reason) <= LONGEST_REASON:
        return await _shown(asked, held, "choose_and_say", 400)
    if kind == "settled_taken" and not number_of(reference):
        return await _shown(asked, held, "reference_needed", 400)
    try:
        await said.settle(
            asked.gateway.exchanges, held.id, kind, reference=reference, actor=asked.somebody.name,
            reason=reason,
        )  # fmt: skip
    except Erased as error:  # without its papers nothing can be said of it, nor sent
        raise Refusal("erased") from error
    except Moved:
        return await _shown(asked, held, "moved_on", 409)
    return to(asked, f"{HOME}/cases/{held.case_id}")


async def _held(asked: Asked) -> Exchange:
    """The exchange of the address. Raises Refusal not_found: none, another scope's, or not held any more."""
    found = await asked.gateway.store.read(partial(_look, asked=asked))
    if found is None or found.state != "held":
        raise Refusal("not_found")
    return found


def _look(connection: Connection, asked: Asked) -> Exchange | None:
    exchange_id = asked.request.match_info["id"]
    found = exchanges.by_id(connection, exchange_id) if _ID.fullmatch(exchange_id) else None
    case = cases.by_id(connection, found.case_id) if found else None
    if found is None or case is None:
        return None
    units = [each.unit for each in known_of(connection, case).exchanges]
    return found if asked.somebody.scope.covers((case.division, case.here), units) else None


async def _owners(asked: Asked, held: Sequence[Exchange]) -> list[str]:
    ids = [each.id for each in held]
    return await asked.gateway.store.read(lambda connection: listed.owners_of(connection, ids))


async def _words(asked: Asked, held: Sequence[Exchange]) -> list[str]:
    """What the platform said last of each, without what of it is personal; nothing for who sees no contents.

    Nothing where its key is gone, or is not on this machine.
    """
    if not asked.somebody.may("contents"):
        return [""] * len(held)
    papers = asked.gateway.papers
    answers = await papers.trees({each.id: f"answer/{each.attempt}" for each in held})
    said = {each: str(tree.get("reason") or "") for each, tree in answers.items() if tree}
    documents = await papers.trees({each: "document" for each, reason in said.items() if reason})
    scrubs = {
        each: scrubbed(without_values(said[each], document or {})) for each, document in documents.items()
    }
    return [scrubs.get(each.id, "") for each in held]


def _again_is_safe(asked: Asked, held: Exchange) -> str:
    """By which of its fields the platform knows a message again; empty where it does not."""
    routes = asked.gateway.routes
    platform = routes.active.platforms.get(held.platform) if routes.loaded else None
    operation = platform.declared.operations.get(held.operation) if platform else None
    return operation.repeatable.by if operation and operation.repeatable else ""
