"""Saved searches (常用查询): a search, or a list narrowed in some way, under a name of one's own.

Nobody else sees them. What tells of a person is kept in none.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

import orjson
from aiohttp import web

from gateway.errors import Refusal, Texts
from gateway.store import saved
from gateway.store.saved import Saved
from gateway.store.transaction import Transaction
from gateway.store.vault import Vault, WrongKey
from gateway.web.console import search
from gateway.web.console.asked import HOME, Asked
from gateway.web.console.desks import deferred, held, late, review
from gateway.web.console.render import render, to
from gateway.web.console.roll import FORMS, PLACE, Column, Roll, whole
from gateway.web.console.words import STATES_SOUGHT, WORDS

MOST, LONGEST_NAME = 50, 40
SEARCH = "search"
# desk -> what of FORMS it can be asked for by; nothing else of an address is kept
KEPT: Mapping[str, tuple[str, ...]] = {
    SEARCH: search.KEYS,
    **{
        roll.name: roll.filters
        for roll in (held.ROLL, deferred.ROLL, late.OVERDUE, late.UNSIGNED, review.ROLL)
    },
}


class Personal(Exception):
    """It asks for a person's number or name, which is not kept."""


class Search(NamedTuple):
    """One of them, opened: what it asks for as the address has it, and as people read it."""

    place: int
    desk: str
    name: str
    query: str
    criteria: list[tuple[str, str]]
    kept_ms: int


async def _lines(asked: Asked) -> list[tuple[Any, ...]]:
    """One's own, whoever asks."""
    look = partial(saved.of_account, account=asked.somebody.name)
    rows = await asked.gateway.store.read(look)
    vault = asked.gateway.papers.vault
    found = (_opened(vault, each) for each in rows if asked.somebody.may(each.desk))  # type: ignore[arg-type]
    return [
        ((f"{HOME}/saved/{each.place}", each.name), WORDS[each.desk], _said(each), each.kept_ms, each)
        for each in found
        if each
    ]


def _said(search: Search) -> Texts:
    """What it asks for, as people read it."""
    zh, en = (", ".join(f"{_word(search, name)[at]} = {_value(name, value)[at]}" for name, value in search.criteria)
              for at in (0, 1))  # fmt: skip
    return zh, en


def _word(search: Search, name: str) -> Texts:
    return WORDS[
        f"sought_{name}" if search.desk == SEARCH else {"from": "here", "to": "there"}.get(name, name)
    ]


def _value(name: str, value: str) -> Texts:
    return STATES_SOUGHT.get(value, (value, value)) if name == "state" else (value, value)


ROLL = Roll(
    "saved",
    (
        Column("its_name", "named"), Column("which_page", "said"), Column("criteria", "said"),
        Column("kept_at", "time"), Column("remove", "decide"),
    ),
    PLACE, whole(_lines), look="saved",
)  # fmt: skip


async def keep(asked: Asked) -> web.Response:
    desk, name = asked.form.get("desk", ""), asked.form.get("name", "").strip()
    if desk not in KEPT or not asked.somebody.may(desk):  # type: ignore[arg-type]
        raise Refusal("not_found")
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise Refusal("bad_parameter", name="name")
    try:
        query = _criteria(asked, desk)
    except Personal:
        return render(asked, "refused", status=400, title=None, why="not_kept")
    await asked.gateway.store.write(partial(_keep, asked=asked, desk=desk, said=(name, urlencode(query))))
    return to(asked, f"{HOME}/saved")


def _keep(tx: Transaction, asked: Asked, desk: str, said: tuple[str, str]) -> None:
    account = asked.somebody.name
    before = saved.of_account(tx.connection, account)
    if len(before) >= MOST:
        raise Refusal("bad_parameter", name="saved")
    place = max((each.place for each in before), default=0) + 1
    sealed = asked.gateway.papers.vault.seal_secret(_bound_to(account, place), orjson.dumps(said).decode())
    saved.keep(tx.connection, Saved(account, place, desk, sealed, tx.now_ms))


async def open_again(asked: Asked) -> web.Response:
    """What is found by it now; a list has an address of its own."""
    look, place = partial(saved.of_account, account=asked.somebody.name), asked.request.match_info["id"]
    rows = await asked.gateway.store.read(look)
    row = next((each for each in rows if str(each.place) == place), None)
    if row is None or not asked.somebody.may(row.desk):  # type: ignore[arg-type]
        raise Refusal("not_found")
    kept = _opened(asked.gateway.papers.vault, row)
    if kept is None:
        raise Refusal("not_found")
    if kept.desk != SEARCH:
        return to(asked, f"{HOME}/{kept.desk}?{kept.query}")
    return await search.found(asked, dict(kept.criteria))


async def remove(asked: Asked) -> web.Response:
    place = asked.form.get("place", "")
    if not (place.isascii() and place.isdigit() and len(place) < 10):
        raise Refusal("bad_parameter", name="place")
    account = asked.somebody.name
    await asked.gateway.store.write(lambda tx: saved.remove(tx.connection, account, int(place)))
    return to(asked, f"{HOME}/saved")


def _opened(vault: Vault, each: Saved) -> Search | None:
    """None where its key is gone: it cannot be told any more what it asked for."""
    try:
        text = vault.open_secret(_bound_to(each.account, each.place), each.sealed)
    except WrongKey:
        return None
    name, query = orjson.loads(text)
    return Search(each.place, each.desk, name, query, parse_qsl(query), each.kept_ms)


def _criteria(asked: Asked, desk: str) -> list[tuple[str, str]]:
    """What the form says. Raises Refusal bad_parameter for what the desk cannot be asked for, Personal."""
    try:
        criteria = parse_qsl(asked.form.get("query", ""), max_num_fields=len(search.KEYS))
    except ValueError as error:
        raise Refusal("bad_parameter", name="query") from error
    if any(name not in KEPT[desk] for name, _ in criteria):
        raise Refusal("bad_parameter", name="query")
    if desk != SEARCH:
        if not all(FORMS[name].fullmatch(value) for name, value in criteria):
            raise Refusal("bad_parameter", name="query")
        return criteria
    said = dict(criteria)
    if not search.may_be_kept(said):
        raise Personal
    if search.wanted_of(said, asked.gateway.papers.vault).is_nothing:
        raise Refusal("bad_parameter", name="query")
    return list(said.items())


def _bound_to(account: str, place: int) -> str:
    """What is sealed opens as this search of this account only."""
    return f"search/{account}/{place}"
