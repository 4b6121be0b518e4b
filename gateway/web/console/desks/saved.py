"""Saved searches (常用查询): a list narrowed in some way, under a name of one's own. Nobody else sees them."""

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

import orjson
from aiohttp import web

from gateway.errors import Refusal
from gateway.store import saved
from gateway.store.saved import Saved
from gateway.store.transaction import Transaction
from gateway.store.vault import Vault, WrongKey
from gateway.web.console.asked import HOME, Asked
from gateway.web.console.desks import deferred, held, late, review
from gateway.web.console.render import render, to
from gateway.web.console.roll import FORMS

MOST, LONGEST_NAME = 50, 40
# desk -> what of FORMS it can be asked for by; nothing else of an address is kept
KEPT: Mapping[str, tuple[str, ...]] = {
    roll.name: roll.filters for roll in (held.ROLL, deferred.ROLL, late.OVERDUE, late.UNSIGNED, review.ROLL)
}


class Search(NamedTuple):
    """One of them, opened: what it asks for as the address has it, and as people read it."""

    place: int
    desk: str
    name: str
    query: str
    criteria: list[tuple[str, str]]
    kept_ms: int


async def show(asked: Asked) -> web.Response:
    look = partial(saved.of_account, account=asked.somebody.name)
    rows = await asked.gateway.store.read(look)
    vault = asked.gateway.papers.vault
    found = (_opened(vault, each) for each in rows if asked.somebody.may(each.desk))  # type: ignore[arg-type]
    return render(asked, "saved", searches=[each for each in found if each])


async def keep(asked: Asked) -> web.Response:
    desk, name = asked.form.get("desk", ""), asked.form.get("name", "").strip()
    if desk not in KEPT or not asked.somebody.may(desk):  # type: ignore[arg-type]
        raise Refusal("not_found")
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise Refusal("bad_parameter", name="name")
    query = _criteria(desk, asked.form.get("query", ""))
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


def _criteria(desk: str, query: str) -> list[tuple[str, str]]:
    """Raises Refusal bad_parameter for what the desk cannot be asked for."""
    criteria = parse_qsl(query, max_num_fields=len(FORMS))
    if any(name not in KEPT[desk] or not FORMS[name].fullmatch(value) for name, value in criteria):
        raise Refusal("bad_parameter", name="query")
    return criteria


def _bound_to(account: str, place: int) -> str:
    """What is sealed opens as this search of this account only."""
    return f"search/{account}/{place}"
