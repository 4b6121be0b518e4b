"""Lists that people bring: every charset and container, every bad row with its number, no cell ever repeated."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.numbers import form, form_pattern
from gateway.reconcile.compare import Record
from gateway.reconcile.lists import Fault, Reading, columns_of, read_list, state_words
from gateway.reconcile.texts import CannotReconcile
from mappings import canonical
from tests.reconcile.told import written

DAY = date(2026, 11, 20)
OURS = "11440232007340216X4002014007000202611200001"
PERSON = "11010519491231002X"  # made up; its check digit holds
STATE = canonical.schema("canonical/list@1")["$defs"]["state"]
TABLE = [{"ours": "accepted", "theirs": "30", "note": "待办结"}]


def reading(**columns: str) -> Reading:
    words = state_words(STATE["description"], TABLE)
    return Reading(DAY, words, lambda number: number == OURS, columns)


def read(file: Path, **columns: str) -> tuple[list[Record], list[Fault]]:
    return read_list(file, reading(**columns))


def workbook(folder: Path, *rows: list[Any], sheets: int = 1) -> Path:
    book = openpyxl.Workbook()
    for number in range(sheets):
        sheet = book.active if number == 0 else book.create_sheet()
        for row in rows:
            sheet.append(row)
    file = folder / "list.xlsx"
    book.save(file)
    return file


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_a_csv_is_read_in_its_charset_with_its_separator(
    tmp_path: Path, charset: str, separator: str
) -> None:
    rows = (("申办流水号", "办件编号", "状态"), (OURS, "LN0001", "已受理"), ("", "粤办〔2026〕第0007号", ""))
    file = written(tmp_path, *map(separator.join, rows), charset=charset)
    assert read(file) == ([Record(OURS, "LN0001", "accepted"), Record("", "粤办〔2026〕第0007号")], [])


def test_a_workbook_is_read_and_its_codes_stay_text(tmp_path: Path) -> None:
    file = workbook(
        tmp_path,
        ["2026年11月20日办件清单", None, None],
        [],
        ["我方编号", "对方编号", "办理状态"],
        ["0012", 29, 30],
        [OURS, "LN0001", "granted"],
        [None, 123456789012345, "待办结"],
    )
    assert read(file) == (
        [Record("0012", "29", "accepted"), Record(OURS, "LN0001", "granted"),
         Record("", "123456789012345", "accepted")], [],
    )  # fmt: skip


def test_a_number_that_a_spreadsheet_has_cut_is_a_finding_and_never_a_number(tmp_path: Path) -> None:
    file = workbook(
        tmp_path,
        ["ours", "theirs"],
        [1144023200734021640020140070, "LN1"],
        ["A1", 1.5],
        ["A2", True],
        ["A3", 10**15],
        ["A4", datetime(2026, 11, 20, 9, 30)],
        ["1.14402E+42", "LN5"],
    )
    records, faults = read(file)
    assert records == [Record("A4", "2026-11-20T09:30:00")]
    assert faults == [Fault(2, "digits_lost"), Fault(3, "not_whole"), Fault(4, "not_text"),
                      Fault(5, "digits_lost"), Fault(7, "digits_lost")]  # fmt: skip


def test_a_bad_row_is_told_by_its_number_and_the_others_are_kept(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "申请编号,办件编号,状态",
        "A1,LN1,已受理",
        ",,已受理",
        "A 2,LN2,已受理",
        "A3,LN3",
        "",
        f"A4,{PERSON},已受理",
        f"{'9' * 101},,",
        "A5,LN5,张三",
    )
    records, faults = read(file)
    assert records == [Record("A1", "LN1", "accepted"), Record("A5", "LN5")]
    assert faults == [
        Fault(3, "no_number"), Fault(4, "bad_number"), Fault(5, "row_cells"), Fault(7, "a_person"),
        Fault(8, "bad_number"), Fault(9, "bad_state", kept=True),
    ]  # fmt: skip


@pytest.mark.parametrize("number", ['="0012"', "'0012", "\t0012", "0012\u00a0", "\ufeff0012"])
def test_what_people_do_to_keep_their_zeros_is_undone(tmp_path: Path, number: str) -> None:
    cell = number.replace('"', '""')
    assert read(written(tmp_path, "ours,theirs", f'"{cell}",L1')) == ([Record("0012", "L1")], [])


def test_a_number_of_the_form_division_day_serial_is_no_person(tmp_path: Path) -> None:
    """Eighteen digits whose last one happens to be a check digit, with the day of the list as a day of birth."""
    numbers = [f"44023220261120{serial:04}" for serial in range(40)]
    _, faults = read(written(tmp_path, "theirs", *numbers))
    assert faults == []


def test_columns_may_be_named(tmp_path: Path) -> None:
    file = written(tmp_path, "流水,编号,办件编号,备注", "A1,LN1,x,y")
    assert read(file, ours="流水", theirs="编号") == ([Record("A1", "LN1")], [])
    assert columns_of("ours=申请编号，theirs = 办件编号,state=状态") == {
        "ours": "申请编号", "theirs": "办件编号", "state": "状态",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["申请编号", "mine=申请编号", "ours=", ""])
def test_columns_in_no_known_form_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        columns_of(text)


@pytest.mark.parametrize(
    ("rows", "columns", "code"),
    [
        (["姓名,电话", "张三,1"], {}, "no_heading"),
        (["申请编号,我方编号", "A1,A1"], {}, "same_column"),
        (["申请编号,办件编号", "A1,L1"], {"ours": "申请编号", "theirs": "编号"}, "no_column"),
        (["申请编号,办件编号", "A1,L1"], {"ours": "编号"}, "no_column"),
        ([], {}, "no_heading"),
    ],
)
def test_a_list_whose_columns_cannot_be_told_is_refused(
    tmp_path: Path, rows: list[str], columns: dict[str, str], code: str
) -> None:
    with pytest.raises(CannotReconcile) as reason:
        read(written(tmp_path, *rows), **columns)
    assert reason.value.code == code
    assert "张三" not in str(reason.value)


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00\x01", b"PK\x03\x04 no workbook", b"\xd0\xcf\x11\xe0 none"]
)
def test_what_is_neither_csv_nor_a_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(content)
    with pytest.raises(CannotReconcile) as reason:
        read(file)
    assert reason.value.code == "unreadable"


def test_a_workbook_with_two_sheets_of_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotReconcile) as reason:
        read(workbook(tmp_path, ["ours"], ["A1"], sheets=2))
    assert reason.value.code == "several_sheets"


CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=6))
def test_any_row_is_read_or_refused_with_a_reason(rows: list[tuple[str, str, str]]) -> None:
    import csv
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "list.csv"
        with file.open("w", encoding="utf-8", newline="") as opened:
            csv.writer(opened).writerows([("ours", "theirs", "state"), *rows])
        records, faults = read(file)
    refused = [fault for fault in faults if not fault.kept]
    assert len(records) + len(refused) <= len(rows)
    assert all(record.ours or record.theirs for record in records)
    assert all(record.state in ("", *STATE["enum"]) for record in records)


def test_our_words_for_a_state_are_known_in_both_languages() -> None:
    words = state_words(STATE["description"], TABLE)
    assert {words[each] for each in STATE["enum"]} == set(STATE["enum"])
    assert (words["特别程序"], words["30"], words["待办结"]) == ("suspended", "accepted", "accepted")


def test_progress_and_list_know_the_same_states() -> None:
    assert canonical.schema("canonical/progress@1")["$defs"]["state"] == STATE


FORMS = ["{implementation_code}{yyyymmdd}{serial:4}", "{division}{yymmdd}-{serial}", "TB.{serial:6}"]
PARTS = {
    "implementation_code": OURS[:31], "basic_code": "004014007000", "handling_code": "", "division": "440232",
    "yyyymmdd": "20261120", "yymmdd": "261120",
}  # fmt: skip


@given(st.sampled_from(FORMS), st.integers(0, 9999))
def test_a_number_that_was_formed_has_its_form(template: str, serial: int) -> None:
    assert form_pattern(template).fullmatch(form(template, PARTS, serial))


def test_another_number_has_not() -> None:
    assert not form_pattern(FORMS[2]).fullmatch("TBx000001")
    assert not form_pattern(FORMS[0]).fullmatch(OURS + "1")
