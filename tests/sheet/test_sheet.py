"""The sheet that both sides sign: every field of every mapping, read back from the workbook as people see it."""

import io
import json
import re
import subprocess
import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook

from gateway.releases.compiled import gather
from gateway.releases.meant import Meant, compiled
from gateway.sheet.book import workbook
from gateway.sheet.sheet import NoSuchPlatform, Sheet, sheet
from gateway.store.releases import Activation
from mappings import bundle
from mappings.plan import Field, Node
from mappings.words.chinese import WORDS
from tests.faults.places import Place
from tests.forked import python
from tests.installation import CHECKOUT, EXAMPLES

GOLDEN = CHECKOUT / "tests" / "golden" / "sheet" / "sim-sheet.json"
AT_MS = 1_795_145_460_000  # 2026-11-20 in China
FILES = {
    "sim-sheet/platform.yaml": "platform: sim-sheet\ntitle: =HYPERLINK(\"http://evil.example\")\n",
    "sim-sheet/case.submit.yaml": """\
mapping: sim-sheet/case.submit
title: "@办件报送"
from: canonical/case@1
to: sim-sheet/case@1
fields:
  "=xm": applicant.name | strip | at_most(50)
  zjlx: applicant.id_type | table("id_type")
  sjh: applicant.mobile ?
  bz: note ? "-无"
  ly: ="=1+1"
  dlr:
    when: not mode in ("joint")
    fields:
      xm: {when: agent, take: agent.name}
  cl:
    each: materials.files
    when: not ..form = "paper"
    fields: {xh: .@position, mc: ..name, wjm: .name | extension}
  nr: {each: materials, take: .code}
examples: []
""",
    "sim-sheet/case.progress.reply.yaml": """\
mapping: sim-sheet/case.progress.reply
from: sim-sheet/answer@1
to: canonical/progress@1
fields:
  state: body.zt | table_back("a_table_of_a_name_that_no_worksheet_may_have")
  events: {each: body.hj, fields: {at: '.sj | time_from("%Y%m%d")', step: .mc ?}}
examples: []
""",
    "sim-sheet/tables/id_type.yaml": """\
table: id_type
title: 证件类型
source: +附录 A
rows:
  - {ours: "111", theirs: "10", note: "=cmd|'/c calc'!A1"}
  - {ours: "553", theirs: "20", to: 2023-12-01}
  - {ours: "553", theirs: "21", from: 2023-12-01}
""",
    "sim-sheet/tables/a_table_of_a_name_that_no_worksheet_may_have.yaml": """\
table: a_table_of_a_name_that_no_worksheet_may_have
rows: [{ours: accepted, theirs: "#N/A"}]
""",
}  # fmt: skip


def made() -> Sheet:
    digest = bundle.digest(FILES)
    return sheet(Meant(digest, Activation("li.w", AT_MS), FILES, compiled(FILES)), "sim-sheet", AT_MS)


def cells(content: bytes) -> dict[str, list[list[str]]]:
    """worksheet -> rows of what stands in them"""
    book = load_workbook(io.BytesIO(content))
    return {
        page.title: [
            ["" if text is None else text for text in row] for row in page.iter_rows(values_only=True)
        ]
        for page in book
    }


def explained(line: str) -> str:
    """A word as it is written, if what stands behind it is its manual, which may be improved."""
    written, _, said = line.partition(": ")
    assert said.startswith(WORDS[written.partition("(")[0]])
    return written


def test_the_sheet_reads_back_as_it_was_agreed():
    found = cells(workbook(made()))
    for stem in ("case.submit", "case.progress.reply"):
        place = found[stem][2].index("处理 words")
        for row in found[stem][3:]:
            row[place] = "\n".join(explained(line) for line in row[place].splitlines())
    assert found == json.loads(GOLDEN.read_text("utf-8"))


def test_a_word_is_explained_by_its_first_sentence_with_the_arguments_in_it():
    (name, *_) = [line for each in made().operations for line in each.lines if line.target == "=xm"]
    assert name.words[1] == f"at_most(50): {WORDS['at_most']}。 Refused if it has more than 50 characters."


def test_no_cell_is_a_formula_a_number_or_an_error_whatever_it_begins_with():
    content = workbook(made())
    pages = zipfile.ZipFile(io.BytesIO(content))
    written = "".join(pages.read(name).decode() for name in pages.namelist() if "/worksheets/" in name)
    assert "<f>" not in written
    assert set(re.findall(r'<c [^>]*t="(\w+)"', written)) == {"inlineStr"}
    book = load_workbook(io.BytesIO(content))
    dangerous = [
        cell for page in book for row in page.iter_rows() for cell in row
        if str(cell.value or "").startswith(("=", "+", "-", "@"))
    ]  # fmt: skip
    assert len(dangerous) == 12
    assert all(cell.quotePrefix and cell.data_type == "s" for cell in dangerous)


@pytest.mark.parametrize("platform", ["sim-gd", "sim-gx"])
def test_no_field_of_a_platform_is_left_out(platform):
    files = gather([EXAMPLES])
    release = Meant(bundle.digest(files), None, files, compiled(files))
    found = sheet(release, platform, AT_MS)
    for operation in found.operations:
        plan = release.platforms[platform][operation.stem].plan
        assert [line.target for line in operation.lines] == list(fields(plan.nodes))
        assert all(line.source or line.constant for line in operation.lines)
        canonical = [line for line in operation.lines if not line.constant and "position" not in line.source]
        assert all(line.title for line in canonical)
    assert {each.name for each in found.codes} == {
        name for mapping in release.platforms[platform].values() for name in mapping.plan.tables
    }


def fields(nodes: tuple[Node, ...]):
    for node in nodes:
        if isinstance(node, Field):
            yield node.site.target.replace("{}", "")
        else:
            yield from fields((node.take,) if node.take else node.body)


def test_a_platform_that_is_not_declared_is_told_with_the_nearest_name():
    with pytest.raises(NoSuchPlatform, match="did you mean 'sim-gd'"):
        files = gather([EXAMPLES])
        sheet(Meant("", None, files, compiled(files, "sim-gdd")), "sim-gdd", AT_MS)


def run(place: Place, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [*python(), "-m", "gateway.cli", "mapping", "sheet", *arguments, "--conf", place.conf]
    return subprocess.run(list(map(str, command)), cwd=CHECKOUT, capture_output=True, text=True, check=False)


def test_the_command_writes_the_workbook_of_the_files_and_tells_a_machine_the_same(tmp_path: Path):
    place = Place(tmp_path)
    place.write()
    file = tmp_path / "out.xlsx"
    ran = run(place, "sim-gd", "--release", "files", "--xlsx", file, "--json")
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    pages = cells(file.read_bytes())
    assert pages["封面 cover"][0][1] == "模拟岭南省政务服务平台 sim-gd"
    assert pages["封面 cover"][1][1] == told["release"]
    targets = [
        line["target"]
        for each in told["operations"]
        if each["stem"] == "case.submit"
        for line in each["lines"]
    ]
    assert [row[1] for row in pages["case.submit"][3:]] == targets
    for wrong in (["sim-gd", "--xlsx", file], ["sim-gdd", "--release", "files", "--json"], ["sim-gd"]):
        assert run(place, *wrong).returncode == 2  # nothing is in force; no such platform; nowhere to write
