"""A case on one page: where it stands, its clocks, numbers, steps and exchanges, and what was asked, masked.

Every view is an entry of the log, which commits before anything is shown.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from aiohttp import web

from gateway.cases.states import TEXTS
from gateway.clock import china_day
from gateway.deadlines.reckon import reckon
from gateway.errors import Refusal
from gateway.exchange.following import SUBMIT, Known, known_of
from gateway.exchange.papers import Erased
from gateway.shown import is_plain, shown
from gateway.store import cases, followed
from gateway.store.connection import Connection
from gateway.web.console.asked import Asked
from gateway.web.console.render import render
from gateway.web.console.words import ACTORS, COLOURS, EVENTS, WHYS
from gateway.web.views import case_view
from mappings.canonical.shape import CASE

_ID = re.compile(r"[0-9A-Z]{26}")


class Field(NamedTuple):
    """One value of a document, by its path, masked."""

    path: str
    value: Any


async def show(asked: Asked) -> web.Response:
    known, view = await asked.gateway.store.read(lambda connection: _look(connection, asked))
    account = asked.somebody
    contents = await _contents(asked, known) if account.may("contents") else ()
    # who looked is on record before anything is shown; a failure here means that nothing is shown
    await asked.record("account.viewed", case=known.case.id)
    return render(
        asked, "case", case=view, contents=contents, actors=ACTORS, colours=COLOURS, whys=WHYS,
        events={**TEXTS, **EVENTS},
    )  # fmt: skip


def _look(connection: Connection, asked: Asked) -> tuple[Known, dict[str, Any]]:
    """Raises Refusal not_found, for a case of another scope as for one that does not exist."""
    case_id, account = asked.request.match_info["id"], asked.somebody
    case = cases.by_id(connection, case_id) if _ID.fullmatch(case_id) else None
    if case is None:
        raise Refusal("not_found")
    known = known_of(connection, case)
    if not account.scope.covers((case.division, case.here), [each.unit for each in known.exchanges]):
        raise Refusal("not_found")
    today = china_day(asked.gateway.clock_ms())
    reckoned = reckon(connection, known, asked.gateway.settings.agreements, today)
    numbers = cases.numbers_of(connection, case.id)
    return known, case_view(known, numbers, reckoned, today, followed.of_case(connection, case.id))


async def _contents(asked: Asked, known: Known) -> tuple[Field, ...] | None:
    """What the caller sent, masked; None once it is erased."""
    submitted = next((each for each in known.exchanges if each.operation == SUBMIT), None)
    if submitted is None:
        return ()
    try:
        document = await asked.gateway.papers.tree(submitted.id, "document")
    except Erased:
        return None
    return tuple(_fields(document, ""))


def _fields(part: Any, path: str) -> Iterator[Field]:
    if isinstance(part, Mapping):
        for name, each in part.items():
            yield from _fields(each, f"{path}.{name}" if path else name)
    elif isinstance(part, list):
        for place, each in enumerate(part):
            yield from _fields(each, f"{path}[{place}]")
    else:
        yield Field(path, shown(part, is_plain=is_plain(CASE, path)))
