"""Plain samples in place of a contract."""

import json

import pytest

from adapters.contract import read, walk
from adapters.contract.samples import seen
from adapters.errors import Unbuildable


def test_a_request_and_its_answer_are_found_by_their_names() -> None:
    request = {
        "xm": "欧阳",
        "sl": 2,
        "je": 1.5,
        "rq": "2026-05-05",
        "sj": "2026-05-05 10:00:00",
        "cl": [{"mc": "甲"}],
    }
    files = {"s/submit.request.json": json.dumps(request), "s/submit.response.json": '{"code": "0"}'}
    contract = read("s/submit.request.json", files)
    [offer] = contract.offers
    assert (contract.kind, offer.how) == ("samples", "typed")
    kinds = {".".join(path): (part.kind, part.many) for path, part in walk(offer.request) if path}
    assert kinds == {
        "xm": ("text", False),
        "sl": ("integer", False),
        "je": ("decimal", False),
        "rq": ("date", False),
        "sj": ("time", False),
        "cl": ("object", True),
        "cl.mc": ("text", False),
    }
    assert offer.answer is not None
    assert [part.name for part in offer.answer.parts] == ["code"]


def test_what_several_samples_have_in_common_is_needed_and_what_differs_is_text() -> None:
    files = {
        "1.json": '{"a": 1, "b": "x", "n": null}',
        "2.json": '{"a": "1", "c": {"d": true}, "n": "y"}',
    }
    [offer] = seen(["1.json", "2.json"], [], files, "POST /x").offers
    assert offer.call == "POST /x"
    parts = {part.name: (part.kind, part.required) for part in offer.request.parts}
    assert parts == {"a": ("text", True), "b": ("text", False), "n": ("text", False), "c": ("object", False)}


def test_xml_and_soap_samples_have_the_names_that_mappings_use() -> None:
    inner = '<s:submit xmlns:s="urn:s"><xm lx="1">甲</xm><cl>1</cl><cl>2</cl></s:submit>'
    soap = f'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>{inner}</e:Body></e:Envelope>'
    for text in (inner, soap):
        [offer] = read("a.xml", {"a.xml": text}).offers
        names = [".".join(path) for path, _ in walk(offer.request) if path]
        assert (names, offer.media) == (["xm", "xm.@lx", "xm.#text", "cl"], "text/xml")
        assert offer.request.parts[1].many


def test_a_sample_that_is_no_object_cannot_be_sent() -> None:
    [offer] = read("a.json", {"a.json": "[1, 2]"}).offers
    assert (offer.how, offer.why) == ("unusable", "its message is no object")


@pytest.mark.parametrize("text", ["<a", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"])
def test_a_broken_or_hostile_sample_is_refused(text: str) -> None:
    with pytest.raises(Unbuildable):
        read("a.xml", {"a.xml": text})
