"""Answers in JSON, and the keys under which a request finds the gateway and who asks."""

from collections.abc import Mapping
from typing import Any

import orjson
from aiohttp import web

from gateway.boot import Gateway
from gateway.web.auth import Identity
from gateway.web.edge.edge import Stay
from gateway.web.openapi.made import Description

GATEWAY = web.AppKey("gateway", Gateway)
DESCRIPTION = web.AppKey("description", Description)
IDENTITY = web.RequestKey("identity", Identity)
STAY = web.RequestKey("stay", Stay)
PRIVATE = {"Cache-Control": "no-store"}  # for answers that can hold something personal


def answer(document: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(
        body=orjson.dumps(document), status=status, headers=headers, content_type="application/json"
    )
