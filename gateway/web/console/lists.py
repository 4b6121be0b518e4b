"""Lists of what asks for somebody: exchanges whose outcome is open, limits that have run out or soon do."""

import re
from functools import partial

from aiohttp import web

from gateway.cases.spans import TEXTS as CLOCKS
from gateway.clock import china_day
from gateway.deadlines.overdue import rows_of
from gateway.errors import Refusal
from gateway.store import found
from gateway.store.connection import Connection
from gateway.store.watched import Late
from gateway.web.console.asked import Asked
from gateway.web.console.render import render
from gateway.web.console.words import COLOURS
from gateway.web.views import china

MOST = 25
_HELD = re.compile(r"([0-9]{1,16})\.([0-9A-Z]{26})")
_LATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\.([0-9A-Z]{26})\.([a-z_]{1,40})")


async def held(asked: Asked) -> web.Response:
    after, exchange_id = _behind(asked, _HELD, ("0", ""))
    look = partial(found.held, scope=asked.scope, after_ms=int(after), behind=exchange_id, most=MOST + 1)
    rows = await asked.gateway.store.read(look)
    shown = rows[:MOST]
    behind = f"{shown[-1].due_ms}.{shown[-1].id}" if len(rows) > MOST else ""
    lines = [
        {**each._asdict(), "since": china(each.changed_ms), "settle_by": china(each.due_ms)} for each in shown
    ]
    return render(asked, "held", exchanges=lines, behind=behind)


async def overdue(asked: Asked) -> web.Response:
    behind, today = _behind(asked, _LATE, ("", "", "")), china_day(asked.gateway.clock_ms())

    def look(connection: Connection) -> tuple[list[Late], list[dict[str, str | int | None]]]:
        rows = found.late(connection, asked.scope, today.isoformat(), behind, MOST + 1)
        return rows, rows_of(connection, today, rows[:MOST])

    rows, shown = await asked.gateway.store.read(look)
    last = rows[MOST - 1] if len(rows) > MOST else None
    after = f"{last.due_on}.{last.case}.{last.clock}" if last else ""
    return render(asked, "overdue", limits=shown, behind=after, clocks=CLOCKS, colours=COLOURS)


def _behind(asked: Asked, form: re.Pattern[str], first: tuple[str, ...]) -> tuple[str, ...]:
    """What a page goes on behind. Raises Refusal bad_parameter."""
    text = asked.request.query.get("behind", "")
    said = form.fullmatch(text)
    if text and not said:
        raise Refusal("bad_parameter", name="behind")
    return said.groups() if said else first
