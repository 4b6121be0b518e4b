"""docs/deadlines.md and its Chinese page: what they show is what comes out, and no word of the API is missing."""

import csv
import io
import json
import re
import shlex
from datetime import date
from typing import Any, get_args

import click
import pytest

from gateway.cases.due import Basis, Colour, Why
from gateway.cases.grounds import GROUNDS
from gateway.cases.spans import NAMES
from gateway.cli.case import case, write_csv
from gateway.deadlines.overdue import Wanted, overdue
from gateway.deadlines.reckon import reckon
from gateway.exchange.following import known_of
from gateway.settings.agreements import Agreement
from gateway.store import cases
from gateway.web.views.cases import case_view
from tests.deadlines.conftest import Office
from tests.shape.sources import CHECKOUT

PAGES = {
    name: (CHECKOUT / "docs" / name).read_text("utf-8") for name in ("deadlines.md", "deadlines.zh-CN.md")
}
EVENTS = ("case.due_soon", "case.overdue", "case.deemed_accepted", "case.due_unknown")


def blocks(kind: str, page: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL)


@pytest.mark.parametrize("page", PAGES)
def test_every_word_that_a_caller_may_meet_is_explained(page: str) -> None:
    words = {*NAMES, *get_args(Colour), *get_args(Why), *get_args(Basis), *GROUNDS, *EVENTS}
    assert {word for word in words if f"`{word}`" not in PAGES[page]} == set()


def test_both_pages_show_the_same_examples() -> None:
    english, chinese = PAGES.values()
    for kind in ("sh", "csv", "json"):
        assert blocks(kind, english) == blocks(kind, chinese)


@pytest.mark.parametrize("line", blocks("sh", PAGES["deadlines.md"]))
def test_the_commands_that_it_shows_are_understood(line: str) -> None:
    program, group, command, *words = shlex.split(line)
    assert (program, group) == ("tongban", "case")
    found = case.commands[command]
    assert isinstance(found, click.Command)
    found.make_context(command, words)


async def test_the_list_and_the_clock_are_those_that_it_shows(office: Office) -> None:
    first = await office.case("1", "2026-11-02T09:30", item="11440232")
    second = await office.case("2", "2026-11-04T09:30", item="11440232")
    await office.tell(second, "signed", "2026-11-04T11:00")
    await office.at("2026-11-11T10:00")
    today = date(2026, 11, 11)
    rows = await office.store.read(lambda connection: overdue(connection, today, Wanted("sim-gd")))
    written = io.StringIO()
    write_csv(rows, written)
    assert [written.getvalue()] == blocks("csv", PAGES["deadlines.md"])
    assert len(list(csv.DictReader(io.StringIO(written.getvalue())))) == 3

    def view(connection: Any) -> dict[str, Any]:
        found = cases.by_id(connection, first)
        assert found
        known = known_of(connection, found)
        return case_view(known, [], reckon(connection, known, office.agreements, today), today)

    shown = await office.store.read(view)
    [accept] = [each for each in shown["clocks"] if each["clock"] == "accept"]
    assert [accept] == [json.loads(each) for each in blocks("json", PAGES["deadlines.md"])]


def test_an_agreement_without_the_new_key_is_the_same_agreement_as_before() -> None:
    said = {
        "agreement": "a", "title": "t", "document": "d", "between": [["330282"], ["440232"]], "modes": ["joint"],
        "valid_from": "2026-01-01",
    }  # fmt: skip
    plain = Agreement.model_validate(said)
    assert "sign_within" not in plain.model_dump_json(exclude={"sign_within"})
    assert plain.digest != Agreement.model_validate({**said, "sign_within": {"days": 2}}).digest
