"""Search: the newest cases of a scope, or those that anybody knows by what they know, page by page.

What is sought is sent in a form, never in an address: what people type there can be a person's.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import partial
from urllib.parse import urlencode

from aiohttp import web

from gateway.errors import Refusal
from gateway.identity import least_id
from gateway.settings.agreements import prefix_of
from gateway.shown import scrubbed
from gateway.store import sought
from gateway.store.cases import Case
from gateway.store.sought import Wanted
from gateway.store.vault import Vault
from gateway.web.console.asked import Asked
from gateway.web.console.render import render
from gateway.web.console.roll import Column, Roll, Row, Span
from gateway.web.console.words import STATES_SOUGHT, WORDS
from mappings.canonical.schema import schema
from mappings.canonical.shape import CASE
from mappings.china_time import CHINA

MOST = 25
LONGEST = 100
KEYS = (
    "number", "person", "name", "item", "here", "division", "caller", "since", "until", "state", "code",
)  # fmt: skip
PERSONAL = ("person", "name")
OPEN, OVER = WORDS["open"], WORDS["over"]
_ID = re.compile(r"[0-9A-Z]{26}")
_PLACE = re.compile(r"[0-9]{2,12}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CERTIFICATES: tuple[str, ...] = tuple(schema(CASE)["$defs"]["id_type"]["enum"])


async def newest(asked: Asked) -> web.Response:
    behind = behind_of(asked.request.query.get("behind", ""))
    look = partial(sought.find, scope=asked.scope, wanted=Wanted(), behind=behind, most=MOST + 1)
    return _page(asked, await asked.gateway.store.survey(look), {})


async def by_keys(asked: Asked) -> web.Response:
    return await found(asked, _said(asked), asked.form.get("behind", ""))


def _said(asked: Asked) -> dict[str, str]:
    return {key: value for key in KEYS if (value := asked.form.get(key, "").strip())}


async def found(asked: Asked, said: Mapping[str, str], last: str = "") -> web.Response:
    """The page of what is found by `said`, behind the case `last`. Raises Refusal bad_parameter."""
    wanted, behind = wanted_of(said, asked.gateway.papers.vault), behind_of(last)
    if wanted.is_nothing:
        raise Refusal("bad_parameter", name="number")
    look = partial(sought.find, scope=asked.scope, wanted=wanted, behind=behind, most=MOST + 1)
    rows = await asked.gateway.store.survey(look)
    await _record(asked, said, len(rows[:MOST]))
    return _page(asked, rows, said)


async def _record(asked: Asked, said: Mapping[str, str], count: int) -> None:
    """Who looked for what is on record before it is shown; a failure here means that nothing is shown."""
    await asked.record("account.searched", sought=asked.digests(said), found=count)


async def _taken(asked: Asked, span: Span) -> list[Row]:
    """The rows of a sheet: what the form of the page says, else all of the scope, the newest first."""
    said = _said(asked)
    wanted = wanted_of(said, asked.gateway.papers.vault) if said else Wanted()
    behind = span.behind[0] if span.behind else sought.LAST_ID
    look = partial(sought.find, scope=asked.scope, wanted=wanted, behind=behind, most=span.most)
    return [_row(each) for each in await asked.gateway.store.survey(look)]


def _row(case: Case) -> Row:
    cells = (
        case.id, OPEN if case.open else OVER, case.caller, case.here, case.division, case.item, case.admitted_ms,
    )  # fmt: skip
    return Row(case.id, cells)


async def _told(asked: Asked, count: int) -> None:
    if said := _said(asked):
        await _record(asked, said, count)


ROLL = Roll(
    "search",
    (
        Column("case", "case"), Column("state", "said"), Column("caller"), Column("here", "code"),
        Column("division", "code"), Column("item", "code"), Column("admitted_at", "time"),
    ),
    re.compile(r"([0-9A-Z]{26})"), _taken, told=_told,
)  # fmt: skip


def wanted_of(said: Mapping[str, str], vault: Vault) -> Wanted:
    """What is typed, as it is sought: people by digests, days as ids. Raises Refusal bad_parameter."""
    for key, value in said.items():
        if len(value) > LONGEST or not value.isprintable():
            raise Refusal("bad_parameter", name=key)
    state = said.get("state", "")
    if state and state not in STATES_SOUGHT:
        raise Refusal("bad_parameter", name="state")
    first, last = _day(said, "since", 0), _day(said, "until", 1)
    return Wanted(
        number=said.get("number", ""),
        persons=_persons(said.get("person", ""), vault),
        name=vault.person_name(said["name"]) if "name" in said else "",
        item=said.get("item", ""), caller=said.get("caller", ""), here=_place(said, "here"),
        division=_place(said, "division"), state=state, code=said.get("code", ""), first=first, last=last,
    )  # fmt: skip


def behind_of(text: str) -> str:
    """The id behind which a page goes on. Raises Refusal bad_parameter."""
    if text and not _ID.fullmatch(text):
        raise Refusal("bad_parameter", name="behind")
    return text or sought.LAST_ID


def _persons(number: str, vault: Vault) -> tuple[str, ...]:
    """A number says nothing of its certificate, so it is sought under each of them."""
    digests = (vault.person(each, number.upper()) for each in _CERTIFICATES)
    return tuple(dict.fromkeys(digests)) if number else ()


def _place(said: Mapping[str, str], key: str) -> str:
    """A place with all that lies in it: 440000 is all of Guangdong."""
    code = said.get(key, "")
    if code and not _PLACE.fullmatch(code):
        raise Refusal("bad_parameter", name=key)
    return prefix_of(code) if code else ""


def _day(said: Mapping[str, str], key: str, days_after: int) -> str:
    """The least id of a China day, or of the day after it; empty if none is said."""
    text = said.get(key, "")
    if not text:
        return ""
    try:
        day = date.fromisoformat(text) + timedelta(days=days_after)
        at = datetime.combine(day, time(), CHINA)
        at_ms = int(at.timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise Refusal("bad_parameter", name=key) from error
    if not _DAY.fullmatch(text) or not 0 <= at_ms < 1 << 47:
        raise Refusal("bad_parameter", name=key)
    return least_id(at_ms)


def _page(asked: Asked, rows: list[Case], said: Mapping[str, str]) -> web.Response:
    shown = rows[:MOST]
    behind = shown[-1].id if len(rows) > MOST else ""
    return render(
        asked, "search", roll=ROLL, rows=[_row(each) for each in shown], sought=said, behind=behind,
        keys=KEYS, states=STATES_SOUGHT, query=urlencode(said), may_be_kept=may_be_kept(said),
    )  # fmt: skip


def may_be_kept(said: Mapping[str, str]) -> bool:
    """Whether nothing of it tells of a person: what does is typed each time, and kept for nobody."""
    return not any(key in PERSONAL or scrubbed(value) != value for key, value in said.items())
