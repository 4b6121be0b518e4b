"""tongban mapping: the reference of words, and one file tried on a document outside of any release."""

import io
import json
import shutil
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gateway.cli.asking import Stop
from gateway.cli.mapping.group import mapping
from tests.cli.test_commands import run
from tests.installation import CHECKOUT, EXAMPLES

NAME = "汤念念"  # the applicant of the sample


class Told(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLES / "sim-gx", tmp_path / "sim-gx"))


def told(*arguments: str | Path) -> Told:
    """The command in this process: starting one for each question would take most of the time."""
    said, talked = io.StringIO(), io.StringIO()
    with redirect_stdout(said), redirect_stderr(talked):
        try:
            code = mapping.main([*map(str, arguments)], standalone_mode=False)
        except Stop as stop:
            code = stop.code
            talked.write(str(stop))
    return Told(code, said.getvalue(), talked.getvalue())


def tried(folder: Path, *more: str, given: str = "samples/case.json") -> Any:
    return told("run", folder / "case.submit.yaml", "--given", folder / given, *more)


def lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("day, said", [("2026-02-28", "granted"), ("2026-03-01", "refused")])
def test_an_answer_is_tried_as_of_the_day_on_which_its_case_was_received(folder, day, said):
    rows = "{ours: granted, theirs: '9', to: 2026-03-01}, {ours: refused, theirs: '9', from: 2026-03-01}"
    (folder / "tables" / "ended.yaml").write_text(f"table: ended\nrows: [{rows}]\n")
    (folder / "case.result.reply.yaml").write_text(
        "mapping: sim-gx/case.result.reply\nfrom: sim-gx/ended@1\nto: canonical/result@1\n"
        "fields: {state: 'zt | table_back(\"ended\")', at: sj}\n"
        "examples: [{given: {zt: '8', sj: '2026-03-02'}, refuse: ['state: not_in_table']}]\n"
    )
    answer = folder / "answer.json"
    answer.write_text('{"zt": "9", "sj": "2026-03-02T10:00:00+08:00"}')
    asked = ("run", folder / "case.result.reply.yaml", "--given", answer, "--json")
    found = told(*asked, "--as-of", day)
    assert (found.returncode, json.loads(found.stdout or "{}").get("state")) == (0, said), found
    (traced, *_) = lines(told(*asked, "--as-of", day, "--trace").stdout)
    assert traced["table_row"] == "sim-gx/tables/ended.yaml:2"
    (problem,) = lines(told(*asked).stdout)
    assert (problem["path"], problem["code"]) == ("state", "no_as_of")


def test_the_words_are_printed_as_the_documentation_has_them():
    done = run("mapping", "words")
    assert (done.returncode, done.stdout) == (0, (CHECKOUT / "docs" / "words.md").read_text("utf-8"))


def test_one_word_is_printed_and_a_slip_names_the_nearest():
    done = told("words", "yuan_to_fen")
    assert done.returncode == 0
    assert "### `yuan_to_fen`" in done.stdout and "元转分" in done.stdout
    slip = run("mapping", "words", "yuan_to_fem")
    assert (slip.returncode, slip.stdout) == (2, "")
    assert "did you mean 'yuan_to_fen'?" in slip.stderr


def test_a_mapping_makes_the_document_that_its_example_expects(folder):
    done = tried(folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["DATA"]["YWJL"]["SQRXM"] == NAME
    assert lines(tried(folder, "--json").stdout) == [json.loads(done.stdout)]


def test_a_trace_names_source_words_line_and_table_row_and_masks_values(folder):
    done = tried(folder, "--trace")
    assert done.returncode == 0
    assert NAME not in done.stdout and "341702202001052722" not in done.stdout
    assert (
        'DATA.YWJL.SQRXM = 汤** ← applicant.name ← strip | middle_dot | at_most_bytes(60, "gb2312")'
        " ← sim-gx/case.submit.yaml:30" in done.stdout
    )
    (id_type,) = [
        step for step in lines(tried(folder, "--trace", "--json").stdout) if "SQRZJLX" in step["target"]
    ]
    row = id_type.pop("table_row")
    assert id_type == {
        "target": "DATA.YWJL.SQRZJLX",
        "source": "applicant.id_type",
        "words": ['table("id_type")'],
        "file": "sim-gx/case.submit.yaml",
        "line": 31,
        "value": "***",
    }
    file, _, line = row.rpartition(":")
    assert "111" in (folder.parent / file).read_text("utf-8").splitlines()[int(line) - 1]


def test_values_are_shown_only_when_they_are_asked_for(folder):
    steps = lines(tried(folder, "--trace", "--values", "--json").stdout)
    assert NAME in [step["value"] for step in steps]
    masked = lines(tried(folder, "--trace", "--json").stdout)
    assert {step["value"] for step in masked if step["source"].startswith("=")} >= {"跨省通办"}
    assert [step["target"] for step in masked] == [step["target"] for step in steps]


def test_a_document_that_cannot_be_mapped_is_told_with_every_problem_and_no_value(folder):
    case = json.loads((folder / "samples/case.json").read_text("utf-8"))
    case["applicant"] |= {"name": "汤喆喆", "id_type": "999"}
    (folder / "bad.json").write_text(json.dumps(case), "utf-8")
    done = tried(folder, given="bad.json")
    assert done.returncode == 1
    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == [
        "DATA.YWJL.SQRXM",
        "DATA.YWJL.SQRZJLX",
    ]
    assert "汤喆喆" not in done.stdout
    first, second = lines(tried(folder, "--json", given="bad.json").stdout)
    assert (first["code"], first["word"], first["line"]) == ("not_writable", "at_most_bytes", 30)
    assert (second["code"], second["source"]) == ("not_in_table", "applicant.id_type")


def test_a_mistake_in_the_file_is_a_finding_and_one_in_another_file_is_not(folder):
    other = folder / "case.progress.yaml"
    other.write_text(other.read_text("utf-8").replace("fields:", "feilds:"), "utf-8")
    assert tried(folder).returncode == 0
    own = folder / "case.submit.yaml"
    own.write_text(own.read_text("utf-8").replace("| id_upper", "| id_uper", 1), "utf-8")
    done = tried(folder)
    assert done.returncode == 1
    assert done.stdout.startswith("sim-gx/case.submit.yaml:32:") and "did you mean 'id_upper'?" in done.stdout
    assert len(done.stdout.splitlines()) == 1
    assert lines(tried(folder, "--json").stdout)[0]["line"] == 32


def test_an_overlay_beside_the_file_is_used_for_its_items(folder):
    (folder / "case.submit@household.yaml").write_text(
        'mapping: sim-gx/case.submit@household\nitems: ["1145*"]\n'
        'fields: {DATA.YWJL.BZ: ="户籍"}\nexamples: []\n',
        "utf-8",
    )
    done = tried(folder, "--trace")
    assert 'DATA.YWJL.BZ = 户籍 ← ="户籍" ← sim-gx/case.submit@household.yaml:3' in done.stdout


@pytest.mark.parametrize(
    "name, text",
    [("broken.json", "{"), ("list.json", "[]"), ("latin.json", '"\xff"')],
    ids=["broken", "list", "text"],
)
def test_what_is_no_json_object_cannot_be_run(folder, name, text):
    (folder / name).write_text(text, "latin-1")
    done = tried(folder, given=name)
    assert (done.returncode, done.stdout) == (2, "")
    assert name in done.stderr


def test_a_file_that_is_no_mapping_cannot_be_run(folder):
    done = told("run", folder / "platform.yaml", "--given", folder / "samples/case.json")
    assert (done.returncode, done.stdout) == (2, "")
    assert "case.submit.yaml" in done.stderr
