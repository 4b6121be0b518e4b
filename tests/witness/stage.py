"""Two gateways that witness each other's logs: real ones on loopback, without platforms, whose time a test sets."""

import itertools
import json
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from aiohttp import ClientSession, web

from audit.entries import Entry
from audit.notes import COSIGNATURE, Signer
from audit.tables import ENTRIES
from gateway.boot import Gateway, boot
from gateway.settings.conf import load
from gateway.store.database import file_of
from gateway.web.app import Service

KEY_OF_AUDITOR = "test-key-of-the-audit-office"
NAMES = ("lingnan", "guishan")
_NUMBERS = itertools.count()


@dataclass(slots=True)
class Peer:
    """One of them. signer, witness: its private keys. by_itself: it asks the other without being told to."""

    name: str
    folder: Path
    address: str
    client: ClientSession
    by_itself: bool = False
    gateway: Gateway | None = None
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def running(self) -> Gateway:
        assert self.gateway
        return self.gateway

    @property
    def signer(self) -> Signer:
        return Signer.load(self.folder / "state/keys/audit.key")

    @property
    def witness(self) -> Signer:
        return Signer.load(self.folder / "state/keys/witness.key", kind=COSIGNATURE)

    @property
    def origin(self) -> str:
        return f"{self.name}.tongban.example/log"

    @property
    def database(self) -> str:
        return str(file_of(load(self.folder / "conf").database))

    async def start(self) -> None:
        self.gateway = boot(load(self.folder / "conf"))
        await self.gateway.start()
        if not self.by_itself:
            self.gateway.asking.stop()
        runner = Service(self.gateway).runner()
        await runner.setup()
        self._stack.push_async_callback(self.gateway.stop)
        self._stack.push_async_callback(runner.cleanup)
        host, port = self.address.removeprefix("http://").split(":")
        await web.TCPSite(runner, host, int(port)).start()

    async def stop(self) -> None:
        if self.gateway:
            await self.gateway.asking.leave()
        await self._stack.aclose()
        self.gateway = None

    async def grow(self, count: int = 1) -> str:
        """So many entries more, each in a commit of its own; the checkpoint over them."""
        for _ in range(count):
            await self.running.store.write(lambda tx: tx.record(made(tx.now_ms)))
        await self.running.sign(now=True)
        return self.running.checkpoint

    async def ask(self, other: str) -> bool:
        """One round: have the other cosign what is due."""
        asking = self.running.asking
        asking._paces.clear()  # whatever it was waiting for
        cosigns = asking.witnesses[other].cosigns
        assert cosigns
        return await asking.round(other, cosigns)

    async def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        async with self.client.get(self.address + path, headers=headers) as response:
            return response.status, await response.read()

    async def post(self, text: str | bytes) -> tuple[int, str, str]:
        """Ask it for a cosignature: status, media type, text."""
        async with self.client.post(f"{self.address}/log/add-checkpoint", data=text) as response:
            return response.status, response.content_type, await response.text()

    async def kinds(self, *wanted: str) -> list[dict[str, Any]]:
        """Facts of the entries of these kinds in its log."""
        rows = await self.running.store.read(
            lambda connection: connection.rows(sa.select(ENTRIES.c.body).order_by(ENTRIES.c.position))
        )
        return [facts for (body,) in rows if (facts := json.loads(body))["kind"] in wanted]


def made(at_ms: int) -> Entry:
    return Entry("release.activated", at_ms, {"release": f"r{next(_NUMBERS)}"})


def port() -> int:
    with socket.socket() as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


@asynccontextmanager
async def two(
    folder: Path, every_s: float = 0, started: Sequence[str] = NAMES
) -> AsyncIterator[tuple[Peer, Peer]]:
    """(岭南, 桂山). every_s: how often they ask each other; 0: when the test says so."""
    addresses = {name: f"http://127.0.0.1:{port()}" for name in NAMES}
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(ClientSession())
        peers = [Peer(name, folder / name, addresses[name], client, every_s > 0) for name in NAMES]
        for peer in peers:
            _keys(peer)
        for peer, other in (peers, peers[::-1]):
            write(peer, other, every_s or 1)
        for peer in peers:
            stack.push_async_callback(peer.stop)
            if peer.name in started:
                await peer.start()
        yield peers[0], peers[1]


def _keys(peer: Peer) -> None:
    keys = peer.folder / "state" / "keys"
    keys.mkdir(parents=True)
    Signer.create(keys / "audit.key", peer.origin)
    Signer.create(keys / "witness.key", f"{peer.origin}/witness", COSIGNATURE)


def write(peer: Peer, other: Peer, every_s: float) -> None:
    conf, published = peer.folder / "conf", peer.folder / "published"
    for part in ("callers", "witnesses", "auditors"):
        (conf / part).mkdir(parents=True)
    published.mkdir()
    (peer.folder / "declared").mkdir()
    (conf / "gateway.yaml").write_text(f"name: {peer.origin}\nplatforms: [declared]\npublish: published\n")
    (conf / "witnesses" / f"{other.name}.yaml").write_text(
        f"witness: {other.name}\ntitle: 模拟{other.name}\nlogs: [{other.signer.vkey}]\n"
        f'cosigns: {{address: {other.address}/log, key: "{other.witness.vkey}", every_s: "{every_s}",'
        ' timeout_s: "2"}\n'
    )
    digest = sha256(KEY_OF_AUDITOR.encode()).hexdigest()
    (conf / "auditors" / "office.yaml").write_text(
        f"auditor: office\ntitle: 模拟审计厅\nkeys: [{{id: k1, sha256: {digest}}}]\n"
    )
    for name, rights in (("guichi", '["*"]'),):
        key = sha256(f"test-key-of-{name}".encode()).hexdigest()
        (conf / "callers" / f"{name}.yaml").write_text(
            f"caller: {name}\ntitle: 模拟\nspeaks_for: ['341702']\nkeys: [{{id: k1, sha256: {key}}}]\n"
            f"rights: {{operations: {rights}, divisions: ['*'], items: ['*']}}\n"
        )
