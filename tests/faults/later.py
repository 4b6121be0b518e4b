"""What comes to a case later, in tests of faults: asked for as the web side does, and told by their ledgers."""

from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson

from gateway.boot import Gateway
from gateway.cases.later import WITHDRAW
from gateway.exchange import later
from gateway.exchange.asked import Asked
from gateway.exchange.outcomes import ask_progress
from gateway.model import Exchange
from gateway.releases.routes import PROGRESS
from gateway.store import cases, exchanges
from tests.fakes.checks import CHINA
from tests.fakes.fixtures import case
from tests.fakes.server import Simulator

OWED = {"files": [], "instead": {"kind": "owed", "until": "2099-12-31"}}


def body_of(operation: str, name: str = "gd-agent") -> dict[str, Any]:
    by = {"at": datetime(2026, 11, 20, 10, 0, tzinfo=CHINA).isoformat(), "staff": "C0228"}
    if operation == WITHDRAW:
        return {"reason": "申请人另行办理", "by": by}
    return {"materials": case(name)["materials"], "by": by}


def owing(name: str = "gd-agent") -> dict[str, Any]:
    """The case, whose first material comes later."""
    document = case(name)
    document["materials"][0] |= OWED
    return document


def asked_later(gateway: Gateway, operation: str, about: Exchange, key: str) -> Asked:
    body = body_of(operation, "gx-person" if about.platform == "sim-gx" else "gd-agent")
    digest = sha256(orjson.dumps([about.case_id, body], option=orjson.OPT_SORT_KEYS)).hexdigest()
    return Asked(operation, gateway.settings.callers[about.caller], "k1/", body, key, digest)


async def written(gateway: Gateway, operation: str, about: Exchange, key: str = "key-later") -> Exchange:
    """What comes to the case of `about`, as it was admitted. Raises Refusal."""
    found = await gateway.store.read(lambda connection: cases.by_id(connection, about.case_id))
    assert found is not None
    exchange, _ = await later.write(gateway.exchanges, asked_later(gateway, operation, about, key), found)
    return exchange


async def correction_asked(gateway: Gateway, there: Simulator, about: Exchange) -> None:
    """The platform asks for a correction, and has told so."""
    there.ledger.move(about.ours, "correction_needed")
    asked = Asked(PROGRESS, gateway.settings.callers[about.caller], "k1/", {})
    await ask_progress(gateway.exchanges, asked, about)


async def writes_of(gateway: Gateway, case_id: str) -> list[Exchange]:
    found = await gateway.store.read(lambda connection: exchanges.of_case(connection, case_id))
    return [each for each in found if each.kind == "write"]


def told_there(there: Simulator) -> list[tuple[Any, Any]]:
    """(operation, key) of what came later, by the platform's own ledger."""
    return [(each["operation"], each["key"]) for each in there.ledger.changes()]
