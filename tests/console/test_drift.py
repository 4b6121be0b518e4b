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
        ({"code": 200, "rows": [{"no": "1", "free": {"x": 1}}], "more": {"y": 2}}, []),
        ({"code": "E17"}, [("code", "another_value")]),
        ({}, [("code", "missing")]),
        ({"code": "200", "msg": "x"}, [("msg", "unnamed")]),
        ({"code": "200", "rows": [{}, {"no": "1", "n": 2}]}, [("rows.no", "missing"), ("rows.n", "unnamed")]),
        ({"code": {"x": 1}}, [("code", "another_form")]),
        ({"code": "200", "rows": "none"}, [("rows", "another_form")]),
        ({"code": "200", "rows": None, "more": ""}, []),
        ([{"code": NASTY}], [("code", "another_value")]),
    ],
)
def test_what_differs_is_told_by_its_path(tree: Any, expected: list[tuple[str, str]]) -> None:
    assert list(differences(ANSWER, tree)) == [Difference(path, what) for path, what in expected]  # type: ignore[arg-type]


@pytest.mark.parametrize("locale", LANGUAGES)
async def test_a_platform_is_looked_at_closer(desk: Desk, filled: Filled, locale: str) -> None:
    async with await fresh(desk.browser, locale=locale) as context:
        page, complaints = await entered(desk, context, "auditor")
        for name in ("sim-gd", "sim-gx"):
            await page.goto(f"{desk.home}/health/{name}")
            assert word("drift_title", locale) in await page.inner_text("main")
            await picture(desk, page, f"auditor-platform-{name}-{locale}")
        assert complaints == []
