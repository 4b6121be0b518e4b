"""The case that an address names, for whoever may see it."""

import re

from gateway.dossier.dossier import Dossier, gather
from gateway.errors import Refusal
from gateway.store import cases
from gateway.store.connection import Connection
from gateway.web.console.asked import Asked

_ID = re.compile(r"[0-9A-Z]{26}")


async def found(asked: Asked) -> Dossier:
    """Raises Refusal not_found, for a case of another scope as for one that does not exist."""
    return await asked.gateway.store.read(lambda connection: _look(connection, asked))


def _look(connection: Connection, asked: Asked) -> Dossier:
    case_id, account = asked.request.match_info["id"], asked.somebody
    case = cases.by_id(connection, case_id) if _ID.fullmatch(case_id) else None
    if case is None:
        raise Refusal("not_found")
    dossier = gather(connection, asked.gateway, case)
    units = [each.unit for each in dossier.known.exchanges]
    if not account.scope.covers((case.division, case.here), units):
        raise Refusal("not_found")
    return dossier
