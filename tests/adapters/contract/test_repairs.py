"""What real contracts do wrong: each is mended the same way every time, said, and then works."""

import pytest

from adapters.contract import read
from adapters.errors import Unbuildable
from adapters.wsdl import Contract, loaded
from tests.adapters.contract.folders import FILES

PATH = "several/service.wsdl"
MESSAGES = "several/messages.wsdl"
CASE = "several/types/case.xsd"


def mended(changes: dict[str, tuple[str, str]], path: str = PATH, **more: str) -> dict[str, str]:
    files = dict(FILES) | more
    for name, (old, new) in changes.items():
        assert old in files[name], old
        files[name] = files[name].replace(old, new)
    return files


CASES = {
    "import with another namespace": (
        {MESSAGES: ('import namespace="urn:several:case"', 'import namespace="urn:wrong"')},
        "is imported as urn:wrong, but is urn:several:case",
    ),
    "include of another namespace": (
        {CASE: ("<xsd:include ", '<xsd:include schemaLocation="../other.xsd"/><xsd:include ')},
        "is included, but has another namespace, urn:other: imported",
    ),
    "import without a location": (
        {MESSAGES: (' schemaLocation="types/case.xsd"', "")},
        "no location for urn:several:case: several/types/case.xsd is taken for it",
    ),
    "location of the server that it came from": (
        {MESSAGES: ('"types/case.xsd"', '"http://10.0.0.8:8080/ws/case.xsd"')},
        "http://10.0.0.8:8080/ws/case.xsd is not in the folder: several/types/case.xsd is taken for it",
    ),
    "location under another attribute": (
        {CASE: ('include schemaLocation="base.xsd"', 'include location="base.xsd"')},
        "location=base.xsd is read as schemaLocation",
    ),
    "header that nobody defines": (
        {PATH: ('part="who"', 'part="nobody"')},
        "SOAP header Who/nobody is not defined: left out",
    ),
    "draft of the schema language": (
        {CASE: ("http://www.w3.org/2001/XMLSchema", "http://www.w3.org/1999/XMLSchema")},
        "a draft namespace of XML Schema is read as that of 2001",
    ),
    "prefix that is not declared": (
        {CASE: ('\n    xmlns:xsd="http://www.w3.org/2001/XMLSchema"', "")},
        "the prefix xsd is not declared: taken for http://www.w3.org/2001/XMLSchema",
    ),
    "name of the schema language in another case": (
        {CASE: ("simpleContent", "simplecontent")},
        "names of XML Schema in the wrong case are read as they are meant",
    ),
    "type in a wrong namespace": (
        {CASE: ('type="c:money"', 'type="o:money" xmlns:o="urn:gone"')},
        "{urn:gone}money is not defined: {urn:several:case}money is taken for it",
    ),
    "built-in type without its prefix": (
        {CASE: ('name="sqrxm" type="xsd:string"', 'name="sqrxm" type="c:string"')},
        "{urn:several:case}string is not defined: xsd:string is taken for it",
    ),
    "schema without its own namespace": (
        {
            CASE: (
                "<xsd:include",
                "<xsd:import namespace='urn:bare' schemaLocation='../bare.xsd'/><xsd:include",
            )
        },
        "<schema> without its namespace is read as if it had it",
    ),
}
MORE = {
    "several/other.xsd": '<s:schema xmlns:s="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:other"/>',
    "several/bare.xsd": '<schema targetNamespace="urn:bare"><element name="e" type="string"/></schema>',
}


@pytest.mark.parametrize("name", sorted(CASES))
def test_it_is_mended_and_said(name: str) -> None:
    changes, said = CASES[name]
    files = mended(changes, **MORE)
    contract = read(PATH, files)
    assert any(said in note for note in contract.repaired), contract.repaired
    assert {each.how for each in contract.offers} == {"typed"}
    assert contract == read(PATH, files)


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_running_adapter_mends_alike(name: str) -> None:
    changes, said = CASES[name]
    contract = Contract(PATH, mended(changes, **MORE))
    assert any(said in note for note in contract.repaired)
    assert {use.reason for use in contract.uses} == {None}
    assert contract.operation("submit") is not None


def test_nothing_is_said_of_a_contract_that_is_in_order() -> None:
    assert read(PATH, FILES).repaired == ()


def test_bindings_without_a_service_are_offered_under_their_names() -> None:
    text = FILES[PATH]
    without = text[: text.index("<wsdl:service")] + "</wsdl:definitions>"
    contract = read(PATH, {**FILES, PATH: without})
    assert [each.call for each in contract.offers] == ["Case/Case/submit", "Plain/Plain/ask"]
    assert any("no service: the binding Case is offered as Case/Case" in each for each in contract.repaired)


def test_of_two_things_that_could_be_meant_none_is_taken() -> None:
    changes = {MESSAGES: ('"types/case.xsd"', '"http://10.0.0.8/case.xsd"')}
    files = mended(changes) | {
        "several/types/copy/case.xsd": FILES[CASE],
        "several/other/case.xsd": FILES[CASE],
    }
    files["several/odd/case.xsd"] = files.pop(CASE)
    offers = {each.call: each for each in read(PATH, files).offers}
    assert offers["CaseService/Case/submit"].how == "template"
    assert "element c:submit" in offers["CaseService/Case/submit"].why


def test_what_a_missing_file_takes_away_is_a_template_and_the_rest_stays_typed() -> None:
    files = {path: text for path, text in FILES.items() if path != CASE}
    contract = read(PATH, files)
    hows = {each.call: (each.how, each.why) for each in contract.offers}
    assert hows["CaseService/Case/submit"] == ("template", "not in the contract: element c:submit")
    assert any("types/case.xsd is not in the folder" in note for note in contract.repaired)


def test_a_contract_that_stays_the_same_is_loaded_once_for_all_releases() -> None:
    first = loaded(PATH, FILES)
    assert loaded(PATH, {**FILES, "case.submit.yaml": "mapping: other"}) is first
    assert loaded(PATH, {**FILES, CASE: FILES[CASE] + "\n"}) is not first


def test_neither_wsdl_nor_schema_is_said() -> None:
    with pytest.raises(Unbuildable, match="neither a WSDL"):
        Contract("x.wsdl", {"x.wsdl": "<html/>"})
