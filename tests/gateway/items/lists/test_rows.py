"""What lists call things: profiles, code tables, numbers that lost their zeros."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.items.codes import parse
from gateway.items.item import Item
from gateway.items.lists.line import Line, line_of
from gateway.items.lists.problems import UnknownColumns
from gateway.items.lists.profile import FIELDS, FOLDER, fitting, free, named
from gateway.items.lists.rows import ItemReader, Reading
from gateway.items.problems import TEXTS, Problem
from mappings.problems import Unreadable

CODE = "11440232MB2D06811W4000117051000"
HANDLED = CODE + "02"
LOCAL = "511A0138000000-511602000000-000-115113010833722043-1-00"


def reading(profile, row: dict, *, states: str = "", division: str = "440232") -> Reading[Item]:
    reader = ItemReader(
        named(profile) if isinstance(profile, str) else profile, division=division, states=states
    )
    return reader.read(line_of(2, tuple(row), list(row.values())))


def faults(found: Reading[Item]) -> list[tuple[str, str]]:
    assert all(problem.text("zh") and problem.text("en") for problem in (*found.faults, *found.remarks))
    return [(problem.path, problem.code) for problem in found.faults]


def odd(found: Reading[Item]) -> list[tuple[str, str]]:
    return [(problem.path, problem.code) for problem in found.remarks]


NATIONAL = {
    "TASK_NAME": "建设工程消防设计审查", "catalog_code": "000117051000", "task_code": CODE,
    "local_task_code": "cx-zj-0051", "local_catalog_code": "cx－目录-07",
    "task_type": "01", "use_level": "3,4", "dept_code": "11440232MB2D06811W",
    "dept_name": "某局", "server_type": "2、3", "task_version": "3", "task_state": "1",
    "plan_effective_date": "2020-01-01 00:00:00", "plan_cancel_date": "", "by_law": "…", "row_guid": "9f",
}  # fmt: skip


def test_a_national_row_keeps_the_national_and_the_local_codes_apart():
    item = reading("national", NATIONAL).record
    assert item == Item(
        division="440232", code=CODE, version=3, kind="implementation", name="建设工程消防设计审查",
        basic_code="000117051000", implementation_code=CODE, local_code="cx-zj-0051", type="01", level="3^4",
        local_catalog_code="cx－目录-07",
        unit="11440232MB2D06811W", unit_name="某局", service_objects="2^3", valid_from="2020-01-01",
    )  # fmt: skip


def test_a_handling_item_goes_by_its_own_code_and_a_row_without_a_national_code_by_the_local_one():
    handling = reading("national", NATIONAL | {"task_handle_item": HANDLED}).record
    assert handling and (handling.kind, handling.code, handling.implementation_code) == (
        "handling",
        HANDLED,
        CODE,
    )
    local = reading("national", NATIONAL | {"task_code": "", "local_task_code": LOCAL.lower()}).record
    assert local and (local.kind, local.code, local.local_code) == ("local", LOCAL, LOCAL.lower())
    assert local.basic_code == "000117051000"


def test_pinyin_initials_say_the_same():
    row = {"sxmc": "建设工程消防设计审查", "jbbm": "000117051000", "ssbm": CODE, "sxzt": "在用", "sdyj": "…"}
    assert (
        reading("pinyin", row).record
        == reading("national", {"task_name": row["sxmc"], "task_code": CODE, "task_state": "1"}).record
    )


def test_chinese_headings_and_words_are_read_by_their_tables():
    row = {
        "事项名称": "甲",
        "实施编码": CODE,
        "事项类型": "行政许可",
        "行使层级": "县级",
        "服务对象": "企业法人;自然人",
    }
    item = reading("chinese", row).record
    assert item and (item.type, item.level, item.service_objects) == ("01", "4", "2^1")
    assert faults(reading("chinese", row | {"事项类型": "许可类"})) == [("type", "row_value")]


def test_headings_and_words_in_traditional_script_are_read_and_the_name_stays_as_it_is_written():
    headings = ("事項(xiàng)名稱(chēng)", "實施編碼", "事項類型", "行使層級", "服務對象", "事項狀態")
    cells = ["優(yōu)化服務", CODE, "行政許可", "縣級", "企業法人", "暫停"]
    found = reading(fitting(headings), dict(zip(headings, cells, strict=True)))
    assert faults(found) == [] and found.record is not None
    item = found.record
    assert (item.name, item.type, item.level) == ("優(yōu)化服務", "01", "4")
    assert (item.service_objects, item.state) == ("2", "suspended")


def test_a_fault_of_a_column_has_its_name_in_either_language():
    lacking = Problem("implementation_code", "row_kind", {"found": "local", "expected": "implementation"})
    assert lacking.text("zh") == "编码的结构是 地方编码，不是 实施编码"
    assert lacking.text("en") == "the code is built like local, not implementation"
    assert Problem("division", "row_lacks").text("zh") == "缺少 区划"


def test_free_columns_name_what_stands_where():
    profile = free("name=事项名称, code=职权编码")
    item = reading(profile, {"事项名称": "甲", "职权编码": "210973001000", "授权部门": "73"}).record
    assert item and (item.kind, item.basic_code, item.type) == ("basic", "210973001000", "09")
    for wrong in ("", "titel=x", "name"):
        with pytest.raises(UnknownColumns):
            free(wrong)


@pytest.mark.parametrize(
    ("state", "states", "fault"),
    [
        ("1", "", None), ("在用", "", None), ("2", "use", None), ("2", "publication", None),
        ("2", "", "row_state"), ("3", "", "row_state"), ("0", "publication", "row_unpublished"),
        ("3", "publication", "row_unpublished"), ("9", "", "row_unknown_value"),
    ],
)  # fmt: skip
def test_a_state_that_two_tables_read_differently_is_not_guessed(state, states, fault):
    found = reading("national", NATIONAL | {"task_state": state}, states=states)
    assert [code for _, code in faults(found)] == ([fault] if fault else [])
    if (state, states) == ("2", "use"):
        assert found.record and found.record.state == "suspended"
    if (state, states) == ("2", "publication"):
        assert found.record and found.record.state == "in_use"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"task_code": 440106043001}, [("implementation_code", "row_disagrees")]),
        ({"task_code": "", "local_task_code": 105632000}, [("local_code", "cell_number")]),
        ({"task_code": "", "local_task_code": 1.05632e15}, [("local_code", "cell_digits_lost")]),
        ({"task_name": {"zh": "甲"}}, [("name", "cell_nested"), ("name", "row_lacks")]),
        ({"task_name": "甲\x00"}, [("name", "row_character")]),
        ({"task_code": ""}, [("code", "row_code")]),
        ({"task_code": CODE + "202010200008"}, [("code", "row_kind")]),
        ({"plan_effective_date": "1.1.2020"}, [("valid_from", "row_day")]),
        ({"division_code": "12"}, [("division", "row_division")]),
    ],
)
def test_what_is_wrong_with_a_row_has_its_name(row, expected):
    base = {"task_name": "甲", "task_code": CODE, "task_state": "1"}
    found = faults(reading("national", base | row))
    assert set(found) & set(expected) and found[0] in expected


def test_a_basic_code_with_all_its_digits_is_kept_and_it_is_said_that_it_came_as_a_number():
    found = reading(free("name=n,code=c"), {"n": "甲", "c": 210973001000.0})
    assert found.record and odd(found) == [("code", "cell_number")]


def test_what_is_odd_is_kept_and_told():
    found = reading(
        "national", NATIONAL | {"dept_code": "083372204", "TASK_NAME": "甲\ufffd", "task_type": "TC"}
    )
    assert found.record
    assert set(odd(found)) == {
        ("name", "row_replaced"), ("unit", "row_disagrees"), ("unit", "row_unit"), ("type", "row_disagrees"),
        ("type", "row_type"),
    }  # fmt: skip


def test_columns_that_nobody_knows_are_told_apart_from_those_of_guides():
    reader = ItemReader(named("national"))
    reader.read(Line(2, ("task_name", "by_law", "colour"), ["甲", "…", "red"]))
    assert (reader.layouts.unknown, reader.layouts.elsewhere) == (["colour"], ["by_law"])


def test_the_profile_that_fits_the_headings_is_found():
    assert fitting(tuple(NATIONAL)).profile == "national"
    assert fitting(("sxmc", "ssbm")).profile == "pinyin"
    assert fitting(("事项名称", "实施编码")).profile == "chinese"
    assert fitting(("division", "code", "kind", "name", "state")).profile == "own"
    with pytest.raises(UnknownColumns, match="colour"):
        fitting(("colour", "name"))


def test_every_profile_that_comes_along_is_sound_and_every_sentence_is_there_in_both_languages():
    for path in FOLDER.glob("*.yaml"):
        assert set(named(path.stem).columns.values()) <= set(FIELDS)
    assert {"row_state", "cell_number", "file_columns"} <= set(TEXTS)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("profile: x\ntitle: x\ncolumns: {a: colour}\n", "no field 'colour'"),
        ("profile: x\ntitle: x\ncolumns: {a: name}\ntables: {name: {a: b}}\n", "'name' has no codes"),
        ("profile: x\n", "columns"),
    ],
)
def test_a_profile_of_ones_own_is_told_its_mistakes_by_line(tmp_path, text, what):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(Unreadable, match=what):
        named(str(path))


def test_a_profile_that_is_not_there_is_told_with_those_that_are():
    with pytest.raises(Unreadable, match="national"):
        named("natonal")


CELLS = {
    "division": ["", "440232", " 440232000 ", "44023", "511602"],
    "code": ["", CODE, HANDLED, CODE[:-1] + "X", LOCAL, "000117051000", "11440232MB2D06811X4000117051000"],
    "version": ["", "1", "2", "x"],
    "kind": ["", "implementation", "local", "case", "other"],
    "name": ["", "建设工程消防设计审查", "甲\ufffd", "甲\x01"],
    "type": ["", "01", "99"],
    "level": ["", "4", "3、4"],
    "unit": ["", "11440232MB2D06811W", "11440232mb2d07320m", "某局"],
    "unit_name": ["", "某局", "某\ufffd", "某\x02"],
    "state": ["", "1", "2", "取消", "?"],
    "valid_from": ["", "2020-01-01", "2020-02-30"],
    "valid_to": ["", "2019-01-01", "2027-01-01"],
    "basic_code": ["", "000117051000", "440117051000"],
    "local_code": ["", "cx-zj-0051"],
    "superseded_by": ["", HANDLED.lower()],
}
ROWS = st.tuples(*map(st.sampled_from, CELLS.values())).map(list)


@given(
    st.lists(st.one_of(ROWS, ROWS.map(lambda cells: [""] * len(cells))), max_size=12),
    st.sampled_from(["", "440232"]),
)
def test_a_row_says_the_same_behind_any_others_as_it_does_alone(rows, division):
    profile, headings = named("own"), tuple(CELLS)
    lines = [Line(place, headings, cells) for place, cells in enumerate(rows + rows[::-1], 2)]
    reader = ItemReader(profile, division=division)
    alone = [ItemReader(profile, division=division).read(line) for line in lines]
    assert [reader.read(line) for line in lines] == alone


@given(ROWS)
def test_every_cell_stands_in_its_field_as_it_was_or_in_our_form(cells):
    row = dict(zip(CELLS, map(str.strip, cells), strict=True))
    found = ItemReader(named("own")).read(Line(2, tuple(CELLS), cells))
    if found.record is None:
        assert found.faults or not any(row.values())
        return
    item = found.record
    assert row["name"] and not found.faults
    assert (item.name, item.unit_name, item.valid_from, item.valid_to) == (
        row["name"], row["unit_name"], row["valid_from"], row["valid_to"],
    )  # fmt: skip
    assert item.division == row["division"].removesuffix("000")
    assert item.version == int(row["version"] or 1)
    assert item.type == (row["type"] or parse(item.code).type) or item.kind == "local"
    assert item.state == {"": "in_use", "1": "in_use", "2": "suspended", "取消": "cancelled"}[row["state"]]
    assert item.superseded_by == row["superseded_by"].upper()
    assert row["kind"] in ("", item.kind)
    assert "name" in {problem.path for problem in found.remarks} or "\ufffd" not in item.name
