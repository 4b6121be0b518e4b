"""Examples in a mapping file are its tests: they run, at least one refuses, and each mistake is a finding."""

import json

import pytest

from mappings.examples import check_examples
from mappings.mapping import compile_mapping
from mappings.tables import compile_table

HEAD = (
    "mapping: p/case.submit\nfrom: p/a@1\nto: p/b@1\nfields:\n"
    '  n: name | at_most(3)\n  t: id_type | table("id_type")\n  c: count ? | integer\nexamples:\n'
)
TABLES = {
    "id_type": compile_table("p/tables/id_type.yaml", 'table: id_type\nrows: [{ours: "111", theirs: "10"}]')
}
FOLDER = {
    "samples/case.json": json.dumps({"name": "甲", "id_type": "111", "list": [{"a": 1}], "count": 2}),
    "samples/broken.json": "{",
}
GOOD = '  - given: {like: samples/case.json}\n    expect: {n: 甲, t: "10", c: 2}\n'
REFUSING = (
    '  - given: {like: samples/case.json, set: {id_type: "9"}}\n'
    '    refuse: ["t: the code is not in table id_type"]\n'
)


def findings(examples: str) -> list[str]:
    mapping = compile_mapping("p/case.submit.yaml", HEAD + examples, TABLES, FOLDER)
    return [str(one).removeprefix("p/case.submit.yaml:") for one in check_examples(mapping)]


def test_examples_that_hold_give_no_findings() -> None:
    assert findings(GOOD + REFUSING) == []


@pytest.mark.parametrize(
    "refusal",
    [
        '"t: not_in_table"',
        '"t: not in table"',
        '"t: 代码不在代码表 id_type 中"',
        '"t: the code is not in table id_type"',
    ],
)
def test_a_refusal_is_named_by_its_code_or_by_a_part_of_its_text(refusal: str) -> None:
    assert findings(REFUSING.replace('"t: the code is not in table id_type"', refusal)) == []


@pytest.mark.parametrize(
    "example, expected",
    [
        ("  - given: {name: 甲, id_type: '111'}\n    expect: {n: 乙, t: '10'}\n",
         ["10:5: 'n' is \"甲\", expected \"乙\": write \"甲\""]),
        ("  - given: {name: 甲, id_type: '111'}\n    expect: {n: 甲, t: 10}\n",
         ["10:5: 't' is \"10\", expected 10: write \"10\""]),
        ("  - given: {name: 甲, id_type: '111'}\n    expect: {n: 甲, t: '10', x: y}\n",
         ["10:5: 'x' is expected and not there: remove it, or feed it"]),
        ("  - given: {name: 甲, id_type: '111'}\n    expect: {n: 甲}\n",
         ['10:5: \'t\' is there and not expected: add t: "10"']),
        ("  - given: {name: 甲, id_type: '111', count: 1}\n    expect: {n: 甲, t: '10', c: true}\n",
         ["10:5: 'c' is 1, expected true: write 1"]),
        ("  - given: {name: 甲, id_type: '9'}\n    expect: {n: 甲}\n",
         ["9:5: the example is refused (t: the code is not in table id_type): feed the field, or write refuse:"]),
        ("  - given: {name: 甲, id_type: '111'}\n    refuse: ['t: absent']\n",
         ["10:5: the example is not refused: mend it, or write expect:"]),
        ("  - given: {name: 甲乙丙丁, id_type: '9'}\n    refuse: ['t: not_in_table']\n",
         ['10:5: refused as well: n: add "n: longer than 3 characters (has 4)"']),
        ("  - given: {name: 甲, id_type: '9'}\n    refuse: ['t: not_in_table', 'n: absent']\n",
         ["10:33: nothing is refused as 'n: absent': \"t: the code is not in table id_type\""]),
        ("  - given: {name: 甲}\n", ["9:5: an example needs given and expect or refuse: write given: and expect:"]),
        ("  - given: {like: samples/cas.json}\n    expect: {}\n",
         ["9:13: no file 'samples/cas.json' in the platform's folder: did you mean 'samples/case.json'?"]),
        ("  - given: {like: samples/case.json}\n    expect: {like: samples/expect-a.json}\n",
         ["10:14: no file 'samples/expect-a.json' in the platform's folder: write it by: tongban mapping run "
          "case.submit.yaml --given samples/case.json > samples/expect-a.json"]),
        ("  - given: {like: samples/case.json, drop: [nmae]}\n    expect: {}\n",
         ["9:38: the sample has no 'nmae' there: write a path into the sample, with 0 for the first"]),
        ("  - given: {like: samples/case.json, set: {list.3.a: x}}\n    expect: {}\n",
         ["9:44: the sample has no '3' there: write a path into the sample, with 0 for the first"]),
        ("  - given: {like: samples/case.json}\n    expct: {}\n    expect: {n: 甲, t: '10', c: 2}\n",
         ["10:5: no key 'expct' in an example: did you mean 'expect'?"]),
    ],
)  # fmt: skip
def test_an_example_that_does_not_hold_is_a_finding_at_its_line(example: str, expected: list[str]) -> None:
    assert findings(example + REFUSING) == expected


def test_a_broken_sample_is_a_finding() -> None:
    (finding,) = findings("  - given: {like: samples/broken.json}\n    expect: {}\n" + REFUSING)
    assert finding.startswith("9:13: 'samples/broken.json' is not JSON")


def test_a_mapping_without_an_example_that_refuses_is_a_finding() -> None:
    assert findings(GOOD) == [
        "8:1: no example refuses: add one with refuse: such as a code that is not in its table"
    ]


def test_a_mapping_without_examples_is_a_finding() -> None:
    mapping = compile_mapping(
        "p/case.submit.yaml", HEAD.replace("examples:\n", "examples: []\n"), TABLES, FOLDER
    )
    assert [one.what for one in check_examples(mapping)] == ["no examples"]


def test_a_sample_is_changed_where_the_example_says() -> None:
    text = (
        "  - given: {like: samples/case.json, drop: [count],\n"
        "            set: {name: 乙, list.0.a: 2, list.1: {a: 3}, new.x: y}}\n"
        '    expect: {n: 乙, t: "10"}\n'
    )
    assert findings(text + REFUSING) == []
