"""Guides as callers meet them: asked of the platforms, shown with their age, compared between two places."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from gateway.guides.guide import Guide
from gateway.guides.store import put, required_materials
from tests.web.checked import Answer
from tests.web.service import Running

REVIEW = "11440232MB2D06811W4000117051000"
OURS = "11341702MB1A0231794000117051000"
JOBLESS = "11440232007340216X4002014007000"
RESIDENT = "11450000007566021J200200603100001"
HOUR_MS = 3_600_000


@pytest_asyncio.fixture
async def tidy(service: Running) -> AsyncIterator[Running]:
    """The guides of the simulated platforms may be spoilt; afterwards they are as they were, and none is kept."""
    known = {name: dict(each.dialect.guides) for name, each in service.platforms.items()}
    yield service
    for name, each in service.platforms.items():
        each.dialect.guides = known[name]
    await service.gateway.store.write(lambda tx: tx.connection._driver.execute("DELETE FROM guides"))


async def asked(service: Running, code: str, division: str, **query: str) -> Answer:
    more = "".join(f"&{name}={value}" for name, value in query.items())
    return await service.ask("GET", f"/v1/items/{code}/guide?division={division}{more}")


async def keep(service: Running, code: str, division: str, age_ms: int = 0, **elements: Any) -> None:
    as_of_ms = service.gateway.clock_ms() - age_ms
    named = {"name": "建设工程消防设计审查", "local_code": code}
    guide = Guide(division, code, 2, as_of_ms, "模拟清单.csv", named | elements)
    await service.gateway.store.write(lambda tx: put(tx.connection, guide))


async def test_a_guide_is_asked_of_its_platform_and_kept_with_its_age(tidy):
    assert (await asked(tidy, REVIEW, "440232")).code == "guide_unknown"
    fetched = await asked(tidy, REVIEW, "440232000000", refresh="true")
    assert fetched.status == 200
    shown = fetched.document
    assert (shown["division"], shown["code"], shown["version"], shown["source"]) == (
        "440232",
        REVIEW,
        3,
        "sim-gd",
    )
    assert shown["age_s"] < 60
    guide = shown["guide"]
    assert guide["case_type"] == "promised", "their 1 is 承诺件, the national 1 is 即办件"
    assert [each["necessity"] for each in guide["materials"]] == ["required", "may_be_owed", "required"]
    assert (guide["charged"], guide["fees"][0]["reducible"]) == (True, False)
    assert (await asked(tidy, REVIEW, "440232")).document["guide"] == guide
    day = "2999-01-01"
    asked_for = await tidy.gateway.store.read(
        lambda connection: required_materials(connection, "440232", REVIEW, "新建工程", day)
    )
    assert [(each.code, each.trust) for each in asked_for] == [("LN-01", "C"), ("LN-02", "B")]


async def test_documents_in_strings_within_a_string_come_without_what_was_deleted(tidy):
    shown = (await asked(tidy, RESIDENT, "450000", refresh="true")).document
    guide = shown["guide"]
    assert [each["name"] for each in guide["materials"]] == ["居民身份证", "授权委托书"]
    assert guide["materials"][1]["situations"] == ["委托办理"]
    assert guide["statutory"] == {"value": 3, "unit": "unknown", "unit_text": "日"}
    assert [(each["element"], each["code"]) for each in shown["findings"]] == [
        ("statutory", "limit_unit_unknown")
    ]


async def test_a_guide_is_found_by_any_code_that_names_one_item_there(tidy):
    await keep(tidy, "CX-ZJ-0051", "330282", visits=1)
    assert (await asked(tidy, "cx-zj-0051", "330282")).document["guide"]["visits"] == 1
    shown = (await asked(tidy, "000117051000", "440232", refresh="true")).document
    assert shown["code"] == REVIEW, "the other one with this basic code is cancelled"


async def test_a_refreshed_guide_only_becomes_younger_and_a_changed_one_keeps_the_old(tidy):
    await asked(tidy, REVIEW, "440232", refresh="true")
    again = (await asked(tidy, REVIEW, "440232", refresh="true")).document
    assert again["others"] == 0
    guides = tidy.platforms["sim-gd"].dialect.guides
    guides[REVIEW] = {**guides[REVIEW], "dxccs": "0"}
    changed = (await asked(tidy, REVIEW, "440232", refresh="true")).document
    assert (changed["others"], changed["guide"]["visits"]) == (1, 0)


async def test_what_a_platform_does_not_tell_is_not_answered_from_what_is_kept(tidy):
    await asked(tidy, REVIEW, "440232", refresh="true")
    for step, code in (({"do": "busy"}, "platform_unavailable"), ({"do": "garbage"}, "platform_garbled")):
        await tidy.tell("sim-gd", operation="guide.get", **step)
        assert (await asked(tidy, REVIEW, "440232", refresh="true")).code == code
    unknown = await asked(tidy, "11440232007340216X4002014007099", "440232", refresh="true")
    assert unknown.code == "platform_refused"
    assert (await asked(tidy, REVIEW, "440232")).status == 200


@pytest.mark.parametrize("spoilt", [
    {"bjlx": "7"},  # a code that is in no table
    {"sxssbm": JOBLESS},  # the guide of another item
    {"sxssbm": "11440232MB2D06811X4000117051000"},  # no such unit
    {"sxmc": "长" * 1001},
    {"xscj": "9"},
])  # fmt: skip
async def test_a_guide_that_is_none_in_our_own_form_is_garbled_and_not_kept(tidy, spoilt):
    guides = tidy.platforms["sim-gd"].dialect.guides
    guides[REVIEW] = {**guides[REVIEW], **spoilt}
    assert (await asked(tidy, REVIEW, "440232", refresh="true")).code == "platform_garbled"
    assert (await asked(tidy, REVIEW, "440232")).code == "guide_unknown"


async def test_asking_a_platform_needs_a_right_of_its_own(tidy):
    path = f"/v1/items/{REVIEW}/guide?division=440232"
    assert (await tidy.ask("GET", path, caller="reader")).code == "guide_unknown"
    assert (await tidy.ask("GET", f"{path}&refresh=true", caller="reader")).code == "forbidden_operation"


@pytest.mark.parametrize(
    "query", ["", "division=4402", "division=４４０２３２", "division=440232&refresh=yes"]
)
async def test_a_question_that_is_none_is_refused(tidy, query):
    assert (await tidy.ask("GET", f"/v1/items/{REVIEW}/guide?{query}")).code == "bad_parameter"


@pytest.mark.parametrize(
    "division, code", [("440234", "division_not_served"), ("510132", "operation_not_offered")]
)
async def test_where_nobody_can_be_asked_that_is_said(tidy, division, code):
    assert (await asked(tidy, "11510132MB3R0016X04002014007000", division, refresh="true")).code == code


async def test_one_item_in_two_places_is_compared_with_the_age_of_both(tidy):
    await asked(tidy, REVIEW, "440232", refresh="true")
    mine = [
        {"name": "消防设计审查申请表", "necessity": "required", "form": "paper"},
        {"name": "建设用地规划许可证", "necessity": "required"},
    ]
    promised, statutory = {"value": 10, "unit": "working_day"}, {"value": 8, "unit": "working_day"}
    await keep(
        tidy, OURS, "341702", 5 * HOUR_MS, materials=mine, promised=promised, statutory=statutory, visits=1
    )
    answer = await tidy.ask("GET", f"/v1/items/{OURS}/compare?here=341702&there=440232")
    assert answer.status == 200
    shown = answer.document
    assert shown["alignment"] == "national:000117051000"
    assert (shown["here"]["age_s"], shown["there"]["age_s"] < 60) == (pytest.approx(18_000, abs=30), True)
    assert [each["code"] for each in shown["here"]["findings"]] == ["promise_exceeds_statute"]
    marks = [(line["element"], line["name"], line["mark"], line["note"]) for line in shown["lines"]]
    assert marks == [
        ("promised", None, "differs", None),
        ("statutory", None, "differs", None),
        ("case_type", None, "unknown", "not_said"),
        ("reach", None, "unknown", "not_said"),
        ("visits", None, "same", None),
        ("charged", None, "unknown", "not_said"),
        ("conditions", None, "unknown", "not_said"),
        ("fees", "模拟审查费", "unknown", "not_said"),
        ("materials", "消防设计审查申请表", "differs", None),
        ("materials", "建设用地规划许可证", "only_here", None),
        ("materials", "设计单位资质证明", "only_there", None),
        ("materials", "原工程竣工图", "only_there", None),
    ]
    table = next(line for line in shown["lines"] if line["name"] == "消防设计审查申请表")
    first = table["fields"][0]
    assert (first["field"], first["mark"], first["here"], first["there"]) == (
        "form",
        "differs",
        "paper",
        "either",
    )
    assert sum(shown["counts"].values()) == len(marks)


@pytest.mark.parametrize("code, there, refused", [
    ("T-NOWHERE", "440232", "item_unknown"),
    ("T-ALONE", "440232", "item_not_aligned"),
    ("T-CANCELLED", "440232", "item_cancelled"),
    ("11341702MB1A0231794000117059000", "440233", "item_ambiguous"),
    (OURS, "440232", "guide_unknown"),
    (OURS, "44", "bad_parameter"),
])  # fmt: skip
async def test_what_cannot_be_compared_is_refused(tidy, code, there, refused):
    answer = await tidy.ask("GET", f"/v1/items/{code}/compare?here=341702&there={there}")
    assert answer.code == refused


async def test_an_item_that_ended_has_no_guide_in_force(tidy):
    await keep(tidy, OURS, "341702", visits=1)
    known = (await asked(tidy, OURS, "341702")).document
    await tidy.gateway.store.write(
        lambda tx: put(
            tx.connection,
            replace(
                Guide("341702", OURS, 2, tidy.gateway.clock_ms(), "模拟", known["guide"]),
                valid_from="2020-01-01", valid_to="2021-01-01", version=3,
            ),
        )
    )  # fmt: skip
    assert (await asked(tidy, OURS, "341702")).code == "guide_unknown"
