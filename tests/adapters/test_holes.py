"""Materials: marked in the document, a hole in the body, bytes when it leaves."""

import base64
import random
from dataclasses import replace
from hashlib import sha256
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from adapters.errors import Unencodable
from adapters.holes import filled, hollowed
from adapters.message import Request
from adapters.splicing import body_bytes, digest, pieces


def files(contents: dict[str, bytes]) -> Any:
    async def material(name: str) -> bytes:
        return contents[name]

    return material


@given(notes=st.lists(st.text(alphabet="tongbanMaterial0123456789nx", max_size=30), max_size=3))
async def test_no_text_of_a_person_can_forge_a_hole(notes: list[str]) -> None:
    document = {"notes": notes, "files": [{"$material": "f1", "as": "base64"}, {"$material": "f2"}]}
    hollow, holes = hollowed(document)
    request = Request("POST", URL("http://h/"), {}, orjson.dumps(hollow), holes=holes)
    sent = await filled(request, files({"f1": b"one", "f2": b"two"}))
    assert orjson.loads(sent.body) == {
        "notes": notes,
        "files": [base64.b64encode(b"one").decode(), base64.b64encode(b"two").decode()],
    }
    assert sent.holes == ()


def test_a_document_without_materials_is_left_as_it_is() -> None:
    document = {"a": ["b", {"c": None}]}
    hollow, holes = hollowed(document)
    assert hollow is document
    assert holes == ()


def test_encoding_twice_gives_the_same_bytes() -> None:
    document = {"f": {"$material": "x", "as": "base64"}}
    assert hollowed(document) == hollowed(document)


def test_only_base64_is_offered() -> None:
    with pytest.raises(Unencodable, match=r"r\.f: not_text"):
        hollowed({"r": {"f": {"$material": "x", "as": "hex"}}})


async def test_large_materials_are_put_in_while_the_body_is_written() -> None:
    hollow, holes = hollowed({"f": {"$material": "x", "as": "base64"}, "g": {"$material": "y"}, "z": "end"})
    content = bytes(range(256)) * 4097 + b"odd"  # 1 MB and a rest that no step of three bytes ends with
    request = Request("POST", URL("http://h/"), {}, orjson.dumps(hollow), holes=holes)
    sent = await filled(request, files({"x": content, "y": b"small"}))
    body = b"".join([piece async for piece in pieces(sent)])
    assert {name: base64.b64decode(each) for name, each in orjson.loads(body).items() if name != "z"} == {
        "f": content, "g": b"small",
    }  # fmt: skip
    assert orjson.loads(body)["z"] == "end"
    assert (len(sent.body), body_bytes(sent)) == (len(request.body), len(body))
    assert await digest(sent) == f"sha-256:{sha256(body).hexdigest()}"


@pytest.mark.parametrize("quoted", [False, True])
async def test_in_one_piece_or_in_many_the_body_is_the_same(quoted: bool) -> None:
    contents = {"x": random.Random(7).randbytes(700_001), "y": b"\xfb\xff\xfe" * 5}
    hollow, holes = hollowed({"a": {"$material": "x"}, "b": {"$material": "y"}})
    holes = tuple(replace(hole, quoted=quoted) for hole in holes)
    request = Request("POST", URL("http://h/"), {}, orjson.dumps(hollow), holes=holes)
    whole = await filled(request, files(contents), whole=True)
    spliced = await filled(request, files(contents))
    assert (len(whole.fillings), len(spliced.fillings)) == (0, 2)
    assert b"".join([piece async for piece in pieces(spliced)]) == whole.body
    assert body_bytes(spliced) == len(whole.body)


async def test_a_digest_is_that_of_the_bytes() -> None:
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert await digest(Request("GET", URL("http://h/"), {}, b"")) == f"sha-256:{empty}"


async def test_a_data_uri_has_its_media_type_before_the_content():
    marker = {"$material": "x", "as": "base64_uri", "media_type": "image/png"}
    hollow, holes = hollowed({"f": marker})
    assert hollow["f"] == f"data:image/png;base64,{holes[0].token.decode()}"
    with pytest.raises(Unencodable):
        hollowed({"f": {**marker, "media_type": 'image/png"'}})
