"""A mapping against a contract: every way not to fit is told once, at its line, with what to write."""

import pytest

from adapters.contract import Part
from adapters.contract.model import Range
from gateway.workbench.fit import Fit
from gateway.workbench.targets import targets
from mappings.mapping import compile_mapping
from mappings.tables import compile_table
from tests.workbench.made import message, text

HEAD = "mapping: p/case.submit\nfrom: canonical/case@1\nto: p/case@1\nfields:\n"
TABLE = compile_table(
    "p/tables/sex.yaml", 'table: sex\nrows:\n  - {ours: "1", theirs: M}\n  - {ours: "2", theirs: F}\n'
)


def told(fields: str, *parts: Part, typed: bool = True) -> list[str]:
    written = "".join(f"  {line}\n" for line in fields.splitlines())
    mapping = compile_mapping("p/case.submit.yaml", f"{HEAD}{written}examples: []\n", {"sex": TABLE})
    found = Fit("case.submit", typed=typed).findings(targets(mapping), message(*parts))
    return [f"{each.finding.line}: {each.finding.what}" for each in found]


@pytest.mark.parametrize(
    ("fields", "parts", "expected"),
    [
        ("xm: applicant.name | at_most(50)", [text("xm", required=True, longest=50)], []),
        ("xn: purpose", [text("xm")], ["5: the contract has no 'xn'"]),
        (
            "xm: purpose",
            [text("xm"), text("lb", "类别", required=True)],
            ["4: 'lb' (类别) is required there and not fed"],
        ),
        (
            "bz: note ?",
            [text("bz", required=True)],
            ["5: 'bz' is required there, and left out when note is absent"],
        ),
        ('bz: note ? ""', [text("bz", required=True)], []),
        (
            'fs: ="0" | integer',
            [Part("fs", "integer", required=True, range=Range(1, 99))],
            ["5: 'fs' is integer >= 1, <= 99 there; 0 is not"],
        ),
        ('fs: ="1" | integer', [Part("fs", "integer", required=True, range=Range(1, 99))], []),
        (
            "cl:\n  each: materials\n  fields:\n    mc: .name",
            [Part("cl", "object", required=True, many=True, fewest=1, parts=(text("mc", required=True),))],
            ["5: 'cl' is required there, and left out when materials is empty"],
        ),
        ("dm: division", [Part("dm", "integer", required=True, where="query")], []),  # a query holds texts
        (
            "xm: applicant.name | strip",
            [text("xm", required=True, longest=5)],
            ["5: 'xm' takes 5 characters, and this may be longer"],
        ),
        (
            'ly: ="KSTB2"',
            [text("ly", required=True, longest=4)],
            ["5: 'ly' takes 4 characters, and this may be longer"],
        ),
        (
            'ly: ="B"',
            [text("ly", required=True, among=("A", "C"))],
            ["5: 'ly' is one of A, C there, and this gives B"],
        ),
        (
            "ly: purpose",
            [text("ly", required=True, among=("A", "C"))],
            ["5: 'ly' is one of A, C there, and this may be anything"],
        ),
        (
            'xb: applicant.sex ? | table("sex")',
            [text("xb", among=("M", "F"))],
            ["5: 'xb' is personal, and the platform does not require it"],
        ),
        (
            "fs: purpose",
            [Part("fs", "integer", required=True)],
            ["5: 'fs' is integer there, and this gives text"],
        ),
        ("fs: purpose | integer", [Part("fs", "integer", required=True)], []),
        (
            "fs: purpose | integer",
            [text("fs", required=True)],
            ["5: 'fs' is text there, and this gives integer"],
        ),
        (
            'ly: ="x1"',
            [text("ly", required=True, pattern="^[0-9]+$")],
            ["5: 'ly' has the form ^[0-9]+$ there; x1 has not"],
        ),
        (
            "qx: purpose",
            [Part("qx", "object", required=True, parts=(text("dm"),))],
            ["5: 'qx' is an object there"],
        ),
        (
            "qx.dm: purpose",
            [text("qx", required=True)],
            ["5: 'qx' is one value there, and this makes an object"],
        ),
        ("qx.dm: purpose", [Part("qx", "any", required=True)], []),
        ("qx.dm: purpose", [Part("qx", "object", required=True, open=True)], []),
        (
            "cl:\n  each: materials\n  fields: {mc: .name}",
            [Part("cl", "object", parts=(text("mc"),))],
            ["5: 'cl' stands there once, and this makes a list"],
        ),
        (
            "cl:\n  each: materials\n  fields: {mc: .name}",
            [Part("cl", "object", required=True, many=True, parts=(text("mc"),))],
            [],
        ),
        (
            "a: purpose\nb: purpose",
            [text("a", choice="1"), text("b", choice="1")],
            ["6: only one of a, b may be there"],
        ),
        (
            "a: purpose",
            [text("a"), text("b", choice="1", required=True), text("c", choice="1", required=True)],
            ["4: one of b, c is required there and none is fed"],
        ),
        (
            "dlr:\n  when: agent\n  fields: {xm: agent.name}",
            [Part("dlr", "object", required=True, parts=(text("xm", required=True),))],
            ["5: 'dlr' is required there, and left out when not agent"],
        ),
    ],
)
def test_a_misfit_is_told_with_its_line(fields: str, parts: list[Part], expected: list[str]) -> None:
    assert told(fields, *parts) == expected


def test_what_a_guard_asks_for_is_there_inside_of_it() -> None:
    fields = "dlr:\n  when: agent\n  fields: {xm: agent.name, sj: agent.mobile ?}"
    part = Part("dlr", "object", parts=(text("xm", required=True), text("sj", required=True)))
    assert told(fields, part) == [
        "7: 'dlr.sj' is required there, and left out when agent.mobile is absent",
    ]


def test_a_list_without_elements_is_no_element_at_all_in_xml() -> None:
    part = Part("cl", "object", required=True, many=True, parts=(text("mc"),))
    found = told("cl:\n  each: materials\n  fields: {mc: .name}", part, typed=False)
    assert found == ["5: 'cl' is required there, and left out when materials is empty"]


def test_texts_may_stand_for_numbers_in_xml() -> None:
    assert told("fs: purpose", Part("fs", "integer", required=True), typed=False) == []
