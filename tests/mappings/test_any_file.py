"""Whatever somebody writes: it compiles or is told what is wrong; what compiled maps or refuses. Nothing else."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mappings.bundle import compile_platform
from mappings.canonical.shape import read as shape_of
from mappings.examples import check_examples
from mappings.mapping import compile_mapping
from mappings.problems import Unmappable, Unreadable
from mappings.tables import compile_table
from mappings.trace import trace
from tests.mappings.cases import PROPERTY, a_case

SOURCES = [
    "applicant",
    ".name",
    "..code",
    ".",
    "materials.files",
    "form.x",
    ".files",
    ".@position",
    '="a"',
    "note",
]
SIGNS = [
    '? ""',
    "?",
    "| upper",
    "| integer",
    '| table("t")',
    "| material",
    '| join(",")',
    "not",
    '= "a"',
    'in ("a")',
    "|",
]
PIECES = st.sampled_from([*SOURCES, *SIGNS])
EXPRESSIONS = st.lists(PIECES, max_size=4).map(" ".join)
NAMES = st.sampled_from(
    ["x", "y.z", "y", "state", "at", "events", "each", "when", "take", "fields", "@a", ""]
)
TREES: st.SearchStrategy[Any] = st.recursive(
    EXPRESSIONS,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(NAMES, inner, max_size=3)
        | st.fixed_dictionaries(
            {"each": st.sampled_from(["materials", "materials.files", ".files", "form.x", "applicant"])},
            optional={
                "fields": st.dictionaries(NAMES, inner, max_size=3),
                "take": inner,
                "when": EXPRESSIONS,
            },
        )
    ),
    max_leaves=12,
)
HEADS = st.sampled_from(
    [("canonical/case@1", "p/b@1"), ("p/a@1", "canonical/progress@1"), ("p/a@1", "p/b@1")]
)
TABLE = {"t": compile_table("p/tables/t.yaml", "table: t\nrows: [{ours: a, theirs: b, from: 2026-01-01}]")}
VALUES = st.recursive(
    st.none() | st.sampled_from(["a", "", 1, 1.5, True]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["name", "code", "files", "x", "id"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@PROPERTY
@given(st.dictionaries(NAMES, TREES, max_size=4), HEADS, VALUES, VALUES)
def test_any_fields_compile_or_are_refused_with_findings(
    fields: Any, head: Any, one: Any, other: Any
) -> None:
    tree = {"mapping": "p/case.submit", "from": head[0], "to": head[1], "fields": fields, "examples": []}
    try:
        mapping = compile_mapping("p/case.submit.yaml", json.dumps(tree), TABLE)
    except Unreadable as error:
        assert error.findings
        return
    for document in (
        a_case(),
        {**a_case(), "materials": one, "form": other},
        one,
        {"note": one, "state": other},
    ):
        try:
            mapping(document)
        except Unmappable as error:
            assert error.problems
        trace(mapping.plan, document)


@PROPERTY
@given(TREES, TREES, TREES, st.sampled_from(["_part", "case.submit", "case.withdraw", "_none", ""]))
def test_any_files_that_stand_upon_each_other_compile_or_are_told_what_is_wrong(
    part: Any, own: Any, upper: Any, below: str
) -> None:
    head = {"from": "canonical/case@1", "to": "p/b@1", "examples": []}
    trees = {
        "_part": {"mapping": "p/_part", "fields": part, "extends": below},
        "case.submit": {"mapping": "p/case.submit", **head, "extends": "_part", "fields": own},
        "case.withdraw": {"mapping": "p/case.withdraw", **head, "extends": below},
        "case.submit@x": {"mapping": "p/case.submit@x", "items": ["1*"], "fields": upper, "examples": []},
    }
    files = {f"{name}.yaml": json.dumps(tree) for name, tree in trees.items()}
    files["tables/t.yaml"] = "table: t\nrows: [{ours: a, theirs: b, from: 2026-01-01}]"
    mappings, _, findings = compile_platform("p", files)
    assert len(mappings) == 3 or findings
    for mapping in mappings.values():
        document = {
            **a_case(),
            "item": {"there": {"basic_code": "12"}},
            "received_at": "2026-11-21T10:00:00+08:00",
        }
        try:
            made = mapping(document)
        except Unmappable as error:
            assert {problem.facts["file"] for problem in error.problems} <= {f"p/{name}" for name in files}
        else:
            assert len(mapping.trace(document)) <= len(json.dumps(made))


EXAMPLE_KEYS = st.sampled_from(["as_of", "given", "expect", "refuse", "like", "set", "drop", "x"])
EXAMPLES = st.recursive(
    st.sampled_from(["given", "1", "a"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(EXAMPLE_KEYS, inner, max_size=3),
    max_leaves=10,
)


@PROPERTY
@given(EXAMPLES)
def test_any_examples_are_run_or_told_what_is_wrong(examples: Any) -> None:
    tree = {
        "mapping": "p/case.submit",
        "from": "p/a@1",
        "to": "p/b@1",
        "fields": {"x": "x ?"},
        "examples": examples,
    }
    mapping = compile_mapping("p/case.submit.yaml", json.dumps(tree), {}, {"a": '{"x": {"x": "1"}}'})
    for finding in check_examples(mapping):
        assert finding.what and finding.write and finding.line >= 1


@PROPERTY
@given(st.text(max_size=40) | TREES.map(json.dumps))
def test_any_text_is_a_file_or_a_finding(text: str) -> None:
    for compile_file in (
        lambda: compile_mapping("p/case.submit.yaml", text, {}),
        lambda: compile_table("t.yaml", text),
    ):
        try:
            compile_file()
        except Unreadable as error:
            assert all(str(finding).count(":") >= 3 for finding in error.findings)


def test_the_sample_case_fits_the_shape_that_mappings_read() -> None:
    shape = shape_of("canonical/case@1")
    assert shape is not None
    assert set(a_case()) <= shape.names
