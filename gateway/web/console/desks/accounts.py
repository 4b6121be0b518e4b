"""Accounts (账号): who may use the console, kept by administrators, each within their own scope.

As `tongban account` does it, by the same functions: whatever is changed has its entry in the same commit.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from gateway.accounts import keeping
from gateway.accounts.account import SUBJECT, TEXTS, account_of, is_good, misshapen
from gateway.accounts.passwords import hashed, is_fit
from gateway.clock import china_day
from gateway.errors import Refusal, Texts
from gateway.store import accounts
from gateway.store.accounts import AccountRow
from gateway.web.answers import STAY
from gateway.web.console.asked import HOME, Asked
from gateway.web.console.render import to
from gateway.web.console.roll import Column, Roll, Row, Span, shown

TOLD = ("added", "disabled", "password_changed")
TONES: Mapping[str, tuple[str, Texts]] = {
    "good": ("green", ("有效", "good")),
    "over": ("calm", ("已到期", "over")),
    "disabled": ("calm", ("已停用", "ended")),
}
PASSWORD: Texts = ("口令", "password")
ELSEWHERE: Texts = ("统一身份认证", "identity provider")


class Unmade(Exception):
    """What was asked for is not done. Its text is a word of WORDS."""


async def read(asked: Asked, span: Span) -> list[Row]:
    after, today = span.behind[0] if span.behind else "", china_day(asked.gateway.clock_ms())
    everyone = await asked.gateway.store.read(accounts.everyone)
    seen = (each for each in everyone if each.name > after and _is_held(asked, each))
    return [_row(each, _standing(each, good=is_good(each, today))) for each in list(seen)[: span.most]]


def _standing(row: AccountRow, *, good: bool) -> str:
    return "disabled" if row.disabled else "good" if good else "over"


def _row(each: AccountRow, standing: str) -> Row:
    cells = (
        each.name, TEXTS[account_of(each).role], each.divisions, each.units, each.until_on, TONES[standing],
        ELSEWHERE if each.subject else PASSWORD, each.made_ms, each,
    )  # fmt: skip
    return Row(each.name, cells)


ROLL = Roll(
    "accounts",
    (
        Column("account", "code"), Column("role", "said"), Column("places", "text"), Column("units", below=True),
        Column("until_day", "day"), Column("state", "tone"), Column("signs_in_by", "said"),
        Column("made_at", "time", below=True), Column("decision", "decide"),
    ),
    re.compile(r"([A-Za-z0-9._@-]{1,64})"), read, look="accounts",
)  # fmt: skip


async def show(asked: Asked) -> web.Response:
    told = asked.request.query.get("told", "")
    return await _page(asked, told=told if told in TOLD else "")


async def act(asked: Asked) -> web.Response:
    """One change, one transaction. What lies beyond the scope of whoever asks is not there for them."""
    acts: Mapping[str, Callable[[Asked], Awaitable[str]]] = {
        "add": _add, "disable": _disable, "password": _change_password,
    }  # fmt: skip
    wanted = acts.get(asked.form.get("act", ""))
    if wanted is None:
        raise Refusal("bad_parameter", name="act")
    asked.request[STAY].end_turn()  # a password takes its time, and its own turn
    try:
        return to(asked, f"{HOME}/accounts?told={await wanted(asked)}")
    except Unmade as error:
        return await _page(asked, why=str(error), status=400)


async def _page(asked: Asked, *, told: str = "", why: str = "", status: int = 200) -> web.Response:
    typed = {name: value for name, value in asked.form.items() if name not in ("password", "again", "seal")}
    page = await shown(asked, ROLL, told=told, why=why, typed=typed if why else {})
    page.set_status(status)
    return page


async def _add(asked: Asked) -> str:
    form = {name: " ".join(value.split()) for name, value in asked.form.items() if name != "password"}
    names = ("name", "role", "divisions", "units", "until", "subject")
    name, role, divisions, units, until, subject = (form.get(each, "") for each in names)
    row = AccountRow(name, role, divisions, units, until, "", subject=subject)
    if word := misshapen(row):
        raise Unmade(word)
    if not asked.somebody.scope.holds(account_of(row).scope):
        raise Unmade("beyond_scope")
    if subject and (asked.form.get("password") or not SUBJECT.fullmatch(subject)):
        raise Unmade("subject_or_password")
    row = row._replace(password="" if subject else await _hashed(asked))
    if not await keeping.add(asked.gateway.store, row, actor=asked.somebody.name):
        raise Unmade("account_is_there")
    return "added"


async def _disable(asked: Asked) -> str:
    row = await _of(asked)
    if row.name == asked.somebody.name:
        raise Unmade("not_oneself")
    await keeping.disable(asked.gateway.store, row.name, actor=asked.somebody.name)
    return "disabled"


async def _change_password(asked: Asked) -> str:
    row = await _of(asked)
    if row.subject:
        raise Unmade("subject_or_password")
    password = await _hashed(asked)
    await keeping.change_password(asked.gateway.store, row.name, password, actor=asked.somebody.name)
    return "password_changed"


async def _of(asked: Asked) -> AccountRow:
    """Whom the form names. Raises Refusal not_found, also for one who sees more than whoever asks."""
    name = asked.form.get("name", "")
    row = await asked.gateway.store.read(lambda connection: accounts.by_name(connection, name))
    if row is None or not _is_held(asked, row):
        raise Refusal("not_found")
    return row


def _is_held(asked: Asked, row: AccountRow) -> bool:
    return asked.somebody.scope.holds(account_of(row).scope)


async def _hashed(asked: Asked) -> str:
    password = asked.form.get("password", "")
    if not is_fit(password) or password != asked.form.get("again", ""):
        raise Unmade("unfit_password")
    return await asyncio.to_thread(hashed, password)
