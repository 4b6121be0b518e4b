"""SOAP encoding: what we write says its types, what we read may refer to what stands elsewhere."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from adapters.codecs import xml
from adapters.contract.encoded import plain
from adapters.contract.own import Own
from adapters.errors import Garbled, Unencodable
from adapters.wsdl import Contract
from tests.adapters.contract.folders import FILES

CONTRACT = Contract("encoded.wsdl", FILES)
XSI = "{http://www.w3.org/2001/XMLSchema-instance}type"
ARRAY = "{http://schemas.xmlsoap.org/soap/encoding/}arrayType"
CASE = {"licence": "L", "case": {"sqrxm": "甲", "jj": True, "cl": {"item": [{"clmc": "乙", "fs": 2}]}}}


def own(name: str) -> Own:
    found = CONTRACT.operation(name)
    assert isinstance(found, Own)
    return found


def call(document: dict[str, Any]) -> etree._Element:
    return etree.fromstring(own("submit").written(document, "utf-8")[0])[0][0]


def test_every_element_says_its_type_and_an_array_what_it_holds() -> None:
    element = call(CASE)
    assert element.tag == "{urn:old}submit"
    names = {prefix: uri for prefix, uri in element.nsmap.items() if prefix}
    licence, case = element
    prefix, _, name = str(case.get(XSI)).partition(":")
    assert (names[prefix], name, licence.get(XSI)) == ("urn:old", "Case", "xsd:string")
    flag, items = case[1], case[2]
    assert (flag.text, flag.get(XSI), items.get(XSI)) == ("true", "xsd:boolean", "enc:Array")
    assert str(items.get(ARRAY)).endswith(":Material[1]")
    assert items[0][1].get(XSI) == "xsd:int"


def test_an_overloaded_operation_has_its_own_name_on_the_wire() -> None:
    body, headers = own("query_2").written({"number": "1", "year": 2026}, "utf-8")
    assert etree.fromstring(body)[0][0].tag == "{urn:old}query"
    assert headers["SOAPAction"] == '"urn:old#query2"'


@pytest.mark.parametrize(
    ("case", "path", "code"),
    [
        ({}, "case.sqrxm", "needed_there"),
        ({"sqrxm": "a", "zz": "b"}, "case.zz", "unknown_there"),
        ({"sqrxm": ["a", "b"]}, "case.sqrxm", "once_there"),
        ({"sqrxm": {"x": "y"}}, "case.sqrxm", "not_allowed_there"),
        ({"sqrxm": "a", "sqsj": "gestern"}, "case.sqsj", "not_allowed_there"),
        (
            {"sqrxm": "a", "cl": {"item": [{"clmc": "b", "fs": "zwei"}]}},
            "case.cl.item.0.fs",
            "not_allowed_there",
        ),
        ({"sqrxm": "a\x01"}, "case.sqrxm", "not_xml_text"),
    ],
)
def test_what_the_types_do_not_allow_is_named(case: dict[str, Any], path: str, code: str) -> None:
    with pytest.raises(Unencodable) as caught:
        own("submit").written({"licence": "L", "case": case}, "utf-8")
    assert (path, code) in [(each.path, each.code) for each in caught.value.problems]


def test_a_charset_that_lacks_a_character_is_named() -> None:
    with pytest.raises(Unencodable) as caught:
        own("query").written({"number": "喆"}, "gb2312")
    assert [(each.path, each.code) for each in caught.value.problems] == [("number", "cannot_write")]


def body(inside: str) -> etree._Element:
    return etree.fromstring(
        f'<Body xmlns:enc="http://schemas.xmlsoap.org/soap/encoding/" xmlns:x="urn:x">{inside}</Body>'
    )


def test_structures_beside_the_answer_are_put_where_it_refers_to_them() -> None:
    answer = plain(
        body(
            '<x:submitResponse><receipt href="#id0"/></x:submitResponse>'
            '<multiRef id="id0" enc:root="0"><code>0</code><rows href="#id1"/></multiRef>'
            '<multiRef id="id1" enc:arrayType="x:Row[2]"><Row><n>1</n></Row><Row href="#id2"/></multiRef>'
            '<multiRef id="id2"><n>2</n></multiRef>'
        )
    )
    assert len(answer) == 1
    assert xml.tree(answer[0]) == {"receipt": {"code": "0", "rows": {"item": [{"n": "1"}, {"n": "2"}]}}}


def test_references_of_soap_1_2_and_marks_of_the_drafts_are_read() -> None:
    answer = plain(
        etree.fromstring(
            '<Body xmlns:enc="http://www.w3.org/2003/05/soap-encoding" '
            'xmlns:xsi="http://www.w3.org/1999/XMLSchema-instance">'
            '<r><a enc:ref="x"/><b xsi:null="1"/><c xsi:type="n:T">t</c></r><m enc:id="x"><n>1</n></m></Body>'
        )
    )
    assert xml.tree(answer[0]) == {"a": {"n": "1"}, "b": None, "c": "t"}


def test_references_that_lead_deep_are_garbled() -> None:
    deep = "<d>" * 150 + '<e href="#i{}"/>' + "</d>" * 150
    steps = "".join(f'<m id="i{n}">{deep.format(n + 1)}</m>' for n in range(60))
    with pytest.raises(Garbled, match="references"):
        plain(body(f'<r href="#i0"/>{steps}<m id="i60">x</m>'))


def test_an_answer_without_references_stays_what_it_was() -> None:
    before = body("<r><a id='7'>x</a></r>")
    assert plain(before) is before


@pytest.mark.parametrize(
    "inside",
    [
        '<r href="#a"/><m id="a"><n href="#a"/></m>',
        '<r href="#a"/><m id="a"><n href="#b"/></m><m id="b"><n href="#a"/></m>',
    ],
)
def test_references_in_a_circle_are_garbled(inside: str) -> None:
    with pytest.raises(Garbled, match="references"):
        plain(body(inside))


def test_references_that_would_grow_without_end_are_garbled() -> None:
    steps = "".join(f'<m id="i{n}"><a href="#i{n + 1}"/><b href="#i{n + 1}"/></m>' for n in range(40))
    with pytest.raises(Garbled, match="references"):
        plain(body(f'<r href="#i0"/>{steps}<m id="i40">x</m>'), most=5000)


IDS = st.sampled_from(["a", "b", "c"])
TREES = st.recursive(
    st.builds("<n href='#{}'/>".format, IDS) | st.sampled_from(["<t>x</t>", "<e/>"]),
    lambda inner: st.builds(
        lambda name, content: f"<s id='{name}'>{''.join(content)}</s>", IDS, st.lists(inner, max_size=3)
    ),
    max_leaves=8,
)


@given(parts=st.lists(TREES, min_size=1, max_size=4))
def test_any_references_are_followed_or_garbled(parts: list[str]) -> None:
    root = body("".join(parts))
    before = etree.tostring(copy.deepcopy(root))
    try:
        answer = plain(root)
    except Garbled:
        return
    assert etree.tostring(root) == before
    assert len(answer) <= len(root)
