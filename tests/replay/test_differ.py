"""Two mappings of one document held against each other: what one makes of it and the other does not."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.releases.meant import compiled
from gateway.replay.differ import Side, compare
from gateway.replay.made import made, run
from gateway.replay.trees import flat, pattern, targets
from mappings.mapping import Mapping

HEAD = "mapping: p/case.submit\nfrom: canonical/case@1\nto: p/case@1\nfields:\n"
TABLE = 'table: t\nrows: [{ours: person, theirs: "1"}, {ours: organization, theirs: "2"}]\n'
DOCUMENT = {
    "applicant": {"kind": "person", "name": "张三", "mobile": ""},
    "materials": [
        {"code": "M1", "count": 1, "files": [{"name": "甲.pdf"}, {"name": "乙.pdf"}]},
        {"code": "M2", "count": 2, "files": []},
    ],
}


def mapping(*lines: str, table: str = TABLE) -> Mapping:
    text = HEAD + "".join(f"  {line}\n" for line in lines) + "examples: []\n"
    return compiled({"p/platform.yaml": "", "p/case.submit.yaml": text, "p/tables/t.yaml": table})["p"][
        "case.submit"
    ]


def told(old: Mapping, new: Mapping) -> list[tuple[str, str, str]]:
    return [(each.kind, each.path, each.code) for each in compare(Side(old), Side(new), DOCUMENT)]


NAME = mapping("xm: applicant.name")
LIST = mapping("cl: {each: materials, fields: {bm: .code}}")


@pytest.mark.parametrize(
    ("old", "new", "differences"),
    [
        (NAME, NAME, []),
        (NAME, mapping("xm: applicant.name | strip"), []),  # another text that makes the same
        (NAME, mapping('xm: applicant.name | prefix("x")'), [("changed", "xm", "")]),
        (NAME, mapping("xm: applicant.name", 'ly: ="a"'), [("added", "ly", "")]),
        (NAME, mapping("m: applicant.name"), [("gone", "xm", ""), ("added", "m", "")]),
        (NAME, mapping("xm: applicant.name", "sj: applicant.mobile ?"), []),
        (NAME, mapping("xm: applicant.mobile"), [("refused", "xm", "absent")]),
        (mapping("xm: applicant.mobile"), NAME, [("accepted", "xm", "absent")]),
        (mapping("xm: applicant.mobile"), mapping("xm: agent.name"), []),  # both refuse the same
        (NAME, mapping("xm: {when: agent, take: applicant.name}"), [("gone", "xm", "")]),
        (LIST, mapping("cl: {each: materials, fields: {bm: .code | lower}}"), [("changed", "cl[].bm", "")] * 2),
        (LIST, mapping('cl: {each: materials, when: not .code = "M2", fields: {bm: .code}}'),
         [("gone", "cl[].bm", "")]),
        (LIST, mapping("cl: {each: materials.files, fields: {bm: ..code}}"), [("changed", "cl[].bm", "")]),
        (LIST, mapping("cl: {each: materials, take: .code}"),
         [("gone", "cl[].bm", "")] * 2 + [("added", "cl[]", "")] * 2),
        (mapping("cl: {each: numbers, fields: {bm: .number}}"), NAME, [("gone", "cl", ""), ("added", "xm", "")]),
        (mapping("n: {each: materials, take: .count}"), mapping("n: {each: materials, take: .count | integer}"),
         [("changed", "n[]", "")] * 2),  # "1" is not 1
    ],
)  # fmt: skip
def test_what_differs_is_told_by_its_path_and_kind(old, new, differences):
    assert told(old, new) == differences


def test_where_a_value_came_from_is_found_out_for_those_who_ask():
    old, new = Side(NAME), Side(mapping('xm: applicant.name | suffix("x")', 'ly: ="a"'))
    asked = compare(old, new, DOCUMENT)
    assert [bool(each.old and each.new) for each in asked] == [True, False]
    assert asked[1].new and asked[1].new.value == "a"
    unasked = compare(old, new, DOCUMENT, wanted=lambda difference: False)
    assert [(each.kind, each.path) for each in unasked] == [(each.kind, each.path) for each in asked]
    assert not any(each.old or each.new for each in unasked)


def test_a_row_of_a_table_makes_a_difference_where_it_is_used():
    old = mapping('k: applicant.kind | table("t")')
    assert told(old, mapping('k: applicant.kind | table("t")', table=TABLE.replace('"1"', '"9"'))) == [
        ("changed", "k", "")
    ]
    assert told(old, mapping('k: applicant.kind | table("t")', table=TABLE.replace('"2"', '"9"'))) == []


def test_every_value_has_its_source_and_line_and_whether_it_tells_of_somebody():
    one = mapping("xm: applicant.name", 'k: applicant.kind | table("t")', 'bz: note ? "无"', 'ly: ="a"')
    found = made(one, DOCUMENT, run(one, DOCUMENT)[0])
    assert {target: each.is_plain for target, each in found.items()} == {
        "xm": False, "k": True, "bz": True, "ly": True,
    }  # fmt: skip
    assert [each.step.line for each in found.values() if each.step] == [5, 6, 7, 8]
    assert found["k"].step and found["k"].step.table_row == "p/tables/t.yaml:2"


TREES = st.recursive(
    st.text(max_size=3) | st.integers() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
)


@given(st.dictionaries(st.sampled_from("abc"), TREES), st.dictionaries(st.sampled_from("abc"), TREES))
def test_trees_are_equal_exactly_if_their_values_are(one, other):
    nothing = frozenset[str]()
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    written = [json.dumps(flat(tree, nothing), sort_keys=True) for tree in (one, other)]
    assert (written[0] == written[1]) is same


def test_a_value_that_is_an_object_is_not_taken_apart():
    one = mapping("nr: {each: materials.files, take: .name}")
    assert targets(one) == {"nr[]"}
    assert flat({"nr": [{"a": {"b": 1}}]}, targets(one)) == {"nr[0]": {"a": {"b": 1}}}
    assert pattern("a[0].b[12].c") == "a[].b[].c"
