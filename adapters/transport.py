"""HTTP that never sends anything twice and knows whether a byte has left.

aiohttp 3.14 repeats GET, PUT and DELETE by itself when a pooled connection drops (IDEMPOTENT_METHODS in
`ClientSession._request`) and sends a POST again on 307. Redirects are off, and a `Passage` lets one request
through. `ClientRequest.send` is the one place between a finished connection (TCP and TLS) and the first byte,
so what fails before it is NotSent and what fails after it is Unknown, whatever the exception's class.
"""

import errno
import ssl
from functools import lru_cache
from io import BytesIO
from types import TracebackType
from typing import Any, Self

from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientConnectorSSLError,
    ClientError,
    ClientHandlerType,
    ClientPayloadError,
    ClientRequest,
    ClientResponse,
    ClientResponseError,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    Payload,
    TCPConnector,
)
from aiohttp.abc import AbstractStreamWriter

from adapters.errors import NotSent, Unknown
from adapters.message import Go, Request, Response
from adapters.splicing import body_bytes, pieces

_NO_AUTO_HEADERS = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
_AT_ONCE_BYTES = 1 << 20
_ABOUT_OURS = (
    "BAD_CERTIFICATE", "UNSUPPORTED_CERTIFICATE", "CERTIFICATE_REVOKED", "CERTIFICATE_EXPIRED",
    "CERTIFICATE_UNKNOWN", "UNKNOWN_CA", "ACCESS_DENIED", "CERTIFICATE_REQUIRED",
)  # fmt: skip
_KEPT_S = 4.0  # shorter than the 5 s after which common servers drop an idle connection


class Passage:
    """One request's way out: `go` is asked right before the first byte, and nothing passes twice."""

    __slots__ = ("begun", "go")

    def __init__(self, go: Go) -> None:
        self.go = go
        self.begun = False

    def begin(self) -> None:
        self.go()
        self.begun = True

    async def __call__(self, request: ClientRequest, connect_and_send: ClientHandlerType) -> ClientResponse:
        if self.begun:  # aiohttp wants to repeat an idempotent method on a new connection
            raise Unknown("reset")
        request.passage = self  # type: ignore[attr-defined]
        return await connect_and_send(request)


class PassingRequest(ClientRequest):
    """A request that asks its passage once the connection stands and before a byte is written."""

    passage: Passage

    async def send(self, conn: Any) -> ClientResponse:
        self.passage.begin()
        return await super().send(conn)


class HttpTransport:
    """Two aiohttp sessions: one keeps connections, the other opens one per request."""

    def __init__(self, *, tls: ssl.SSLContext | None = None, kept_s: float = _KEPT_S) -> None:
        self._pooled = _session(TCPConnector(limit=0, ssl=tls or True, keepalive_timeout=kept_s))
        self._fresh = _session(TCPConnector(limit=0, ssl=tls or True, force_close=True))

    async def exchange(
        self, request: Request, *, go: Go, timeout_s: float, connect_s: float, reply_bytes: int
    ) -> Response:
        """Send and read the whole answer within `timeout_s`; connecting takes at most `connect_s` of it."""
        session = self._fresh if request.fresh else self._pooled
        if session.closed:
            raise NotSent("closing")
        passage = Passage(go)
        try:
            answer = await session.request(
                request.method,
                request.url,
                data=_payload(request),
                headers=request.headers,
                allow_redirects=False,
                timeout=_limits(timeout_s, connect_s),
                ssl=request.tls or True,
                middlewares=(passage,),
            )
            return Response(answer.status, answer.headers, await _read(answer, reply_bytes))
        except (ClientError, OSError) as error:
            # `from None`: texts of aiohttp quote the URL, and a query may name a person.
            if passage.begun:
                raise Unknown(_cause_after(error)) from None
            raise NotSent(_cause_before(error)) from None

    async def close(self) -> None:
        await self._pooled.close()
        await self._fresh.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _session(connector: TCPConnector) -> ClientSession:
    return ClientSession(
        connector=connector,
        cookie_jar=DummyCookieJar(),
        request_class=PassingRequest,
        skip_auto_headers=_NO_AUTO_HEADERS,
        trust_env=False,
    )


class _Pieces(Payload):
    """A body with large files, which are put in while it is written."""

    _value: Request

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        self._size = body_bytes(request)

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        raise TypeError("never whole in memory")

    async def write(self, writer: AbstractStreamWriter) -> None:
        async for piece in pieces(self._value):
            await writer.write(piece)


def _payload(request: Request) -> bytes | BytesIO | _Pieces | None:
    """Large bodies go out in pieces: aiohttp would write them in one, and warn that it stalls the loop."""
    if request.fillings:
        return _Pieces(request)
    if len(request.body) > _AT_ONCE_BYTES:
        return BytesIO(request.body)
    return request.body or None


@lru_cache(maxsize=256)
def _limits(timeout_s: float, connect_s: float) -> ClientTimeout:
    """Exact limits: aiohttp would round anything over 5 s up, past the lease that is computed from it."""
    connect = min(connect_s, timeout_s)
    return ClientTimeout(total=timeout_s, connect=connect, sock_connect=connect, ceil_threshold=float("inf"))


async def _read(answer: ClientResponse, reply_bytes: int) -> bytes:
    """The body after decompression; counted while it comes, so that a small bomb cannot fill the memory."""
    content = answer.content
    first = await content.readany()
    if len(first) <= reply_bytes and content.at_eof():
        return first
    parts, size = [first], len(first)
    while size <= reply_bytes and (part := await content.readany()):
        parts.append(part)
        size += len(part)
    if size > reply_bytes:
        answer.close()
        raise Unknown("too_large")
    return b"".join(parts)


def _cause_before(error: Exception) -> str:
    if isinstance(error, ClientConnectorDNSError):
        return "dns"
    if isinstance(error, ClientConnectorCertificateError | ClientConnectorSSLError):
        return "certificate_refused" if _is_about_ours(error) else "tls"
    if isinstance(error, TimeoutError):
        return "connect_timeout"
    if isinstance(error, ClientConnectorError) and error.errno == errno.ECONNREFUSED:
        return "connect_refused"
    return "unreachable"


def _is_about_ours(error: ClientConnectorCertificateError | ClientConnectorSSLError) -> bool:
    """They said with an alert (RFC 5246 §7.2.2) that our certificate is missing, of no use or not on their list."""
    reason = getattr(getattr(error, "os_error", None), "reason", None) or ""
    return any(f"ALERT_{each}" in reason for each in _ABOUT_OURS)


def _cause_after(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, ClientPayloadError):
        return "half_reply"
    if isinstance(error, ClientResponseError):
        return "garbled"
    return "reset"
