"""OpenAPI 3.0 and 3.1, Swagger 2.0, JSON Schema: as the same model."""

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.contract import Contract, Offer, Part, read, walk
from adapters.errors import Unbuildable

FOLDER = Path(__file__).parent / "openapi"
FILES = {path.name: path.read_text("utf-8") for path in sorted(FOLDER.iterdir())}


def offers(path: str) -> dict[str, Offer]:
    return {each.call: each for each in read(path, FILES).offers}


def places(part: Part | None) -> dict[str, Part]:
    assert part is not None
    return {".".join(path): each for path, each in walk(part) if path}


def test_a_body_put_together_from_several_files() -> None:
    offer = offers("case.yaml")["POST /cases/{division}"]
    assert (offer.title, offer.how, offer.media) == ("提交办件", "typed", "application/json")
    found = places(offer.request)
    assert {name: part.where for name, part in found.items() if "." not in name} == {
        "division": "path",
        "dry": "query",
        "received": "body",
        "day": "body",
        "fee": "body",
        "count": "body",
        "applicant": "body",
        "materials": "body",
        "extra": "body",
    }
    assert [found[name].kind for name in ("received", "day", "fee", "count")] == [
        "time",
        "date",
        "decimal",
        "integer",
    ]
    assert [name for name in found if found[name].required] == [
        "division",
        "received",
        "applicant",
        "applicant.name",
    ]
    assert [(each.name, each.where) for each in offer.headers] == [("X-Trace", "header")]


def test_sides_of_one_of_exclude_each_other_and_share_what_they_share() -> None:
    found = places(offers("case.yaml")["POST /cases/{division}"].request)
    assert found["applicant"].title == "申请人"
    assert (found["applicant.id_number"].choice, found["applicant.uscc"].choice) == ("choice 1", "choice 1")
    assert found["applicant.name"].choice == ""


def test_lists_enumerations_free_members_and_types_that_contain_themselves() -> None:
    found = places(offers("case.yaml")["POST /cases/{division}"].request)
    material = found["materials"]
    assert (material.many, material.recursive, material.kind) == (True, True, "object")
    assert (found["materials.parts"].recursive, found["materials.parts"].parts) == (True, ())
    assert found["materials.kind"].among == ("NO", "YES", "on")
    assert found["materials.content"].kind == "binary"
    assert found["extra"].open


def test_the_first_success_that_has_a_body_is_the_answer() -> None:
    found = offers("case.yaml")
    assert list(places(found["POST /cases/{division}"].answer))[:2] == ["caseNo", "parent"]
    assert places(found["GET /cases/{division}"].answer)["cases"].many


def test_what_cannot_be_sent_or_is_described_nowhere_says_why() -> None:
    contract = read("case.yaml", FILES)
    hows = {each.call: (each.how, each.why) for each in contract.offers if each.how != "typed"}
    assert hows == {
        "POST /batch": ("unusable", "its body is a list, messages are objects"),
        "PUT /batch": (
            "template",
            "its body is described nowhere: what the mapping writes is sent unchecked",
        ),
        "HEAD /batch": ("unusable", "HEAD carries no business"),
    }
    assert any("gone.yaml#/X leads nowhere" in note for note in contract.repaired)
    assert contract.addresses == ("https://a.example/api",)


def test_openapi_3_1_has_nulls_constants_and_words_beside_references() -> None:
    found = places(offers("three-one.json")["POST /a"].request)
    assert (found["note"].kind, found["mode"].among) == ("text", ("all",))
    assert (found["who"].kind, found["who.id"].required) == ("object", True)
    assert (found["level"].among, found["level"].title) == (("1", "2"), "级别")


def test_swagger_2_0_has_forms_and_bodies() -> None:
    contract = read("swagger.json", FILES)
    assert contract.addresses == ("https://b.example/v1",)
    form, body = contract.offers
    found = places(form.request)
    assert (form.media, found["biz"].where, found["biz"].longest) == (
        "application/x-www-form-urlencoded",
        "form",
        8,
    )
    assert (found["page"].where, found["biz"].title) == ("query", "业务报文")
    assert list(places(form.answer)) == ["code"]
    assert [(name, part.kind, part.many) for name, part in places(body.request).items()] == [
        ("id", "integer", False),
        ("tags", "text", True),
    ]


def schema(tree: Any) -> Contract:
    return read("s.json", {"s.json": json.dumps(tree)})


def test_a_bare_schema_is_one_message_and_bare_definitions_are_several() -> None:
    one = schema({"type": "object", "title": "办件", "properties": {"a": {"type": "string"}}})
    assert (one.kind, one.offers[0].title, [part.name for part in one.offers[0].request.parts]) == (
        "schema",
        "办件",
        ["a"],
    )
    several = schema(
        {
            "$defs": {
                "A": {"type": "object", "properties": {"b": {"$ref": "#/$defs/B"}}},
                "B": {"type": "string"},
            }
        }
    )
    assert [(each.call, each.how) for each in several.offers] == [("A", "typed"), ("B", "unusable")]


def test_a_file_that_is_saved_under_its_bare_name_is_found() -> None:
    main = {"type": "object", "properties": {"a": {"$ref": "https://x.example/common/t.json#/definitions/T"}}}
    files = {
        "c/s.json": json.dumps(main),
        "c/t.json": json.dumps({"definitions": {"T": {"type": "integer"}}}),
    }
    contract = read("c/s.json", files)
    assert contract.offers[0].request.parts[0].kind == "integer"
    assert contract.repaired == (
        "c/s.json: https://x.example/common/t.json is not in the folder: c/t.json is taken for it",
    )


@pytest.mark.parametrize("text", ["just words", "42", "a: [", "{", "", "\x00", "- *a"])
def test_what_is_no_contract_is_said(text: str) -> None:
    with pytest.raises(Unbuildable):
        read("x.yaml", {"x.yaml": text})


def test_answers_are_told_by_status_the_successes_first() -> None:
    written = {
        "openapi": "3.0.0",
        "paths": {
            "/cases": {
                "post": {
                    "responses": {
                        "default": {"content": {"application/json": {"schema": _of("any")}}},
                        "400": {"content": {"application/json": {"schema": _of("error")}}},
                        "5XX": {"description": "no body"},
                        "201": {"content": {"application/json": {"schema": _of("number")}}},
                    }
                }
            }
        },
    }
    (offer,) = read("api.json", {"api.json": json.dumps(written)}).offers
    told = [(status, sorted(places(part)) if part else None) for status, part in offer.answers]
    assert told == [("201", ["number"]), ("400", ["error"]), ("5*", None), ("*", ["any"])]
    assert (offer.answer_status, sorted(places(offer.answer))) == (201, ["number"])


def _of(name: str) -> dict[str, Any]:
    return {"type": "object", "properties": {name: {"type": "string"}}, "additionalProperties": False}
