import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.items.listing import list_items
from gateway.items.lists.catalogue import FIRST_ROW, import_alignments, import_items
from gateway.items.lists.declared import read_alignment
from gateway.items.lists.formats import read_csv
from gateway.items.lists.rows import read_item
from gateway.items.problems import InvalidCursor, UnreadableFile

CODE = "11440232MB2D06811W4000117051000"
ROW = {
    "division": "440232000000",
    "code": CODE,
    "kind": "implementation",
    "name": "建设工程消防设计审查",
    "version": "3",
    "state": "1",
    "service_objects": "2、3；9",
    "valid_from": "2020-01-01",
}
ALIGNMENT = {
    "id": "A-1",
    "here_division": "330282",
    "here_code": "cx-1",
    "there_division": "440232",
    "there_code": CODE,
    "source": "agreement 1",
}


def faults_of(imported) -> list[tuple[int, str, str]]:
    return [(each.row, each.problem.path, each.problem.code) for each in imported.faults]


def test_the_parts_of_a_structured_code_need_not_be_written_twice():
    item = read_item(ROW).record
    assert item is not None
    assert (item.division, item.basic_code, item.unit) == ("440232", "000117051000", "11440232MB2D06811W")
    assert (item.level, item.type, item.state, item.version) == ("4", "01", "in_use", 3)
    assert item.service_objects == "2^3^9"
    assert item.serves("3") and not item.serves("1")


def test_a_local_code_is_kept_as_its_owner_writes_it_and_found_in_any_case():
    item = read_item(ROW | {"code": "cx-zj－0051", "kind": "local"}).record
    assert item is not None
    assert (item.code, item.local_code, item.basic_code) == ("CX-ZJ-0051", "cx-zj－0051", "")


def test_the_same_list_twice_changes_nothing(connection):
    rows = [ROW, ROW | {"code": "cx-1", "kind": "local"}]
    first, second = import_items(connection, rows), import_items(connection, rows)
    assert (first.added, first.changed, first.unchanged) == (2, 0, 0)
    assert (second.added, second.changed, second.unchanged) == (0, 0, 2)
    assert import_alignments(connection, [ALIGNMENT]).added == 1
    assert import_alignments(connection, [ALIGNMENT]).unchanged == 1


def test_a_changed_row_takes_the_place_of_the_old_one(connection):
    import_items(connection, [ROW])
    imported = import_items(connection, [ROW | {"state": "取消", "valid_to": "2026-07-01"}])
    assert (imported.added, imported.changed) == (0, 1)
    (item,) = list_items(connection).items
    assert (item.state, item.valid_to) == ("cancelled", "2026-07-01")


def test_a_new_version_stands_beside_the_old_one(connection):
    import_items(connection, [ROW, ROW | {"version": "4", "valid_from": "2026-01-01"}])
    assert [item.version for item in list_items(connection, code=CODE).items] == [3, 4]


def test_bad_rows_are_told_by_number_and_reason_and_the_good_ones_are_kept(connection):
    rows = [
        ROW | {"code": CODE[:17] + "X" + CODE[18:]},
        ROW,
        {},
        ROW | {"state": "0"},
        ROW | {"name": "another"},
    ]
    imported = import_items(connection, rows)
    assert imported.added == 1
    assert faults_of(imported) == [
        (2, "code", "code_uscc_check"),
        (5, "state", "row_unknown_value"),
        (6, "row", "row_repeats"),
    ]


@pytest.mark.parametrize(
    ("cell", "path", "fault"),
    [
        ({"division": ""}, "division", "row_lacks"),
        ({"division": "44023"}, "division", "row_division"),
        ({"kind": "other"}, "kind", "row_unknown_value"),
        ({"kind": "handling"}, "code", "row_kind"),
        ({"version": "1.0"}, "version", "row_version"),
        ({"valid_from": "2020/1/1"}, "valid_from", "row_date"),
        ({"valid_to": "2021-02-30"}, "valid_to", "row_date"),
        ({"valid_to": "2020-01-01"}, "valid_to", "row_period"),
        ({"basic_code": "000117051001"}, "basic_code", "row_disagrees"),
        ({"code": "A-1", "kind": "local", "basic_code": "0001"}, "basic_code", "row_kind"),
        ({"code": "A-1", "kind": "local", "basic_code": "005517051000"}, "basic_code", "code_type"),
        ({"code": "A-1", "kind": "local", "local_code": "B"}, "local_code", "row_disagrees"),
        ({"code": "A-null-1", "kind": "local"}, "code", "code_null"),
        ({"#cells": "9"}, "row", "row_cells"),
    ],
)
def test_every_fault_of_a_row_has_its_name(cell, path, fault):
    reading = read_item(ROW | cell)
    assert reading.record is None
    assert (path, fault) in [(problem.path, problem.code) for problem in reading.faults]
    assert all(problem.text("zh") and problem.text("en") for problem in reading.faults)


def test_an_alignment_without_a_source_is_nobodys_word():
    (fault,) = read_alignment(ALIGNMENT | {"source": " "}).faults
    assert (fault.path, fault.code) == ("source", "row_lacks")


def test_a_devolved_item_keeps_its_old_code_and_the_difference_is_remarked():
    reading = read_item(ROW | {"level": "5"})
    assert reading.record is not None and reading.record.level == "5"
    assert [(remark.path, remark.code) for remark in reading.remarks] == [("level", "row_disagrees")]


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_list_is_read_in_its_charset_and_text_stays_text(tmp_path, charset):
    path = tmp_path / "items.csv"
    path.write_bytes('code,name\r\n0105632000,"㛃, \n0"\r\n\r\n1e5,堃\r\n'.encode(charset))
    assert read_csv(path) == [
        {"code": "0105632000", "name": "㛃, \n0"},
        {},
        {"code": "1e5", "name": "堃"},
    ]


def test_bytes_in_no_known_charset_are_refused(tmp_path):
    path = tmp_path / "items.csv"
    path.write_bytes(b"code\r\n\xff\xff\r\n")
    with pytest.raises(UnreadableFile, match=r"items\.csv"):
        read_csv(path)


def test_rows_with_more_or_fewer_cells_than_the_heading_are_refused(tmp_path, connection):
    path = tmp_path / "items.csv"
    path.write_text(
        "division,code,kind,name,state\n440232,A,local,x,1,surplus\n440232,B,local\n440232,C,local,x,1\n"
    )
    imported = import_items(connection, read_csv(path))
    assert imported.added == 1
    assert {each.row for each in imported.faults} == {FIRST_ROW, FIRST_ROW + 1}


@given(st.dictionaries(st.sampled_from([*ROW, "valid_to", "basic_code", "#cells"]), st.text(max_size=40)))
def test_any_row_is_read_or_refused_with_a_reason(cells):
    reading = read_item(ROW | cells)
    assert (reading.record is None) == bool(reading.faults) or not any(cells.values())


@pytest.fixture
def hundred(connection):
    rows = [ROW | {"code": f"L-{n:03}", "kind": "local", "name": f"事项 {n}%"} for n in range(100)]
    import_items(connection, [*rows, ROW | {"division": "330282"}])
    return connection


def test_the_pages_hold_every_item_once_and_in_order(hundred):
    codes, cursor = [], ""
    while cursor is not None:
        page = list_items(hundred, division="440232", size=30, cursor=cursor)
        codes += [item.code for item in page.items]
        cursor = page.cursor
    assert codes == [f"L-{n:03}" for n in range(100)]


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({}, 101),
        ({"division": "330282000000"}, 1),
        ({"code": "000117051000"}, 1),
        ({"code": "l-007"}, 1),
        ({"division": "330282", "code": "l-007"}, 0),
        ({"name_part": "消防设计"}, 1),
        ({"name_part": "7%"}, 10),
        ({"name_part": "_%"}, 0),
    ],
)
def test_items_are_found_by_division_code_and_part_of_the_name(hundred, asked, count):
    assert len(list_items(hundred, size=200, **asked).items) == count


@pytest.mark.parametrize("cursor", ["x", "eA==", "W10=", "WyJhIiwiYiIsImMiXQ==", "事项", "W1tb" * 400])
def test_a_cursor_that_is_not_ours_is_refused(hundred, cursor):
    with pytest.raises(InvalidCursor):
        list_items(hundred, cursor=cursor)
