"""docs/cases.md in both languages: every request on the page is sent, and answered as the page says.

What happens at the other platform in between stands in comments of the page: `there: STATE, …`; `owed` and `new`
begin with another case.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.web.people import case_of_somebody
from tests.web.service import Running, changed
from tests.web.test_later import reached

DOCS = Path(__file__).resolve().parents[2] / "docs"
TAKEN = re.compile(r"<!-- (.*?) -->\n|```http\n(.*?)```", re.DOTALL)
OWED = {"materials__0__files": [], "materials__0__instead": {"kind": "owed", "until": "2099-12-31"}}


class Asked(NamedTuple):
    """One request of the page, what is done before it, and what the page says of the answer."""

    before: str
    method: str
    path: str
    headers: dict[str, str]
    body: Any
    status: int
    answer: dict[str, Any]


def requests_of(page: str) -> Iterator[Asked]:
    found = TAKEN.findall(page)
    before, request = "", ""
    for comment, block in found:
        if comment:
            before = comment
        elif block.startswith("HTTP/1.1 "):
            head, _, answer = block.partition("\n\n")
            first, _, body = request.partition("\n\n")
            (method, path), *headers = (line.split(" ", 1) for line in first.strip().splitlines())
            yield Asked(
                before, method, path, {name.rstrip(":"): value for name, value in headers},
                json.loads(body) if body else None, int(head.split()[1]), json.loads(answer),
            )  # fmt: skip
            before = ""
        else:
            request = block


@pytest.mark.parametrize("name", ["cases.md", "cases.zh-CN.md"])
async def test_every_request_of_the_page_is_answered_as_it_says(
    service: Running, key: str, name: str
) -> None:
    submitted = (await service.submit(case_of_somebody(), key)).document
    for number, asked in enumerate(requests_of((DOCS / name).read_text("utf-8"))):
        if asked.before.startswith(("owed", "new")):
            values = OWED if asked.before.startswith("owed") else {}
            submitted = (
                await service.submit(changed(case_of_somebody(), **values), f"{key}-{number}")
            ).document
        if states := asked.before.partition("there: ")[2]:
            await reached(service, submitted, *states.split(", "))
        headers = {each.replace("-", "_"): f"{value}-{key}" for each, value in asked.headers.items()}
        path = asked.path.replace("{case}", submitted["case"])
        answer = await service.ask(asked.method, path, body=asked.body, **headers)
        assert answer.status == asked.status, answer.text
        assert {each: answer.document[each] for each in asked.answer} == asked.answer


def test_both_languages_show_the_same_requests() -> None:
    english, chinese = (
        list(requests_of((DOCS / name).read_text("utf-8"))) for name in ("cases.md", "cases.zh-CN.md")
    )
    assert english == chinese
    assert len(english) >= 5
