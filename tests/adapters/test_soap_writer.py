"""The compiled writer beside zeep: what it takes means the same, and the schema allows it."""

from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zeep.wsdl.bindings.soap import SoapOperation

from adapters.writer.compiled import compiled
from adapters.writer.odd import Unclaimed
from adapters.wsdl import Contract
from tests.adapters.documents import Documents
from tests.adapters.soap_equality import DECLARATION, compare, enumerated, kind_of

FOLDER = Path(__file__).parent
CONTRACTS = {
    name: Contract(name, {name: (FOLDER / name).read_text()}) for name in ("forms.wsdl", "typed.wsdl")
}
CALLS = [
    (name, use.call)
    for name, contract in CONTRACTS.items()
    for use in contract.uses
    if use.reason is None and isinstance(contract.operation(use.call), SoapOperation)
]
KNOWN: dict[str, list[Any]] = {
    "code": ["AB", "金山", "a & b", "abcdef", "abcdefg", " ab", "a  b"],
    "brief": ["AB12", "金a", "A", "ABCDE", "ab"],
    "number": ["11010119900101123X", "110101199001011234", "11010119900101123Y", "1101011990010112３4"],
    "kind": ["1", "a & b", "", "2", "1 "],
    "fee": ["1.50", "0", 5, "123.45", "99999", "-1", "1234.567", "123456", "1e3", "+1", ".5", "5."],
    "count": [1, 99, "5", "007", 0, 100, "+1", "-1"],
    "date": ["1990-01-01", "2024-02-29", "2023-02-29", "1990-01-31+08:00"],
    "dateTime": ["1990-01-01T12:00:00", "1990-01-01T24:00:00", "1990-01-01"],
    "unsignedShort": [0, "65535", 7, "70000", "-0"],
}
ORDINARY: dict[str, list[Any]] = {
    "string": ["张三", "<&>", "a\r\nb"],
    "code": ["AB", "金山", "abcdef"],
    "brief": ["AB12", "金a"],
    "number": ["11010119900101123X", "110101199001011234"],
    "kind": ["1", "a & b"],
    "fee": ["1.50", "0", 5, "123.45"],
    "count": [1, 99, "5"],
    "boolean": [True, False, "1"],
    "float": ["1.5", "-3", "1e3"],
    "double": ["1.5", "-3", "INF"],
    "int": [1, "-7"],
    "unsignedShort": [7, "65535"],
    "date": ["1990-01-01", "2024-12-31"],
    "dateTime": ["1990-01-01T12:00:00", "1990-01-01T23:59:59.5+08:00"],
    "time": ["12:00:00", "23:59:59Z"],
    "base64Binary": ["JVBERg==", ""],
    "hexBinary": ["0fB7", ""],
    "anyURI": ["http://h.invalid/a", "a/b"],
    "duration": ["P1D", "PT5M"],
    "anySimpleType": ["1", "12"],
}


def documents(
    contract: Contract, soap: Any, seeds: range, wild: float, known: dict[str, list[Any]] = KNOWN
) -> list[Any]:
    named, kind = enumerated(contract), kind_of(soap)
    return [Documents(Random(seed), wild=wild, enumerated=named, known=known).of_body(kind) for seed in seeds]


@pytest.mark.parametrize(("name", "call"), CALLS)
@given(start=st.integers(0, 10**9), wild=st.sampled_from([0.0, 0.003, 0.02]))
def test_what_it_writes_means_what_zeep_writes(name: str, call: str, start: int, wild: float) -> None:
    contract = CONTRACTS[name]
    soap = contract.operation(call)
    for schema in (None, contract.schema) if soap.style == "document" else (None,):
        given = documents(contract, soap, range(start, start + 3), wild)
        assert compare(soap, compiled(soap, DECLARATION, schema), given, schema).differing == []


@pytest.mark.parametrize(("name", "call"), CALLS)
def test_ordinary_documents_do_not_need_zeep(name: str, call: str) -> None:
    contract = CONTRACTS[name]
    soap = contract.operation(call)
    schema = contract.schema if soap.style == "document" else None
    given = documents(contract, soap, range(400), 0.0, ORDINARY)
    found = compare(soap, compiled(soap, DECLARATION, schema), given, schema)
    assert (found.differing, found.left) == ([], 0)
    assert found.taken > 20


def unsaid(call: str) -> dict[str, str]:
    contract = CONTRACTS["forms.wsdl"]
    return compiled(contract.operation(call), DECLARATION, contract.schema).unsaid


def test_every_part_of_the_schema_but_the_odd_ones_is_kept_without_libxml2() -> None:
    assert (unsaid("Forms/Eleven/plain"), unsaid("Forms/Twelve/submit")) == ({}, {})
    assert unsaid("Forms/Eleven/values") == {
        "values.qx": "simple type duration",
        "values.nf": "simple type gYear",
        "values.lb": "a list or union",
        "values.hz": "a list or union",
    }


def test_what_is_not_claimed_is_named() -> None:
    contract = CONTRACTS["forms.wsdl"]
    assert compiled(contract.operation("Forms/Eleven/values"), DECLARATION, None).unclaimed == {
        "values.nf": "simple type gYear"
    }
    text = (FOLDER / "forms.wsdl").read_text()
    changed = text.replace('name="fs" type="f:count"/>', 'name="fs" type="xsd:QName"/>')
    needing = Contract("c.wsdl", {"c.wsdl": changed}).operation("Forms/Eleven/plain")
    with pytest.raises(Unclaimed, match="simple type QName"):
        compiled(needing, DECLARATION, contract.schema)


def test_a_namespace_is_written_as_it_is_meant() -> None:
    text = (FOLDER / "forms.wsdl").read_text().replace("urn:forms", "urn:forms?a=1&amp;b=2")
    contract = Contract("c.wsdl", {"c.wsdl": text})
    soap = contract.operation("Forms/Eleven/plain")
    given = documents(contract, soap, range(100), 0.0, ORDINARY)
    found = compare(soap, compiled(soap, DECLARATION, None), given)
    assert found.differing == []
    assert found.taken


def test_a_number_of_thousands_of_digits_is_left_to_zeep() -> None:
    soap = CONTRACTS["forms.wsdl"].operation("Forms/Eleven/values")
    assert compiled(soap, DECLARATION, None).written({"fs": 10**5000}, "utf-8") is None
