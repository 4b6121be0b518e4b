"""The far sides of fronts are strict, count by themselves, and show a double."""

import hashlib
from pathlib import Path

import pytest

from tests.fakes.fronts import Files, Tables, address_of

ROW = {
    "project_no": "44028120261120000001", "catalog_code": "002014007000",
    "task_code": "11440281007340216W4002014007000", "task_name": "失业登记", "task_version": "5",
    "project_type": "1", "apply_type": "2", "apply_date": "2026-11-20 09:30:00", "applyer_name": "温若岚",
    "applyer_type": "1", "applyer_page_type": "111", "applyer_page_code": "34170219880315123X",
    "org_code": "11341702MB1A023179", "org_name": "模拟贵池区政务服务中心", "cd_operation": "I",
    "cd_time": "2026-11-20 09:31:00", "cd_status": "0",
}  # fmt: skip
CASE = (
    '<?xml version="1.0" encoding="gb18030"?><PACKAGE><GLBH>44028220261120000001</GLBH>'
    "<SXDM>11440282007341120B4002014007000</SXDM><SQRXM>温若岚</SQRXM><SQRZJLX>111</SQRZJLX>"
    "<SQRZJHM>34170219880315123X</SQRZJHM></PACKAGE>"
)


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    far = Tables(address_of("sim-table", tmp_path))
    far.make()
    return far


@pytest.fixture
def files(tmp_path: Path) -> Files:
    far = Files(address_of("sim-folder", tmp_path))
    far.make()
    return far


def insert(far: Tables, **changes: str) -> str:
    """Put a row there; what became of it."""
    row = {**ROW, **changes}
    far.ask(f"insert into pro_accept ({', '.join(row)}) values ({', '.join('?' * len(row))})", *row.values())
    far.look()
    [(status, state)] = far.ask(
        "select cd_status, fb_state from pro_accept where project_no = ?", row["project_no"]
    )
    return f"{status} {state}"


@pytest.mark.parametrize(
    ("changes", "became"),
    [
        ({}, "1 01"),
        ({"applyer_page_code": "341702198803151231"}, "9 05"),
        ({"applyer_name": "温?岚?"}, "9 05"),
        ({"task_code": "11440281007340216X4002014007000"}, "9 05"),
        ({"apply_date": "2099-01-01 00:00:00"}, "9 05"),
        ({"cd_operation": "U"}, "9 05"),
    ],
)
def test_a_row_is_taken_or_turned_down_for_what_it_says(
    tables: Tables, changes: dict[str, str], became: str
) -> None:
    assert insert(tables, **changes) == became


def test_a_file_that_is_not_what_its_digest_says_is_turned_down(tables: Tables) -> None:
    tables.ask(
        "insert into pro_material values (?, 1, 'M01', '身份证', '0', 1, 'a.jpg', ?, ?)",
        ROW["project_no"], hashlib.sha256(b"other").hexdigest(), b"content",
    )  # fmt: skip
    assert insert(tables) == "9 05"


def test_a_row_that_comes_twice_is_there_twice(tables: Tables) -> None:
    insert(tables)
    tables.ask("insert into pro_accept select * from pro_accept")
    assert tables.cases() == [{"number": ROW["project_no"], "times": 2}]


def drop(far: Files, text: str, *, digest: str = "", marker: bool = True) -> None:
    content = text.encode("gb18030")
    file = far.share / "out" / "YW01_44028220261120000001.xml"
    file.write_bytes(content)
    file.with_name(file.name + ".md5").write_text(digest or hashlib.md5(content).hexdigest())
    if marker:
        file.with_name(file.name + ".ok").touch()
    far.look()


def answers(far: Files) -> list[str]:
    texts = [each.read_bytes().decode("gb18030") for each in sorted((far.share / "in").glob("*.xml"))]
    return [text.split("<ZTDM>")[1][:2] for text in texts]


@pytest.mark.parametrize(
    ("text", "digest", "said"),
    [
        (CASE, "", ["01"]),
        (CASE, "0" * 32, ["05"]),
        (CASE.replace("000001</GLBH>", "000002</GLBH>"), "", ["05"]),
        (CASE.replace("123X", "1231"), "", ["05"]),
        (CASE.replace('encoding="gb18030"', 'encoding="utf-8"'), "", ["05"]),
    ],
)
def test_a_package_is_taken_or_turned_down_for_what_it_says(
    files: Files, text: str, digest: str, said: list[str]
) -> None:
    drop(files, text, digest=digest)
    assert answers(files) == said
    assert [each.name for each in (files.share / "out/done").iterdir()] == ["YW01_44028220261120000001.xml"]


def test_a_package_without_its_marker_is_not_taken(files: Files) -> None:
    drop(files, CASE, marker=False)
    assert (answers(files), files.numbers()) == ([], [])


def test_a_package_that_comes_twice_is_there_twice(files: Files) -> None:
    drop(files, CASE)
    drop(files, CASE)
    assert files.cases() == [{"number": "44028220261120000001", "times": 2}]
    assert files.persons() == ["34170219880315123X"] * 2
