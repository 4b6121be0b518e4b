"""A list is the same list in whatever file it comes."""

import json
import subprocess
import sys
from decimal import Decimal
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from gateway.items.lists.cells import cell_of
from gateway.items.lists.charset import charset_of, known_charset
from gateway.items.lists.formats import lines, recognised
from gateway.items.lists.problems import BrokenFile, SeveralSheets, UnknownSheet
from gateway.items.problems import UnreadableFile
from tests.waiting import LONGEST_S

SIMPLIFIED = (
    "事项名称,实施编码\r\n内资企业及分支机构设立登记,0105632000\r\n城乡居民基本养老保险关系转移接续,A-2\r\n"
    * 3
)
TRADITIONAL = (
    "事項名稱,實施編碼\r\n內資企業及分支機構設立登記,0105632000\r\n城鄉居民基本養老保險關係轉移接續,A-2\r\n"
    * 3
)
ROWS = [("name", "code"), ("甲", "0105632000"), ("", ""), ("乙", "A-2")]


def read(path, **how) -> list[tuple[int, list[str]]]:
    return [(line.place, list(line.cells)) for line in lines(recognised(path, **how))]


def workbook(path, sheets):
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("text", "charset", "found"),
    [
        (SIMPLIFIED, "utf-8", "utf-8"),
        (SIMPLIFIED, "utf-8-sig", "utf-8-sig"),
        (SIMPLIFIED, "gb18030", "gb18030"),
        (SIMPLIFIED, "gbk", "gb18030"),
        (TRADITIONAL, "big5", "cp950"),
        (TRADITIONAL, "gb18030", "gb18030"),
        (SIMPLIFIED, "utf-16", "utf-16"),
        (SIMPLIFIED, "utf-16-le", "utf-16-le"),
        (SIMPLIFIED, "utf-16-be", "utf-16-be"),
        (SIMPLIFIED, "utf-32", "utf-32"),
        ("name,code\r\nx,1\r\n", "ascii", "utf-8"),
    ],
)
def test_the_charset_of_a_list_is_found_and_the_text_is_the_text(tmp_path, text, charset, found):
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode(charset))
    assert charset_of(path).name == found
    first = next(lines(recognised(path)))
    assert list(first.cells) == text.split("\r\n")[1].split(",")
    assert first.headings == tuple(text.split("\r\n")[0].split(","))


def test_an_empty_file_is_in_no_odd_charset(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(b"")
    assert recognised(path).charset == "utf-8" and list(lines(recognised(path))) == []


def test_bytes_in_no_charset_are_refused_and_one_that_is_named_is_taken_at_its_word(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(b"name,code\r\n\xff\xff\xff,1\r\n")
    with pytest.raises(UnreadableFile, match=r"list\.csv"):
        recognised(path)
    with pytest.raises(BrokenFile, match="row 1"):
        read(path, charset=known_charset("GBK"))
    with pytest.raises(LookupError):
        known_charset("klingon")


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_columns_are_separated_as_the_heading_is(tmp_path, separator):
    path = tmp_path / "list.tsv"
    path.write_text("\n".join(separator.join(row) for row in ROWS), encoding="utf-8")
    assert read(path)[0] == (2, ["甲", "0105632000"])


def test_a_workbook_keeps_text_and_says_what_came_as_a_number(tmp_path):
    path = workbook(
        tmp_path / "list.xlsx", {"事项": [["某县事项清单"], [], *ROWS, ["丙", 105632000], ["丁", 1.5]]}
    )
    found = list(lines(recognised(path)))
    assert found[0].headings == ("name", "code")
    assert [(line.place, list(line.cells)) for line in found] == [
        (4, ["甲", "0105632000"]), (5, []), (6, ["乙", "A-2"]), (7, ["丙", "105632000"]), (8, ["丁", "1.5"]),
    ]  # fmt: skip
    assert [dict(line.marks) for line in found[3:]] == [{1: "cell_number"}, {1: "cell_fraction"}]


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PARTS = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def shared(path, rows, texts):
    """A workbook as Excel and WPS write it: cells name texts by number; `texts` are the inner XML of each."""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PARTS}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/sheet.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        f'<Override PartName="/xl/texts.xml" ContentType="{_TYPE}.sharedStrings+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PARTS}/relationships">'
        f'<Relationship Id="a" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PARTS}/relationships">'
        f'<Relationship Id="b" Type="{_OFFICE}/worksheet" Target="sheet.xml"/>'
        f'<Relationship Id="c" Type="{_OFFICE}/sharedStrings" Target="texts.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="a" sheetId="1" r:id="b"/></sheets></workbook>',
        "xl/sheet.xml": f'<worksheet xmlns="{_MAIN}"><dimension ref="A1"/><sheetData>'
        + "".join(
            f'<row r="{number}">'
            + "".join(f'<c r="{"ABC"[at]}{number}" t="s"><v>{text}</v></c>' for at, text in enumerate(row))
            + "</row>"
            for number, row in enumerate(rows, 1)
        )
        + "</sheetData></worksheet>",
        "xl/texts.xml": f'<sst xmlns="{_MAIN}">{"".join(f"<si>{text}</si>" for text in texts)}</sst>',
    }
    with ZipFile(path, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return path


def test_a_workbook_that_is_wrong_about_its_extent_and_has_ruby_and_runs_is_read_whole(tmp_path):
    ruby = "<r><t>甲</t></r><r><t>字</t></r><rPh sb='0' eb='1'><t>jia</t></rPh>"
    texts = [f"<t>{text}</t>" for text in ("name", "code", "丙", "x")]
    path = shared(tmp_path / "list.xlsx", [(0, 1), (4, 3), (), (2,), (2, 3, 3)], [*texts, ruby])
    assert read(path) == [(2, ["甲字", "x"]), (3, []), (4, ["丙", ""]), (5, ["丙", "x"])]


def test_a_hidden_sheet_is_read_only_by_its_name(tmp_path):
    path = workbook(tmp_path / "list.xlsx", {"a": ROWS, "b": [("name", "code"), ("丙", "3")]})
    book = load_workbook(path)
    book["b"].sheet_state = "hidden"
    book.save(path)
    assert read(path)[0] == (2, ["甲", "0105632000"])
    assert read(path, sheet="b") == [(2, ["丙", "3"])]


_PEAK = """
import sys
from pathlib import Path
from gateway.items.lists.formats import lines, recognised
count = sum(1 for _ in lines(recognised(Path(sys.argv[1]))))
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(count, status["VmHWM"].split()[0])
"""


def test_a_workbook_of_any_length_is_read_in_bounded_memory(tmp_path):
    peaks = []
    for count in (1_000, 25_000):
        texts = ["name", "code", *(f"第{number}个模拟事项的名称" * 4 for number in range(2 * count))]
        rows = [(0, 1), *((2 * number + 2, 2 * number + 3) for number in range(count))]
        shared(tmp_path / f"{count}.xlsx", rows, [f"<t>{text}</t>" for text in texts])
        command = [sys.executable, "-c", _PEAK, str(tmp_path / f"{count}.xlsx")]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=LONGEST_S)
        rows, peak = map(int, done.stdout.split())
        assert rows == count
        peaks.append(peak)
    assert peaks[1] - peaks[0] < 12_000, (
        "KiB: the texts alone are 7 MB as they are written, twice that in memory"
    )


def test_of_several_sheets_one_is_named(tmp_path):
    path = workbook(tmp_path / "list.xlsx", {"a": ROWS, "b": [("name", "code"), ("丙", "3")]})
    with pytest.raises(SeveralSheets, match="a, b"):
        read(path)
    with pytest.raises(UnknownSheet, match="a, b"):
        read(path, sheet="c")
    assert read(path, sheet="b") == [(2, ["丙", "3"])]


OBJECTS = [{"name": "甲", "code": "0105632000"}, {"name": "乙", "code": 12, "more": ["1", "2"]}]


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("shape", [OBJECTS, {"code": 0, "data": {"total": 2, "list": OBJECTS}}])
def test_json_is_read_from_its_first_list_of_objects(tmp_path, shape, charset):
    path = tmp_path / "list.json"
    path.write_bytes(json.dumps(shape, ensure_ascii=False).encode(charset))
    first, second = lines(recognised(path))
    assert (first.place, first.headings, list(first.cells)) == (1, ("name", "code"), ["甲", "0105632000"])
    assert (list(second.cells), dict(second.marks)) == (["乙", "12", "1^2"], {1: "cell_number"})


def test_json_lines_keep_their_line_numbers(tmp_path):
    path = tmp_path / "list.jsonl"
    path.write_text("\n\n".join(json.dumps(each) for each in OBJECTS), encoding="utf-8")
    path.write_text(json.dumps(OBJECTS[0]) + "\n" + json.dumps(OBJECTS[1]) + "\n\n[]\n", encoding="utf-8")
    assert [(line.place, len(line.cells)) for line in lines(recognised(path))] == [
        (1, 2),
        (2, 3),
        (3, 0),
        (4, 1),
    ]


@pytest.mark.parametrize("text", ['[{"name": "x"}, {"na', "[1, 2, 3]", '{"a": {}}', '{"a": 1}\n{"b'])
def test_what_breaks_off_or_is_no_list_is_refused_with_its_row(tmp_path, text):
    path = tmp_path / "list.json"
    path.write_text(text)
    with pytest.raises(BrokenFile):
        read(path)


def test_a_workbook_that_is_none_is_refused(tmp_path):
    path = tmp_path / "list.xlsx"
    path.write_bytes(b"PK\x03\x04 and nothing else")
    with pytest.raises(BrokenFile):
        read(path)


@given(st.integers(-(10**40), 10**40))
def test_whole_numbers_keep_all_their_digits(number):
    assert cell_of(number) == (str(number), "cell_number")


@given(st.floats() | st.decimals())
def test_a_number_with_a_point_is_never_cut_silently(number):
    text, mark = cell_of(number)
    if mark == "cell_number":
        assert Decimal(text) == Decimal(number) and abs(int(text)) < 10**15


def test_digits_that_a_spreadsheet_was_kept_from_eating_are_text():
    assert cell_of('="0105632000"') == ("0105632000", "")
    assert cell_of({"a": 1}) == ("", "cell_nested")
