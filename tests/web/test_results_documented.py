"""What docs/results.md shows is answered, in both languages the same; what it declares stands in the example."""

import base64
import json
import re
from typing import Any

import pytest

from gateway.cases.reasons import ENDINGS
from tests.fakes.results import PDF
from tests.web.people import case_of_somebody
from tests.web.service import CHECKOUT, Running
from tests.web.test_results import shown, told

PAGES = [(CHECKOUT / "docs" / name).read_text("utf-8") for name in ("results.md", "results.zh-CN.md")]
NUMBER = "岭决〔2026〕7号"
SAID: dict[str, Any] = {
    "reason": "conditions_not_met",
    "words": "不符合第三条规定的年限",
    "decision": {"number": NUMBER, "on": "2026-11-20"},
    "documents": [
        {
            "kind": "refusal", "name": "不予行政许可决定书", "number": NUMBER, "on": "2026-11-20",
            "file": {"name": "决定书.pdf", "content": base64.b64encode(PDF).decode()},
        },
        {"kind": "other", "name": "救济途径告知书"},
    ],
}  # fmt: skip


def blocks(kind: str, page: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL)


def assert_holds(found: Any, part: Any, at: str = "") -> None:
    """Everything that is shown is there; what is not shown may be, too."""
    if isinstance(part, dict):
        for name, inner in part.items():
            assert_holds(found[name], inner, f"{at}/{name}")
    elif isinstance(part, list):
        assert len(found) == len(part), at
        for place, inner in enumerate(part):
            assert_holds(found[place], inner, f"{at}/{place}")
    else:
        assert found == part, at


async def test_the_requests_answer_what_is_shown(service: Running, key: str) -> None:
    submitted = (await service.submit(case_of_somebody(), key)).document
    await told(service, "sim-gd", submitted, "refused", **SAID)
    await shown(service, submitted)
    result, document = (
        each.split()[1].replace("{case}", submitted["case"]) for each in blocks("http", PAGES[0])
    )
    assert_holds((await service.ask("GET", result)).document, json.loads(blocks("json", PAGES[0])[0]))
    assert (await service.ask("GET", document)).raw == PDF


@pytest.mark.parametrize("kind", ["http", "json", "yaml"])
def test_both_pages_show_the_same(kind: str) -> None:
    assert blocks(kind, PAGES[0]) == blocks(kind, PAGES[1])


def test_what_is_declared_is_what_the_example_declares() -> None:
    declared = (CHECKOUT / "mappings/examples/sim-gd/platform.yaml").read_text("utf-8")
    lines = {re.sub(r" *#.*", "", line) for line in declared.splitlines()}
    assert set(blocks("yaml", PAGES[0])[0].splitlines()) <= lines


def test_the_pages_know_how_many_endings_there_are() -> None:
    assert len(ENDINGS) == 10
    assert "one of ten ways" in PAGES[0]
    assert "十种办结方式" in PAGES[1]
