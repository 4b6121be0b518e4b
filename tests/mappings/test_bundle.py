"""A bundle holds every declared text, whatever the machine; its digest is that of the content alone."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings import bundle
from mappings.problems import Unreadable
from tests.mappings.cases import PROPERTY

MAPPING = """mapping: {name}/case.submit
from: canonical/case@1
to: {name}/case@1
fields: {{t: applicant.id_type | table("id_type")}}
examples: []
"""
TABLE = 'table: id_type\nrows: [{ours: "111", theirs: "10"}]\n'


def a_platform(root: Path, name: str) -> Path:
    folder = root / name
    for path, text in {
        "platform.yaml": f"platform: {name}\n",
        "case.submit.yaml": MAPPING.format(name=name),
        "tables/id_type.yaml": TABLE,
        "contract/service.wsdl": "<definitions/>",
        "contract/schemas/types.xsd": "<schema/>",
        "samples/case.json": "{}",
        "README.md": "left out",
        ".hidden.yaml": "left: out",
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    return folder


def test_a_platform_folder_is_gathered_by_its_name(tmp_path: Path) -> None:
    a_platform(tmp_path, "east")
    (tmp_path / "notes").mkdir()
    files = bundle.gather([tmp_path])
    assert [name for name in files if name.startswith("east/")] == [
        "east/case.submit.yaml",
        "east/contract/schemas/types.xsd",
        "east/contract/service.wsdl",
        "east/platform.yaml",
        "east/samples/case.json",
        "east/tables/id_type.yaml",
    ]
    assert {name for name in files if not name.startswith("east/")} == {
        "canonical/answered.json",
        "canonical/case.json",
        "canonical/correction.in.json",
        "canonical/correction.json",
        "canonical/day.json",
        "canonical/exchange.json",
        "canonical/guide.json",
        "canonical/joint.json",
        "canonical/list.json",
        "canonical/notice.json",
        "canonical/parcel.in.json",
        "canonical/parcel.json",
        "canonical/progress.json",
        "canonical/question.json",
        "canonical/redeemed.json",
        "canonical/redemption.json",
        "canonical/reply.json",
        "canonical/result.json",
        "canonical/service.json",
        "canonical/supplement.in.json",
        "canonical/supplement.json",
        "canonical/ticket.json",
        "canonical/visit.json",
        "canonical/visitor.json",
        "canonical/withdrawal.in.json",
        "canonical/withdrawal.json",
    }


def test_a_root_may_be_the_platform_folder_itself(tmp_path: Path) -> None:
    folder = a_platform(tmp_path, "east")
    assert bundle.gather([folder]) == bundle.gather([tmp_path]) == bundle.gather([tmp_path, folder])


def test_two_folders_of_one_name_are_refused(tmp_path: Path) -> None:
    a_platform(tmp_path / "a", "east")
    a_platform(tmp_path / "b", "east")
    with pytest.raises(Unreadable, match=r"east/platform\.yaml:1:1: another platform folder has this name"):
        bundle.gather([tmp_path / "a", tmp_path / "b"])


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (a_platform(tmp_path, "east") / "samples/old.xml").write_bytes("申请".encode("gbk"))
    with pytest.raises(Unreadable, match=r"east/samples/old\.xml:1:1: not UTF-8 \(byte 1\)"):
        bundle.gather([tmp_path])


def test_a_platform_compiles_from_the_bundle_and_from_its_own_files(tmp_path: Path) -> None:
    a_platform(tmp_path, "east")
    files = bundle.gather([tmp_path])
    own = {name.removeprefix("east/"): text for name, text in files.items() if name.startswith("east/")}
    for given_files in (files, own):
        mappings, tables, findings = bundle.compile_platform("east", given_files)
        assert (list(mappings), list(tables), findings) == (["case.submit"], ["id_type"], [])
        assert mappings["case.submit"]({"applicant": {"id_type": "111"}}) == {"t": "10"}
        assert mappings["case.submit"].file == "east/case.submit.yaml"


def test_the_findings_of_all_files_come_together(tmp_path: Path) -> None:
    folder = a_platform(tmp_path, "east")
    (folder / "tables/sex.yaml").write_text("table: sxe\nrows: []\n", "utf-8")
    (folder / "case.withdraw.yaml").write_text("a: ]", "utf-8")
    mappings, tables, findings = bundle.compile_platform("east", bundle.gather([tmp_path]))
    assert (list(mappings), list(tables)) == (["case.submit"], ["id_type"])
    assert [(one.file, one.line) for one in findings] == [
        ("east/tables/sex.yaml", 1),
        ("east/tables/sex.yaml", 2),
        ("east/case.withdraw.yaml", 1),
    ]


def test_the_digest_keeps_names_and_texts_apart() -> None:
    assert bundle.digest({"a": "ba"}) != bundle.digest({"ab": "a"})
    assert bundle.digest({"a": "b", "c": "d"}) != bundle.digest({"a": "bcd"})


FILES = st.dictionaries(st.text("ab/", min_size=1, max_size=3), st.text("ab", max_size=3), max_size=4)


@PROPERTY
@given(FILES, FILES)
def test_two_bundles_have_one_digest_only_if_they_are_the_same(
    one: dict[str, str], other: dict[str, str]
) -> None:
    assert (bundle.digest(one) == bundle.digest(other)) == (one == other)
    assert bundle.digest(dict(reversed(one.items()))) == bundle.digest(one)
    assert bundle.digest(one).startswith("sha256:")
