"""WSDLs of every style as one model: what is offered, how it is called, what stands where."""

import pytest

from adapters.contract import Offer, Part, read, walk
from adapters.errors import Unbuildable
from adapters.wsdl import Contract
from tests.adapters.contract.folders import FILES
from tests.contract.made import made


def offers(path: str) -> dict[str, Offer]:
    return {each.call: each for each in read(path, FILES).offers}


def places(part: Part) -> dict[str, Part]:
    return {".".join(path): each for path, each in walk(part) if path}


def test_an_asmx_contract_offers_soap_1_1_soap_1_2_and_http_side_by_side() -> None:
    found = offers("asmx.wsdl")
    assert {call: (each.how, each.media) for call, each in found.items()} == {
        "Service/ServiceSoap/Query": ("typed", "text/xml"),
        "Service/ServiceSoap12/Query": ("typed", "application/soap+xml"),
        "GET /Query": ("typed", ""),
        "POST /Query": ("typed", "application/x-www-form-urlencoded"),
    }
    assert [(each.name, each.where) for each in found["GET /Query"].request.parts] == [
        ("ValidateData", "query")
    ]


def test_limits_titles_choices_and_attributes_are_in_the_parts() -> None:
    parts = places(offers("asmx.wsdl")["Service/ServiceSoap/Query"].request)
    name, kind = parts["Applicant.Name"], parts["Kind"]
    assert (name.title, name.shortest, name.longest, name.pattern) == ("申请人姓名", 2, 40, "[^ ]+")
    assert (kind.required, kind.among, kind.title) == (True, ("P", "O"), "申请类型")
    sides = {parts["Applicant.IdNumber"].choice, parts["Applicant.Uscc"].choice}
    assert sides == {"choice 1"}
    assert (parts["Applicant.@lang"].required, parts["Applicant.Name"].namespace) == (
        True,
        "http://tempuri.org/",
    )


def test_a_type_that_contains_itself_is_given_once() -> None:
    parts = places(offers("asmx.wsdl")["Service/ServiceSoap/Query"].request)
    assert parts["Applicant"].recursive
    agent = parts["Applicant.Agent"]
    assert (agent.recursive, agent.many, agent.parts) == (True, True, ())


def test_a_contract_in_several_files_is_put_together() -> None:
    contract = read("several/service.wsdl", FILES)
    assert contract.addresses == ("http://one.invalid/case", "http://two.invalid/plain")
    found = {each.call: each for each in contract.offers}
    submit = found["CaseService/Case/submit"]
    assert [each.name for each in submit.headers] == ["who"]
    assert list(places(submit.request)) == ["sxbm", "sqrxm", "fy", "fy.#text", "fy.@bz"]
    assert (places(submit.request)["sxbm"].longest, submit.style) == (6, "document/literal")
    assert found["PlainService/Plain/ask"].style == "rpc/literal"
    assert found["PlainService/Plain/ask"].wrapper == "{urn:several:rpc}ask"


def test_encoded_messages_have_their_types_and_arrays_their_items() -> None:
    contract = read("encoded.wsdl", FILES)
    submit = contract.offers[0]
    assert (submit.title, submit.how, submit.style) == ("提交办件", "typed", "rpc/encoded")
    parts = places(submit.request)
    assert parts["case.sqsj"].kind == "time"
    assert (parts["case.cl.item"].many, parts["case.cl.item.fs"].kind) == (True, "integer")


def test_overloaded_operations_are_told_apart_alike_in_port_type_and_binding() -> None:
    contract = read("encoded.wsdl", FILES)
    queries = {each.call.rpartition("/")[2]: each for each in contract.offers[1:]}
    assert {name: [part.name for part in each.request.parts] for name, each in queries.items()} == {
        "query": ["number"],
        "query_2": ["number", "year"],
    }
    assert {name: each.action for name, each in queries.items()} == {
        "query": "urn:old#query1",
        "query_2": "urn:old#query2",
    }
    assert {each.wrapper for each in queries.values()} == {"{urn:old}query"}
    assert any("overloaded" in note and "encoded.wsdl" in note for note in contract.repaired)


@pytest.mark.parametrize("path", ["asmx.wsdl", "attached.wsdl", "encoded.wsdl", "several/service.wsdl"])
def test_what_is_offered_with_types_is_what_the_adapter_can_write(path: str) -> None:
    contract = Contract(path, FILES)
    soap = {each.call: each for each in read(path, FILES).offers if "/" in each.call and " " not in each.call}
    usable = {use.call for use in contract.uses if use.reason is None}
    assert usable == {call for call, each in soap.items() if each.how == "typed"}
    for call, own in contract._own.items():
        for whole in (False, True):
            body, _ = own.written(made(soap[call].request, whole=whole), "utf-8")
            assert b"<soap-env:Body>" in body


def test_a_bare_xml_schema_offers_a_message_for_each_element() -> None:
    contract = read("several/types/case.xsd", FILES)
    assert contract.kind == "schema"
    assert [each.call for each in contract.offers] == ["who", "submit", "submitted"]
    assert contract.offers[1].wrapper == "{urn:several:case}submit"


def test_a_file_with_neither_service_nor_binding_is_named() -> None:
    with pytest.raises(Unbuildable, match="offers no operation: it has neither service nor binding"):
        read("several/messages.wsdl", FILES)
