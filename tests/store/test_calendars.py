"""Which days a place works: the nation's arrangement, its own days over it, and years that nobody has told."""

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from gateway.calendars import nation
from gateway.calendars.lists import BadDays, read_days
from gateway.calendars.store import Day, calendar_of, calendars_of, put
from gateway.cli.calendar import calendar
from gateway.clocks import Limit, Unknown, due_on
from gateway.store.connection import Connection

GUANGXI, DISTRICT = "450000", "450103"
MARCH_THIRD = date(2026, 4, 20)  # a Monday
STORM = date(2026, 9, 10)


def rows(*cells: tuple[str, str, str]) -> list[dict[str, str]]:
    return [dict(zip(("day", "works", "note"), each, strict=True)) for each in cells]


def test_the_nations_days_off_and_the_weekends_that_are_worked_are_known():
    days = nation.exceptions()
    assert days[date(2026, 10, 1)] is False
    assert days[date(2026, 2, 14)] is True  # 春节调休, a Saturday
    assert {2025, 2026} <= nation.known_years()
    assert 2027 not in nation.known_years()


@pytest.fixture
def places(connection):
    connection.begin()
    put(connection, GUANGXI, [Day(MARCH_THIRD, works=False, note="三月三")], None)
    put(connection, DISTRICT, [Day(STORM, works=False, note="台风停办")], None)
    yield connection
    connection.rollback()


def test_a_place_has_the_days_of_all_places_above_it_and_its_own(places):
    there, beside, elsewhere = (calendar_of(places, each) for each in (DISTRICT, "450102", "330282"))
    assert [each.works(MARCH_THIRD) for each in (there, beside, elsewhere)] == [False, False, True]
    assert [each.works(STORM) for each in (there, beside, elsewhere)] == [False, True, True]
    assert due_on(there, date(2026, 9, 9), Limit(1, "working_days")) == date(2026, 9, 11)


def test_of_many_places_what_they_have_in_common_is_asked_once(places):
    asked: list[object] = []

    class Heard:
        def __init__(self, driver):
            self.driver = driver

        def execute(self, text, parameters=(), /):
            asked.append(parameters)
            return self.driver.execute(text, parameters)

    many = [*(f"4501{county:02}" for county in range(1, 21)), "330282"]
    found = calendars_of(Connection(Heard(places._driver), places._dialect), many)
    nation_and_years, provinces, prefectures = 2, 2, 2
    assert len(asked) == nation_and_years + provinces + prefectures + len(many)
    assert {place for place, each in found.items() if each.works(MARCH_THIRD)} == {"330282"}
    assert {place for place, each in found.items() if not each.works(STORM)} == {DISTRICT}


def test_the_same_days_again_change_nothing(places):
    days = [Day(MARCH_THIRD, works=False, note="三月三")]
    assert put(places, GUANGXI, days, None) == 0
    assert put(places, GUANGXI, [days[0]._replace(works=True)], None) == 1
    assert calendar_of(places, GUANGXI).works(MARCH_THIRD)


def test_a_year_that_nobody_has_told_is_unknown_till_it_is_brought_in_whole(places):
    new_year = date(2027, 1, 1)
    with pytest.raises(Unknown):
        calendar_of(places, "330282").works(new_year)
    put(places, "000000", [Day(new_year, works=False, note="元旦")], 2027)
    assert not calendar_of(places, "330282").works(new_year)
    assert calendar_of(places, "330282").works(date(2027, 1, 4))


def test_a_list_is_taken_whole_or_not_at_all():
    found = read_days(rows(("2027-01-01", "休", "元旦"), ("", "", ""), ("2027-01-02", "班", "")), 2027)
    assert found == [Day(date(2027, 1, 1), works=False, note="元旦"), Day(date(2027, 1, 2), works=True)]


@pytest.mark.parametrize(
    "wrong",
    [("2027-1-1", "休"), ("20270101", "休"), ("2026-01-01", "休"), ("2027-02-30", "休"), ("2027-01-01", "?")],
)
def test_a_bad_row_is_told_with_its_number(wrong: tuple[str, str]):
    with pytest.raises(BadDays, match=r"^3: "):
        read_days(rows(("2027-01-03", "休", ""), (*wrong, "")), 2027)


def test_a_day_that_stands_twice_is_told():
    with pytest.raises(BadDays, match="2"):
        read_days(rows(("2027-01-03", "休", ""), ("2027-01-03", "班", "")), None)


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "gateway.yaml").write_text("name: test.tongban.example/log\n")
    return tmp_path / "conf"


def said(conf: Path, *words: str) -> Any:
    command, *more = words
    return CliRunner().invoke(calendar, [command, "--conf", str(conf), *more], standalone_mode=False)


def test_a_year_is_brought_in_shown_and_reckoned_with(conf: Path, tmp_path: Path):
    text = io.StringIO()
    csv.writer(text).writerows(
        [("day", "works", "note"), ("2027-01-01", "休", "元旦"), ("2027-01-03", "班", "调休")]
    )
    (tmp_path / "2027.csv").write_text(text.getvalue(), "utf-8")
    due = ("due", "--division", "330282", "--from", "2026-12-31", "--days", "1")
    assert said(conf, *due).exception.code == 1
    done = said(conf, "import", "--as", "k0001", "--year", "2027", str(tmp_path / "2027.csv"))
    assert done.return_value == 0, done.exception
    assert said(conf, *due).stdout.strip() == "2027-01-03"
    shown = said(conf, "show", "--year", "2027")
    assert shown.stdout.splitlines() == ["2027-01-01 休 off 元旦", "2027-01-03 班 work 调休"]


def test_a_bad_list_changes_nothing_and_says_where(conf: Path, tmp_path: Path):
    (tmp_path / "bad.csv").write_text("day,works,note\n2027-01-01,也许,\n", "utf-8")
    done = said(conf, "import", "--as", "k0001", "--division", "450000", str(tmp_path / "bad.csv"))
    assert done.exception.code == 1
    assert "bad.csv:2: " in str(done.exception)
    assert said(conf, "show", "--division", "450000", "--year", "2027").exception.code == 1
