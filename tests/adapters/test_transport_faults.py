"""The fault table: whatever goes wrong, the server saw the message at most once, and 'not sent' is true."""

import asyncio
from collections.abc import Callable

import pytest
from yarl import URL

from adapters.errors import AdapterError, Unknown
from adapters.message import Request, Response
from adapters.transport import HttpTransport
from tests.adapters.wire import OK, Answering, Peer, reset, serving

BODY = b'{"caseNo":"1"}'


async def resets_after_body(peer: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    reset(writer)


async def closes_after_body(peer: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def replies_half(peer: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(OK[:-5])
    await writer.drain()
    writer.close()


async def replies_half_and_resets(
    peer: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    writer.write(OK[:-5])
    await writer.drain()
    await asyncio.sleep(0.02)
    reset(writer)


async def closes_inside_head(peer: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(OK[:20])
    await writer.drain()
    writer.close()


async def redirects(peer: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")


async def stalls(peer: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)  # until the client gives up


async def stalls_inside_body(peer: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(OK[:-5])
    await reader.read(1)


async def answers_garbage(peer: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"\x16\x03\x01 this is no HTTP\r\n\r\n")
    await writer.drain()
    writer.close()


async def floods(peer: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000)
    await writer.drain()


FAULTS: list[tuple[Answering, str]] = [
    (resets_after_body, "reset"),
    (closes_after_body, "reset"),
    (replies_half, "half_reply"),
    (replies_half_and_resets, "half_reply|reset"),
    (closes_inside_head, "reset|garbled"),
    (redirects, "307"),
    (stalls, "timeout"),
    (stalls_inside_body, "timeout"),
    (answers_garbage, "garbled"),
    (floods, "too_large"),
]


def request_to(peer: Peer, method: str, fresh: bool) -> Request:
    return Request(method, URL(f"{peer.url}/cases"), {"Content-Type": "application/json"}, BODY, fresh)


async def exchange(
    transport: HttpTransport, request: Request, go: Callable[[], None] = lambda: None, timeout_s: float = 5
) -> Response:
    return await transport.exchange(request, go=go, timeout_s=timeout_s, connect_s=1, reply_bytes=4096)


def after_good_ones(fault: Answering, good: int) -> Answering:
    """Answers the first `good` requests well, so that the connection is in the pool, then misbehaves."""

    async def answer(peer: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(peer.requests) <= good:
            writer.write(OK)
        else:
            await fault(peer, reader, writer)

    return answer


@pytest.mark.parametrize("warm", [False, True], ids=["first", "reused"])
@pytest.mark.parametrize("fresh", [False, True], ids=["pooled", "fresh"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "GET"])
@pytest.mark.parametrize(("fault", "cause"), FAULTS, ids=[fault.__name__ for fault, _ in FAULTS])
async def test_a_fault_after_the_first_byte_is_unknown_and_the_server_saw_it_once(
    transport: HttpTransport, fault: Answering, cause: str, method: str, fresh: bool, warm: bool
) -> None:
    async with serving(after_good_ones(fault, good=int(warm))) as peer:
        request = request_to(peer, method, fresh)
        if warm:
            assert (await exchange(transport, request)).status == 200
        before = len(peer.requests)
        try:
            timeout_s = 0.15 if cause == "timeout" else 5
            outcome = str((await exchange(transport, request, timeout_s=timeout_s)).status)
        except AdapterError as error:
            assert isinstance(error, Unknown)
            outcome = error.cause
        assert outcome in cause.split("|")
        await asyncio.sleep(0.01)  # a second copy would be on its way by now
        assert len(peer.requests) - before == 1


@pytest.mark.parametrize("fresh", [False, True], ids=["pooled", "fresh"])
@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_a_connection_that_was_closed_while_idle_is_not_used_again(
    transport: HttpTransport, method: str, fresh: bool
) -> None:
    async def answers_and_closes(
        peer: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        writer.write(OK)
        await writer.drain()
        writer.close()

    async with serving(answers_and_closes) as peer:
        request = request_to(peer, method, fresh)
        await exchange(transport, request)
        await asyncio.sleep(0.02)
        assert (await exchange(transport, request)).status == 200
        assert len(peer.requests) == 2
        assert peer.connections == 2


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_a_close_that_crosses_the_next_request_is_unknown_and_nothing_is_repeated(
    transport: HttpTransport, method: str
) -> None:
    """The server gives up the idle connection in the moment in which the request is on its way."""

    async def answers_then_drops_unread(
        peer: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        writer.write(OK)
        await writer.drain()
        await reader.read(1)
        reset(writer)

    async with serving(answers_then_drops_unread) as peer:
        request = request_to(peer, method, fresh=False)
        await exchange(transport, request)
        with pytest.raises(Unknown):
            await exchange(transport, request)
        await asyncio.sleep(0.01)
        assert peer.connections == 1
        assert len(peer.requests) == 1


@pytest.mark.parametrize("fresh", [False, True], ids=["pooled", "fresh"])
async def test_a_fresh_request_never_shares_a_connection(transport: HttpTransport, fresh: bool) -> None:
    async def answers(peer: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK)

    async with serving(answers) as peer:
        for _ in range(3):
            await exchange(transport, request_to(peer, "POST", fresh))
        assert peer.connections == (3 if fresh else 1)


async def test_what_the_server_sees_is_exactly_what_was_given(transport: HttpTransport) -> None:
    async def answers(peer: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK)

    async with serving(answers) as peer:
        await exchange(transport, request_to(peer, "POST", fresh=False))
        head, _, body = peer.requests[0].partition(b"\r\n\r\n")
        names = sorted(line.split(b":")[0].lower() for line in head.split(b"\r\n")[1:])
        assert names == [b"content-length", b"content-type", b"host"]
        assert body == BODY
