"""Answers held against the contract: what differs is told by its path, and no value is."""

from typing import Any

import pytest

from adapters.contract import Part
from gateway.web.console.desks.drift import Difference, differences
from tests.browser import fresh
from tests.console.conftest import Desk
from tests.console.filled import Filled
from tests.console.nasty import NASTY
from tests.console.test_console import LANGUAGES, entered, picture, word

ANSWER = Part(
    "", "object",
    parts=(
        Part("code", "text", required=True, among=("200", "4091")),
        Part("rows", "object", many=True, parts=(Part("no", "text", required=True), Part("free", "any"))),
        Part("more", "object", open=True),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        ({"code": "200"}, []),
        ({"code": "200", "rows": [{"no": "1", "free": {"x": 1}}], "more": {"y": 2}}, []),
        ({"code": 200}, [("code", "another_type")]),
        ({"code": "E17"}, [("code", "another_value")]),
        ({}, [("code", "missing")]),
        ({"code": "200", "msg": "x"}, [("msg", "unnamed")]),
        ({"code": "200", "rows": [{}, {"no": "1", "n": 2}]}, [("rows.no", "missing"), ("rows.n", "unnamed")]),
        ({"code": {"x": 1}}, [("code", "another_form")]),
        ({"code": "200", "rows": "none"}, [("rows", "another_form")]),
        ({"code": "200", "rows": None}, []),
        ({"code": "200", "more": ""}, [("more", "another_form")]),
        ({"code": "200", "rows": {"no": "1"}}, [("rows", "another_form")]),
        ({"code": ["200"]}, [("code", "another_form")]),
        ({"code": NASTY}, [("code", "another_value")]),
    ],
)
def test_what_differs_is_told_by_its_path(tree: Any, expected: list[tuple[str, str]]) -> None:
    assert list(differences(ANSWER, tree)) == [Difference(path, what) for path, what in expected]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (
            {"code": "200", "rows": {"no": "1"}, "more": ""},
            [],
        ),  # a list of one, an element without anything in it
        ({"code": "200", "rows": "none"}, [("rows", "another_form")]),
        ({"code": ["200", "200"]}, [("code", "another_form")]),
    ],
)
def test_in_xml_a_list_of_one_is_no_list(tree: Any, expected: list[tuple[str, str]]) -> None:
    found = list(differences(ANSWER, tree, in_xml=True))
    assert found == [Difference(path, what) for path, what in expected]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "form", "of_json", "of_xml", "of_neither"),
    [
        ("text", "", ["5", ""], ["5", ""], []),
        ("integer", "", [5, -5, 5.0], ["5", " -5 ", "", "+05"], ["x", "1.5"]),
        ("decimal", "", [5, 1.5], ["5", "1.5", ".5", "1e3", "INF"], ["x", "1,5"]),
        ("boolean", "", [True, False], ["true", "0"], ["yes", "TRUE"]),
        ("date", "date", ["2026-11-01"], ["2026-11-01Z", "2026-11-01"], ["20261101", "2026-11-01T00:00:00"]),
        ("time", "date-time", ["2026-11-01T08:00:00+08:00"], ["2026-11-01T08:00:00"], ["2026-11-01 08:00"]),
        ("any", "", [5, "x", True], ["x"], []),
    ],
)
def test_a_value_has_the_type_of_its_contract(
    kind: str, form: str, of_json: list[Any], of_xml: list[str], of_neither: list[str]
) -> None:
    part = Part("v", kind, form=form)
    assert [each for each in of_json if [*differences(part, each)]] == []
    assert [each for each in of_xml if [*differences(part, each, in_xml=True)]] == []
    for each in of_neither:
        for in_xml in (False, True):
            assert [*differences(part, each, in_xml=in_xml)] == [Difference("", "another_type")], each


@pytest.mark.parametrize(
    ("kind", "value"),
    [("text", 5), ("text", True), ("integer", "5"), ("integer", 1.5), ("integer", True), ("decimal", "1.5"),
     ("boolean", "true"), ("boolean", 1), ("date", 20261101)],
)  # fmt: skip
def test_a_number_that_stands_as_text_in_json_is_none_nor_the_other_way_round(kind: str, value: Any) -> None:
    assert [*differences(Part("v", kind), value)] == [Difference("", "another_type")]


@pytest.mark.parametrize("locale", LANGUAGES)
async def test_a_platform_is_looked_at_closer(desk: Desk, filled: Filled, locale: str) -> None:
    async with await fresh(desk.browser, locale=locale) as context:
        page, complaints = await entered(desk, context, "auditor")
        for name in ("sim-gd", "sim-gx"):
            await page.goto(f"{desk.home}/health/{name}")
            assert word("drift_title", locale) in await page.inner_text("main")
            await picture(desk, page, f"auditor-platform-{name}-{locale}")
        assert complaints == []
