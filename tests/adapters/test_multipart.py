"""Forms of parts: what we write is read by others, files arrive as they are, and nothing can leave its part."""

import email.policy
from email.parser import BytesParser
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from adapters.base import Adapter
from adapters.codecs import multipart
from adapters.errors import Garbled, Unencodable
from adapters.holes import filled, hollowed
from adapters.message import Hole, Message, Request
from adapters.transport import HttpTransport
from tests.adapters.peers import REST, adapter, changed

FILE = bytes(range(256)) + b"\r\n--tongban\r\n"
DOCUMENT: dict[str, Any] = {
    "lsh": "A1",
    "note": None,
    "count": 2,
    "sqr": {"xm": "张三"},
    "tag": ["甲", "b"],
    "wj": [
        {
            "@filename": '申请"表".pdf',
            "@type": "application/pdf",
            "#text": {"$material": "f1", "as": "base64"},
        },
        {"@filename": "b.xml", "#text": "<a>乙</a>"},
    ],
    "inline": {"$material": "f1", "as": "base64"},
}


def speaking(transport: HttpTransport, address: str = "http://127.0.0.1:1", **more: Any) -> Adapter:
    operation = {**REST["operations"]["case.submit"], "sends": "multipart", **more}
    return adapter(changed(REST, "operations", {"case.submit": operation}), transport, address)


async def material(identity: str) -> bytes:
    assert identity == "f1"
    return FILE


async def test_a_foreign_server_reads_every_part_as_it_was_meant(transport: HttpTransport) -> None:
    came: list[tuple[str, str | None, str, bytes]] = []

    async def take(request: web.Request) -> web.Response:
        async for part in await request.multipart():
            came.append(
                (str(part.name), part.filename, part.headers["Content-Type"], bytes(await part.read()))
            )
        return web.json_response({"code": "200", "data": {"caseNo": "N1"}})

    application = web.Application()
    application.router.add_post("/api/v2/cases", take)
    runner = web.AppRunner(application)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        speaker = speaking(transport, f"http://127.0.0.1:{runner.addresses[0][1]}")
        reply = await speaker.send(Message("case.submit", DOCUMENT), materials=material, go=lambda: None)
    finally:
        await runner.cleanup()
    assert (reply.verdict, reply.reference) == ("taken", "N1")
    text, tree = "text/plain;charset=UTF-8", "application/json;charset=UTF-8"
    assert came[:5] == [
        ("lsh", None, text, b"A1"), ("count", None, text, b"2"), ("sqr", None, tree, '{"xm":"张三"}'.encode()),
        ("tag", None, text, "甲".encode()), ("tag", None, text, b"b"),
    ]  # fmt: skip
    assert came[5][0] == "wj" and came[5][2:] == ("application/pdf", FILE)
    assert came[6] == ("wj", "b.xml", "application/octet-stream", "<a>乙</a>".encode())
    assert (came[7][0], came[7][1]) == ("inline", None)  # without a name it is no file: base64, as everywhere
    assert came[7][3][:8] == b"AAECAwQF"


def test_secrets_and_constants_stand_beside_the_fields(transport: HttpTransport) -> None:
    arguments = {"key": {"value": "K"}, "data": {"document": "json"}}
    beside = speaking(transport, arguments={"key": {"value": "K"}}).encode(
        Message("case.submit", {"lsh": "1"})
    )
    assert [each.name for each in parts(beside)] == ["lsh", "key"]
    whole = speaking(transport, arguments=arguments).encode(Message("case.submit", {"lsh": "1"}))
    assert [(each.name, each.content) for each in parts(whole)] == [("key", b"K"), ("data", b'{"lsh":"1"}')]


def parts(request: Any) -> tuple[multipart.Part, ...]:
    return multipart.read(request.body, request.headers["Content-Type"])


@pytest.mark.parametrize(
    ("value", "path", "code"),
    [
        ({"@type": "a/b", "#text": "x"}, "wj.@filename", "needed_there"),
        ({"@filename": "a"}, "wj.#text", "needed_there"),
        ({"@filename": "a", "#text": "x", "size": "1"}, "wj.size", "unknown_there"),
        ({"@filename": "a", "#text": ["x"]}, "wj.#text", "not_text"),
        ({"@filename": "a", "#text": "x", "@type": "pdf\r\nX: y"}, "wj.@type", "not_allowed_there"),
        ([{"@filename": "a", "#text": "x"}, {"#text": "y"}], "wj.1.@filename", "needed_there"),
    ],
)
def test_what_is_no_file_is_named(transport: HttpTransport, value: Any, path: str, code: str) -> None:
    with pytest.raises(Unencodable) as caught:
        speaking(transport).encode(Message("case.submit", {"wj": value}))
    assert (path, code) in [(each.path, each.code) for each in caught.value.problems]


async def test_a_file_that_holds_the_boundary_is_not_sent(transport: HttpTransport) -> None:
    request = speaking(transport).encode(Message("case.submit", DOCUMENT))
    mark = next(each.apart for each in request.holes if each.apart)

    async def forged(identity: str) -> bytes:
        return b"%PDF\r\n" + mark + b"\r\n"

    reply = await speaking(transport).send(
        Message("case.submit", DOCUMENT), materials=forged, go=lambda: None, encoded=request
    )
    assert (reply.verdict, reply.cause) == ("not_sent", "unencodable")


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
FILES = st.fixed_dictionaries({"@filename": NAMES, "#text": TEXTS}, optional={"@type": st.just("image/png")})


@given(st.dictionaries(NAMES.filter(lambda name: name[0] not in "@#$"), st.one_of(TEXTS, FILES), max_size=5))
def test_whatever_is_written_is_read_again_also_by_python_itself(document: dict[str, Any]) -> None:
    body, kind, _ = multipart.write(document, ())
    ours = {each.name: (each.file_name, each.content.decode()) for each in multipart.read(body, kind)}
    meant = {
        name: (value["@filename"], value["#text"]) if isinstance(value, dict) else (None, value)
        for name, value in document.items()
    }
    assert ours == {
        _seen(name): (_seen(file) if file is not None else None, text) for name, (file, text) in meant.items()
    }
    whole = BytesParser(policy=email.policy.HTTP).parsebytes(
        b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body
    )
    assert len(list(whole.iter_parts())) == len(document)


def _seen(name: str) -> str:
    """What browsers write as `%22` cannot be told from a name that holds it; they do not escape the sign itself."""
    return name.replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")


@given(
    st.binary(max_size=200), st.sampled_from(["", "multipart/form-data", "multipart/form-data;boundary=x"])
)
def test_what_is_no_form_is_told(body: bytes, kind: str) -> None:
    with pytest.raises(Garbled):
        multipart.read(body, kind)


@given(st.binary(max_size=64))
async def test_the_bytes_of_a_file_do_not_change(content: bytes) -> None:
    document, holes = hollowed({"wj": {"@filename": "a", "#text": {"$material": "f1", "as": "base64"}}})
    body, kind, holes = multipart.write(document, holes)

    async def one(identity: str) -> bytes:
        return content

    request = await filled(_request(body, kind, holes), one)
    assert [each.content for each in parts(request)] == [content]


def _request(body: bytes, kind: str, holes: tuple[Hole, ...]) -> Request:
    return Request("POST", URL("http://h/"), {"Content-Type": kind}, body, holes=holes)
