"""Before the first byte: every failure there is surely not sent; `go` stands on that very edge."""

import asyncio
import gzip
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from yarl import URL

from adapters.errors import LeaseOver, NotSent, Unknown
from adapters.message import Request
from adapters.transport import HttpTransport
from tests.adapters.wire import OK, Peer, closed_port, reset, serving


async def answers(peer: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(OK)


def nothing() -> None:
    pass


def refuse() -> None:
    raise LeaseOver


@contextmanager
def deaf_port() -> Iterator[int]:
    """A port that lets nobody finish connecting: its queue of one is full."""
    with socket.socket() as listening, socket.socket() as first, socket.socket() as second:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for each in (first, second):
            each.setblocking(False)
            each.connect_ex(listening.getsockname())
        yield listening.getsockname()[1]


async def cause_of(transport: HttpTransport, url: str, *, fresh: bool = False, timeout_s: float = 2) -> str:
    """The cause with which the transport says that surely nothing was sent; `go` must not have been asked."""
    asked: list[bool] = []
    request = Request("PUT", URL(url), {}, b"{}", fresh)
    with pytest.raises(NotSent) as caught:
        await transport.exchange(
            request, go=lambda: asked.append(True), timeout_s=timeout_s, connect_s=0.2, reply_bytes=4096
        )
    assert not asked
    return caught.value.cause


@pytest.mark.parametrize("fresh", [False, True], ids=["pooled", "fresh"])
async def test_a_closed_port_is_not_sent(transport: HttpTransport, fresh: bool) -> None:
    assert await cause_of(transport, f"http://127.0.0.1:{closed_port()}/", fresh=fresh) == "connect_refused"


@pytest.mark.parametrize("timeout_s", [20, 0.15], ids=["connect limit", "total limit"])
async def test_a_connection_that_never_stands_is_not_sent(transport: HttpTransport, timeout_s: float) -> None:
    with deaf_port() as port:
        started = time.monotonic()
        assert (
            await cause_of(transport, f"http://127.0.0.1:{port}/", timeout_s=timeout_s) == "connect_timeout"
        )
        assert time.monotonic() - started < 19  # what twenty seconds would be without the limit


async def test_a_peer_that_does_not_speak_tls_is_not_sent(transport: HttpTransport) -> None:
    async def talks_at_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 this is no TLS\r\n" * 3)
        await reader.read(1)
        writer.close()

    server = await asyncio.start_server(talks_at_once, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    assert await cause_of(transport, f"https://127.0.0.1:{port}/") == "tls"
    server.close()


async def test_a_peer_that_stalls_in_the_tls_handshake_is_not_sent(transport: HttpTransport) -> None:
    async def says_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(says_nothing, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    assert await cause_of(transport, f"https://127.0.0.1:{port}/") == "connect_timeout"
    server.close()


async def test_a_name_that_nobody_knows_is_not_sent(transport: HttpTransport) -> None:
    assert await cause_of(transport, "http://nobody.invalid/") in ("dns", "connect_timeout")


async def test_a_closed_transport_sends_nothing() -> None:
    transport = HttpTransport()
    await transport.close()
    assert await cause_of(transport, f"http://127.0.0.1:{closed_port()}/") == "closing"


@pytest.mark.parametrize("fresh", [False, True], ids=["pooled", "fresh"])
async def test_a_lease_that_ran_out_stops_the_message_on_a_standing_connection(
    transport: HttpTransport, fresh: bool
) -> None:
    async with serving(answers) as peer:
        request = Request("POST", URL(peer.url), {}, b"{}", fresh)
        with pytest.raises(LeaseOver):
            await transport.exchange(request, go=refuse, timeout_s=2, connect_s=1, reply_bytes=4096)
        await asyncio.sleep(0.02)
        assert peer.connections == 1
        assert peer.requests == []


async def test_go_is_asked_once_and_before_the_server_sees_anything(transport: HttpTransport) -> None:
    seen: list[int] = []
    async with serving(answers) as peer:
        request = Request("POST", URL(peer.url), {}, b"{}")
        await transport.exchange(
            request,
            go=lambda: seen.append(len(peer.requests)),
            timeout_s=2,
            connect_s=1,
            reply_bytes=4096,
        )
    assert seen == [0]


async def test_a_small_compressed_answer_that_swells_is_too_large(transport: HttpTransport) -> None:
    bomb = gzip.compress(b"0" * 10_000_000)  # about 10 kB on the wire

    async def bombs(peer: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n"
        writer.write(head.encode() + bomb)

    async with serving(bombs) as peer:
        with pytest.raises(Unknown, match="too_large"):
            await transport.exchange(
                Request("POST", URL(peer.url), {}, b"{}"),
                go=nothing,
                timeout_s=2,
                connect_s=1,
                reply_bytes=100_000,
            )


async def test_no_error_quotes_the_url_in_which_a_person_may_stand(transport: HttpTransport) -> None:
    url = f"http://127.0.0.1:{closed_port()}/people?name=canary"
    with pytest.raises(NotSent) as caught:
        await transport.exchange(
            Request("GET", URL(url), {}, b""), go=nothing, timeout_s=1, connect_s=1, reply_bytes=4096
        )
    assert caught.value.__cause__ is None
    assert "canary" not in repr(caught.value)


async def test_a_large_body_arrives_whole_and_without_a_warning(
    transport: HttpTransport, recwarn: pytest.WarningsRecorder
) -> None:
    body = bytes(range(256)) * 16_384  # 4 MB
    async with serving(answers) as peer:
        request = Request("POST", URL(peer.url), {}, body)
        await transport.exchange(request, go=nothing, timeout_s=5, connect_s=1, reply_bytes=4096)
    assert peer.requests[0].partition(b"\r\n\r\n")[2] == body
    assert [str(each.message) for each in recwarn] == []


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("size", [100, 8_000_000])
async def test_a_peer_that_resets_while_the_body_is_coming_leaves_it_unknown(
    transport: HttpTransport, method: str, size: int
) -> None:
    begun = 0

    async def resets_inside(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal begun
        begun += 1
        await reader.read(64)
        reset(writer)

    server = await asyncio.start_server(resets_inside, "127.0.0.1", 0)
    url = URL(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    with pytest.raises(Unknown, match="reset"):
        await transport.exchange(
            Request(method, url, {}, b"x" * size), go=nothing, timeout_s=2, connect_s=1, reply_bytes=4096
        )
    await asyncio.sleep(0.02)
    assert begun == 1
    server.close()
