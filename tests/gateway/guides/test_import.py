import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import openpyxl
import pytest

from gateway.guides.codes import Unusable, codes_of_folder
from gateway.guides.columns import UnknownPath, columns_of
from gateway.guides.gathered import NoGuides
from gateway.guides.guide import materials_of
from gateway.guides.importing import batches, bring
from gateway.guides.inner import Unreadable, rows_in
from gateway.guides.store import guides_of
from gateway.items.problems import UnreadableFile
from gateway.store.database import open_connection
from tests.gateway.guides.made import CODE, LISTS, guide, read, told

FILES = sorted(LISTS.glob("*.csv"))
XML = (
    '<?xml version="1.0" encoding="GBK"?><DATA>'
    '<node><key label="material_name">图纸</key><key label="is_need">1</key><key label="STATUS">1</key></node>'
    '<node><key label="material_name">旧证明</key><key label="is_need">1</key><key label="STATUS">0</key></node>'
    "</DATA>"
)


def test_the_families_of_the_national_tables_are_joined_into_guides():
    guides, _ = read(*FILES, profile="national")
    assert [each.code for each in guides] == [CODE, "11440232007340216X4002014007000"]
    first = guides[0]
    assert (first.version, first.elements["case_type"]) == (3, "promised")
    assert first.elements["promised"] == {"value": 7, "unit": "working_day"}
    assert first.elements["reach"] == ["provinces", "prefectures"]
    assert first.elements["unit"] == {"name": "模拟县住房和城乡建设局", "code": "11440232MB2D06811W"}
    listed = [(each.place, each.name, each.necessity) for each in materials_of(first, "", "2026-11-20")]
    assert listed == [
        (1, "申请表", "required"),
        (2, "消防设计文件", "required"),
        (3, "设计单位资质证明", "may_be_owed"),
    ]
    assert guides[1].elements["fees"] == [], "there is a table of fees, and none of it is of this item"


def test_bad_rows_are_told_by_number_and_reason_and_the_good_guides_are_kept():
    guides, done = read(*FILES, profile="national")
    assert len(guides) == 2
    assert told(done) == [
        ("basic.csv:4", "case_type", "guide_code_unmapped"),
        ("material.csv:6", "@of", "guide_orphan"),
    ]
    assert [(where, each.code) for where, each in done.remarks] == [
        ("basic.csv:3", "promise_exceeds_statute")
    ]


def test_the_same_files_twice_change_nothing_and_a_new_version_keeps_the_old_one(connection, tmp_path):
    guides, _ = read(*FILES, profile="national")
    assert bring(connection, guides) == {"added": 2, "changed": 0, "unchanged": 0}
    assert bring(connection, guides) == {"added": 0, "changed": 0, "unchanged": 2}
    newer = tmp_path / "basic.csv"
    newer.write_text(
        (LISTS / "basic.csv").read_text("utf-8").replace("W4000117051000,3,01,2", "W4000117051000,4,01,1")
    )
    guides, _ = read(newer, profile="national")
    assert bring(connection, guides)["changed"] == 2, (
        "one has a new version, the other has no materials any more"
    )
    assert [each.version for each in guides_of(connection, "440232", CODE)] == [3, 4]


def test_imports_of_the_same_guides_at_one_time_wait_for_each_other_and_keep_each_once(on_server, tmp_path):
    address = on_server()
    here, there = [
        [guide(local_code=code, visits=visits) for code in codes]
        for codes, visits in (("ABCDEF", 1), ("FEDCBA", 2))
    ]
    here, there = (
        [replace(each, code=each.elements["local_code"]) for each in side] for side in (here, there)
    )

    def imported(guides):
        with closing(open_connection(address)) as connection:
            for _ in range(5):
                connection.begin()
                bring(connection, guides)
                connection.commit()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(imported, (here, there)))
    with closing(open_connection(address)) as connection:
        assert all(
            {1, 2} == {each.elements["visits"] for each in guides_of(connection, "440232", code)}
            for code in "AF"
        )


def test_a_guide_of_which_a_part_is_bad_is_not_kept_without_it(tmp_path):
    bad = tmp_path / "material.csv"
    bad.write_text((LISTS / "material.csv").read_text("utf-8").replace("申请表,2,3,1", "申请表,2,3,9"))
    guides, done = read(LISTS / "basic.csv", bad, profile="national")
    assert [each.code[18:] for each in guides] == ["4002014007000"]
    assert told(done)[:2] == [
        ("material.csv:3", "necessity", "guide_code_unmapped"),
        ("basic.csv:2", "row", "guide_part_bad"),
    ]


def test_lists_that_stand_in_a_string_as_xml_or_json_are_read_without_what_was_deleted(tmp_path):
    rows = [
        {"task_name": "甲", "task_code": CODE, "MATERIAL_XML": XML},
        {
            "task_name": "乙",
            "local_task_code": "B-1",
            "materials": json.dumps([{"material_name": "表", "is_need": "3"}]),
        },
        {"task_name": "丙", "local_task_code": "B-2", "materials": "<DATA><node>"},
    ]
    file = tmp_path / "nested.json"
    file.write_text(json.dumps({"data": rows}, ensure_ascii=False), encoding="utf-8")
    guides, done = read(file, profile="national")
    assert [each.elements["materials"] for each in guides] == [
        [{"name": "图纸", "necessity": "required"}],
        [{"name": "表", "necessity": "may_be_owed"}],
    ]
    assert told(done) == [("nested.json:3", "materials", "guide_text_unreadable")]


def test_chinese_headings_name_the_elements_and_parts_go_by_the_code_of_the_item(tmp_path):
    other = CODE[:-3] + "001"
    (tmp_path / "basic.csv").write_text(
        "事项名称,实施编码,办件类型,承诺办结时限,到办事现场次数,办理地点,是否收费\n"
        f"甲,{CODE},承诺件,10个工作日,1,某路1号,否\n乙,{other},即办件,1个工作日,0,某路2号,否\n", "utf-8"
    )  # fmt: skip
    (tmp_path / "parts.csv").write_text(
        f"实施编码,序号,材料名称,材料必要性,材料形式\n{CODE},2,照片,容缺后补,电子化\n{CODE},1,申请表,必要,纸质\n",
        "utf-8",
    )
    (first, second), done = read(tmp_path / "basic.csv", tmp_path / "parts.csv", profile="chinese")
    assert told(done) == []
    assert first.elements["promised"] == {"value": 10, "unit": "working_day"}
    assert (first.elements["case_type"], first.elements["visits"]) == ("promised", 1)
    assert [(each["name"], each["necessity"]) for each in first.elements["materials"]] == [
        ("申请表", "required"), ("照片", "may_be_owed"),
    ]  # fmt: skip
    assert "materials" not in second.elements, "of whose materials no table speaks, nothing is claimed"


def test_parts_under_a_code_that_two_guides_have_belong_to_neither(tmp_path):
    (tmp_path / "basic.csv").write_text(f"事项名称,实施编码,版本号\n甲,{CODE},1\n甲,{CODE},2\n", "utf-8")
    (tmp_path / "parts.csv").write_text(f"实施编码,材料名称\n{CODE},申请表\n", "utf-8")
    guides, done = read(tmp_path / "basic.csv", tmp_path / "parts.csv", profile="chinese")
    assert all("materials" not in each.elements for each in guides)
    assert told(done) == [("parts.csv:2", "@of", "guide_orphan")]


def test_materials_that_are_written_as_a_text_are_told_and_not_left_out(tmp_path):
    (tmp_path / "list.csv").write_text(f"事项名称,实施编码,办理材料\n甲,{CODE},身份证；户口簿\n", "utf-8")
    guides, done = read(tmp_path / "list.csv", profile="chinese")
    assert guides == [] and told(done) == [("list.csv:2", "materials", "guide_text_unreadable")]


@pytest.mark.parametrize(
    "text", ["<DATA>申请表</DATA>", "申请表", "[1]", '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>']
)
def test_a_string_that_holds_no_rows_is_told(text):
    with pytest.raises(Unreadable):
        rows_in(text)


def test_a_canonical_document_comes_in_as_it_is(tmp_path):
    document = {
        "name": "模拟事项", "implementation_code": CODE, "version": 2, "valid_from": "2026-01-01", "charged": True,
        "promised": {"value": 3, "unit": "working_day"}, "reach": ["nation"], "bases": ["《甲》，第一条", "《乙》"],
        "materials": [{"name": "图纸", "necessity": "required", "situations": ["新建, 扩建", "改建"], "copies": 2}],
    }  # fmt: skip
    file = tmp_path / "guide.json"
    file.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    ((guide,), done) = read(file)
    assert told(done) == []
    apart = {name: document.pop(name) for name in ("version", "valid_from")}
    assert (guide.version, guide.valid_from) == tuple(apart.values())
    assert guide.elements == document


def test_a_workbook_is_read_sheet_by_sheet_and_a_code_that_became_a_number_is_told(tmp_path):
    book = openpyxl.Workbook()
    basic = book.active
    basic.append(
        ["row_guid", "task_name", "task_code", "task_version", "limit_scene_num", "plan_effective_date"]
    )
    basic.append(["g1", "甲", CODE, 2, 1, "2026/3/1"])
    basic.append(["g2", "乙", 1144023200734021640, 1, 0, ""])
    material = book.create_sheet("材料")
    material.append(["task_guid", "material_name", "is_need"])
    material.append(["g1", "图纸", 1])
    book.save(tmp_path / "指南.xlsx")
    ((guide,), done) = read(tmp_path / "指南.xlsx", profile="national")
    assert (guide.version, guide.valid_from, guide.elements["visits"]) == (2, "2026-03-01", 1)
    assert guide.elements["materials"] == [{"name": "图纸", "necessity": "required"}]
    assert told(done)[0] == ("指南.xlsx[Sheet]:3", "implementation_code", "guide_digits_lost")


def test_pinyin_initials_and_free_columns_name_the_same_elements(tmp_path):
    pinyin = tmp_path / "pinyin.csv"
    pinyin.write_bytes(f"sxmc,SSBM,bjlx,cnbjsx,cnbjsxdw\n甲,{CODE},1,3,工作日\n".encode("gb18030"))
    free = tmp_path / "free.csv"
    free.write_text(
        f"事项名称,实施编码,办件类型,承诺时限\n甲,{CODE},即办件,3个工作日\n", encoding="utf-8-sig"
    )
    columns = {
        "name": "事项名称", "implementation_code": "实施编码", "case_type": "办件类型",
        "promised.value": "承诺时限",
    }  # fmt: skip
    ((one,), _), ((other,), _) = read(pinyin, profile="pinyin"), read(free, columns=columns)
    assert one.elements == other.elements
    with pytest.raises(UnknownPath):
        columns_of("", {"promise": "承诺"})


@pytest.mark.parametrize("charset", ["utf-8-sig", "gb18030", "utf-16"])
def test_any_charset_and_separator_and_an_object_a_line_are_read(tmp_path, charset):
    table, objects = tmp_path / "a.csv", tmp_path / "b.json"
    table.write_text('name\tlocal_code\tvisits\n模拟事项的名称\t="0105"\t1\n模拟乙\tB\t2\n', encoding=charset)
    rows = [
        {"name": "模拟丙", "local_code": "C", "visits": 3},
        {"name": "模拟丁", "local_code": "D", "visits": 4},
    ]
    objects.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding=charset)
    guides, done = read(table, objects)
    assert [(each.code, each.elements["visits"]) for each in guides] == [
        ("0105", 1),
        ("B", 2),
        ("C", 3),
        ("D", 4),
    ]
    assert told(done) == []


def test_a_regions_own_code_table_takes_the_place_of_the_national_one(tmp_path):
    (tmp_path / "case_type.yaml").write_text(
        'table: case_type\nrows: [{ours: promised, theirs: "1"}, {ours: immediate, theirs: "2"}]\n'
    )
    (tmp_path / "id_type.yaml").write_text("not one of guides")
    guides, _ = read(LISTS / "basic.csv", profile="national", tables=codes_of_folder(tmp_path))
    assert [each.elements["case_type"] for each in guides] == ["immediate", "promised"]
    (tmp_path / "form.yaml").write_text('table: form\nrows: [{ours: papers, theirs: "1"}]\n')
    with pytest.raises(Unusable, match="papers"):
        codes_of_folder(tmp_path)


@pytest.mark.parametrize("change, told_of", [
    ((CODE, CODE[:17] + "X" + CODE[18:]), [("implementation_code", "code_uscc_check")]),
    ((CODE, "11440232"), [("implementation_code", "row_kind")]),
    ((CODE, ""), [("code", "guide_no_code")]),
    (("甲", ""), [("name", "guide_unfit")]),
    (("2026-01-01", "2027-01-01"), [("valid_to", "guide_period")]),
    (("2026-01-01", "长期"), [("valid_from", "guide_not_a_date")]),
    ((",2,", ",0,"), [("version", "guide_version")]),
])  # fmt: skip
def test_what_is_wrong_with_a_row_is_told(tmp_path, change, told_of):
    file = tmp_path / "own.csv"
    rows = f"name,implementation_code,version,valid_from,valid_to\n甲,{CODE},2,2026-01-01,2026-12-01\n"
    head, _, row = rows.partition("\n")
    file.write_text(f"{head}\n{row.replace(*change)}", encoding="utf-8")
    guides, done = read(file)
    assert (guides, [each[1:] for each in told(done)]) == ([], told_of)


def test_one_version_twice_with_other_content_is_told(tmp_path):
    file = tmp_path / "own.csv"
    file.write_text(
        f"name,implementation_code,visits\n甲,{CODE},1\n甲,{CODE},1\n甲,{CODE},2\n", encoding="utf-8"
    )
    guides, done = read(file)
    assert (len(guides), told(done)) == (2, [("own.csv:4", "row", "guide_repeats")])


def test_what_is_no_list_of_guides_is_said(tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    with pytest.raises(NoGuides):
        read(tmp_path / "a.csv")
    (tmp_path / "a.json").write_text("{")
    with pytest.raises(UnreadableFile):
        read(tmp_path / "a.json")
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    with pytest.raises(UnreadableFile):
        read(tmp_path / "a.xlsx")


def test_guides_are_kept_in_short_transactions():
    assert [len(batch) for batch in batches([None] * 450)] == [200, 200, 50]
