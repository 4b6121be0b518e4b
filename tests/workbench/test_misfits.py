"""A document against a message: every way not to fit is told once, by its path, without the value."""

import json
from typing import Any

import jsonschema_rs
import pytest

from adapters.contract import Part, read
from adapters.contract.model import Range
from gateway.workbench.misfits import Against
from tests.workbench.made import message, text

SECRET = "张三丰"
LIST = Part("cl", "object", required=True, many=True, parts=(text("mc", required=True),))


def told(document: Any, *parts: Part, typed: bool = True, xml: bool = False, free: bool = False) -> list[str]:
    root = message(*parts)
    if free:
        root = Part("", "object", open=True, parts=parts)
    found = list(map(str, Against(xml=xml, typed=typed).misfits(document, root)))
    assert SECRET not in "".join(found)
    return found


@pytest.mark.parametrize(
    ("document", "parts", "expected"),
    [
        ({"xm": SECRET}, [text("xm", required=True, longest=3)], []),
        ({"xm": SECRET}, [text("xm", longest=2)], ["'xm' is longer than 2"]),
        ({"xm": SECRET}, [text("xm", shortest=4)], ["'xm' is shorter than 4"]),
        ({"xm": SECRET}, [text("xm", among=("A", "B"))], ["'xm' is none of A, B"]),
        ({"xm": SECRET}, [text("xm", pattern="^[0-9]+$")], ["'xm' has not the form ^[0-9]+$"]),
        ({"xm": SECRET}, [text("xm", pattern="(")], []),  # what nobody can read decides nothing
        ({}, [text("xm", required=True)], ["'xm' is required there"]),
        ({"xm": None}, [text("xm", required=True)], ["'xm' is required there"]),
        ({"sqrxn": SECRET}, [text("sqrxm")], ["'sqrxn' is unknown there: did you mean 'sqrxm'?"]),
        ({"xm": 5}, [text("xm")], ["'xm' is text there, not a number"]),
        ({"xm": True}, [text("xm")], ["'xm' is text there, not a flag"]),
        ({"fs": SECRET}, [Part("fs", "integer")], ["'fs' is integer there, not text"]),
        ({"fs": 1.5}, [Part("fs", "integer")], ["'fs' is integer there, not a number"]),
        ({"fs": 2.0}, [Part("fs", "integer")], []),
        ({"fs": 1.5}, [Part("fs", "decimal")], []),
        ({"fs": 7}, [Part("fs", "integer", among=("1", "2"))], ["'fs' is none of 1, 2"]),
        ({"rq": "2026-02-30"}, [Part("rq", "date", form="date")], ["'rq' is no date"]),
        ({"sj": "2026-11-22 10:11:12"}, [Part("sj", "time", form="date-time")], []),
        ({"sj": "2026-11-22 10:11"}, [Part("sj", "time", form="date-time")], ["'sj' is no date-time"]),
        (
            {"sj": "2026-11-22T10:11:12"},
            [Part("sj", "time", form="yyyy-MM-dd HH:mm:ss")],
            ["'sj' is no yyyy-MM-dd HH:mm:ss"],
        ),
        ({"nr": "no base64!"}, [Part("nr", "binary", form="byte")], ["'nr' is no byte"]),
        ({"xm": [SECRET]}, [text("xm")], ["'xm' stands there once"]),
        ({"xm": {"a": SECRET}}, [text("xm")], ["'xm' is one value there"]),
        ({"cl": {"mc": SECRET}}, [LIST], ["'cl' is a list there"]),
        ({"cl": []}, [LIST], []),
        ({"cl": [{"mc": SECRET}, {}]}, [LIST], ["'cl.1.mc' is required there"]),
        ({"cl": [SECRET]}, [LIST], ["'cl.0' is an object there"]),
        ({"x": {"any": SECRET}}, [Part("x", "any")], []),
        ({"x": {"any": SECRET}}, [Part("x", "object", recursive=True)], []),
        (
            {"a": "1", "b": "1"},
            [text("a", choice="1"), text("b", choice="1")],
            ["takes only one of a, b"],
        ),
        (
            {},
            [text("a", required=True, choice="1"), text("b", required=True, choice="1")],
            ["takes one of a, b, and has none"],
        ),
    ],
)
def test_json_that_does_not_fit(document: Any, parts: list[Part], expected: list[str]) -> None:
    assert told(document, *parts) == expected


def test_a_message_that_is_open_takes_what_it_does_not_name() -> None:
    assert told({"more": SECRET}, text("xm"), free=True) == []


@pytest.mark.parametrize(
    ("document", "parts", "expected"),
    [
        ({"fs": "12"}, [Part("fs", "integer", form="int")], []),
        ({"fs": " 12 "}, [Part("fs", "integer", form="int")], []),  # blanks around a number are nothing
        ({"fs": SECRET}, [Part("fs", "integer", form="int")], ["'fs' is no int"]),
        ({"fs": "99999999999"}, [Part("fs", "integer", form="int")], ["'fs' is no int"]),
        ({"f": "1"}, [Part("f", "boolean", form="boolean")], []),
        ({"xm": "x1"}, [text("xm", pattern="[a-z]", form="string")], ["'xm' has not the form [a-z]"]),
        ({"cl": {"mc": SECRET}}, [LIST], []),  # a list of one
        ({"cl": []}, [LIST], ["'cl' is required there"]),
        ({"cl": ""}, [LIST], ["'cl.mc' is required there"]),  # an empty element
        (
            {"zj": SECRET},
            [Part("zj", "object", parts=(text("#text", form="string"), text("@lx", required=True)))],
            ["'zj.@lx' is required there"],
        ),
        ({"zj": SECRET}, [Part("zj", "object", parts=(text("mc"),))], ["'zj.#text' is unknown there"]),
        ({"xm": {"#text": SECRET}}, [text("xm", form="string")], []),
    ],
)
def test_xml_that_does_not_fit(document: Any, parts: list[Part], expected: list[str]) -> None:
    assert told(document, *parts, typed=False, xml=True) == expected


BOUNDS = [
    {"minimum": 1, "maximum": 3},
    {"minimum": 1, "exclusiveMinimum": True, "maximum": 3, "exclusiveMaximum": True},  # as in OpenAPI 3.0
    {"exclusiveMinimum": 1, "exclusiveMaximum": 3},
    {"minimum": 1.5},
    {},
]


@pytest.mark.parametrize("bounds", BOUNDS)
@pytest.mark.parametrize("kind", ["integer", "number"])
def test_numbers_out_of_range_are_refused_as_a_json_schema_validator_does(
    kind: str, bounds: dict[str, Any]
) -> None:
    schema = {"type": "object", "properties": {"n": {"type": kind, **bounds}}}
    validator: Any = (
        jsonschema_rs.Draft4Validator
        if bounds.get("exclusiveMinimum") is True
        else jsonschema_rs.Draft202012Validator
    )
    against = Against(xml=False, typed=True)
    part = read("s.json", {"s.json": json.dumps(schema)}).offers[0].request
    for value in (0, 1, 1.5, 2, 3, 4, 10**30):
        document = {"n": value}
        assert (against.misfits(document, part) == []) == validator(schema).is_valid(document), value


def test_what_a_range_is_stands_in_the_words() -> None:
    part = Part("n", "integer", range=Range(1, 99))
    assert told({"n": 100}, part) == ["'n' is not >= 1, <= 99"]
    assert told({"n": "0"}, part, typed=False) == ["'n' is not >= 1, <= 99"]


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, ["'cl' has fewer than 1 items"]), (1, []), (2, []), (3, ["'cl' has more than 2 items"])],
)
def test_lists_have_as_many_items_as_the_schema_allows(count: int, expected: list[str]) -> None:
    items = {"type": "array", "minItems": 1, "maxItems": 2, "items": {"type": "string"}}
    schema = {"type": "object", "properties": {"cl": items}}
    part = read("s.json", {"s.json": json.dumps(schema)}).offers[0].request
    found = Against(xml=False, typed=True).misfits({"cl": ["a"] * count}, part)
    assert list(map(str, found)) == expected
