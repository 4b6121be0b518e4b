"""The joint test: agreed cases against a test address, a report of it, and nothing in the real installation."""

import asyncio
import json
import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from gateway.workbench.acceptance.cases import agreed_cases
from mappings.problems import Unreadable
from tests.fakes import fixtures
from tests.forked import python
from tests.installation import CHECKOUT, Installation
from tests.waiting import LONGEST_S
from tests.workbench.made import EXAMPLES, simulated

AGREED = """\
case: {title}
given: {{like: samples/agreed.json{change}}}
expect: {expect}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """sim-gx as a platform of this installation, with agreed cases."""
    folder = tmp_path / "platforms" / "sim-gx"
    shutil.copytree(EXAMPLES / "sim-gx", folder)
    (folder / "samples" / "agreed.json").write_text(
        json.dumps(fixtures.case("gx-person"), ensure_ascii=False)
    )
    (folder / "acceptance").mkdir()
    for name, title, change, expect in (
        ("01-taken", "正常受理", "", "delivered"),
        ("02-charset", "姓名含 GB2312 以外的字", ', set: {applicant.name: "汤喆"}', "unmappable"),
        ("03-no", "不符预期", ', set: {applicant.mobile: "19900000199"}', "refused"),
    ):
        (folder / "acceptance" / f"{name}.yaml").write_text(
            AGREED.format(title=title, change=change, expect=expect)
        )
    return folder


async def run(place: Installation, out: Path) -> subprocess.CompletedProcess[str]:
    command = [*python(), "-m", "gateway.cli", "platform", "acceptance", "sim-gx", "--conf", str(place.conf),
               "--out", str(out), "--as", "engineer1"]  # fmt: skip
    return await asyncio.to_thread(
        subprocess.run, command, cwd=CHECKOUT, capture_output=True, text=True, timeout=LONGEST_S, check=False
    )


async def test_every_agreed_case_stands_in_the_report_with_what_came_of_it(
    tmp_path: Path, folder: Path
) -> None:
    place = Installation(tmp_path, folders=(folder.parent,))
    place.write()
    async with simulated(folder) as address:
        test = f"test: {{address: {address}, secrets: {{licence: {{file: licence}}}}}}\n"
        written = f"platform: sim-gx\naddress: http://127.0.0.1:9\n{test}"
        (place.conf / "platforms" / "sim-gx.yaml").write_text(written)
        done = await run(place, tmp_path / "reports")
    assert done.returncode == 1, done.stderr
    assert "2/3 通过" in done.stderr
    html, xlsx = map(Path, done.stdout.split())
    page = html.read_text("utf-8")
    for text in (
        "正常受理",
        "姓名含 GB2312 以外的字",
        "unmappable",
        "delivered",
        "engineer1",
        "Their side",
        "均为测试用例",
    ):
        assert text in page
    book = openpyxl.load_workbook(BytesIO(xlsx.read_bytes()))
    verdicts = [row[4].value for row in book["用例 Cases"].iter_rows(min_row=2)]
    assert verdicts == ["通过 passed", "通过 passed", "不符 failed"]
    cells = [cell for row in book["用例 Cases"].iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    person = fixtures.case("gx-person")["applicant"]
    assert not any(person[field] in page for field in ("name", "id_number", "mobile"))
    assert not place.database.exists(), "the real installation was not touched"


async def test_without_a_test_address_nothing_is_sent(tmp_path: Path, folder: Path) -> None:
    place = Installation(tmp_path, folders=(folder.parent,))
    place.write()
    (place.conf / "platforms" / "sim-gx.yaml").write_text("platform: sim-gx\naddress: http://127.0.0.1:9\n")
    done = await run(place, tmp_path)
    assert done.returncode == 2
    assert "has no test address" in done.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("case: a\n", "no 'given'"),
        ("case: a\ngiven: {like: samples/none.json}\nexpect: delivered\n", "no file 'samples/none.json'"),
        ("case: a\ngiven: {}\nexpect: deliverd\n", "did you mean 'delivered'?"),
        ("case: a\ngiven: {}\nexpects: delivered\n", "did you mean 'expect'?"),
        ("- a\n", "a test case is a map"),
    ],
)
def test_a_mistake_in_an_agreed_case_is_told_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "acceptance").mkdir()
    (tmp_path / "acceptance" / "01.yaml").write_text(text)
    with pytest.raises(Unreadable, match=said.replace("?", r"\?")):
        agreed_cases(tmp_path, {}, frozenset({"unmappable"}))


def test_a_platform_without_agreed_cases_says_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="no agreed test case"):
        agreed_cases(tmp_path, {}, frozenset())


async def test_the_drafted_sample_is_an_agreed_case_where_no_list_of_items_was_imported(
    tmp_path: Path, folder: Path
) -> None:
    for path in (folder / "acceptance").iterdir():
        path.unlink()
    for name, change, expect in (
        ("01", "", "delivered"),
        ("02", ", drop: [purpose, applicant.name]", "held"),
    ):
        written = f"case: 样例\ngiven: {{like: samples/case.json{change}}}\nexpect: {expect}\n"
        (folder / "acceptance" / f"{name}.yaml").write_text(written)
    place = Installation(tmp_path, folders=(folder.parent,))
    place.write()
    conf = place.conf / "gateway.yaml"
    conf.write_text("".join(f"{line}\n" for line in conf.read_text().splitlines() if "catalogue" not in line))
    async with simulated(folder) as address:
        test = f"test: {{address: {address}, secrets: {{licence: {{file: licence}}}}}}\n"
        (place.conf / "platforms" / "sim-gx.yaml").write_text(
            f"platform: sim-gx\naddress: http://127.0.0.1:9\n{test}"
        )
        done = await run(place, tmp_path / "reports")
    assert "1/2 通过" in done.stderr, done.stderr
    assert "/applicant/name: 缺少此项 / is missing" in done.stderr, "why the second was refused here"
