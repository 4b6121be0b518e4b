"""Our certificate and theirs, against a real TLS server; certificates are made here and live for the test."""

import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from adapters.base import Adapter
from adapters.build import build
from adapters.coherence import declare
from adapters.errors import Unbuildable
from adapters.message import Access, Message, Reply
from adapters.tls import days_left
from adapters.transport import HttpTransport
from tests.adapters.certificates import START, Identity, identity
from tests.adapters.peers import NOW_MS, REST, changed, go, no_materials

SUBMIT = Message("case.submit", {"caseNo": "A1"})
MUTUAL = changed(REST, "auth", "mutual-tls")


THEIRS = identity("their authority")
SERVER = identity("127.0.0.1", THEIRS)
OURS = identity("tongban", THEIRS)


class Platform(ThreadingHTTPServer):
    """Wants a certificate of its own authority, says with an alert what it thinks of another, counts who came.

    In threads: asyncio's TLS server would cut the connection without the alert that others send.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), Taking)
        self.context = context
        self.seen: list[str] = []

    def finish_request(self, request: Any, client_address: Any) -> None:
        with suppress(OSError), self.context.wrap_socket(request, server_side=True) as secured:
            [[(_, name)]] = secured.getpeercert()["subject"]
            self.seen.append(name)
            Taking(secured, client_address, self)


class Taking(BaseHTTPRequestHandler):
    """Takes whatever comes."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b'{"code": "200", "data": {"caseNo": "T-1"}}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *said: object) -> None:
        """Nothing on stderr."""


@contextmanager
def platform(folder: Path, version: ssl.TLSVersion) -> Iterator[tuple[str, list[str]]]:
    """The address of a running one, and whom it has seen."""
    (folder / "server.pem").write_text(SERVER.pem + SERVER.key_pem())
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cadata=THEIRS.pem)
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # as platforms do, whatever Python runs this one
    context.load_cert_chain(folder / "server.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    context.minimum_version = version
    with Platform(context) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"https://127.0.0.1:{server.server_port}", server.seen
        server.shutdown()


def speaking(
    transport: HttpTransport,
    address: str,
    secrets: Mapping[str, str],
    settings: Mapping[str, str] | None = None,
) -> Adapter:
    return build(
        declare(MUTUAL),
        access=Access(address, settings or {}, secrets),
        transport=transport,
        clock_ms=lambda: NOW_MS,
        random=bytes,
    )


def held(ours: Identity, **more: str) -> dict[str, str]:
    """As settings read them: without blanks at the end."""
    texts = {"certificate": ours.pem, "key": ours.key_pem(), "authority": THEIRS.pem}
    return {name: text.strip() for name, text in {**texts, **more}.items()}


@pytest.fixture
def sending(tmp_path: Path, transport: HttpTransport) -> Iterator[Callable[..., object]]:
    with platform(tmp_path, ssl.TLSVersion.TLSv1_2) as (address, seen):

        async def send(secrets: Mapping[str, str], settings: Mapping[str, str] | None = None) -> Reply:
            adapter = speaking(transport, address, secrets, settings)
            reply = await adapter.send(SUBMIT, materials=no_materials, go=go)
            assert seen == (["tongban"] if reply.verdict == "taken" else [])
            return reply

        yield send


async def test_they_know_us_by_our_certificate(sending) -> None:
    assert (await sending(held(OURS))).verdict == "taken"


async def test_a_key_may_have_a_password(sending) -> None:
    reply = await sending(held(OURS, key=OURS.key_pem("geheim"), key_password="geheim"))
    assert reply.verdict == "taken"


@pytest.mark.parametrize(
    "stranger",
    [identity("nobody"), identity("tongban", THEIRS, days=0.5)],
    ids=["of another authority", "that has ended"],
)
async def test_a_certificate_that_they_refuse_bars_before_anything_is_sent(sending, stranger) -> None:
    reply = await sending(held(stranger))
    assert (reply.verdict, reply.code, reply.sent_digest) == ("barred", "certificate_refused", None)


async def test_a_server_that_we_do_not_trust_is_sent_nothing(sending) -> None:
    reply = await sending(held(OURS, authority=identity("another").pem))
    assert (reply.verdict, reply.cause) == ("not_sent", "tls")


async def test_a_platform_without_tls_1_2_is_spoken_to_when_told_so(
    tmp_path: Path, transport: HttpTransport
) -> None:
    with platform(tmp_path, ssl.TLSVersion.TLSv1_3) as (address, seen):
        for settings, verdict in (({}, "not_sent"), ({"tls": "1.3"}, "taken")):
            adapter = speaking(transport, address, held(OURS), settings)
            assert (await adapter.send(SUBMIT, materials=no_materials, go=go)).verdict == verdict
    assert seen == ["tongban"]


@pytest.mark.parametrize(
    ("secrets", "what"),
    [
        ({}, "secrets certificate is missing"),
        (held(OURS, key=SERVER.key_pem()), "secrets key does not fit the certificate"),
        (held(OURS, key=OURS.key_pem("geheim")), "needs key_password"),
        (held(OURS, authority="none"), "secrets authority is no PEM certificate"),
    ],
)
def test_what_does_not_fit_is_named(secrets: dict[str, str], what: str, transport: HttpTransport) -> None:
    with pytest.raises(Unbuildable, match=what) as caught:
        speaking(transport, "https://127.0.0.1:1", secrets)
    assert "PRIVATE" not in str(caught.value)


def test_a_certificate_needs_an_address_with_tls(transport: HttpTransport) -> None:
    with pytest.raises(Unbuildable, match="certificates without TLS"):
        speaking(transport, "http://127.0.0.1:1", held(OURS))


def test_the_end_of_our_certificate_is_known_beforehand() -> None:
    start_ms = int(START.timestamp() * 1000)
    assert [days_left(held(OURS), start_ms + day * 86_400_000) for day in range(4)] == [2, 1, 0, -1]
    assert days_left({}, 0) is days_left({"certificate": "none"}, 0) is None
