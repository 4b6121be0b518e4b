"""A foreign reader of our OpenAPI document asks whatever it can think of: nothing is a 500, all is described."""

import asyncio
from contextlib import suppress
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from gateway.web.tus import OFFSET_STREAM
from tests.faults.stores import LONG
from tests.web.people import case_of_somebody
from tests.web.service import Running, key_of

schemathesis.serializer.alias(OFFSET_STREAM, "application/octet-stream")
EXAMPLES = 40 if LONG else 4  # of each operation and mode; the whole suite has to stay short
ASKED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)


async def test_whatever_a_stranger_asks_is_answered_as_described(service: Running, key: str) -> None:
    submitted = await service.submit(case_of_somebody(), key)
    assert submitted.status == 201  # there are events, so that nobody who asks for them has to wait
    await asyncio.to_thread(_ask_everything, service.address)


def _ask_everything(address: str) -> None:
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
    checks = [each for each in CHECKS.get_all() if each.__name__ in ASKED]
    assert len(checks) == len(ASKED)
    for result in schema.get_all_operations():
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            _ask(result.ok(), mode, address, checks)


def _ask(operation: Any, mode: GenerationMode, address: str, checks: list[Any]) -> None:
    headers = {"Authorization": f"Bearer {key_of('guichi')}"}

    @settings(
        max_examples=EXAMPLES, database=None, deadline=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        case.call_and_validate(base_url=address, headers=headers, checks=checks)

    with suppress(Unsatisfiable):  # a route that takes nothing cannot be asked wrongly
        ask()
