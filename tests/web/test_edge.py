"""What is too much is told before it is read, and harms nobody else: queues, hung-up callers, bytes in flight."""

import asyncio
import json
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from gateway.settings.conf import load
from gateway.store.database import connect
from gateway.web.edge.pace import AT_ONCE, PER_S
from gateway.world import World
from mappings.problems import Unreadable
from tests.web.checked import Answer
from tests.web.people import case_of_somebody
from tests.web.service import Running, key_of, serving

QUEUE = 2


@dataclass
class Disk:
    """A disk that can stand still: until it moves, no COMMIT returns."""

    moves: threading.Event = field(default_factory=threading.Event)

    def connect(self, path: Path) -> Any:
        return _Driver(connect(path), self.moves)


@dataclass
class _Driver:
    driver: sqlite3.Connection
    moves: threading.Event

    def execute(self, text: str, *parameters: Any) -> Any:
        if text.startswith("COMMIT"):
            self.moves.wait()
        return self.driver.execute(text, *parameters)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.driver, name)


@dataclass
class Line:
    """One connection, spoken to byte by byte."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def answer(self) -> Answer:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.strip().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        body = await self.reader.readexactly(int(headers.get("Content-Length", 0)))
        return Answer(int(first.split()[1]), headers, body)


@asynccontextmanager
async def line(running: Running) -> AsyncIterator[Line]:
    host, port = running.address.removeprefix("http://").split(":")
    opened = Line(*await asyncio.open_connection(host, int(port)))
    try:
        yield opened
    finally:
        opened.writer.close()


def head(
    *lines: str, caller: str = "guichi", key: str = "a-key-of-its-own", path: str = "/v1/cases"
) -> bytes:
    """The head of a request with a body, and `lines` of how that is sent."""
    known = (
        f"POST {path} HTTP/1.1", "Host: x", f"Authorization: Bearer {key_of(caller)}",
        "Content-Type: application/json", f"Idempotency-Key: {key}",
    )  # fmt: skip
    return "\r\n".join((*known, *lines, "", "")).encode()


@asynccontextmanager
async def stalled(tmp_path: Path) -> AsyncIterator[tuple[Running, Disk]]:
    """A gateway whose disk stands still, with one request of guichi at work and QUEUE waiting for its turn."""
    disk = Disk()
    disk.moves.set()
    world = World(connect=disk.connect)
    async with serving(tmp_path, world=world, at_once="2", queue_per_caller=str(QUEUE)) as running:
        try:
            await running.submit(case_of_somebody(), "while-it-moves")
            disk.moves.clear()
            yield running, disk
        finally:
            disk.moves.set()


async def filled(running: Running) -> list[asyncio.Task[Answer]]:
    """As many requests of guichi as fit: one that works and QUEUE that wait."""
    asked: list[asyncio.Task[Answer]] = []
    for number in range(1 + QUEUE):
        await running.ask(
            "GET", "/v1/platforms", caller="cixi"
        )  # guichi is not alone, and has one turn of two
        asked.append(asyncio.create_task(running.submit(case_of_somebody(), f"fits-{number:06d}")))
        await asyncio.sleep(0.1)
    return asked


async def test_a_full_queue_is_told_at_once_before_the_body_is_read_and_other_callers_are_served(
    tmp_path: Path,
) -> None:
    async with stalled(tmp_path) as (running, disk):
        before = (await running.rows(settled=False))["exchanges"]
        fitting = await filled(running)
        async with line(running) as refused:
            refused.send(head("Content-Length: 5000", "Expect: 100-continue"))
            answer = await refused.answer()
        assert (answer.status, answer.code) == (429, "overloaded"), (
            "and no 100 Continue: nothing was asked for"
        )
        assert answer.document["cause"] == "queue"
        assert int(answer.headers["Retry-After"]) >= 1
        assert answer.headers["Connection"] == "close", "nobody knows whether the body still comes"
        other = await running.ask("GET", "/v1/platforms", caller="cixi")
        assert other.status == 200
        assert (await running.ask("GET", "/healthz", caller=None)).status == 200
        disk.moves.set()
        assert {each.status for each in await asyncio.gather(*fitting)} == {201}
        assert (await running.rows())["exchanges"] == before + 1 + QUEUE
        again = await running.submit(case_of_somebody(), "a-key-of-its-own")
        assert again.status == 201, "what was refused has not consumed its key"


async def test_a_caller_that_hangs_up_leaves_the_queue_and_nothing_comes_of_it(tmp_path: Path) -> None:
    async with stalled(tmp_path) as (running, disk):
        before = (await running.rows(settled=False))["exchanges"]
        fitting = await filled(running)
        assert (await running.submit(case_of_somebody(), "no-room-for-it")).code == "overloaded"
        fitting.pop().cancel()  # the last in the queue; its connection is closed
        await asyncio.sleep(0.2)
        fitting.append(asyncio.create_task(running.submit(case_of_somebody(), "there-is-room")))
        await asyncio.sleep(0.2)
        assert not fitting[-1].done()
        disk.moves.set()
        assert {each.status for each in await asyncio.gather(*fitting)} == {201}
        assert (await running.rows())["exchanges"] == before + len(fitting)


async def test_waiting_and_turning_away_are_counted_by_caller(tmp_path: Path) -> None:
    async with stalled(tmp_path) as (running, disk):
        before = await metrics(running)
        fitting = await filled(running)
        for number in range(3):
            await running.submit(case_of_somebody(), f"turned-away-{number}")
        disk.moves.set()
        await asyncio.gather(*fitting)
        after = await metrics(running)
        grown = {name: after[name] - before.get(name, 0) for name in after}
        assert grown['tongban_turned_away_total{bound="queue",caller="guichi"}'] == 3
        assert grown['tongban_waited_total{caller="guichi"}'] == QUEUE


async def test_however_many_ask_whether_it_is_ready_one_commit_answers_them(tmp_path: Path) -> None:
    async with stalled(tmp_path) as (running, disk):
        asked = [asyncio.create_task(running.ask("GET", "/readyz", caller=None)) for _ in range(30)]
        await asyncio.sleep(0.3)
        assert running.gateway.store.waiting <= 2
        disk.moves.set()
        assert {each.status for each in await asyncio.gather(*asked)} == {200}


async def metrics(running: Running) -> dict[str, float]:
    text = (await running.ask("GET", "/metrics", caller="cixi")).text
    lines = [each.rsplit(" ", 1) for each in text.splitlines() if not each.startswith("#")]
    return {name: float(value) for name, value in lines}


async def test_the_same_refusal_again_and_again_is_told_at_a_pace(service: Running) -> None:
    count = AT_ONCE + PER_S // 2
    started = asyncio.get_running_loop().time()
    for _ in range(count):
        assert (await service.ask("GET", "/metrics", caller="nobody")).code == "forbidden_operation"
    assert asyncio.get_running_loop().time() - started > 0.4
    started = asyncio.get_running_loop().time()
    assert (await service.ask("GET", "/metrics", caller="reader")).code == "forbidden_operation"
    assert asyncio.get_running_loop().time() - started < 0.4, "another caller is told at once"


BUDGET = 100_000


@asynccontextmanager
async def small(tmp_path: Path) -> AsyncIterator[Running]:
    async with serving(tmp_path, memory_bytes=str(BUDGET), body_bytes=str(BUDGET), read_s="20") as running:
        yield running


def padded(size: int) -> bytes:
    """A good case of exactly that many bytes."""
    written = json.dumps(case_of_somebody(), ensure_ascii=False).encode()
    return written + b" " * (size - len(written))


async def test_bytes_that_are_on_their_way_count_before_they_come(tmp_path: Path) -> None:
    async with small(tmp_path) as running, line(running) as slow:
        body = padded(60_000)
        slow.send(head("Content-Length: 60000") + body[:100])
        await asyncio.sleep(0.2)
        mine = await running.ask("POST", "/v1/cases", data=padded(5_000), Idempotency_Key="too-much-of-mine")
        assert (mine.status, mine.document["cause"]) == (429, "memory")
        assert int(mine.headers["Retry-After"]) >= 1
        too_large = await running.ask("POST", "/v1/preflight", caller="cixi", data=b" " * 40_001)
        fits = await running.ask("POST", "/v1/preflight", caller="cixi", data=b" " * 40_000)
        assert (too_large.code, fits.code) == ("overloaded", "not_json")
        slow.send(body[100:])
        assert (await slow.answer()).status == 201
        later = await running.ask("POST", "/v1/cases", data=padded(5_000), Idempotency_Key="too-much-of-mine")
        assert later.status == 201, "refused whole: the key is as good as new"


@pytest.mark.parametrize("how", ["announced", "chunked"])
async def test_the_largest_body_that_is_allowed_fits_while_there_is_no_other(
    tmp_path: Path, how: str
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        body = padded(BUDGET)
        for place in range(0, BUDGET, 7_000):
            yield body[place : place + 7_000]

    async with small(tmp_path) as running:
        for key in ("a-first-time", "a-second-time"):  # which finds everything given back
            sent: Any = padded(BUDGET) if how == "announced" else pieces()
            assert (await running.ask("POST", "/v1/cases", data=sent, Idempotency_Key=key)).status == 201


async def test_a_body_of_unknown_size_is_counted_as_it_comes_and_refused_whole(tmp_path: Path) -> None:
    async with small(tmp_path) as running, line(running) as held, line(running) as growing:
        held.send(head("Content-Length: 30000", caller="cixi", path="/v1/preflight"))
        growing.send(head("Transfer-Encoding: chunked"))
        for _ in range(7):
            growing.send(b"2710\r\n" + b" " * 10_000 + b"\r\n")
            await asyncio.sleep(0.02)
        fits = await running.ask("POST", "/v1/preflight", caller="reader", data=b"{")
        assert fits.code == "overloaded", "70,000 and 30,000 are all there is"
        growing.send(b"2710\r\n" + b" " * 10_000 + b"\r\n")
        answer = await growing.answer()
        assert (answer.status, answer.document["cause"]) == (429, "memory")
        assert (await running.rows())["exchanges"] == 0
        fits = await running.ask("POST", "/v1/preflight", data=b"{" + b" " * 60_000)
        assert fits.code == "not_json", "what it had taken is free again"


async def test_a_body_that_is_too_large_by_its_own_word_is_not_waited_for(service: Running) -> None:
    async with line(service) as opened:
        opened.send(head("Content-Length: 200001", "Expect: 100-continue"))
        assert (await opened.answer()).code == "too_large"


async def test_who_is_refused_before_its_body_has_come_keeps_its_connection(service: Running) -> None:
    async with line(service) as opened:
        for _ in range(3):
            opened.send(head("Content-Length: 10", caller="nobody"))
            answer = await opened.answer()
            assert (answer.status, answer.headers.get("Connection")) == (403, None)
            opened.send(b"0123456789")


async def test_a_body_that_is_wanted_is_asked_for(service: Running, key: str) -> None:
    body = padded(6_000)
    async with line(service) as opened:
        opened.send(head(f"Content-Length: {len(body)}", "Expect: 100-continue", key=key))
        assert (await opened.answer()).status == 100
        opened.send(body)
        answer = await opened.answer()
        assert answer.status == 201
        assert "Connection" not in answer.headers


async def test_a_gateway_that_is_not_ready_says_when_to_ask_again(tmp_path: Path) -> None:
    async with serving(tmp_path, release=False) as running:
        answer = await running.ask("GET", "/readyz", caller=None)
        assert (answer.status, int(answer.headers["Retry-After"]) >= 1) == (503, True)


@pytest.mark.parametrize(
    "bounds", ["{body_bytes: '1001', memory_bytes: '1000'}", "{body_bytes: '134217729'}"]
)
def test_a_budget_that_the_largest_body_does_not_fit_is_a_finding(tmp_path: Path, bounds: str) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "gateway.yaml").write_text(f"name: a.example/log\nbounds: {bounds}\n")
    with pytest.raises(Unreadable) as refused:
        load(tmp_path / "conf")
    (finding,) = map(str, refused.value.findings)
    least = bounds.split("'")[1]
    assert finding.startswith("conf/gateway.yaml:2:")
    assert finding.endswith(f"memory_bytes is smaller than body_bytes: at least {least}")
