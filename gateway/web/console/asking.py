"""Who asks to be shown personal values, and waits for another person to say yes or no."""

from typing import Any

from aiohttp import web

from gateway.dossier.unmasking import stands
from gateway.store import cases, exchanges, unmaskings
from gateway.store.connection import Connection
from gateway.web.console.asked import Asked
from gateway.web.console.render import render
from gateway.web.views.cases import china

MOST = 100  # they are answered, or over after a day


async def show(asked: Asked) -> web.Response:
    rows = await asked.gateway.store.read(lambda connection: _waiting(connection, asked))
    return render(asked, "unmaskings", rows=rows)


def _waiting(connection: Connection, asked: Asked) -> list[dict[str, Any]]:
    """Those of the cases that whoever asks may see, the oldest first."""
    now_ms, account, found = asked.gateway.clock_ms(), asked.somebody, list[dict[str, Any]]()
    behind = ""
    while len(found) < MOST and (rows := unmaskings.open_behind(connection, behind, MOST)):
        for each in rows:
            case = cases.by_id(connection, each.case_id)
            if case is None or not stands(each, now_ms):
                continue
            units = [of.unit for of in exchanges.of_case(connection, case.id)]
            if account.scope.covers((case.division, case.here), units):
                found.append({**each._asdict(), "at": china(each.asked_ms)})
        behind = rows[-1].id
    return found
