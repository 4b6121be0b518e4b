"""Alignment review (对码审核): suggestions with why and how sure; an engineer confirms or refuses them.

As `tongban item review` does it: by the same functions, with a second person where the installation wants one.
"""

import re
from functools import partial
from typing import NamedTuple

from aiohttp import web

from gateway.errors import Refusal
from gateway.items.likeness.decisions import NotOpen, SamePerson, confirm, refuse
from gateway.items.likeness.pages import newest
from gateway.items.likeness.stored import OPEN as UNDECIDED
from gateway.items.likeness.stored import Kept, Pair
from gateway.items.likeness.undecided import suggested
from gateway.store.connection import Connection
from gateway.store.transaction import Transaction
from gateway.web.console.asked import HOME, Asked
from gateway.web.console.desks.seen import lies_in
from gateway.web.console.render import to
from gateway.web.console.roll import Column, Roll, Row, Span, shown

TOLD = ("first", "confirmed", "refused", "meanwhile", "same_person")
_SUREST = ("1001", "", "", "", "")
_CODE = r"([^\s.]{0,80})"
_DIVISION = r"([0-9]{0,12})"


class Decision(NamedTuple):
    """What a row's buttons decide about. mine: whoever looks is its first person already."""

    here: str
    there: str
    here_code: str
    there_code: str
    mine: bool


async def read(asked: Asked, span: Span) -> list[Row]:
    permille, *key = span.behind or _SUREST

    def look(connection: Connection) -> list[Row]:
        behind = (int(permille), key[0], key[1], key[2], key[3])
        found = suggested(connection, asked.scope, behind, {**span.wanted, "most": span.most})
        return [_row(connection, each, asked) for each in found]

    return await asked.gateway.store.read(look)


def _row(connection: Connection, kept: Kept, asked: Asked) -> Row:
    here = newest(connection, kept.here_division, kept.here_code)
    there = newest(connection, kept.there_division, kept.there_code)
    pair = (kept.here_division, kept.there_division, kept.here_code, kept.there_code)
    cells = (
        f"{kept.permille / 10:.1f}%", here.name, kept.here_division, kept.here_code, there.name,
        kept.there_division, kept.there_code, (kept.why_zh, kept.why_en), kept.first_by,
        Decision(*pair, mine=kept.first_by == asked.somebody.name),
    )  # fmt: skip
    return Row(".".join((str(kept.permille), *pair)), cells)


ROLL = Roll(
    "review",
    (
        Column("how_sure", "number"), Column("item_here"), Column("here", "code", below=True),
        Column("code", "code", below=True), Column("item_there"), Column("there", "code", below=True),
        Column("code", "code", below=True), Column("because", "said"), Column("first_person", below=True),
        Column("decision", "decide"),
    ),
    re.compile(rf"([0-9]{{1,4}})\.{_DIVISION}\.{_DIVISION}\.{_CODE}\.{_CODE}"), read, ("from", "to"), "review",
)  # fmt: skip


async def show(asked: Asked) -> web.Response:
    told = asked.request.query.get("told", "")
    persons = asked.gateway.settings.installation.persons_to_confirm
    return await shown(asked, ROLL, told=told if told in TOLD else "", persons=persons)


async def decide(asked: Asked) -> web.Response:
    """One decision, one transaction; what somebody else decided meanwhile stands."""
    form = asked.form
    pair = Pair(form.get("here", ""), form.get("there", ""))
    if not any(lies_in(each, asked.scope[0]) for each in pair):
        raise Refusal("not_found")
    codes, said = (form.get("here_code", ""), form.get("there_code", "")), form.get("say", "")
    if said not in ("yes", "no"):
        raise Refusal("bad_parameter", name="say")
    try:
        kept = await asked.gateway.store.write(partial(_decided, asked=asked, pair=pair, codes=codes))
    except NotOpen:
        return to(asked, f"{HOME}/review?told=meanwhile")
    except SamePerson:
        return to(asked, f"{HOME}/review?told=same_person")
    return to(asked, f"{HOME}/review?told={'first' if kept.decision == UNDECIDED else kept.decision}")


def _decided(tx: Transaction, asked: Asked, pair: Pair, codes: tuple[str, str]) -> Kept:
    actor = asked.somebody.name
    if asked.form["say"] == "no":
        return refuse(tx, pair, codes, actor=actor)
    persons = asked.gateway.settings.installation.persons_to_confirm
    return confirm(tx, pair, codes, actor=actor, persons=persons)
