"""One message, sent once, against real servers: session, claim, materials, verdict, evidence."""

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from aiohttp import web
from yarl import URL

from adapters.auth.ca_hmac import CaHmac
from adapters.auth.gjgxjhpt import sign
from adapters.errors import LeaseOver, MaterialMissing
from adapters.message import Access, Message, Request
from adapters.splicing import STEP_BYTES
from adapters.transport import HttpTransport
from tests.adapters.peers import (
    NOW_MS,
    REST,
    Shelf,
    adapter,
    changed,
    go,
    moment,
    no_materials,
    platform_server,
)
from tests.adapters.test_auth import SEALED
from tests.adapters.wire import closed_port, reset, serving

TAKEN = {"code": "200", "data": {"caseNo": "T-1"}}
SIGNED = changed(REST, "auth", "gjgxjhpt")
CANARY = "金丝雀"


def replying(answer: Any, status: int = 200) -> Any:
    async def answers(request: web.Request, body: bytes) -> web.Response:
        return web.json_response(answer, status=status)

    return answers


def exchanging(answer: Any, session: Any = None) -> Any:
    """A platform with the two-step secret: gives one, then checks every signature with it."""

    async def answers(request: web.Request, body: bytes) -> web.Response:
        if request.path.endswith("refreshappsecret"):
            data = {"secret": SEALED, "secretEndTime": NOW_MS + 600_000}
            return web.json_response(session or {"code": "0", "data": data})
        fields = [request.headers[f"gjgxjhpt_{each}"] for each in ("sid", "rid", "rtime")]
        good = request.headers["gjgxjhpt_sign"] == sign("demo-session-secret", *fields)
        return web.json_response(answer if good else {"code": "401"})

    return answers


def message(**document: Any) -> Message:
    return Message("case.submit", document or {"caseNo": "A1", "sqrxm": CANARY})


async def test_a_taken_message_comes_back_with_reference_and_digest(transport: HttpTransport) -> None:
    async with platform_server(replying(TAKEN)) as (address, seen):
        reply = await adapter(REST, transport, address).send(message(), materials=no_materials, go=go)
    body = seen[0][1]
    assert (reply.verdict, reply.reference, reply.status) == ("taken", "T-1", 200)
    assert reply.sent_digest == f"sha-256:{hashlib.sha256(body).hexdigest()}"
    assert reply.sent_bytes == len(body)
    assert orjson.loads(reply.raw or b"") == reply.document == TAKEN


async def test_nothing_of_a_person_shows_in_a_reply(transport: HttpTransport) -> None:
    async with platform_server(replying({"code": "500", "msg": CANARY})) as (address, _):
        reply = await adapter(REST, transport, address).send(message(), materials=no_materials, go=go)
    assert reply.reason == CANARY
    assert CANARY not in repr(reply)


async def test_materials_are_spliced_in_while_sending(transport: HttpTransport) -> None:
    async def material(name: str) -> bytes:
        return {"f1": b"%PDF-1"}[name]

    document = {"cl": [{"nr": {"$material": "f1", "as": "base64"}}]}
    async with platform_server(replying(TAKEN)) as (address, seen):
        await adapter(REST, transport, address).send(message(**document), materials=material, go=go)
    assert orjson.loads(seen[0][1]) == {"cl": [{"nr": base64.b64encode(b"%PDF-1").decode()}]}


@dataclass
class Stretch:
    """A file of zeros that tells how much of it is asked for at one time, and may end too soon."""

    size: int
    most: int = 0
    there: int = 1 << 40

    def read(self, start: int, size: int) -> bytes:
        self.most = max(self.most, size)
        if start + size > self.there:
            raise MaterialMissing
        return bytes(size)


async def test_a_large_material_is_read_in_pieces_while_it_is_sent(transport: HttpTransport) -> None:
    stretch = Stretch(5_000_000)

    async def material(name: str) -> Stretch:
        return stretch

    document = {"cl": [{"nr": {"$material": "f1", "as": "base64"}}], "sqrxm": CANARY}
    async with platform_server(replying(TAKEN)) as (address, seen):
        reply = await adapter(REST, transport, address).send(message(**document), materials=material, go=go)
    body = seen[0][1]
    assert orjson.loads(body)["cl"] == [{"nr": base64.b64encode(bytes(5_000_000)).decode()}]
    assert (reply.sent_bytes, reply.sent_digest) == (
        len(body),
        f"sha-256:{hashlib.sha256(body).hexdigest()}",
    )
    assert stretch.most <= STEP_BYTES


@pytest.mark.parametrize("sends", ["json", "form"])
async def test_a_scheme_that_signs_the_body_signs_all_of_a_large_one(
    transport: HttpTransport, sends: str
) -> None:
    async def material(name: str) -> Stretch:
        return Stretch(900_000)

    signing = changed(changed(REST, "auth", "hmac"), "operations.case.submit.sends", sends)
    document = {"nr": {"$material": "f1", "as": "base64"}, "sqrxm": CANARY}
    async with platform_server(replying(TAKEN)) as (address, seen):
        reply = await adapter(signing, transport, address).send(
            message(**document), materials=material, go=go
        )
    (request, body) = seen[0]
    kept = {name: request.headers[name] for name in ("Accept", "Content-Type")}
    whole = Request("POST", URL(f"{address}{request.path}"), kept, body)
    access = Access(address, {"app_key": "demo-appkey"}, {"app_secret": "demo-secret"})
    signed = CaHmac(access).sign(whole, moment())
    assert reply.verdict == "taken"
    assert request.headers["x-ca-signature"] == signed.headers["x-ca-signature"]
    assert len(body) > 1_200_000


async def test_a_material_that_breaks_off_on_the_way_leaves_the_outcome_unknown(
    transport: HttpTransport,
) -> None:
    async def material(name: str) -> Stretch:
        return Stretch(5_000_000, there=3_000_000)

    async with platform_server(replying(TAKEN)) as (address, seen):
        reply = await adapter(REST, transport, address).send(
            message(f={"$material": "x"}), materials=material, go=go
        )
    assert (reply.verdict, reply.cause) == ("unknown", "reset")
    assert seen == []


async def test_what_was_encoded_at_admission_is_sent_as_it_is(transport: HttpTransport) -> None:
    async with platform_server(replying(TAKEN)) as (address, seen):
        speaking = adapter(REST, transport, address)
        encoded = speaking.encode(message())
        reply = await speaking.send(message(), materials=no_materials, go=go, encoded=encoded)
    assert reply.verdict == "taken"
    assert seen[0][1] == encoded.body


async def test_a_material_that_cannot_be_read_stops_the_message(transport: HttpTransport) -> None:
    async def missing(name: str) -> bytes:
        raise MaterialMissing

    async with platform_server(replying(TAKEN)) as (address, seen):
        speaking = adapter(REST, transport, address)
        reply = await speaking.send(message(f={"$material": "x"}), materials=missing, go=go)
    assert (reply.verdict, reply.cause, reply.sent_digest) == ("not_sent", "material_missing", None)
    assert seen == []


async def test_a_lease_that_ran_out_stops_the_message(transport: HttpTransport) -> None:
    def too_late() -> None:
        raise LeaseOver

    async with platform_server(replying(TAKEN)) as (address, seen):
        speaking = adapter(REST, transport, address)
        reply = await speaking.send(message(), materials=no_materials, go=too_late)
    assert (reply.verdict, reply.cause, reply.sent_digest) == ("not_sent", "lease_over", None)
    assert seen == []


async def test_a_document_that_cannot_be_carried_is_not_sent(transport: HttpTransport) -> None:
    reply = await adapter(REST, transport).send(message(a="\ud800"), materials=no_materials, go=go)
    assert (reply.verdict, reply.cause) == ("not_sent", "unencodable")


async def test_no_connection_is_not_sent_and_a_reset_is_unknown_with_its_digest(
    transport: HttpTransport,
) -> None:
    address = f"http://127.0.0.1:{closed_port()}"
    reply = await adapter(REST, transport, address).send(message(), materials=no_materials, go=go)
    assert (reply.verdict, reply.cause, reply.sent_bytes) == ("not_sent", "connect_refused", 0)

    async def resets(peer: Any, reader: Any, writer: Any) -> None:
        reset(writer)

    async with serving(resets) as peer:
        reply = await adapter(REST, transport, peer.url).send(message(), materials=no_materials, go=go)
    assert (reply.verdict, reply.cause) == ("unknown", "reset")
    assert reply.sent_digest
    assert len(peer.requests) == 1


@pytest.mark.parametrize(
    ("status", "body", "verdict", "cause"),
    [
        (200, b"<html>login</html>", "unknown", "garbled"),
        (200, b"", "unknown", "undescribed"),
        (429, b"<html>slow down</html>", "later", "described"),
        (504, b"<html>gateway</html>", "unknown", "bad_gateway"),
        (500, b"oops", "unknown", "garbled"),
        (200, '{"code":"500","msg":"\ufffd"}'.encode(), "unknown", "garbled"),
    ],
)
async def test_an_unreadable_answer_is_never_a_business_answer(
    transport: HttpTransport, status: int, body: bytes, verdict: str, cause: str
) -> None:
    async def answers(request: web.Request, _: bytes) -> web.Response:
        return web.Response(status=status, body=body, headers={"Retry-After": "7"})

    async with platform_server(answers) as (address, _):
        reply = await adapter(REST, transport, address).send(message(), materials=no_materials, go=go)
    assert (reply.verdict, reply.cause, reply.raw) == (verdict, cause, body)
    assert reply.retry_after_s == (7 if verdict == "later" else None)


async def test_a_probe_asks_with_one_operation_about_another(transport: HttpTransport) -> None:
    async with platform_server(replying({"code": "200", "data": {"step": "corrected"}})) as (address, seen):
        asking = Message("case.progress", {"caseNo": "A1"}, probes="case.correct")
        reply = await adapter(REST, transport, address).send(asking, materials=no_materials, go=go)
    assert reply.verdict == "landed"
    assert (seen[0][0].method, seen[0][0].path) == ("GET", "/api/v2/cases/A1")


async def test_the_session_secret_is_fetched_once_and_signs_every_call(transport: HttpTransport) -> None:
    shelf = Shelf()
    async with platform_server(exchanging(TAKEN)) as (address, seen):
        speaking = adapter(SIGNED, transport, address, shelf)
        for _ in range(3):
            reply = await speaking.send(message(), materials=no_materials, go=go)
            assert reply.verdict == "taken"
    assert [request.path for request, _ in seen].count("/sysapi/auth/refreshappsecret") == 1
    assert (shelf.refreshed, shelf.ends_ms, shelf.spoiled) == (1, NOW_MS + 600_000, [])
    assert seen[1][0].headers["gjgxjhpt_sid"] == "s_sim_0001"


async def test_a_secret_that_is_barred_is_spoiled_and_fetched_anew_by_the_next_attempt(
    transport: HttpTransport,
) -> None:
    shelf = Shelf()
    async with platform_server(exchanging({"code": "E-106"})) as (address, _):
        speaking = adapter(SIGNED, transport, address, shelf)
        for expected in (1, 2):
            reply = await speaking.send(message(), materials=no_materials, go=go)
            assert (reply.verdict, reply.code) == ("barred", "E-106")
            assert shelf.refreshed == expected
    assert shelf.spoiled == ["demo-session-secret"] * 2


@pytest.mark.parametrize(
    ("session", "verdict", "cause", "code"),
    [
        ({"code": "E-106"}, "barred", "session_barred", "E-106"),
        ({"code": "9"}, "not_sent", "session_failed", None),
        ({"code": "0", "data": {"secret": "nonsense"}}, "not_sent", "session_failed", None),
    ],
)
async def test_without_a_session_nothing_of_the_message_leaves(
    transport: HttpTransport, session: Any, verdict: str, cause: str, code: str | None
) -> None:
    asked: list[bool] = []
    async with platform_server(exchanging(TAKEN, session)) as (address, seen):
        speaking = adapter(SIGNED, transport, address, Shelf())
        reply = await speaking.send(message(), materials=no_materials, go=lambda: asked.append(True))
    assert (reply.verdict, reply.cause, reply.code) == (verdict, cause, code)
    assert asked == []
    assert all(CANARY.encode() not in body for _, body in seen)


async def test_a_platform_that_cannot_be_reached_for_a_session_is_not_sent(transport: HttpTransport) -> None:
    speaking = adapter(SIGNED, transport, f"http://127.0.0.1:{closed_port()}", Shelf())
    reply = await speaking.send(message(), materials=no_materials, go=go)
    assert (reply.verdict, reply.cause) == ("not_sent", "session_failed")
    without = adapter(SIGNED, transport)
    reply = await without.send(message(), materials=no_materials, go=go)
    assert (reply.verdict, reply.cause) == ("not_sent", "session_failed")
