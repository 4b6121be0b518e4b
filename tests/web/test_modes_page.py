"""docs/modes.md in both languages: every request on the page is sent, and answered as the page says.

What happens in between stands in comments of the page: `collected` and `joint` begin with somebody new, `there:
STATE, …` is what the deciding place does.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.cases.joint import STANDINGS
from tests.fakes.fixtures import case
from tests.web.joint import part_reached
from tests.web.people import case_of_somebody
from tests.web.service import Running
from tests.web.test_agency import collected
from tests.web.test_cases_page import requests_of
from tests.web.test_later import reached

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = ("modes.md", "modes.zh-CN.md")


@pytest.mark.parametrize("name", PAGES)
async def test_every_request_of_the_page_is_answered_as_it_says(
    service: Running, key: str, name: str
) -> None:
    submitted = (await service.submit(collected("gd-person"), key)).document
    names: dict[str, str] = {}
    for asked in requests_of((DOCS / name).read_text("utf-8")):
        body = asked.body
        if asked.before == "visit":
            body = {**body, "applicant": case_of_somebody("gd-person")["applicant"]}
            body["receiving"] = case("gd-person")["receiving"]
        elif asked.before == "joint":  # on the day of the test, for somebody new
            person = case_of_somebody("gd-person")["applicant"]
            moved = {each: case("gd-person")[each] for each in ("receiving", "authorisation")}
            body = {**body, **moved, "applicant": person}
        elif asked.before == "collected":
            names = {"case": submitted["case"]}
        elif states := asked.before.partition("there: ")[2]:
            if "joint" in names:
                await part_reached(service, submitted["parts"][0], *states.split(", "))
            else:
                await reached(service, submitted, *states.split(", "))
        headers = {each.replace("-", "_"): f"{value}-{key}" for each, value in asked.headers.items()}
        caller = "site-gd" if headers.pop("Authorization", "") else "guichi"
        body = json.loads(filled(json.dumps(body), names)) if body else None
        answer = await service.ask(
            asked.method, filled(asked.path, names), caller=caller, body=body, **headers
        )
        assert answer.status == asked.status, answer.text
        if asked.before == "joint":
            submitted = answer.document
            first, second = (each["case"] for each in submitted["parts"])
            names = {"joint": submitted["joint"], "case": first, "second": second}
        if "address" in answer.document:
            names["ticket"] = answer.document["address"].rpartition("ticket=")[2]
        if caller == "site-gd":
            names["case"] = answer.document["case"]
        for each in answer.document.get("withdrawals", ()):
            names["withdrawal"] = each["exchange"] or ""
        expected = json.loads(filled(json.dumps(asked.answer), names))
        assert {each: answer.document[each] for each in expected} == expected


def filled(text: str, names: dict[str, str]) -> str:
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def test_both_languages_show_the_same_requests() -> None:
    english, chinese = (list(requests_of((DOCS / name).read_text("utf-8"))) for name in PAGES)
    assert english == chinese
    assert len(english) >= 6


def test_every_standing_and_every_mode_stands_on_the_page() -> None:
    modes: list[Any] = ["full_online", "collect_for", "joint"]
    for name in PAGES:
        page = (DOCS / name).read_text("utf-8")
        assert all(f"`{each}`" in page for each in (*STANDINGS, *modes))
