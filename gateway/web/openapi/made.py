"""The service's own description, made once when it is first asked for."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from gateway.web.openapi.document import document_of
from gateway.web.openapi.page import page_of
from gateway.web.routes.described import Endpoint

STYLE = Path(__file__).parent / "static" / "docs.css"


class Description:
    """The OpenAPI document of a table of routes, and its page."""

    def __init__(self, endpoints: Sequence[Endpoint], contact: str = "") -> None:
        self._endpoints = endpoints
        self._contact = contact

    @cached_property
    def document(self) -> dict[str, Any]:
        return document_of(self._endpoints, self._contact)

    @cached_property
    def openapi(self) -> bytes:
        return orjson.dumps(self.document)

    @cached_property
    def page(self) -> str:
        return page_of(self.document)

    @cached_property
    def style(self) -> str:
        return STYLE.read_text(encoding="utf-8")
