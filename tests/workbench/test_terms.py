"""What a platform takes: everything that we write by a contract, and nothing of it with one thing wrong."""

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from lxml import etree

from adapters.base import Adapter
from adapters.build import build
from adapters.contract import Contract, Offer, read
from adapters.contract.documents import Documents
from adapters.contract.own import by_types
from adapters.declared import Platform
from adapters.errors import Unencodable
from adapters.holes import hollowed
from adapters.message import Access, Message, Request
from adapters.wsdl import loaded
from gateway.workbench.check import built
from gateway.workbench.described import Described, described
from gateway.workbench.misfits import Against
from gateway.workbench.terms import Terms, terms_of
from tests.fakes import fixtures
from tests.installation import CHECKOUT
from tests.workbench.documents import defects, documents
from tests.workbench.made import EXAMPLES, example

CONTRACTS = {  # where every offer of it can be written
    "tests/adapters": ("typed.wsdl",),
    "tests/adapters/contract/wsdl": ("several/service.wsdl", "asmx.wsdl", "encoded.wsdl", "attached.wsdl"),
    "tests/adapters/contract/openapi": ("swagger.json", "three-one.json", "case.yaml", "upload.yaml"),
    "docs/tutorial/qingping": ("openapi.yaml",),
    "docs/tutorial/luhe": ("service.wsdl",),
    "mappings/examples/sim-yb/contract": ("service.wsdl",),
    "mappings/examples/sim-gx/contract": ("service.wsdl",),
}
PROPERTY = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
OPERATION = "case.submit"


@cache
def files(folder: str) -> dict[str, str]:
    root = CHECKOUT / folder
    kinds = (".wsdl", ".xsd", ".json", ".yaml", ".xml")
    found = [path for path in root.rglob("*") if path.suffix in kinds]
    return {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in found}


@cache
def contract(folder: str, name: str) -> Contract:
    return read(name, files(folder))


def offers() -> list[Any]:
    found = []
    for folder, names in CONTRACTS.items():
        for name in names:
            for offer in contract(folder, name).offers:
                if offer.how == "typed":
                    found.append(
                        pytest.param(folder, name, offer.call, id=f"{Path(folder).name} {offer.call}")
                    )
    return found


@cache
def speaking(folder: str, name: str, call: str) -> tuple[Offer, Adapter, Terms]:
    """An adapter with this one operation of the contract, and what is taken there."""
    found = contract(folder, name)
    offer = next(each for each in found.offers if each.call == call)
    operation: dict[str, Any] = {"call": call, "taken": {"body": {"code": "0"}}}
    if "form" in offer.media:
        operation["sends"] = "multipart" if "multipart" in offer.media else "form"
    if offer.media and (beside := [each.name for each in offer.request.parts if each.where == "query"]):
        operation["query"] = beside
    platform = Platform.model_validate(
        {"platform": "p", "title": "t", "kind": "regional", "serves": [{"division": "440232"}], "contract": name,
         "speaks": "rest" if " " in call else "soap", "operations": {OPERATION: operation}}
    )  # fmt: skip
    unsent: Any = None
    adapter = build(
        platform, access=Access("http://h", {}, {}), transport=unsent, clock_ms=lambda: 0, random=bytes,
        contract=files(folder),
    )  # fmt: skip
    known = {OPERATION: Described(offer.request, offer.answer, found.kind == "wsdl", offer)}
    return offer, adapter, terms_of(platform, files(folder), known, adapter)


def drawn(data: st.DataObject, offer: Offer, folder: str, name: str) -> dict[str, Any]:
    is_xml = contract(folder, name).kind == "wsdl"
    made: dict[str, Any] = data.draw(documents(offer.request, xml=is_xml, typed=" " in offer.call))
    return made


def written(adapter: Adapter, document: dict[str, Any]) -> Request:
    """What parts do not say, as ranges and nested choices, the writer knows: such a document counts for nothing."""
    try:
        return adapter.encode(Message(OPERATION, document))
    except Unencodable:
        assume(False)
        raise


@pytest.mark.parametrize(("folder", "name", "call"), offers())
@PROPERTY
@given(data=st.data())
def test_what_we_write_by_a_contract_is_taken(folder: str, name: str, call: str, data: st.DataObject) -> None:
    offer, adapter, terms = speaking(folder, name, call)
    request = written(adapter, drawn(data, offer, folder, name))
    assert terms.misfits(OPERATION, request, dressed=False) == []


@pytest.mark.parametrize(("folder", "name", "call"), offers())
@PROPERTY
@given(data=st.data())
def test_one_thing_wrong_is_refused_at_its_place(
    folder: str, name: str, call: str, data: st.DataObject
) -> None:
    offer, adapter, terms = speaking(folder, name, call)
    document = drawn(data, offer, folder, name)
    sound = written(adapter, document)
    for what, where, spoilt in defects(offer.request, document):
        request = unchecked(folder, name, call, adapter, spoilt, sound)
        if request is None:
            continue  # it has no place on the wire at all: a path without its field
        found = terms.misfits(OPERATION, request, dressed=False)
        assert found, (what, where)
        assert "?!" not in "".join(map(str, found)), "a value is told"


def unchecked(
    folder: str, name: str, call: str, adapter: Adapter, document: dict[str, Any], sound: Request
) -> Request | None:
    """As somebody writes it who does not look at the contract."""
    if " " in call:
        try:
            return adapter.encode(Message(OPERATION, document))
        except Unencodable:
            return None
    wsdl = loaded(name, files(folder))
    bound = wsdl.bound(call)
    assert bound is not None
    own = by_types(wsdl.wsdl, bound, None)
    assert own is not None
    if {each for each, _ in own.attached} & set(document):
        return None  # what is attached stands beside the envelope, and this writes the envelope alone
    envelope: Any = own.writes.envelope(document)
    return Request(sound.method, sound.url, own.headers, etree.tostring(envelope))


@pytest.mark.parametrize("name", sorted(path.parent.name for path in EXAMPLES.glob("*/platform.yaml")))
def test_every_case_and_question_is_taken_by_the_platform_that_it_is_mapped_for(name: str) -> None:
    release = example(name)
    if release.declared.speaks not in ("rest", "soap"):
        return  # nothing is sent: fronts are held against their columns before anything is written
    adapter = built(release)
    terms = terms_of(release.declared, release.files, described(release), adapter)
    count = 0
    for each in fixtures.names(name[4:]):
        document = fixtures.admitted(each)
        for operation, given_ in ((OPERATION, document), ("case.progress", fixtures.asking(document))):
            request = adapter.encode(Message(operation, release.mappings[operation](given_)))
            assert terms.misfits(operation, request, dressed=False) == []
            count += 1
    assert count >= 4


@pytest.mark.parametrize("name", fixtures.names("gd"))
def test_a_real_shaped_case_with_one_thing_wrong_is_refused(name: str) -> None:
    release = example("sim-gd")
    adapter, known = built(release), described(release)
    terms = terms_of(release.declared, release.files, known, adapter)
    message = known[OPERATION].message
    assert message is not None
    document, _ = hollowed(release.mappings[OPERATION](fixtures.admitted(name)))
    spoilt = list(defects(message, document))
    assert len(spoilt) > 60
    for what, where, each in spoilt:
        request = adapter.encode(Message(OPERATION, each))
        assert terms.misfits(OPERATION, request), (what, where)


# ---- beside another validator ----------------------------------------------------------------------------

BANJIAN = files("docs/tutorial/qingping")["openapi.yaml"]
VALUES = st.sampled_from(
    ["10", "20", "99", "KSTB", "x" * 7, "x" * 41, "x" * 61, "", 1, 7, True, 1.5, [], ["a"], {}]
)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_json_is_refused_exactly_where_a_json_schema_validator_refuses_it(data: st.DataObject) -> None:
    """But for what is not named: a schema allows it silently, and nobody reads it there."""
    tree: Any = Documents({"o": BANJIAN}).tree("o")
    offer = next(each for each in read("o", {"o": BANJIAN}).offers if each.call == "POST /v1/banjian")
    document = data.draw(documents(offer.request))
    for _ in range(data.draw(st.integers(0, 3))):
        holder = data.draw(st.sampled_from(_holders(document)))
        name = data.draw(st.sampled_from([*holder, "clmc"])) if holder else "clmc"
        if data.draw(st.booleans()):
            holder.pop(name, None)
        elif name in holder:
            holder[name] = data.draw(VALUES)
    schema = {"$ref": "#/components/schemas/Banjian", "components": _closed(tree["components"])}
    expected = jsonschema_rs.validator_for(schema).is_valid(document)
    assert (Against(xml=False, typed=True).misfits(document, offer.request) == []) == expected


def _holders(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [holder for each in value for holder in _holders(each)]
    if not isinstance(value, dict):
        return []
    return [value, *(holder for each in value.values() for holder in _holders(each))]


def _closed(value: Any) -> Any:
    """With every object closed: the model takes what a contract does not name for a mistake."""
    if isinstance(value, list):
        return [_closed(each) for each in value]
    if not isinstance(value, dict):
        return value
    made = {key: _closed(each) for key, each in value.items()}
    return {"additionalProperties": False, **made} if isinstance(made.get("properties"), dict) else made


def test_the_contracts_of_the_tests_are_really_looked_at() -> None:
    assert Counter(each.values[0] for each in offers()).keys() == CONTRACTS.keys()
