"""Whatever fits the form passes preflight, what preflight refuses does not fit; for every simulated platform."""

import asyncio
import copy
from collections.abc import Coroutine, Iterator
from datetime import datetime
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from gateway.errors import Refusal
from gateway.exchange.asked import Asked
from tests.fakes import fixtures
from tests.fakes.checks import CHINA
from tests.needs.generated import Filled
from tests.needs.wishes import WISHES, Wish
from tests.web.service import CHECKOUT, Running

BRIEF = settings(
    max_examples=20, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)  # fmt: skip
NASTY = (
    "",
    " ",
    "x" * 600,
    "\u4e00" * 120,
    "䶮",
    "\ue000",
    "\x01",
    "😀",
    "999",
    "a" * 61,
    "2026-02-30",
    "𠮷" * 20,
    "・",
)


def test_every_simulated_platform_that_takes_cases_is_tried() -> None:
    folders = (CHECKOUT / "mappings" / "examples").glob("*/case.submit.yaml")
    assert {each.parent.name for each in folders} == {each.platform for each in WISHES}


@pytest.fixture(params=WISHES, ids=lambda wish: f"{wish.platform}-{wish.code[-12:]}")
async def asked(request: pytest.FixtureRequest, service: Running) -> tuple[Running, Wish, dict[str, Any]]:
    answer = await service.ask("GET", request.param.path, caller=request.param.caller)
    assert answer.status == 200, answer.text
    assert answer.document["platform"] == request.param.platform
    return service, request.param, answer.document


def refused(service: Running, wish: Wish, document: dict[str, Any]) -> list[tuple[str, str]]:
    """(path, code) of what preflight says against a case."""
    gateway = service.gateway
    caller = gateway.settings.callers[wish.caller]
    question = Asked("case.submit", caller, "test", copy.deepcopy(document))
    try:
        run(gateway.preparation.case(question, "0" * 26, dry=True))
    except Refusal as refusal:
        return [(each.path, each.code) for each in refusal.problems] or [("", refusal.code)]
    return []


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run_coroutine_threadsafe(work, LOOP[0]).result(30)


LOOP: list[asyncio.AbstractEventLoop] = []


async def tried(property_: Any) -> None:
    """In a thread, as hypothesis knows nothing of the loop on which the gateway runs."""
    LOOP[:] = [asyncio.get_running_loop()]
    await asyncio.to_thread(property_)


async def test_what_fits_the_form_passes_preflight(asked: tuple[Running, Wish, dict[str, Any]]) -> None:
    service, wish, answer = asked
    filled, validator = (
        Filled(answer["schema"], datetime.now(CHINA)),
        jsonschema_rs.validator_for(answer["schema"]),
    )

    @BRIEF
    @given(st.data())
    def sound(data: st.DataObject) -> None:
        document = filled.document(data.draw)
        fits = validator.is_valid(document)
        assume(fits)
        assert refused(service, wish, document) == []

    await tried(sound)


async def test_what_preflight_refuses_does_not_fit_the_form(
    asked: tuple[Running, Wish, dict[str, Any]],
) -> None:
    service, wish, answer = asked
    filled, validator = (
        Filled(answer["schema"], datetime.now(CHINA)),
        jsonschema_rs.validator_for(answer["schema"]),
    )
    unsaid = {each["code"] for each in answer["unsaid"]}

    @BRIEF
    @given(st.data())
    def tight(data: st.DataObject) -> None:
        document = filled.document(data.draw)
        assume(validator.is_valid(document))
        holder, name = data.draw(st.sampled_from(list(leaves(document))))
        holder[name] = data.draw(st.sampled_from(NASTY))
        if validator.is_valid(document):
            left = {code for _, code in refused(service, wish, document)}
            assert left <= unsaid, "only what is named may be left to preflight"

    await tried(tight)


def leaves(node: Any) -> Iterator[tuple[Any, Any]]:
    """Where texts stand: what holds them, and by which name."""
    for name, value in node.items() if isinstance(node, dict) else enumerate(node):
        if isinstance(value, str):
            yield node, name
        elif isinstance(value, dict | list):
            yield from leaves(value)


@pytest.mark.parametrize(
    "name", [each for each in fixtures.names() if each != "gd-agent"]
)  # its item has a guide
async def test_a_case_that_is_good_fits_once_nobody_is_told_more_than_needed(
    service: Running, name: str
) -> None:
    case = fixtures.case(name)
    here = case["receiving"]["division"]
    caller = "cixi" if here == "330282" else "guichi"
    path = f"/v1/items/{case['item']['code']}/form?division={case['division']}&mode={case['mode']}"
    answer = await service.ask(
        "GET", f"{path}&received_on={case['receiving']['received_at'][:10]}", caller=caller
    )
    assert answer.status == 200, answer.text
    schema = answer.document["schema"]
    needed = without_rest(case, schema)
    errors = [
        f"{list(each.instance_path)}: {each.kind}"
        for each in jsonschema_rs.validator_for(schema).iter_errors(needed)
    ]
    assert errors == []


def without_rest(value: Any, schema: Any) -> Any:
    if isinstance(value, dict):
        known = schema.get("properties", {})
        kept = {name: without_rest(inner, known[name]) for name, inner in value.items() if name in known}
        forbidden = (
            "birth_date" in kept and value.get("id_type") == "111" and "x-there" not in known["birth_date"]
        )
        return {name: inner for name, inner in kept.items() if not (forbidden and name == "birth_date")}
    if isinstance(value, list):
        return [without_rest(each, schema.get("items", {})) for each in value]
    return value
