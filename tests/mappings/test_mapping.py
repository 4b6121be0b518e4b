# ruff: noqa: E501 - findings stand here as they are printed
"""A compiled mapping: total, pure, all bad fields together, and no value in what it says about them."""

import copy
import json
import traceback
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.mapping import Mapping, compile_mapping
from mappings.problems import Unmappable
from mappings.tables import compile_table
from mappings.trace import walk
from tests.mappings.cases import PROPERTY

TABLES = {
    "id_type": compile_table(
        "p/tables/id_type.yaml",
        'table: id_type\nrows:\n- {ours: "111", theirs: "10"}\n- {ours: "2", theirs: "20"}\n',
    ),
    "era": compile_table(
        "p/tables/era.yaml",
        "table: era\nrows:\n- {ours: a, theirs: old, to: 2020-01-01}\n- {ours: a, theirs: new, from: 2020-01-01}\n",
    ),
}


def a_mapping(fields: str, *, reads: str = "p/answer@1", writes: str = "p/case@1") -> Mapping:
    body = "\n".join("  " + line for line in fields.strip("\n").split("\n"))
    text = f"mapping: p/case.submit\nfrom: {reads}\nto: {writes}\nfields:\n{body}\nexamples: []\n"
    return compile_mapping("p/case.submit.yaml", text, TABLES)


def refused(mapping: Mapping, document: Any) -> list[tuple[str, str]]:
    with pytest.raises(Unmappable) as caught:
        mapping(document)
    return [(problem.path, problem.code) for problem in caught.value.problems]


@pytest.mark.parametrize(
    "fields, document, target",
    [
        ("x: a.b", {"a": {"b": "v"}}, {"x": "v"}),
        ("x.y.z: a", {"a": "v"}, {"x": {"y": {"z": "v"}}}),
        ("x.y: a\nx.z: b", {"a": "1", "b": "2"}, {"x": {"y": "1", "z": "2"}}),
        ("'x.@id': a\n'x.#text': b", {"a": "1", "b": "2"}, {"x": {"@id": "1", "#text": "2"}}),
        ("x: a", {"a": 7}, {"x": "7"}),
        ("x: a", {"a": 1.5}, {"x": "1.5"}),
        ("x: a", {"a": 2.0}, {"x": "2"}),  # an integer to JSON Schema
        ("x: a", {"a": 1e16}, {"x": "10000000000000000"}),
        ("x: a", {"a": 1e-7}, {"x": "0.0000001"}),
        ("x: a", {"a": True}, {"x": "true"}),
        ("x: a", {"a": 0}, {"x": "0"}),
        ("x: a", {"a": False}, {"x": "false"}),
        ("x: a | integer", {"a": "07"}, {"x": 7}),
        ("x: a | boolean", {"a": 1}, {"x": True}),
        ('x: a ? "none"', {}, {"x": "none"}),
        ('x: a ? "none"', {"a": None}, {"x": "none"}),
        ('x: a ? "none" | upper', {"a": ""}, {"x": "NONE"}),
        ("x: a ?", {}, {}),
        ("x: a ?\ny: b", {"b": "1"}, {"y": "1"}),
        ("x.y: a ?", {}, {}),  # an object with nothing in it is left out
        ("x.y: a ?\nx.z: b", {"b": "1"}, {"x": {"z": "1"}}),
        ('x: ="a.b"', {}, {"x": "a.b"}),
        ('x: a | table("id_type")', {"a": "111"}, {"x": "10"}),
        ('x: a | table("id_type")', {"a": 111}, {"x": "10"}),
        ('x: a | table_back("id_type")', {"a": "20"}, {"x": "2"}),
        ('x: a | table("era")', {"a": "a", "received_at": "2019-12-31T23:00:00+08:00"}, {"x": "old"}),
        ('x: l | join("^")', {"l": ["a", 2]}, {"x": "a^2"}),
        ("x: {when: a, fields: {y: b}}", {"a": "1", "b": "2"}, {"x": {"y": "2"}}),
        ("x: {when: a, fields: {y: b}}", {"b": "2"}, {}),
        ("x: {when: not a, take: b}", {"b": "2"}, {"x": "2"}),
        ("x: {when: 'a = \"1\"', take: b}", {"a": 1, "b": "2"}, {"x": "2"}),
        ('x: {when: \'a in ("1", "2")\', take: b}', {"a": "3", "b": "2"}, {}),
        ("x: {fields: {y: a}}", {"a": "1"}, {"x": {"y": "1"}}),
        ("x: {fields: {y: a ?}}", {}, {}),
        ("x: {when: a, fields: {y: b ?}}", {"a": "1"}, {}),
        ("x: {each: l, fields: {y: .a}}", {}, {"x": []}),
        ("x: {each: l, fields: {y: .a}}", {"l": [{"a": "1"}, {"a": "2"}]}, {"x": [{"y": "1"}, {"y": "2"}]}),
        (
            "x: {each: l, fields: {y: .a}}",
            {"l": {"a": "1"}},
            {"x": [{"y": "1"}]},
        ),  # XML: one is a list of one
        (
            "x: {each: l, fields: {y: .@position, z: top}}",
            {"l": [{}], "top": "t"},
            {"x": [{"y": "1", "z": "t"}]},
        ),
        ("x: {each: l, take: .}", {"l": ["a", "b"]}, {"x": ["a", "b"]}),
        ("x: {each: l, take: .a ?}", {"l": [{}, {"a": "b"}]}, {"x": ["b"]}),
        ("x: {each: l, when: .a, fields: {n: .@position}}", {"l": [{}, {"a": "b"}]}, {"x": [{"n": "1"}]}),
        (
            "x: {each: l.m, fields: {o: ..k, n: .@position, p: ..@position}}",
            {"l": [{"k": "1", "m": [{}, {}]}, {"k": "2"}, {"k": "3", "m": [{}]}]},
            {
                "x": [
                    {"o": "1", "n": "1", "p": "1"},
                    {"o": "1", "n": "2", "p": "1"},
                    {"o": "3", "n": "3", "p": "3"},
                ]
            },
        ),
        (
            "x:\n  each: l\n  fields:\n    k: .k\n    m: {each: .m, fields: {o: ..k, a: ..d.e, i: .i}}",
            {"l": [{"k": "1", "d": {"e": "f"}, "m": [{"i": "i"}]}, {"k": "2"}]},
            {"x": [{"k": "1", "m": [{"o": "1", "a": "f", "i": "i"}]}, {"k": "2", "m": []}]},
        ),
        (
            "x: {each: a.l, fields: {y: ..b, z: .c}}",
            {"a": {"b": "1", "l": [{"c": "2"}]}},
            {"x": [{"y": "1", "z": "2"}]},
        ),
        ("x: . | material", {}, None),
    ],
)
def test_what_the_forms_make(fields: str, document: dict[str, Any], target: dict[str, Any] | None) -> None:
    if target is None:
        with pytest.raises(Exception, match="there is no element here"):
            a_mapping(fields)
        return
    assert a_mapping(fields)(document) == target


def test_the_target_keeps_the_order_of_the_file() -> None:
    target = a_mapping("c.b: x\na: x\nc.a: x\nb: {each: l, take: .}")({"x": "1"})
    assert json.dumps(target) == '{"c": {"b": "1", "a": "1"}, "a": "1", "b": []}'


@pytest.mark.parametrize(
    "fields, document, problems",
    [
        ("x: a", {}, [("x", "absent")]),
        ("x: a", {"a": ""}, [("x", "absent")]),
        ("x: a", {"a": None}, [("x", "absent")]),
        ("x: a.b", {"a": None}, [("x", "absent")]),
        ("x: a.b", {"a": "text"}, [("x", "not_one")]),
        ("x: a.b ?", {"a": [{"b": "1"}]}, [("x", "not_one")]),  # never a default for a wrong shape
        ('x: a.b.c ? "d"', {"a": [{}]}, [("x", "not_one")]),
        ("x: a", {"a": {"b": 1}}, [("x", "not_text")]),
        ("x: a", {"a": []}, [("x", "not_text")]),
        ("x: a", {"a": float("nan")}, [("x", "not_text")]),
        ('x: a ? "d"', {"a": {}}, [("x", "not_text")]),
        ('x: a | join(",")', {"a": "text"}, [("x", "not_list")]),
        ('x: a | table("id_type")', {"a": "999"}, [("x", "not_in_table")]),
        ('x: a ? "" | at_most(1)', {"a": "999"}, [("x", "too_long")]),
        ("x: {each: l, fields: {y: .a}}", {"l": "text"}, [("x", "not_list")]),
        ("x: {each: l, fields: {y: .a}}", {"l": ["text", {}, None]}, [(f"x[{n}].y", c) for n, c in
         [(0, "not_one"), (1, "absent"), (2, "absent")]]),
        ("x: {each: l, take: .a}", {"l": [{}, {"a": "1"}, {}]}, [("x[0]", "absent"), ("x[2]", "absent")]),
        ("x: {when: a.b, fields: {y: c}}", {"a": []}, [("x", "not_one")]),
        ("x: {each: l, fields: {y: {each: .m, fields: {z: .q}}}}", {"l": [{}, {"m": [{}]}]}, [("x[1].y[0].z", "absent")]),
        ("a{b}.c: x", {}, [("a{b}.c", "absent")]),
        ("x: a\ny: b\nz: c", {"b": "1"}, [("x", "absent"), ("z", "absent")]),
        ('x: a | table("era")', {"a": "a"}, [("x", "no_as_of")]),
        ("x: a", "no document", [("x", "not_one")]),
    ],
)  # fmt: skip
def test_what_cannot_be_mapped_is_told_field_by_field(
    fields: str, document: Any, problems: list[tuple[str, str]]
) -> None:
    assert refused(a_mapping(fields), document) == problems


def test_a_problem_says_source_word_file_and_line() -> None:
    with pytest.raises(Unmappable) as caught:
        a_mapping('x: ="1"\ny: a | upper | table("id_type") | at_most(1)')({"a": "zzz"})
    (problem,) = caught.value.problems
    assert problem.facts == {
        "source": "a",
        "word": "table",
        "table": "id_type",
        "file": "p/case.submit.yaml",
        "line": 6,
    }
    assert problem.text("zh") == "代码不在代码表 id_type 中"
    assert problem.text("en") == "the code is not in table id_type"


def test_a_source_that_cannot_be_read_is_not_blamed_on_a_word() -> None:
    with pytest.raises(Unmappable) as caught:
        a_mapping("x: a\ny: b.c | integer")({"a": "text", "b": []})
    (problem,) = caught.value.problems
    assert (problem.code, problem.facts.get("word")) == ("not_one", None)


CANARY = "金丝雀CANARY"


@PROPERTY
@given(st.sampled_from(["upper | integer", "digits", 'table("id_type")', 'time_as("%Y")', "at_most(2)", "division(6)",
                        "identity_number", "uscc", "boolean", 'without_prefix("q")', "extension"]))  # fmt: skip
def test_no_value_of_a_document_is_in_what_is_said_about_it(words: str) -> None:
    with pytest.raises(Unmappable) as caught:
        a_mapping(f"x: a | {words}\ny: b")({"a": CANARY, "b": [CANARY]})
    assert CANARY not in f"{caught.value} {caught.value.problems!r}".upper()


NASTY = [
    "'''",
    '"',
    "\\",
    "\n",
    "{0}",
    "%s",
    "__import__('os')",
    "#",
    "'); raise SystemExit #",
    "\u2028",
    "f'{x}'",
]


@PROPERTY
@given(st.text(st.sampled_from("ab'\"\\{}%#()+;"), min_size=1, max_size=6), st.sampled_from(NASTY))
def test_nothing_written_in_a_mapping_becomes_code(key: str, text: str) -> None:
    fields = f'{json.dumps(key)}: {json.dumps("=" + json.dumps(text))}\n"z": \'src ? "{key.count("a")}"\''
    mapping = a_mapping(fields.replace("\u2028", "\\u2028"))
    assert mapping({}) == {key: text, "z": str(key.count("a"))}
    assert mapping.code == a_mapping("harmless: '=\"text\"'\nz: 'src ? \"0\"'").code


VALUES = st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "111", "2", "a", "x.pdf"])
DOCUMENTS = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcl"), inner, max_size=4),
    max_leaves=20,
)
EVERYTHING = """
p: a
q: a.b ? "d"
r.s: b ?
r.t: c | table("id_type")
l: {each: l, when: .a, fields: {n: .@position, a: .a, b: ..b ?, m: {each: .l, fields: {x: .c ?, y: ..a, p: ..@position}}}}
f: {each: l.l, take: .a ?}
g: {when: 'not a.c in ("1", "2")', fields: {u: c ? "x" | upper}}
h: {when: b, take: b | at_most(3)}
"""


def leaves(target: Any, path: str = "") -> dict[str, Any]:
    if isinstance(target, dict):
        return {
            at: one for key, value in target.items() for at, one in leaves(value, f"{path}.{key}").items()
        }
    if isinstance(target, list):
        return {
            at: one
            for index, value in enumerate(target)
            for at, one in leaves(value, f"{path}[{index}]").items()
        }
    return {path[1:]: target}


@PROPERTY
@given(st.dictionaries(st.sampled_from("abcl"), DOCUMENTS, max_size=4))
def test_the_compiled_function_and_the_trace_agree_on_every_document(document: dict[str, Any]) -> None:
    mapping = a_mapping(EVERYTHING)
    before = copy.deepcopy(document)
    try:
        target = mapping(document)
    except Unmappable as error:
        assert error.problems
    else:
        assert leaves(target) == {step.target: value for step, value in walk(mapping.plan, document)}
        assert mapping(document) == target
    assert document == before


SOUND = st.fixed_dictionaries(
    {"a": st.just({"b": "1"}) | st.just({}), "c": st.sampled_from(["111", 2])},
    optional={
        "b": st.sampled_from(["", "x", 12, None]),
        "l": st.lists(
            st.fixed_dictionaries(
                {"a": st.sampled_from(["1", 2, True])},
                optional={
                    "b": VALUES,
                    "l": st.lists(st.fixed_dictionaries({}, optional={"c": VALUES, "a": VALUES})),
                },
            ),
            max_size=3,
        ),
    },
)


@PROPERTY
@given(SOUND)
def test_the_compiled_function_and_the_trace_agree_on_sound_documents(document: dict[str, Any]) -> None:
    mapping = a_mapping(EVERYTHING.replace("p: a\n", ""))
    target = mapping(document)
    assert leaves(target) == {step.target: value for step, value in walk(mapping.plan, document)}


def test_a_trace_names_source_words_line_and_table_row() -> None:
    mapping = a_mapping('x:\n  each: l\n  fields:\n    y: .a | table("id_type") | pad(3)\nz: b ? "d"')
    first, second = mapping.trace({"l": [{"a": "2"}]})
    assert (first.target, first.source, first.words) == ("x[0].y", "l[0].a", ('table("id_type")', "pad(3)"))
    assert (first.file, first.line, first.table_row) == ("p/case.submit.yaml", 8, "p/tables/id_type.yaml:4")
    assert (second.source, second.table_row) == ("b ?", None)


def test_a_trace_of_an_answer_names_the_row_read_backwards() -> None:
    (step,) = a_mapping('x: a | table_back("id_type")').trace({"a": "20"})
    assert step.table_row == "p/tables/id_type.yaml:4"


def test_a_trace_holds_no_value() -> None:
    assert CANARY not in repr(a_mapping("x: a\ny: {each: l, take: .}").trace({"a": CANARY, "l": [CANARY]}))


def test_the_sources_are_the_paths_read_without_indexes() -> None:
    mapping = a_mapping("x: a.b ?\ny: {each: l.m, when: ..g, fields: {z: .c, w: ..d.e, v: top}}\nu: '=\"t\"'")
    assert mapping.sources == {"a.b", "l.m", "l.g", "l.m.c", "l.d.e", "top"}


def test_the_digest_changes_with_the_file_and_the_tables_it_uses_only() -> None:
    plain, same, other = a_mapping("x: a"), a_mapping("x: a"), a_mapping("x: b")
    assert plain.digest == same.digest != other.digest
    text = 'mapping: p/case.submit\nfrom: p/a@1\nto: p/b@1\nfields: {x: a | table("t")}\nexamples: []\n'
    first = compile_table("p/tables/t.yaml", "table: t\nrows: [{ours: a, theirs: b}]")
    second = compile_table("p/tables/t.yaml", "table: t\nrows: [{ours: a, theirs: c}]")
    digests = {compile_mapping("p/case.submit.yaml", text, {"t": one}).digest for one in (first, second)}
    assert len(digests) == 2


def test_a_traceback_shows_the_line_of_the_generated_source() -> None:
    class Odd(str):
        def __eq__(self, other: object) -> bool:
            raise ArithmeticError

        __hash__ = str.__hash__

    with pytest.raises(ArithmeticError) as caught:
        a_mapping("x: a")({"a": Odd()})
    assert "if type(v) is not str or not v: v = text(v)" in "".join(traceback.format_exception(caught.value))
