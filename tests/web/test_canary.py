"""A canary person goes down every kind of path, and stands nowhere where persons have no business to be.

Not in a log line, a problem document, a metric, an address, an audit entry, an unsealed column or a file; the one
exception is the single character that a charset cannot write.
"""

import asyncio
import base64
import json
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from aiohttp import ClientSession

from tests.fakes import fixtures
from tests.forked import python
from tests.installation import CHECKOUT, EXAMPLES, PLATFORMS, Installation, installed
from tests.inward.platform import SERVICE, UNIT, moment, signed
from tests.waiting import LONGEST_S
from tests.web.service import changed

MINISTRY = CHECKOUT / "tests" / "demo" / "platforms"
NAME = "金雀丝"
_KEYS = count(1)
Case = dict[str, Any]


@dataclass
class Flight:
    """What came out of the gateway while the canary was inside."""

    installation: Installation
    problems: list[str] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    ends: set[str] = field(default_factory=set)

    async def submit(self, case: Case, **headers: str) -> Any:
        key = f"canary-{next(_KEYS):04d}"
        return await self.ask("POST", "/v1/cases", body=case, Idempotency_Key=key, **headers)

    async def ask(self, method: str, path: str, **rest: Any) -> Any:
        status, document, headers = await self.installation.call(method, path, **rest)
        self.headers.append(json.dumps(dict(headers)))
        if status >= 400:
            self.problems.append(json.dumps(document, ensure_ascii=False))
        self.ends.add(
            str(document.get("state") or document.get("code") if isinstance(document, dict) else status)
        )
        return document

    async def until(self, document: Case, *states: str) -> None:
        """Look at an exchange until it is in one of these states."""
        async with asyncio.timeout(LONGEST_S):
            while (await self.ask("GET", document["links"]["self"]))["state"] not in states:  # noqa: ASYNC110
                await asyncio.sleep(0.1)

    async def raw(self, sent: bytes) -> None:
        """Bytes that are no good HTTP, and what is said to them."""
        where = urlsplit(self.installation.address)
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        writer.write(sent)
        await writer.drain()
        said = b""
        # one that waits for the rest says nothing; one that is closed with bytes unread is reset after its words
        with suppress(TimeoutError, ConnectionResetError):
            async with asyncio.timeout(1):
                while more := await reader.read(65536):
                    said += more
        self.problems.append(said.decode())
        writer.close()


def canary(name: str = "canary-gd", **values: Any) -> Case:
    """The canary, everywhere where a person may stand; it insists, as it has many cases open."""
    case = {**fixtures.case(name), "insist": {"reason": f"{NAME}坚持再次提交"}}
    case = changed(
        case, receiving__staff=NAME, receiving__identity_check__by=NAME, materials__0__verification__by=NAME,
        authorisation__reference=f"{NAME}授权书",
    )  # fmt: skip
    return changed(case, **values)


@pytest.fixture(scope="module")
async def flight(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Flight]:
    """All paths flown, the gateway stopped: what is left are its files."""
    folder = tmp_path_factory.mktemp("canary")
    stands = {**PLATFORMS, "sim-mz": ("tests.demo.ministry", "")}
    async with installed(
        folder, stands=stands, folders=(EXAMPLES, MINISTRY), python=python()
    ) as installation:
        await installation.start_gateway()
        flown = Flight(installation)
        for path in (good, later, told, refused, faulty, unreadable, unavailable, held, looked_up):
            await path(flown)
        flown.headers.append((await installation.call("GET", "/metrics"))[1])
        assert installation.gateway
        await installation.gateway.end()
        yield flown


async def good(flight: Flight) -> None:
    """Delivered in both dialects, then asked about; a preflight; a proof."""
    for name in ("canary-gd", "canary-gx"):
        done = await flight.submit(canary(name))
        assert done["state"] == "delivered", done
        progress = await flight.ask("GET", f"{done['links']['case']}/progress")
        assert progress["progress"]["state"] == "handed_over"
        await flight.installation.call("POST", "/v1/preflight", body=canary(name))
        await asyncio.sleep(0.8)
        await flight.ask("GET", done["links"]["proof"])


async def later(flight: Flight) -> None:
    """Withdrawn for a reason that names the person: refused in words that do, told faults, taken, taken back."""
    by = {"at": fixtures.case("canary-gd")["receiving"]["received_at"], "staff": NAME, "window": NAME}
    body = {"reason": f"{NAME}另行办理", "by": by}
    for name in ("canary-gd", "canary-gx"):
        done = await flight.submit(canary(name))
        path = f"{done['links']['case']}/withdrawal"
        step = {"do": "refuse", "operation": "case.withdraw", "reason": f"{NAME}尚未缴费"}
        await flight.installation.control(done["platform"], "programme", step)
        for sent in (
            body,
            {**body, "by": {"at": NAME, NAME: NAME}},
            {**body, "reason": f"{NAME}䶮" * 99},
            body,
        ):
            await flight.ask("POST", path, body=sent, Idempotency_Key=f"canary-{next(_KEYS):04d}")
        assert (await flight.ask("GET", done["links"]["case"]))["state"] == "withdrawn"
    await flight.installation.control("sim-gd", "programme", {"do": "busy", "times": 0})
    waiting = await flight.submit(canary(), Prefer="wait=1")
    path, key = f"{waiting['links']['case']}/withdrawal", f"canary-{next(_KEYS):04d}"
    assert (await flight.ask("POST", path, body=body, Idempotency_Key=key))["state"] == "withdrawn"
    await flight.installation.control("sim-gd", "programme", method="DELETE")


async def told(flight: Flight) -> None:
    """They call in about it: the person stands in words, names of files, numbers of records, codes, addresses."""
    number = fixtures.case("canary-gd")["applicant"]["id_number"]
    done = await flight.submit(canary())
    ours, paper = done["numbers"]["ours"], base64.b64encode(f"决定书 {NAME}".encode()).decode()
    step = {"sblsh": ours, "zt": "30", "sj": moment()}
    head = {"fsdw": UNIT}
    sound = [
        {**step, "tzbh": NAME, "sm": NAME, "jbr": f"{NAME}（{number}）"},
        {**step, "tzbh": number, "zt": "40"},
    ]
    result = {"fsdw": UNIT, "sblsh": ours, "zt": "50", "jlbh": f"{NAME}1", "sj": moment(), "yysm": NAME,
              "jdwh": f"{NAME}决字1号", "ws": [{"wslx": "A1", "wsmc": NAME, "wjm": f"{NAME}.pdf",
              "wjnr": paper, "wh": NAME}]}  # fmt: skip
    calls: list[tuple[str, str, Case]] = [
        ("notices", SERVICE, {**head, "lb": sound}),
        ("notices", SERVICE, {**head, "lb": [{**step, "tzbh": "1", "zt": NAME, "sj": NAME}]}),
        ("notices", SERVICE, {**head, "lb": [{**step, "tzbh": "2", "sblsh": NAME, "caseNo": number}]}),
        ("notices", SERVICE, {"fsdw": NAME, NAME: NAME, "lb": NAME}),
        ("results", "s_sim_0102", result),
        ("results", "s_sim_0102", {**result, "jlbh": number, "ws": [{"wslx": NAME, "wjm": NAME}]}),
    ]
    for place, sid, body in calls:
        await _called(flight, f"/inbound/sim-gd/cases/{place}", body, signed(sid))
    await _called(flight, f"/inbound/sim-gd/{quote(NAME)}", result, signed())
    await _called(flight, "/inbound/sim-gd/cases/notices", result, {**signed(), "gjgxjhpt_rid": quote(NAME)})
    shown = await flight.ask("GET", f"{done['links']['case']}/result")
    assert NAME in json.dumps(shown, ensure_ascii=False), "who may see it sees it"
    await flight.ask("GET", done["links"]["case"])
    feed = await flight.ask("GET", "/v1/events")
    flight.problems.append(json.dumps(feed, ensure_ascii=False))


async def _called(flight: Flight, path: str, body: Case, headers: dict[str, str]) -> None:
    """A call in; its answer goes back to who sent the person."""
    async with ClientSession() as client:
        sent = {"Content-Type": "application/json", **headers}
        address = f"{flight.installation.address}{path}"
        async with client.post(
            address, data=json.dumps(body, ensure_ascii=False).encode(), headers=sent
        ) as answer:
            flight.headers.append(str(dict(answer.headers)))


async def refused(flight: Flight) -> None:
    """They refuse, and name the person in words and code; one answer of theirs is about nothing described."""
    number = fixtures.case("canary-gd")["applicant"]["id_number"]
    step = {"do": "refuse", "code": "5010", "reason": f"{NAME}（{number}）已在他处登记"}
    await flight.installation.control("sim-gd", "programme", step)
    assert (await flight.submit(canary()))["code"] == "platform_refused"
    await flight.installation.control("sim-gd", "programme", {**step, "code": f"5{NAME}"})
    assert (await flight.submit(canary()))["their_code"] == "other"
    await flight.installation.control("sim-gx", "programme", {"do": "refuse", "reason": NAME})
    await flight.submit(canary("canary-gx"))


async def faulty(flight: Flight) -> None:
    """Every kind of fault: mapping, charset, check digits, shape; and the name where codes belong."""
    number = fixtures.case("canary-gd")["applicant"]["id_number"]
    unmappable = canary("canary-gx", applicant__name=f"{NAME}䶮", note=f"{NAME}䶮")
    assert (await flight.submit(unmappable))["code"] == "unmappable"
    wrong: list[Case] = [
        {"applicant__id_number": number[:-1] + "8"},
        {"applicant__birth_date": "2000-02-28", "form__project_type": NAME, "form__express": NAME},
        {"applicant__id_type": NAME, "mode": NAME, "applicant__sex": number, "materials__0__trust": NAME},
        {"item__code": NAME, "division": number, "receiving__unit": NAME, "receiving__received_at": NAME},
        {"item__code": number, "purpose": [NAME], "applicant__mobile": NAME, "materials__0__count": NAME},
        {"materials__0__files__0__id": NAME, "materials__0__files__0__media_type": NAME},
        {"materials__0__files__0__content": NAME, "materials__0__files__0__digest": NAME},
        {NAME: NAME, f"applicant__{NAME}": NAME, "agent": {"name": NAME}},
        {"receiving__division": number, "applicant__guardian": {"name": NAME, "relation": NAME}},
        {"applicant__nationality": NAME, "applicant__latin_name": f"{NAME}䶮" * 90, "note": NAME * 900},
        {"numbers": [{"owner": "", "kind": NAME, "number": f" {NAME}"}], "unit": NAME},
        {"form": {f"{NAME}.{NAME}": 1}, "authorisation": NAME},
    ]
    for values in wrong:
        for path in ("/v1/cases", "/v1/preflight"):
            key = f"canary-{next(_KEYS):04d}"
            await flight.ask("POST", path, body=canary(**values), Idempotency_Key=key)


async def unreadable(flight: Flight) -> None:
    """Requests that are no requests: in bodies, headers, addresses, bytes."""
    text = json.dumps(canary(), ensure_ascii=False)
    head = b"POST /v1/cases HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    head += b"Content-Type: application/json\r\nIdempotency-Key: canary-x\r\n"
    key = f"Authorization: Bearer {flight.installation.keys['guichi']}\r\n".encode()
    for body in (
        text[:-9].encode(),
        text.encode("gbk"),
        f'{{"{NAME}":1,"{NAME}":2}}'.encode(),
        f'"{NAME}"'.encode(),
    ):
        await flight.raw(head + key + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    for line in (
        f"GET /{NAME} HTTP/1.1",
        f"{NAME} / HTTP/1.1",
        f"GET /?{NAME * 3000} HTTP/1.1",
        f"{NAME}\0",
        "GET /",
    ):
        await flight.raw(f"{line}\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    for header in (
        f"Content-Length: {NAME}",
        f"X{NAME}: 1",
        f"X: {NAME * 9000}",
        f"Transfer-Encoding: {NAME}",
    ):
        await flight.raw(
            f"GET /healthz HTTP/1.1\r\nHost: x\r\n{header}\r\nConnection: close\r\n\r\n".encode()
        )
    await flight.raw(head + key + b"Content-Encoding: gzip\r\nContent-Length: 9\r\n\r\n" + NAME.encode())
    await flight.raw(head + key + b"Transfer-Encoding: chunked\r\n\r\n" + f"{NAME}\r\n{NAME}".encode())
    await flight.raw(head + f"Authorization: Bearer {NAME}\r\n\r\n".encode())


async def unavailable(flight: Flight) -> None:
    """They are busy, they answer garbage that holds the person, they hang up."""
    for do in ("busy", "garbage", "take_then_drop", "status"):
        await flight.installation.control("sim-gd", "programme", {"do": do, "code": "502", "match": NAME})
        await flight.until(await flight.submit(canary(), Prefer="wait=0"), "deferred", "delivered")


async def held(flight: Flight) -> None:
    """Nobody knows whether they have it; a person says so, and why, at the command line."""
    await flight.installation.control("sim-mz", "programme", {"do": "take_then_drop"})
    guardian = {"name": f"{NAME}母", "id_type": "111", "id_number": "33028219600717015X", "relation": "母亲"}
    values = {"item__code": "000511012000", "division": "440233", "applicant__guardian": guardian}
    document = await flight.submit(canary(**values))
    assert "links" in document, document
    await flight.until(document, "held")
    command = [*python(), "-m", "gateway.cli", "exchange", "settle", document["exchange"], "--conf",
               str(flight.installation.conf), "--taken", "MZ-1", "--reason", f"电话核实{NAME}",
               "--as", "op1"]  # fmt: skip
    settled = await asyncio.to_thread(
        subprocess.run, command, cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert settled.returncode == 0, settled.stderr
    flight.problems.append(settled.stdout + settled.stderr)
    await flight.until(document, "delivered")


async def looked_up(flight: Flight) -> None:
    """The person's name and number where ids, numbers and codes are asked for."""
    case = fixtures.case("canary-gd")["applicant"]
    for value in (NAME, case["id_number"], case["mobile"]):
        for path in (
            "/v1/cases/{}",
            "/v1/cases?number={}",
            "/v1/exchanges/{}/proof",
            "/v1/items?name={}",
            "/{}",
        ):
            await flight.ask("GET", path.format(quote(value)))


def secrets() -> Iterator[tuple[str, bytes]]:
    """Whatever belongs to the canary, in each form in which it could have been written down."""
    for name in ("canary-gd", "canary-gx"):
        file = fixtures.case(name)["materials"][0]["files"][0]
        content = base64.b64decode(file["content"])
        yield f"{name} file", content
        yield f"{name} digest", sha256(content).hexdigest().encode()
        yield f"{name} raw digest", sha256(content).digest()
    for text in {NAME, *fixtures.canary()}:
        plain = text.encode()
        yield text, plain
        yield f"{text} in GBK", text.encode("gbk")
        yield f"{text} escaped", json.dumps(text)[1:-1].encode()
        yield f"{text} quoted", quote(text).encode()
        yield f"{text} digest", sha256(plain).hexdigest().encode()
        for shift in range(3):  # base64 of it, wherever in a text it begins
            yield f"{text} in base64", base64.b64encode(b"\0" * shift + plain)[4 if shift else 0 : -4]


SECRETS = [(name, secret) for name, secret in secrets() if len(secret) >= 6]


def found_in(data: bytes) -> list[str]:
    return [name for name, secret in SECRETS if secret in data]


def test_the_search_finds_a_canary_where_there_is_one() -> None:
    assert found_in(json.dumps(fixtures.case("canary-gd"), ensure_ascii=False).encode())
    assert found_in(base64.b64encode(b"x" + "住址金雀丝电话".encode()))


def test_the_canary_went_everywhere(flight: Flight) -> None:
    assert flight.ends >= {
        "delivered", "deferred", "held", "platform_refused", "unmappable", "invalid_case", "not_found", "no_route",
    }  # fmt: skip
    assert any("malformed_request" in problem for problem in flight.problems)
    assert any("duplicate_key" in problem for problem in flight.problems)


def test_no_log_line_knows_it(flight: Flight) -> None:
    log = (flight.installation.folder / "gateway.log").read_bytes()
    assert b"exchange.held" in log
    assert found_in(log) == []
    assert all(json.loads(line)["event"] for line in log.splitlines()), "and every line is a structured one"


def test_no_problem_document_repeats_it(flight: Flight) -> None:
    assert len(flight.problems) > 50
    assert {name for problem in flight.problems for name in found_in(problem.encode())} == set()


def test_no_metric_and_no_header_knows_it(flight: Flight) -> None:
    assert {name for text in flight.headers for name in found_in(text.encode())} == set()


def test_no_byte_that_the_gateway_stored_shows_it(flight: Flight) -> None:
    """The database with its WAL, the materials, the keys: every file but what the platforms themselves keep."""
    kept = [path for path in (flight.installation.folder / "state").rglob("*") if path.is_file()]
    assert any(path.suffix == ".db" for path in kept)
    assert any("materials" in path.parts for path in kept)
    assert {(path.name, name) for path in kept for name in found_in(path.read_bytes())} == set()
