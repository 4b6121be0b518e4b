"""From two imported lists without a common code to an alignment that persons confirmed, by the commands alone."""

import csv
import os
import pty
import re
import select
import shlex
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from gateway.cli import tongban
from tests.forked import python
from tests.installation import CHECKOUT, Installation
from tests.made_lists import HERE, THERE, write_lists
from tests.waiting import LONGEST_S

PLACES = ("--here", HERE, "--there", THERE)


def run(*arguments):
    """In this process: the commands that need no terminal."""
    done = CliRunner().invoke(tongban, [*map(str, arguments)], standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return done.return_value, done.stdout


@pytest.fixture
def place(tmp_path: Path) -> Installation:
    """An installation whose catalogue holds the two lists, and what is suggested about them."""
    made = Installation(tmp_path, folders=())
    made.write()
    run("item", "import", "--conf", made.conf, write_lists(tmp_path))
    code, said = run("item", "suggest", "--conf", made.conf, *PLACES)
    assert code == 0 and "very likely" in said
    return made


def rows(place, statement):
    with sqlite3.connect(place.database) as database:
        return database.execute(statement).fetchall()


def entries(place, kind):
    with sqlite3.connect(place.database) as database:
        return [
            body.decode()
            for (body,) in database.execute("SELECT body FROM audit_entries WHERE kind = ?", (kind,))
        ]


class Terminal:
    """`tongban item review` at a pseudo-terminal, as a person sits before it."""

    def __init__(self, place, *arguments, actor="op-1"):
        self._number, other = pty.openpty()
        command = [*python(), "-m", "gateway.cli", "item", "review", "--conf", str(place.conf), *PLACES]
        self._process = subprocess.Popen(
            [*command, "--as", actor, *arguments],
            cwd=CHECKOUT,
            stdin=other,
            stdout=other,
            stderr=other,
            close_fds=True,
        )
        os.close(other)
        self.seen = ""

    def until(self, text):
        deadline = time.monotonic() + 30
        while text not in self.seen:
            ready, _, _ = select.select([self._number], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, f"{text!r} never came: {self.seen}"
            try:
                self.seen += os.read(self._number, 65536).decode("utf-8", "replace")
            except OSError as error:  # the other end is closed
                raise AssertionError(self.seen) from error
        self.seen = self.seen.split(text, 1)[1]

    def press(self, key):
        self.until("quit")  # the line of keys is the last that is shown
        os.write(self._number, key.encode())

    def ended(self):
        code = self._process.wait(timeout=LONGEST_S)
        os.close(self._number)
        return code


def test_a_person_confirms_and_refuses_by_keyboard_and_goes_on_where_they_stopped(place):
    before = rows(place, "SELECT count(*) FROM suggestions WHERE decision = ''")
    first = Terminal(place)
    first.press("s")  # the surest item is left for later
    first.press("o")
    first.press("y")
    first.until("confirmed: ")
    first.press("q")
    assert first.ended() == 0
    (confirmed,) = rows(
        place, "SELECT here_code, there_code, alignment FROM suggestions WHERE decision = 'confirmed'"
    )
    (row,) = rows(place, "SELECT id, here_code, there_code, valid_from, source FROM alignments")
    assert (row[1], row[2], row[0]) == confirmed
    assert row[4].startswith("confirmed by op-1 on ") and row[3] in row[4]
    (entry,) = entries(place, "alignment.confirmed")
    assert '"actor":"op-1"' in entry and confirmed[2] in entry

    again = Terminal(place)
    again.press("n")
    again.until("refused: ")
    again.press("q")
    assert again.ended() == 0
    (left,) = rows(place, "SELECT count(*) FROM suggestions WHERE decision = ''")
    assert left[0] == before[0][0] - 2
    assert len(entries(place, "suggestion.refused")) == 1


def test_with_two_persons_a_confirmation_counts_when_a_different_one_gives_it_again(place):
    first = Terminal(place, "--second")
    first.press("y")
    first.until("awaits a second person")
    first.press("\x03")  # Ctrl-C
    first.ended()
    assert rows(place, "SELECT id FROM alignments") == []
    assert len(entries(place, "suggestion.first_confirmed")) == 1

    listed = place.conf / "open.csv"
    run("item", "review", "--conf", place.conf, *PLACES, "--export", listed)
    _decide(listed, {("first_by", "op-1"): "y"})
    same, told = run(
        "item", "review", "--conf", place.conf, *PLACES, "--as", "op-1", "--second", "--import", listed
    )
    assert (same, told) == (0, ""), "said already, and no second person"
    assert rows(place, "SELECT id FROM alignments") == []
    run("item", "review", "--conf", place.conf, *PLACES, "--as", "op-2", "--second", "--import", listed)
    ((source,),) = rows(place, "SELECT source FROM alignments")
    assert source.startswith("confirmed by op-1 and op-2 on ")


def _decide(listed, decisions):
    """Fill in the last column of an exported list: {(column, value): decision}."""
    with listed.open(encoding="utf-8-sig", newline="") as file:
        head, *body = csv.reader(file)
    columns = [heading.split()[0] for heading in head]
    for row in body:
        for (column, value), decision in decisions.items():
            if row[columns.index(column)] == value:
                row[-1] = decision
    with listed.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([head, *body])


def test_an_office_decides_in_a_spreadsheet_and_a_bad_row_keeps_no_other_back(place, tmp_path):
    listed = tmp_path / "open.xlsx"
    run("item", "review", "--conf", place.conf, *PLACES, "--export", listed)
    book = load_workbook(listed)
    page = book.worksheets[0]
    decisions = {"A-01": "y", "A-05": "n", "A-06": "perhaps"}
    last = page.max_column
    for row in page.iter_rows(min_row=2):
        page.cell(row[0].row, last).value = decisions.get(row[0].value)
    book.save(listed)
    code, told = run("item", "review", "--conf", place.conf, *PLACES, "--as", "op-1", "--import", listed)
    assert code == 1 and "write y, n or nothing" in told
    assert ("A-01", "B-01") in rows(place, "SELECT here_code, there_code FROM alignments")
    assert {
        code for (code,) in rows(place, "SELECT here_code FROM suggestions WHERE decision = 'refused'")
    } == {"A-05"}
    code, told = run("item", "review", "--conf", place.conf, *PLACES, "--as", "op-1", "--import", listed)
    assert code == 1 and told.count("\n") == told.count("write y, n or nothing"), "only what cannot be read"


def test_a_list_that_comes_back_again_tells_only_what_it_says_otherwise(place, tmp_path):
    listed = tmp_path / "open.csv"
    review = "item", "review", "--conf", place.conf, *PLACES
    run(*review, "--export", listed)
    _decide(listed, {("here_code", "A-01"): "y", ("here_code", "A-05"): "n"})
    assert run(*review, "--as", "op-1", "--import", listed)[0] == 0
    before = rows(place, "SELECT * FROM suggestions"), rows(place, "SELECT * FROM alignments")
    code, told = run(*review, "--as", "op-2", "--import", listed)
    assert (code, told) == (0, "")
    _decide(listed, {("here_code", "A-01"): "n"})
    code, told = run(*review, "--as", "op-2", "--import", listed)
    assert code == 1 and told.count("decided otherwise") == told.count("\n")
    assert (rows(place, "SELECT * FROM suggestions"), rows(place, "SELECT * FROM alignments")) == before


def test_what_was_decided_is_not_suggested_again_and_suggestions_align_nothing(place):
    listed = place.conf / "open.csv"
    run("item", "review", "--conf", place.conf, *PLACES, "--export", listed)
    _decide(listed, {("here_code", "A-01"): "n"})
    run("item", "review", "--conf", place.conf, *PLACES, "--as", "op-1", "--import", listed)
    run("item", "suggest", "--conf", place.conf, *PLACES)
    run("item", "review", "--conf", place.conf, *PLACES, "--export", listed)
    assert "A-01" not in listed.read_text("utf-8-sig")
    assert rows(place, "SELECT id FROM alignments") == []


def test_coverage_counts_every_item_once_and_says_what_each_lacks(place, tmp_path):
    listed, decided = tmp_path / "covered.csv", tmp_path / "open.csv"
    code, told = run("item", "coverage", "--conf", place.conf, *PLACES, "--csv", listed)
    counted = {line.split()[0]: int(line.split()[1]) for line in told.splitlines()}
    assert code == 0
    assert counted == {
        "national": 0, "declared": 0, "confirmed": 0, "suggested": 6, "unaligned": 1, "conflicting": 0,
    }  # fmt: skip
    assert "to be confirmed" in listed.read_text("utf-8-sig")

    run("item", "review", "--conf", place.conf, *PLACES, "--export", decided)
    _decide(decided, {("there_code", "B-01"): "y"})
    run("item", "review", "--conf", place.conf, *PLACES, "--as", "op-1", "--import", decided)
    _, told = run("item", "coverage", "--conf", place.conf, *PLACES, "--xlsx", tmp_path / "covered.xlsx")
    assert "confirmed           1" in told and "suggested           5" in told
    shown = list(
        load_workbook(tmp_path / "covered.xlsx").worksheets[0].iter_rows(min_row=2, values_only=True)
    )
    assert ("A-01", "取水许可证延续", "confirmed", "B-01", "取水许可证延续审批") in [row[:5] for row in shown]


def test_review_without_a_terminal_says_what_to_do_instead(place):
    done = subprocess.run(
        [*python(), "-m", "gateway.cli", "item", "review", "--conf", str(place.conf), *PLACES],
        cwd=CHECKOUT, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=LONGEST_S, check=False,
    )  # fmt: skip
    assert done.returncode == 2 and "--export" in done.stderr


def commands(page):
    text = (CHECKOUT / "docs" / "items" / page).read_text("utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


@pytest.mark.parametrize("page", ["suggestions.md", "suggestions.zh-CN.md"])
def test_the_commands_of_the_page_work_as_they_stand_there(place, page, monkeypatch):
    monkeypatch.chdir(place.folder)
    found = commands(page)
    assert len(found) == 4
    for line in found:
        program, *arguments = shlex.split(line)
        assert program == "tongban"
        assert run(*arguments, "--conf", place.conf)[0] == 0, line
    assert {"suggestions.xlsx", "open.csv", "coverage.csv"} <= {path.name for path in place.folder.iterdir()}
