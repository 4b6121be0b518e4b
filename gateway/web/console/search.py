"""Search: the newest cases of a scope, or those that anybody knows by a number, page by page.

A number is sent in a form, never in an address: what people type there can be a person's.
"""

import re
from functools import partial

from aiohttp import web

from gateway.errors import Refusal
from gateway.store import found
from gateway.store.cases import Case
from gateway.web.console.asked import Asked
from gateway.web.console.render import render
from gateway.web.views import china

MOST = 25
LONGEST_NUMBER = 100
_ID = re.compile(r"[0-9A-Z]{26}")


async def newest(asked: Asked) -> web.Response:
    behind = behind_of(asked.request.query.get("behind", ""))
    look = partial(found.newest, scope=asked.scope, behind=behind, most=MOST + 1)
    return _page(asked, await asked.gateway.store.read(look), "")


async def by_number(asked: Asked) -> web.Response:
    number, behind = asked.form.get("number", "").strip(), behind_of(asked.form.get("behind", ""))
    if not number or len(number) > LONGEST_NUMBER or not number.isprintable():
        raise Refusal("bad_parameter", name="number")
    look = partial(found.by_number, scope=asked.scope, number=number, behind=behind, most=MOST + 1)
    rows = await asked.gateway.store.read(look)
    sought = asked.gateway.papers.vault.pseudonym(number)
    # who looked for what is on record before it is shown; a failure here means that nothing is shown
    await asked.record("account.searched", sought=sought, found=len(rows[:MOST]))
    return _page(asked, rows, number)


def behind_of(text: str) -> str:
    """The id behind which a page goes on. Raises Refusal bad_parameter."""
    if text and not _ID.fullmatch(text):
        raise Refusal("bad_parameter", name="behind")
    return text or found.LAST_ID


def _page(asked: Asked, rows: list[Case], number: str) -> web.Response:
    shown = rows[:MOST]
    behind = shown[-1].id if len(rows) > MOST else ""
    lines = [{**each._asdict(), "admitted_at": china(each.admitted_ms)} for each in shown]
    return render(asked, "search", cases=lines, number=number, behind=behind)
