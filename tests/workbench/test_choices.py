"""A mapping against a contract that leaves types and elements to choose."""

from pathlib import Path

import pytest
from yarl import URL

from adapters.contract import read
from adapters.declared import Operation
from adapters.message import Request
from gateway.workbench.draft.folder import chosen, draft
from gateway.workbench.fit import Fit
from gateway.workbench.heard import by_soap
from gateway.workbench.misfits import Against
from gateway.workbench.targets import targets
from mappings.mapping import compile_mapping
from mappings.tables import compile_table

CONTRACT = (Path(__file__).parents[1] / "adapters" / "choosing.wsdl").read_text("utf-8")
OFFERS = {each.call: each for each in read("c.wsdl", {"c.wsdl": CONTRACT}).offers}
HEAD = "mapping: p/case.submit\nfrom: canonical/case@1\nto: p/case@1\nfields:\n"
TABLE = compile_table(
    "p/tables/party.yaml",
    "table: party\nrows:\n  - {ours: person, theirs: Person}\n  - {ours: organization, theirs: Unit}\n",
)


def told(fields: str) -> list[str]:
    written = "".join(f"  {line}\n" for line in fields.splitlines())
    mapping = compile_mapping("p/case.submit.yaml", f"{HEAD}{written}examples: []\n", {"party": TABLE})
    message = OFFERS["Choosing/Choosing/submit"].request
    found = Fit("case.submit", typed=False).findings(targets(mapping), message)
    return [f"{each.finding.line}: {each.finding.what}: {each.finding.write}" for each in found]


def test_a_concrete_type_that_is_fed_whole_gives_no_finding() -> None:
    fields = 'sqr:\n  fields:\n    "@xsi:type": ="Person"\n    xm: ="a"\n    sfzh: ="1"\nlicence.bh: ="1"'
    assert told(fields) == []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            'sqr.xm: ="a"\nlicence.bh: ="1"',
            '5: \'sqr\' is abstract there: only a concrete type can be written: '
            '"@xsi:type": ="…", one of Person, Company',
        ),
        (
            'sqr:\n  fields:\n    "@xsi:type": ="Unit"\n    xm: ="a"\nlicence.bh: ="1"',
            "7: no type 'Unit' may stand for 'sqr' there: \"@xsi:type\": =\"…\", one of Person, Company",
        ),
        (
            'sqr:\n  fields:\n    "@xsi:type": ="Person"\n    xm: ="a"\n    sfzh: ="1"\n    xydm: ="9"',
            "10: the contract has no 'sqr.xydm'",
        ),
        (
            'sqr:\n  fields:\n    "@xsi:type": applicant.kind | table("party")\n    xm: ="a"\nlicence.bh: ="1"',
            "7: no type 'Unit' may stand for 'sqr' there",
        ),
        (
            'sqr:\n  fields:\n    "@xsi:type": purpose\n    xm: ="a"\nlicence.bh: ="1"',
            "7: the type of 'sqr' may be anything",
        ),
        (
            'sqr:\n  fields:\n    "@xsi:type": ="Person"\n    xm: ="a"\n    sfzh: ="1"',
            "4: one of licence, photo is required there and none is fed",
        ),
        (
            'sqr:\n  fields:\n    "@xsi:type": ="Person"\n    xm: ="a"\n    sfzh: ="1"\nevidence.bh: ="1"',
            "10: the contract has no 'evidence'",
        ),
    ],
)  # fmt: skip
def test_what_may_not_stand_there_is_told_at_its_line(fields: str, expected: str) -> None:
    assert any(each.startswith(expected) for each in told(fields)), told(fields)


def test_a_draft_asks_which_type_stands_where_one_must_be_named() -> None:
    files = {"c.wsdl": CONTRACT}
    offered = read("c.wsdl", files)
    offers = chosen(offered, {"case.submit": "Choosing/Choosing/submit"})
    written = draft("hd", "341702", offered, offers, path="c.wsdl", files=files).files["case.submit.yaml"]
    assert '"@xsi:type": "?"' in written and "Person、Company" in written
    assert '# "@xsi:type": 可为 / may be FullAddress' in written
    assert "# photo: 与前者二选一" in written


NAMED = "xmlns:t='urn:choosing' xmlns:x='http://www.w3.org/2001/XMLSchema-instance'"
PERSON = (
    "<t:sqr x:type='t:Person'><t:xm>a</t:xm><t:sfzh>{}</t:sfzh></t:sqr><t:licence><t:bh>1</t:bh></t:licence>"
)


def misfits(inside: str) -> list[str]:
    """By the parts alone, as where libxml2 has no whole schema or has found something else."""
    body = f"<e:Body><t:submit {NAMED}>{inside}</t:submit></e:Body>"
    raw = f"<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'>{body}</e:Envelope>"
    operation = Operation.model_validate({"call": "submit", "taken": {"body": {"code": "0"}}})
    offer = OFFERS["Choosing/Choosing/submit"]
    request = Request("POST", URL("http://h"), {"Content-Type": "text/xml"}, raw.encode())
    heard = by_soap(operation, request, {}, offer.wrapper)
    return list(map(str, Against(xml=True, typed=False).misfits(heard.document, offer.request)))


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        (PERSON.format("1"), []),
        (PERSON.format("1" * 19), ["'sqr.sfzh' is longer than 18"]),
        (PERSON.replace("t:Person", "t:Unit"), ["'sqr' names a type in @xsi:type that may not stand there"]),
        (
            PERSON.replace(" x:type='t:Person'", ""),
            ["'sqr' is abstract there and must name a type in @xsi:type"],
        ),
    ],
)
def test_a_message_that_names_its_type_is_held_to_that_type(inside: str, expected: list[str]) -> None:
    assert misfits(inside) == expected
