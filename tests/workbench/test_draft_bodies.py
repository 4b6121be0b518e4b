"""A draft says how a message stands in its request: in XML with its root, in a form of parts with its files."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.contract import Contract, read
from gateway.releases.compiled import compile_release
from gateway.workbench.draft.folder import Draft, chosen, draft
from mappings.problems import Unreadable

STRING = {"type": "string"}


def described(media: str, schema: Any, answer: str = "application/json") -> Contract:
    told = {"content": {answer: {"schema": {"type": "object", "properties": {"code": STRING}}}}}
    operation = {"requestBody": {"content": {media: {"schema": schema}}}, "responses": {"200": told}}
    schemas = {"Banjian": CASE}
    tree = {"openapi": "3.0.1", "paths": {"/x": {"post": operation}}, "components": {"schemas": schemas}}
    return read("o.json", {"o.json": json.dumps(tree)})


CASE: dict[str, Any] = {
    "type": "object",
    "required": ["lsh", "cl"],
    "properties": {
        "lsh": {"type": "string", "xml": {"name": "LSH"}},
        "bb": {"type": "string", "xml": {"attribute": True}},
        "cl": {"type": "array", "minItems": 1, "xml": {"wrapped": True, "name": "CLS"},
               "items": {"type": "string", "xml": {"name": "CL"}}},
        "hj": {"type": "array", "items": {"type": "string", "xml": {"name": "HJ"}}},
    },
}  # fmt: skip
REFERRED = {"$ref": "#/components/schemas/Banjian"}


def drafted(contract: Contract, path: str = "o.json") -> Draft:
    return draft("p", "341702", contract, chosen(contract, {}), path=path, files={path: ""})


def operation(made: Draft) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(made.files["platform.yaml"])["operations"]["case.submit"]
    return found


@pytest.mark.parametrize(
    ("media", "schema", "expected"),
    [
        ("application/xml", REFERRED, {"sends": "xml", "root": "Banjian"}),
        (
            "text/xml; charset=GBK", {**CASE, "xml": {"name": "BJ"}},
            {"sends": "xml", "root": "BJ", "charset": "gbk"},
        ),
        ("application/vnd.x+xml", REFERRED, {"sends": "xml", "root": "Banjian"}),
        ("application/xml", CASE, {"sends": "xml", "root": "?"}),
        ("application/json", REFERRED, {}),
    ],
)  # fmt: skip
def test_an_xml_body_has_its_root_from_the_contract(
    media: str, schema: Any, expected: dict[str, str]
) -> None:
    made = drafted(described(media, schema))
    said = operation(made)
    assert {key: said[key] for key in ("sends", "root", "charset") if key in said} == expected
    assert any("根元素" in each for each in made.questions) == (expected.get("root") == "?")


def test_names_of_an_xml_body_are_those_on_the_wire() -> None:
    (offer,) = described("application/xml", REFERRED).offers
    cls = next(each for each in offer.request.parts if each.name == "CLS")
    assert [each.name for each in offer.request.parts] == ["LSH", "@bb", "CLS", "HJ"]
    assert [(each.name, each.many, each.required) for each in cls.parts] == [("CL", True, True)]
    assert [each.name for each in described("application/json", REFERRED).offers[0].request.parts] == [
        "lsh", "bb", "cl", "hj",
    ]  # fmt: skip


def test_an_answer_in_xml_is_read_as_such() -> None:
    assert operation(drafted(described("application/json", CASE, "text/xml")))["answer"] == {
        "document": "xml"
    }
    assert "answer" not in operation(drafted(described("application/json", CASE)))


def test_swagger_says_the_same_by_consumes_and_produces() -> None:
    body = {"in": "body", "name": "b", "schema": {"$ref": "#/definitions/Banjian"}, "required": True}
    told = {"description": "", "schema": {"type": "object", "properties": {"code": STRING}}}
    post = {"parameters": [body], "responses": {"200": told}}
    tree = {"swagger": "2.0", "consumes": ["text/xml"], "produces": ["application/xml"],
            "paths": {"/x": {"post": post}}, "definitions": {"Banjian": CASE}}  # fmt: skip
    said = operation(drafted(read("s.json", {"s.json": json.dumps(tree)})))
    assert (said["sends"], said["root"], said["answer"]) == ("xml", "Banjian", {"document": "xml"})


def test_a_sample_in_xml_says_its_root_and_one_in_an_envelope_becomes_a_raw_envelope() -> None:
    files = {"a.request.xml": "<BJ><LSH>1</LSH></BJ>", "a.response.xml": "<R><code>0</code></R>"}
    said = operation(drafted(read("a.request.xml", files), "a.request.xml"))
    assert (said["sends"], said["root"], said["answer"]) == ("xml", "BJ", {"document": "xml"})
    envelope = (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>{}</e:Body></e:Envelope>'
    )
    enveloped = {path: envelope.format(text) for path, text in files.items()}
    made = drafted(read("a.request.xml", enveloped), "a.request.xml")
    said, declared = operation(made), yaml.safe_load(made.files["platform.yaml"])
    assert (declared["speaks"], said["call"], said["envelope"]) == (
        "soap", "BJ", "contract/case.submit.envelope.xml",
    )  # fmt: skip
    assert "sends" not in said and 't:document=""' in made.files[said["envelope"]]


def test_a_list_of_one_in_a_sample_of_xml_is_a_list() -> None:
    files = {"a.request.xml": "<BJ><LSH>1</LSH><CLList><CL><CLMC>1</CLMC></CL></CLList></BJ>"}
    (offer,) = read("a.request.xml", files).offers
    (listed,) = (each for each in offer.request.parts if each.name == "CLList")
    assert [(each.name, each.many) for each in listed.parts] == [("CL", True)]


def test_a_message_of_which_nothing_is_needed_is_asked_about_once() -> None:
    made = drafted(described("application/json", {"type": "object", "properties": {"byzd": STRING}}))
    written = made.files["case.submit.yaml"]
    assert yaml.safe_load(written)["fields"] == {} and "# byzd: 可选" in written
    with pytest.raises(Unreadable) as found:
        compile_release({f"p/{path}": text for path, text in made.files.items()})
    asked = [each for each in map(str, found.value.findings) if "case.submit.yaml:5" in each]
    assert len(asked) == 1 and "question" in asked[0]


def test_an_object_of_which_nothing_has_to_be_there_is_a_remark_or_a_question() -> None:
    """A block without a field would be a fault of the draft, not a question."""
    inner = {"type": "object", "properties": {"byzd": STRING, "qtzd": STRING}}
    schema = {
        "type": "object",
        "required": ["lsh", "must"],
        "properties": {"lsh": STRING, "may": inner, "must": inner},
    }
    made = drafted(described("application/json", schema))
    fields = yaml.safe_load(made.files["case.submit.yaml"])["fields"]
    assert {key: fields[key] for key in fields if key != "lsh"} == {"must": "?"}
    written = made.files["case.submit.yaml"]
    assert written.count("# byzd: 可选") == 2 and "# may: 可选" in written
    assert any(each.startswith("must") for each in made.questions)


def test_codes_in_attributes_of_an_answer_are_quoted() -> None:
    files = {"a.request.xml": "<BJ><LSH>1</LSH></BJ>", "a.response.xml": '<R code="0"><bjbh>7</bjbh></R>'}
    taken = operation(drafted(read("a.request.xml", files), "a.request.xml"))["taken"]
    assert list(taken["body"]) == ["@code"]


def test_an_http_binding_of_a_wsdl_is_drafted_as_rest() -> None:
    path = Path(__file__).parents[1] / "adapters" / "contract" / "wsdl" / "asmx.wsdl"
    contract = read("asmx.wsdl", {"asmx.wsdl": path.read_text("utf-8")})
    http = next(each for each in contract.offers if each.call.startswith("POST /"))
    made = draft("p", "341702", contract, {"case.submit": http}, path="asmx.wsdl", files={})
    said = yaml.safe_load(made.files["platform.yaml"])
    assert said["speaks"] == "rest"
    assert {key: operation(made)[key] for key in ("sends", "answer")} == {
        "sends": "form",
        "answer": {"document": "xml"},
    }


UPLOAD = {
    "type": "object",
    "required": ["lsh", "wj"],
    "properties": {"lsh": STRING, "wj": {"type": "array", "items": {"type": "string", "format": "binary"}},
                   "sign": {"type": "string", "format": "byte"}},
}  # fmt: skip


def test_a_form_of_parts_is_drafted_with_its_files() -> None:
    made = drafted(described("multipart/form-data", UPLOAD))
    assert operation(made)["sends"] == "multipart"
    fields = yaml.safe_load(made.files["case.submit.yaml"])["fields"]
    inside = {"@filename": ".name", "@type": ".media_type", "#text": ". | material"}
    assert fields["wj"] == {"each": "materials.files", "fields": inside}
    assert "sign" not in fields or isinstance(fields["sign"], str)


def test_a_file_of_swagger_needs_a_form_of_parts() -> None:
    given = [
        {"in": "formData", "name": "wj", "type": "file"},
        {"in": "formData", "name": "lsh", "type": "string"},
    ]
    post = {"parameters": given, "responses": {"200": {"description": ""}}}
    tree = {"swagger": "2.0", "consumes": ["application/x-www-form-urlencoded", "multipart/form-data"],
            "paths": {"/x": {"post": post}}}  # fmt: skip
    contract = read("s.json", {"s.json": json.dumps(tree)})
    assert operation(drafted(contract))["sends"] == "multipart"
    wj = contract.offers[0].request.parts[0]
    assert [each.name for each in wj.parts] == ["@filename", "@type", "#text"]


def test_what_three_one_says_of_a_file_is_a_file() -> None:
    schema = {
        "type": "object",
        "properties": {"wj": {"type": "string", "contentMediaType": "application/pdf"}},
    }
    (offer,) = described("multipart/form-data", schema).offers
    assert offer.request.parts[0].kind == "object"
