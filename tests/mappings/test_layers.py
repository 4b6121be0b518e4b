"""Mappings upon mappings: what operations share, and what is otherwise for some items."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings import bundle
from mappings.examples import check_examples
from mappings.language import parse_expression
from mappings.layers import laid
from mappings.mapping import Mapping, compile_mapping
from mappings.overlays import may_meet
from mappings.problems import Unmappable, Unreadable
from mappings.source import read
from tests.mappings.cases import PROPERTY, a_case

HEAD = """mapping: p/_head
fields:
  head:
    fields:
      lx: applicant.id_type | table("id_type")
      sj: received_at
  ly: ="shared"
"""
SUBMIT = """mapping: p/case.submit
from: canonical/case@1
to: p/case@1
extends: _head
fields:
  xm: applicant.name
  cl:
    each: materials
    fields: {mc: .name}
  head.sj: received_at | time_as("%Y%m%d")
examples: []
"""
HOUSING = """mapping: p/case.submit@housing
items: ["1144010000748*"]
fields:
  xm: applicant.name | writable("gb2312")
  cl:
    fields: {ys: .count}
  fwdz: form.address
examples: []
"""
TABLE = 'table: id_type\nrows:\n  - {ours: "111", theirs: "10"}\n'
UNIT = "11440100007483172Q"
IMPLEMENTATION = f"{UNIT}3440106043001"


def a_platform(**changed: str) -> dict[str, str]:
    """Its files; `case_submit__housing` names case.submit@housing."""
    files = {"_head": HEAD, "case_submit": SUBMIT, "case_submit__housing": HOUSING, **changed}
    named = {
        name if name.startswith("_") else name.replace("__", "@").replace("_", "."): text
        for name, text in files.items()
        if text
    }
    return {"tables/id_type.yaml": TABLE, **{f"{name}.yaml": text for name, text in named.items()}}


def compiled(**changed: str) -> dict[str, Mapping]:
    mappings, _, findings = bundle.compile_platform("p", a_platform(**changed))
    assert [str(finding) for finding in findings] == []
    return mappings


def findings_of(**changed: str) -> list[str]:
    return [str(finding) for finding in bundle.compile_platform("p", a_platform(**changed))[2]]


def a_document(code: str = f"{UNIT}3440106043001", **more: Any) -> dict[str, Any]:
    there = {"implementation_code": code, "basic_code": code[19:31]}
    case = a_case()
    return {
        **case, "received_at": "2026-11-21T10:00:00+08:00", "item": {**case["item"], "there": there},
        "form": {"address": "某路一号"}, **more,
    }  # fmt: skip


def test_the_lower_fields_come_first_and_the_upper_ones_override_by_target() -> None:
    target = compiled(case_submit__housing="")["case.submit"](a_document())
    assert target == {
        "head": {"lx": "10", "sj": "20261121"},
        "ly": "shared",
        "xm": "张三",
        "cl": [{"mc": "申请表"}],
    }
    assert list(target) == ["head", "ly", "xm", "cl"]


def test_an_overlay_is_chosen_by_the_item_in_the_document_alone() -> None:
    mapping = compiled()["case.submit"]
    other = mapping(a_document("11310000MB2F30661Y2312003564000"))
    assert "fwdz" not in other and other["cl"] == [{"mc": "申请表"}]
    ours = mapping(a_document())
    assert ours["fwdz"] == "某路一号" and ours["cl"] == [{"mc": "申请表", "ys": "1"}]
    assert mapping.for_item(a_document()).name == "p/case.submit@housing"
    assert mapping.for_item({}).name == mapping.for_item({"item": "x"}).name == "p/case.submit"  # type: ignore[dict-item]


@pytest.mark.parametrize("kind", ["basic_code", "implementation_code", "handling_code", "local_code"])
def test_any_code_of_the_item_over_there_chooses(kind: str) -> None:
    mapping = compiled(case_submit__housing=HOUSING.replace("1144010000748*", "A-1"))["case.submit"]
    document = a_document(item={"there": {kind: "A-1"}})
    assert mapping.for_item(document).name == "p/case.submit@housing"
    assert mapping.for_item(a_document(item={"there": {kind: "A-12"}})).name == "p/case.submit"


def test_a_problem_names_the_file_and_line_that_wrote_the_field() -> None:
    mapping = compiled()["case.submit"]
    document = a_document()
    document["applicant"] |= {"id_type": "999", "name": "陶喆"}
    with pytest.raises(Unmappable) as refused:
        mapping(document)
    where = {one.path: (one.facts["file"], one.facts["line"]) for one in refused.value.problems}
    assert where == {"head.lx": ("p/_head.yaml", 5), "xm": ("p/case.submit@housing.yaml", 4)}


def test_a_trace_names_the_file_that_wrote_each_line() -> None:
    steps = {step.target: step for step in compiled()["case.submit"].trace(a_document())}
    assert {target: (step.file, step.line) for target, step in steps.items()} == {
        "head.lx": ("p/_head.yaml", 5),
        "head.sj": ("p/case.submit.yaml", 10),
        "ly": ("p/_head.yaml", 7),
        "xm": ("p/case.submit@housing.yaml", 4),
        "cl[0].mc": ("p/case.submit.yaml", 9),
        "cl[0].ys": ("p/case.submit@housing.yaml", 6),
        "fwdz": ("p/case.submit@housing.yaml", 7),
    }
    assert steps["head.lx"].table_row == "p/tables/id_type.yaml:3"


def test_a_finding_names_the_file_and_line_that_wrote_the_mistake() -> None:
    assert findings_of(_head=HEAD.replace('table("id_type")', "uper")) == [
        "p/_head.yaml:5:31: no word 'uper': did you mean 'upper'?"
    ]
    assert findings_of(case_submit__housing=HOUSING.replace("form.address", "applicant.nme")) == [
        "p/case.submit@housing.yaml:7:9: 'applicant.nme': there is no 'nme': did you mean 'name'?"
    ]


def test_the_digest_covers_every_file_and_table_that_is_used() -> None:
    known = {name: mapping.digest for name, mapping in compiled().items()}
    head = {name: one.digest for name, one in compiled(_head=HEAD.replace("shared", "other")).items()}
    assert all(head[name] != known[name] for name in known)
    overlay = compiled(case_submit__housing=HOUSING.replace("form.address", "note"))
    assert overlay["case.submit@housing"].digest != known["case.submit@housing"]
    assert overlay["case.submit"].digest != known["case.submit"]  # what it does for some item has changed
    alone = compiled(case_submit__housing="")["case.submit"]
    assert alone.digest not in known.values()
    assert alone.files == ("p/case.submit.yaml", "p/_head.yaml")


@pytest.mark.parametrize(
    "changed, finding",
    [
        ({"case_submit": SUBMIT.replace("_head", "_haed")},
         "p/case.submit.yaml:4:1: no mapping '_haed' to stand upon: did you mean '_head'?"),
        ({"_head": HEAD + "extends: _head\n"},
         "p/case.submit.yaml:4:1: '_head' stands upon itself: leave one 'extends' out"),
        ({"_head": HEAD + "extends: case.submit\n"},
         "p/case.submit.yaml:4:1: 'case.submit' stands upon itself: leave one 'extends' out"),
        ({"_head": HEAD + "extends: _b\n", "_b": "mapping: p/_b\nextends: _c\nfields: {x: note}\n",
          "_c": "mapping: p/_c\nfields: {y: note}\n"},
         "p/case.submit.yaml:4:1: a chain of more than 2 (case.submit -> _head -> _b -> _c): shorten it"),
        ({"case_submit": ""}, "p/case.submit@housing.yaml:1:1: no mapping 'case.submit' to stand upon"),
        ({"_idle": "mapping: p/_idle\nfields: {x: note}\n"},
         "p/_idle.yaml:1:1: no mapping extends this part: write 'extends: _idle' in a mapping"),
        ({"_head": HEAD + "examples: []\n"}, "p/_head.yaml:8:1: no key 'examples' in a part that others extend"),
        ({"case_submit__housing": HOUSING + "from: canonical/case@1\n"},
         "p/case.submit@housing.yaml:9:1: no key 'from' in an overlay"),
        ({"case_submit__housing": HOUSING.replace('["1144010000748*"]', "[]")},
         "p/case.submit@housing.yaml:2:1: no items"),
        ({"case_submit__housing": HOUSING.replace("748*", "*748")},
         "p/case.submit@housing.yaml:2:9: no code of an item"),
        ({"case_submit__other": HOUSING.replace("housing", "other").replace("748*", "7*")},
         "p/case.submit@other.yaml:2:9: '11440100007*' and '1144010000748*' of p/case.submit@housing.yaml"),
        ({"case_submit__other": HOUSING.replace("housing", "other").replace("1144010000748*", IMPLEMENTATION)},
         "p/case.submit@other.yaml:2:9: '11440100007483172Q3440106043001' and '1144010000748*' of "
         "p/case.submit@housing.yaml can be codes of one item: write codes so that only one overlay fits"),
        ({"case_submit": SUBMIT.replace("canonical/case@1", "canonical/day@1").replace("extends: _head", "")},
         "p/case.submit.yaml:"),
        ({"case_submit": SUBMIT.replace("fields:\n", "fields: x\n", 1).split("  xm")[0] + "examples: []\n"},
         "p/case.submit.yaml:5:1: no fields: write TARGET: SOURCE below it, or leave 'fields' out"),
    ],
)  # fmt: skip
def test_a_mistake_between_files_is_a_finding(changed: dict[str, str], finding: str) -> None:
    found = findings_of(**changed)
    assert any(one.startswith(finding) for one in found), found


def test_an_overlay_needs_a_mapping_that_reads_an_item() -> None:
    text = "mapping: p/case.list\nfrom: canonical/day@1\nto: p/l@1\nfields: {d: day}\nexamples: []\n"
    upper = 'mapping: p/case.list@x\nitems: ["1"]\nfields: {e: day}\nexamples: []\n'
    (one,) = findings_of(case_list=text, case_list__x=upper)
    assert one.startswith("p/case.list@x.yaml:1:1: 'canonical/day@1' names no item to choose an overlay by")


def test_an_answer_has_no_overlays() -> None:
    upper = 'mapping: p/case.submit.reply@x\nitems: ["1"]\nfields: {e: day}\nexamples: []\n'
    one, *_ = findings_of(case_submit_reply__x=upper)
    assert one.startswith("p/case.submit.reply@x.yaml:1:1: the file's name is no operation")


def test_two_overlays_that_turn_out_to_fit_one_item_refuse_it() -> None:
    """A unit's items and a basic code: nobody can tell without an item whether they meet."""
    other = HOUSING.replace("housing", "other").replace("1144010000748*", "440106043001")
    mapping = compiled(case_submit__other=other)["case.submit"]
    with pytest.raises(Unmappable) as refused:
        mapping(a_document())
    (problem,) = refused.value.problems
    assert (problem.path, problem.code) == ("item.there", "several_overlays")
    assert "p/case.submit@housing, p/case.submit@other" in problem.text()
    assert mapping(a_document(f"{UNIT}3440106043002"))["fwdz"] == "某路一号"


def test_an_example_of_an_overlay_names_one_of_its_items() -> None:
    given_document = json.dumps(a_document("11310000MB2F30661Y2312003564000"), ensure_ascii=False)
    examples = f"examples:\n  - given: {given_document}\n    refuse: [x]\n"
    overlay = compiled(case_submit__housing=HOUSING.replace("examples: []\n", examples))[
        "case.submit@housing"
    ]
    found = [str(finding) for finding in check_examples(overlay)]
    assert any("the item of this example is none of the overlay's items" in one for one in found)


CODES = st.sampled_from(
    [
        "11440100007483172Q3440106043001",
        "11440100007483172Q344010604300102",
        "440106043001",
        "440106043002",
        "A-1",
    ]
)
ITEMS = st.builds(
    lambda code, cut: code if cut is None else code[:cut] + "*", CODES, st.none() | st.integers(1, 33)
)


@PROPERTY
@given(ITEMS, ITEMS)
def test_two_patterns_that_choose_by_one_kind_of_code_are_seen_to_meet(one: str, other: str) -> None:
    def fits(item: str, code: str) -> bool:
        return code.startswith(item[:-1]) if item.endswith("*") else item == code

    assert may_meet(one, other) == may_meet(other, one)
    for code in (one.rstrip("*"), other.rstrip("*")):
        if fits(one, code) and fits(other, code):
            assert may_meet(one, other)


def test_a_basic_code_meets_the_implementation_codes_that_hold_it() -> None:
    implementation = "11440100007483172Q3440106043001"
    assert may_meet("440106043001", implementation)
    assert may_meet("440106*", implementation)
    assert may_meet("440106043001", "11440100007483172Q344010*")
    assert may_meet(implementation, implementation + "02")
    assert not may_meet("440106043002", implementation)
    assert not may_meet("440106043001", "11440100007483172Q35*")


NAMES = st.sampled_from(["a", "b", "a.b", "a.c", "b.a", "b.a.c", "c"])
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from(['="1"', '="2"', "x ?"]),
    lambda inner: st.fixed_dictionaries({"fields": st.dictionaries(NAMES, inner, min_size=1, max_size=3)}),
    max_leaves=5,
)
FIELDS = st.dictionaries(NAMES, VALUES, min_size=1, max_size=4)


def flat(fields: dict[str, Any], above: str = "") -> dict[str, str]:
    """target path -> expression."""
    found: dict[str, str] = {}
    for key, value in fields.items():
        found |= (
            {f"{above}{key}": value} if isinstance(value, str) else flat(value["fields"], f"{above}{key}.")
        )
    return found


def is_sound(fields: dict[str, Any]) -> bool:
    tree = {"mapping": "p/case.submit", "from": "p/a@1", "to": "p/b@1", "fields": fields, "examples": []}
    try:
        compile_mapping("p/case.submit.yaml", json.dumps(tree), {})
    except Unreadable:
        return False
    return True


@PROPERTY
@given(FIELDS, FIELDS)
def test_laying_one_over_another_overrides_by_target_whatever_the_nesting(
    lower: dict[str, Any], upper: dict[str, Any]
) -> None:
    if not (is_sound(lower) and is_sound(upper)):
        return
    sources = [
        read(f"p/{name}.yaml", json.dumps({"mapping": f"p/{name}", "fields": fields}))
        for name, fields in (("case.submit", upper), ("_low", lower))
    ]
    merged = laid(sources)
    above = flat(upper)
    kept = {
        path: text
        for path, text in flat(lower).items()
        if not any(f"{path}.".startswith(f"{one}.") or f"{one}.".startswith(f"{path}.") for one in above)
    }
    assert flat(merged.at(("fields",))) == kept | above
    assert is_sound(merged.at(("fields",)))
    for path, mark in merged.marks.items():
        value = merged.at(path)
        if path[:1] == ("fields",) and len(path) > 1 and isinstance(value, str):
            parse_expression(value)
            assert mark.file in ("p/case.submit.yaml", "p/_low.yaml")
