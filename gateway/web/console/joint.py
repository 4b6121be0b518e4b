"""A joint case (联办件) on one page: where it stands, and each of its parts with a way to it and back.

It is there for whoever sees one of its parts. A part of another scope is named as such and told nothing of.
"""

import re
from typing import Any

from aiohttp import web

from gateway.cases.joint import OUTCOME_TEXTS
from gateway.cases.states import TEXTS
from gateway.clock import china_day
from gateway.errors import Refusal
from gateway.exchange.following import parts_of
from gateway.store import joints
from gateway.store.connection import Connection
from gateway.web.console.asked import Asked
from gateway.web.console.render import render
from gateway.web.console.words import ACTORS
from gateway.web.views.joint import joint_view

_ID = re.compile(r"[0-9A-Z]{26}")


async def show(asked: Asked) -> web.Response:
    """Raises Refusal not_found, where every part is of another scope as where there is none."""
    found = await asked.gateway.store.read(lambda connection: _look(connection, asked))
    # who looked is on record before anything is shown: at each part of which something is
    for each in found["parts"]:
        if each["is_seen"]:
            await asked.record("account.viewed", case=each["case"])
    return render(asked, "joint", joint=found, actors=ACTORS, states=TEXTS, outcome_texts=OUTCOME_TEXTS)


def _look(connection: Connection, asked: Asked) -> dict[str, Any]:
    joint_id, gateway = asked.request.match_info["id"], asked.gateway
    joint = joints.by_id(connection, joint_id) if _ID.fullmatch(joint_id) else None
    if joint is None:
        raise Refusal("not_found")
    seen = {
        known.case.id
        for known, _ in parts_of(connection, joint.id)
        if asked.somebody.scope.covers(
            (known.case.division, known.case.here), [each.unit for each in known.exchanges]
        )
    }
    if not seen:
        raise Refusal("not_found")
    view = joint_view(connection, joint, gateway.settings.agreements, china_day(gateway.clock_ms()))
    parts = [
        {**each, "is_seen": True} if each["case"] in seen else {"part": each["part"], "is_seen": False}
        for each in view["parts"]
    ]
    return {**view, "parts": parts}
