"""The work of a unit without an interface (本单位待办): its list, and what its people record of a case.

As `tongban desk` does it, by the same functions. The unit is one of those in the account's own scope.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from aiohttp import web

from gateway.cases.reasons import TEXTS as REASON_TEXTS
from gateway.cases.states import TEXTS
from gateway.clock import china_day
from gateway.desk import lines
from gateway.desk.acts import ACTS, DOCUMENTS, EXTENDED, NOT_RECORDED, Act, lacking, reason_fits, reasons_of
from gateway.desk.lines import Line, Today
from gateway.desk.placing import SUBMIT
from gateway.desk.records import NotRecorded, Record, Said, possible, record, seen
from gateway.errors import Refusal, Texts
from gateway.exchange.papers import Erased
from gateway.prints.making import make
from gateway.prints.stamp import PRINTS
from gateway.web.api.prints import HEADERS as PRINTED
from gateway.web.console.asked import HOME, Asked
from gateway.web.console.render import render, to
from gateway.web.console.roll import Column, Roll, Row, Span, shown
from gateway.web.console.words import WORDS
from mappings.china_time import CHINA

LOOK: Texts = ("办理", "Look")
MATERIALS = 3  # that one form has room for; more go in by the command line
LONGEST = 500
TOLD = ("recorded", "seen")
_ID = re.compile(r"[0-9A-Z]{26}")


class Unsaid(Exception):
    """What was typed cannot be recorded. texts: why."""

    def __init__(self, texts: Texts) -> None:
        super().__init__(texts[1])
        self.texts = texts


class Standing(NamedTuple):
    """A line, and the unit of the account's for which it is worked on."""

    line: Line
    unit: str


async def read(asked: Asked, span: Span) -> list[Row]:
    after = (int(span.behind[0]), span.behind[1]) if span.behind else (0, "")
    found = {
        line.work.exchange_id: line
        for unit in asked.somebody.scope.units
        for line in await lines.standing(asked.gateway.store, _today(asked), unit)
        if _unit_of(asked, line)
    }
    ordered = sorted(found.values(), key=_key)
    return [_row(each) for each in ordered if _key(each) > after][: span.most]


def _key(line: Line) -> tuple[int, str]:
    return line.work.placed_ms, line.work.exchange_id


def _row(line: Line) -> Row:
    work, due = line.work, line.due
    cells = (
        work.number, work.operation, work.placed_ms, work.unit, line.exchange.item_there, line.exchange.here,
        TEXTS[line.life.state], work.case_id, due.on.isoformat() if due and due.on else "",
        (f"{HOME}/work/{work.exchange_id}", LOOK),
    )  # fmt: skip
    return Row(f"{work.placed_ms}.{work.exchange_id}", cells)


ROLL = Roll(
    "work",
    (
        Column("number", "code"), Column("operation", "code", below=True), Column("placed_at", "time"),
        Column("unit", "code", below=True), Column("item", "code"), Column("here", "code", below=True),
        Column("state", "said"), Column("case", "case", below=True), Column("due_on", "day"),
        Column("choices", "link"),
    ),
    re.compile(r"([0-9]{1,16})\.([0-9A-Z]{26})"), read, look="work",
)  # fmt: skip


async def show(asked: Asked) -> web.Response:
    told = asked.request.query.get("told", "")
    return await shown(asked, ROLL, told=told if told in TOLD else "")


async def one(asked: Asked) -> web.Response:
    return _page(asked, await _standing(asked))


async def act(asked: Asked) -> web.Response:
    """One act of one person, or that it was read; what does not fit is told, and nothing is kept."""
    standing, form = await _standing(asked), asked.form
    work, actor = standing.line.work, asked.somebody.name
    try:
        if form.get("act") == "seen":
            await seen(asked.gateway.store, work, staff=actor, unit=standing.unit)
            return to(asked, f"{HOME}/work?told=seen")
        what = _record(asked, standing)
        await record(asked.gateway.store, asked.gateway.papers, work, what)
    except Unsaid as unsaid:
        return _page(asked, standing, unsaid.texts, 400)
    except NotRecorded as refused:
        return _page(asked, standing, NOT_RECORDED[refused.why], 409)
    except Erased as error:
        raise Refusal("erased") from error
    return to(asked, f"{HOME}/work?told=recorded")


async def printed(asked: Asked) -> web.Response:
    """A print of the papers, as `tongban desk print`; its entry names the account."""
    line = (await _standing(asked)).line
    wanted = next((each for each in PRINTS if each == asked.request.match_info["print"]), None)
    if wanted is None or line.work.operation != SUBMIT:
        raise Refusal("not_found")
    contact = asked.gateway.settings.installation.contact
    actor = asked.somebody.name
    page = await make(asked.gateway.exchanges, line.exchange, wanted, actor=actor, contact=contact)
    return web.Response(text=page, content_type="text/html", charset="utf-8", headers=PRINTED)


async def _standing(asked: Asked) -> Standing:
    """The line of the address. Raises Refusal not_found: none, or another unit's."""
    exchange_id = asked.request.match_info["id"]
    found = []
    if _ID.fullmatch(exchange_id):
        found = await lines.named(asked.gateway.store, _today(asked), exchange_id)
    for line in found:
        if line.work.exchange_id == exchange_id and (unit := _unit_of(asked, line)):
            return Standing(line, unit)
    raise Refusal("not_found")


def _unit_of(asked: Asked, line: Line) -> str:
    """The unit of the account's that may work on it; empty for nobody's here."""
    scope, case = asked.somebody.scope, line.case
    if not any(each.startswith(place) for each in (case.division, case.here) for place in scope.places):
        return ""
    return next((unit for unit in scope.units if line.work.unit in ("", unit)), "")


def _today(asked: Asked) -> Today:
    return Today(china_day(asked.gateway.clock_ms()), asked.gateway.settings.agreements)


def _page(asked: Asked, standing: Standing, why: Texts | None = None, status: int = 200) -> web.Response:
    line = standing.line
    acts = _possible(asked, line)
    reasons = {each.kind: reasons_of(each.kind) for each in acts.values()}
    return render(
        asked, "desk-work", status=status, line=line, unit=standing.unit, why=why, acts=acts, texts=TEXTS,
        reasons={code: REASON_TEXTS[code] for each in reasons.values() for code in each}, documents=DOCUMENTS,
        prints=() if line.work.operation != SUBMIT else PRINTS,
        is_later=line.work.operation != SUBMIT, places=range(1, MATERIALS + 1), typed=asked.form if why else {},
    )  # fmt: skip


def _possible(asked: Asked, line: Line) -> Mapping[str, Act]:
    """What could be recorded now, by its word."""
    probe = Record(EXTENDED, asked.gateway.clock_ms(), "", "").event._replace(source=line.work.platform)
    kinds = possible(line.life, probe)
    return {
        word: each
        for word, each in ACTS.items()
        if each.kind in kinds or (each.kind == EXTENDED and not line.life.ended)
    }


def _record(asked: Asked, standing: Standing) -> Record:
    """What was typed. Raises Unsaid."""
    form = {name: value.strip() for name, value in asked.form.items()}
    wanted = ACTS.get(form.get("act", ""))
    if wanted is None:
        raise Refusal("bad_parameter", name="act")
    said = Said(
        form.get("reason", ""), form.get("words", ""), _day(form.get("due_on", "")), _materials(form),
        _documents(form),
    )  # fmt: skip
    missing = lacking(wanted, words=said.words, materials=said.materials, due_on=said.due_on)
    if missing or any(len(value) > LONGEST for value in form.values()):
        raise Unsaid(WORDS["also_say"])
    if not reason_fits(wanted.kind, said.reason):
        raise Unsaid(NOT_RECORDED["other_reason"])
    at_ms = _moment(form.get("at", "")) or asked.gateway.clock_ms()
    return Record(wanted.kind, at_ms, asked.somebody.name, standing.unit, said)


def _materials(form: Mapping[str, str]) -> tuple[Mapping[str, str], ...]:
    pairs = ((form.get(f"material{n}", ""), form.get(f"wrong{n}", "")) for n in range(1, MATERIALS + 1))
    return tuple({"name": name, **({"why": why} if why else {})} for name, why in pairs if name)


def _documents(form: Mapping[str, str]) -> tuple[Mapping[str, str], ...]:
    kind, number = form.get("document", ""), form.get("document_number", "")
    if not kind:
        return ()
    if kind not in DOCUMENTS:
        raise Refusal("bad_parameter", name="document")
    return ({"kind": kind, "name": DOCUMENTS[kind][0], **({"number": number} if number else {})},)


def _day(text: str) -> str:
    """Empty for none. Raises Unsaid."""
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError as error:
        raise Unsaid(WORDS["no_last_day"]) from error


def _moment(text: str) -> int:
    """Epoch ms of a moment in China as a browser writes it; 0 for none. Raises Unsaid."""
    if not text:
        return 0
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Unsaid(WORDS["no_moment"]) from error
    if at.tzinfo is not None:
        raise Unsaid(WORDS["no_moment"])
    return int(at.replace(tzinfo=CHINA).timestamp() * 1000)
