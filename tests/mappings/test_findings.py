# ruff: noqa: E501 - findings stand here as they are printed
"""Every mistake in a mapping file is told as file:line:col: what: what to write."""

import pytest

from mappings.mapping import compile_mapping
from mappings.problems import Unreadable
from mappings.tables import compile_table

HEAD = "mapping: p/case.submit\nfrom: canonical/case@1\nto: p/case@1\nexamples: []\nfields:\n"
TABLES = {
    "id_type": compile_table("p/tables/id_type.yaml", 'table: id_type\nrows: [{ours: "111", theirs: "10"}]'),
    "loose": compile_table(
        "p/tables/loose.yaml", "table: loose\nrows: [{ours: a, theirs: c}, {ours: b, theirs: c}]"
    ),
}


def found(text: str, file: str = "p/case.submit.yaml") -> list[str]:
    with pytest.raises(Unreadable) as refused:
        compile_mapping(file, text, TABLES)
    return [str(one) for one in refused.value.findings]


@pytest.mark.parametrize(
    "fields, finding",
    [
        ("  x: applicant.name | uper", "6:23: no word 'uper': did you mean 'upper'?"),
        ("  x: applicant.nmae", "6:6: 'applicant.nmae': there is no 'nmae': did you mean 'name'?"),
        ('  x: "applicant.nmae"', "6:7: 'applicant.nmae': there is no 'nmae': did you mean 'name'?"),
        ("  x: materials.name", "6:6: 'materials.name' runs through a list: read 'name' as '.name' inside a block with each:"),
        ("  x: applicant.name.first", "6:6: 'applicant.name.first': there is no 'first': one of nothing"),
        ("  x: materials", "6:6: 'materials' is a list and text is wanted: read it with each:, or with a word that takes a list"),
        ("  x: receiving.identity_check", "6:6: 'receiving.identity_check' is an object and text is wanted: name text: at, by, method"),
        ('  x: applicant.id_type | table("id_tpye")', "6:26: no code table 'id_tpye': did you mean 'id_type'?"),
        ('  x: note | table_back("loose")', "6:13: table 'loose' has several of ours for 'c': keep one row per code of theirs in a table read backwards"),
        ("  x: note | pad", "6:13: 'pad' has 0 argument(s): write pad(width, fill=\"0\")"),
        ('  x: note | pad("3")', "6:13: 'width' of 'pad' is an integer: write pad(width, fill=\"0\")"),
        ('  x: note | time_as("%y")', "6:13: '%y' is not known in a time: write %Y %m %d %H %M %S"),
        ("  x: note | integer | upper", "6:23: 'upper' takes text and gets an integer: put it elsewhere in the pipe, or leave it out"),
        ("  x: materials | jion", "6:18: no word 'jion': did you mean 'join'?"),
        ("  x: {each: materials, fields: {y: .@position | material}}", "6:49: 'material' takes an object and gets text: put it elsewhere in the pipe, or leave it out"),
        ("  x: note | material", "6:6: 'note' is one value and an object is wanted: name an object"),
        ('  x: note ? "a" | integer', "6:19: the text written here is refused by 'integer' (is not an integer): write another text, or leave the word out"),
        ("  x: note |", "6:12: a word is expected after '|': write a word such as upper or pad(3)"),
        ("  x: .name", "6:6: '.name': there is no element here: write it inside a block with 'each', or name it from the document's root"),
        ("  x: [a, b]", "6:3: a list is no source: write an expression, or a block with 'fields' or 'take'"),
        ("  x: {field: {y: note}}", "6:7: no key 'field' in a block: did you mean 'fields'?"),
        ("  x: {when: note}", "6:3: a block has either 'fields' or 'take': write an expression, or a block with 'fields' or 'take'"),
        ("  x: {take: note}", "6:7: 'take' without 'when' or 'each': write the expression alone"),
        ("  x: {each: ., fields: {y: note}}", "6:13: 'each' needs the name of a list: write each: materials, or each: .files"),
        ("  x: {each: applicant, fields: {y: note}}", "6:13: 'applicant': 'applicant' is no list: leave 'each' out, or name a list"),
        ("  x: {each: materials, fields: {y: .cod}}", "6:36: '.cod': there is no 'cod': did you mean 'code'?"),
        ("  x: {each: materials.files, fields: {y: ..cod}}", "6:42: '..cod': there is no 'cod': did you mean 'code'?"),
        ("  x: {each: materials, fields: {y: ...code}}", "6:36: '...code': there is no element here: write it inside a block with 'each', or name it from the document's root"),
        ("  x: {each: materials, take: ..@position}", "6:30: '..@position': there is no element here: write it inside a block with 'each', or name it from the document's root"),
        ("  x: {when: nope, take: note}", "6:13: 'nope': there is no 'nope': did you mean 'note'?"),
        ("  x: {when: [a], take: note}", "6:13: a text is expected: write it on one line"),
        ("  x: {each: form.a.b.c.d.e.f, fields: {y: note}}", "6:13: more than 6 lists inside each other: let a word of Python do this"),
        ("  x: {fields: {}}", "6:7: no fields: write TARGET: SOURCE below it"),
        ("  x: note\n  x.y: note", "7:3: target 'x.y' is written twice: keep one of them"),
        ("  x.y: note\n  x: note", "7:3: target 'x' is written twice: keep one of them"),
        ("  x..y: note", "6:3: 'x..y' is no target path: write names with one dot between them"),
        ("  'x y': note", "6:3: 'x y' is no target path: write names with one dot between them"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_fields_is_found_at_its_character(fields: str, finding: str) -> None:
    assert found(HEAD + fields) == [f"p/case.submit.yaml:{finding}"]


@pytest.mark.parametrize(
    "text, findings",
    [
        (
            HEAD.replace("from:", "form:") + "  x: note",
            ["1:1: no 'from': write from:", "2:1: no key 'form' in a mapping: did you mean 'from'?"],
        ),
        (HEAD.replace("case.submit", "case.submit.replay") + "  x: note",
         ["1:1: the mapping's name is not the file's name: write mapping: p/case.submit"]),
        (HEAD.replace("canonical/case@1", "canonical/csae@1") + "  x: note",
         ["2:1: no canonical schema 'canonical/csae@1': did you mean 'canonical/case@1'?"]),
        (HEAD.replace("p/case@1", "somewhere") + "  x: note",
         ["3:1: 'to' names no vocabulary: write canonical/case@1 or PLATFORM/case@1"]),
        ("- a\n", ["1:1: a mapping is a map: write mapping:, from:, to:, fields:, examples:"]),
        (HEAD, ["5:1: no fields: write TARGET: SOURCE below it"]),
    ],
)  # fmt: skip
def test_a_mistake_in_the_head_is_found(text: str, findings: list[str]) -> None:
    assert found(text) == [f"p/case.submit.yaml:{one}" for one in findings]


REPLY = "mapping: p/case.progress.reply\nfrom: p/answer@1\nto: canonical/progress@1\nexamples: []\nfields:\n"


@pytest.mark.parametrize(
    "fields, finding",
    [
        ("  state: a.b\n  evnts: c", "7:3: the target has no 'evnts': did you mean 'events'?"),
        ("  at: a", "5:1: the required 'state' is not fed: write state: …"),
        ("  state: a ?", "6:3: the required 'state' may be left out: feed it always"),
        ("  state: a | integer", "6:3: the target is text, and this gives an integer: end the pipe with a word that makes it so, or leave the last word out"),
        ("  state: {fields: {a: b}}", "6:3: the target is one value, and this makes an object: write an expression"),
        ("  state: a\n  events: {fields: {at: b}}", "7:3: the target is a list, and this makes an object: add each:"),
        ("  state: a\n  events: {each: l, fields: {step: .b}}", "7:21: the required 'at' is not fed: write at: …"),
        ("  state: a\n  correction.due_on: b", "5:1: the required 'correction.materials' is not fed: write correction.materials: …"),
    ],
)  # fmt: skip
def test_a_reply_must_feed_what_our_vocabulary_requires(fields: str, finding: str) -> None:
    findings = found(REPLY + fields, "p/case.progress.reply.yaml")
    assert findings[0] == f"p/case.progress.reply.yaml:{finding}"


def test_all_mistakes_of_a_file_are_told_together_in_order() -> None:
    findings = found(HEAD + "  x: nope | uper\n  y: applicant.nmae\n")
    assert [one.split(":")[1] for one in findings] == ["6", "6", "7"]


def test_what_the_gateway_adds_may_be_read() -> None:
    added = [
        "item.there.implementation_code",
        "numbers_ours",
        "exchange",
        "sender.unit",
        "received_at",
        "admitted_at",
    ]
    fields = "".join(
        f"  x{index}: {path}\n" for index, path in enumerate([*added, "form.anything", "item.code"])
    )
    assert compile_mapping("p/case.submit.yaml", HEAD + fields, {}).sources == {
        *added,
        "form.anything",
        "item.code",
    }
