"""Two gateways in two provinces, each with a platform behind it, and each other's caller, platform and witness."""

import asyncio
import json
import shutil
import socket
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, web

from audit.notes import COSIGNATURE, Signer
from gateway.boot import Gateway, boot
from gateway.cli.serve.serve import first_start
from gateway.settings.conf import load
from gateway.store.database import file_of
from gateway.web.app import Service
from gateway.workbench.draft.native import native
from tests.fakes import gd, gx
from tests.fakes.control import application
from tests.fakes.server import Simulator, running
from tests.installation import CALLER_YAML, CHECKOUT, EXAMPLES, PLATFORMS, SECRETS
from tests.waiting import LONGEST_S

CATALOGUE = CHECKOUT / "mappings" / "catalogue"
CONF = """\
name: {name}.tongban.example/log
database: sqlite:///state/tongban.db
platforms: [{folder}]
catalogue: [{catalogue}/items.csv, {catalogue}/alignments.csv]
bounds: {{lease_margin_s: "1", wait_s: "5"}}
"""
# fast enough for a test: how long it is waited for over there, and how soon it is asked again
SWIFT = {
    "wait=20": "wait=1",
    "first: 5s": "first: 100ms",
    "first: 10m": "first: 200ms",
    "most: 24h": "most: 400ms",
    "most: 6h": "most: 400ms",
}


@dataclass(frozen=True, slots=True)
class Side:
    """One side: the platform behind it, where that serves, and for whom its own caller and the other speak."""

    name: str
    platform: str
    serves: str
    caller: str
    speaks_for: str
    other: str
    other_serves: str
    other_speaks_for: tuple[str, ...]


LINGNAN = Side("lingnan", "sim-gd", "440232", "cixi", "330282", "guishan", "450000", ("341702",))
GUISHAN = Side("guishan", "sim-gx", "450000", "guichi", "341702", "lingnan", "440232", ("330282", "44*"))


@dataclass(slots=True)
class Province:
    """A running gateway and its platform."""

    side: Side
    gateway: Gateway
    address: str
    client: ClientSession
    simulator: Simulator

    async def ask(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, dict[str, Any]]:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent["Authorization"] = f"Bearer {key_of(self.side.caller)}"
        async with self.client.request(method, self.address + path, json=body, headers=sent) as response:
            return response.status, await response.json()

    async def submit(self, document: Mapping[str, Any], key: str) -> tuple[int, dict[str, Any]]:
        return await self.ask("POST", "/v1/cases", document, Idempotency_Key=key)

    async def ended(self, exchange: str) -> dict[str, Any]:
        async with asyncio.timeout(LONGEST_S):
            while True:
                _, found = await self.ask("GET", f"/v1/exchanges/{exchange}")
                if found["ended"]:
                    return found
                await asyncio.sleep(0.05)

    async def tell(self, **step: Any) -> None:
        """What the platform behind it is to do next."""
        async with self.client.post(f"{self.simulator.control}/_sim/programme", json=step) as response:
            response.raise_for_status()

    async def moves(self, number: str, state: str) -> None:
        """The platform behind it goes on with a case, by the number that this gateway gave it."""
        at = f"{self.simulator.control}/_sim/cases/{number}/state"
        async with self.client.post(at, json={"state": state}) as response:
            response.raise_for_status()

    @property
    def taken(self) -> int:
        return int(str(self.simulator.ledger.counts()["takings"]))


@dataclass(slots=True)
class Line:
    """The line between two gateways, that may lose the answer to a POST: it arrives, and nobody hears of it."""

    address: str
    to: str
    lose: int = 0
    lost: int = 0
    _servers: list[asyncio.Server] = field(default_factory=list)

    async def open(self) -> None:
        host, port = self.address.removeprefix("http://").split(":")
        self._servers.append(await asyncio.start_server(self._carry, host, int(port)))

    def close(self) -> None:
        for server in self._servers:
            server.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port = self.to.removeprefix("http://").split(":")
        far_reader, far_writer = await asyncio.open_connection(host, int(port))
        verbs: list[bytes] = []  # of what was asked on this connection
        asked = asyncio.create_task(_ask(reader, far_writer, verbs))
        try:
            while answer := await far_reader.read(65536):
                if self.lose and verbs[-1:] == [b"POST"]:
                    self.lose, self.lost = self.lose - 1, self.lost + 1
                    break
                writer.write(answer)
                await writer.drain()
        finally:
            asked.cancel()
            writer.close()
            far_writer.close()


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, verbs: list[bytes]) -> None:
    while sent := await reader.read(65536):
        verbs += [verb for verb in (b"POST", b"GET") if sent.startswith(verb)]
        writer.write(sent)
        await writer.drain()


def key_of(caller: str) -> str:
    return f"test-key-of-{caller}"


@asynccontextmanager
async def two_provinces(folder: Path) -> AsyncIterator[tuple[Province, Province, Line]]:
    """(岭南, 桂山, the line from 桂山 to 岭南), everything started and stopped again."""
    for side in (LINGNAN, GUISHAN):
        _keys(folder / side.name, side.name)
    ports = {side.name: _bound() for side in (LINGNAN, GUISHAN)}
    addresses = {name: f"http://127.0.0.1:{port.getsockname()[1]}" for name, port in ports.items()}
    between = _bound()
    line = Line(f"http://127.0.0.1:{between.getsockname()[1]}", addresses["lingnan"])
    between.close()
    reached = {"lingnan": line.address, "guishan": addresses["guishan"]}
    reached |= {f"{name}/log": f"{address}/log" for name, address in addresses.items()}  # which loses nothing
    async with AsyncExitStack() as stack:
        await line.open()
        stack.callback(line.close)
        provinces = [
            await stack.enter_async_context(_province(folder / side.name, side, ports[side.name], reached))
            for side in (LINGNAN, GUISHAN)
        ]
        yield provinces[0], provinces[1], line


@asynccontextmanager
async def _province(
    folder: Path, side: Side, port: socket.socket, reached: Mapping[str, str]
) -> AsyncIterator[Province]:
    simulator = {"sim-gd": gd, "sim-gx": gx}[side.platform].simulator()
    async with running(simulator, application), ClientSession() as client:
        _write(folder, side, simulator.address, reached[side.other])
        _witnesses(folder, side, reached[f"{side.other}/log"])
        gateway = boot(load(folder / "conf"))
        await gateway.start()
        await first_start(gateway)
        runner = Service(gateway).runner()
        await runner.setup()
        await web.SockSite(runner, port).start()
        try:
            yield Province(side, gateway, f"http://127.0.0.1:{port.getsockname()[1]}", client, simulator)
        finally:
            await runner.cleanup()
            await gateway.stop()


async def audited(*words: str) -> tuple[int, dict[str, Any]]:
    """(the code that it ends with, what it says) of the auditor's program, that runs apart from the gateways."""
    ran = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "audit", *words, "--json", cwd=CHECKOUT, stdout=PIPE, stderr=PIPE
    )
    said, complained = await ran.communicate()
    assert ran.returncode is not None and said, complained.decode()
    return ran.returncode, json.loads(said)


async def compared(one: Province, other: Province) -> tuple[int, dict[str, Any]]:
    """What an auditor hears who holds the log of one against the log of the other, both signed up to now."""
    words = ["compare", "--platform", other.side.name]
    for each in (one, other):
        await each.gateway.sign(now=True)
        words += ["--key", each.gateway.signer.vkey, str(file_of(each.gateway.settings.database))]
    return await audited(*words)


def _bound() -> socket.socket:
    port = socket.socket()
    port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    port.bind(("127.0.0.1", 0))
    return port


def _write(folder: Path, side: Side, platform: str, other: str) -> None:
    declared, conf = folder / "declared", folder / "conf"
    shutil.copytree(EXAMPLES / side.platform, declared / side.platform)
    behind = declared / side.platform / "platform.yaml"
    behind.write_text(
        behind.read_text("utf-8").replace("follow: {first: 10m", "follow: {first: 200ms"), "utf-8"
    )
    for path, text in native(side.other, side.other_serves).files.items():
        file = declared / side.other / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_swift(text) if path == "platform.yaml" else text, encoding="utf-8")
    for part in ("callers", "platforms"):
        (conf / part).mkdir(parents=True)
    (conf / "gateway.yaml").write_text(CONF.format(name=side.name, folder=declared, catalogue=CATALOGUE))
    for name, speaks_for in ((side.caller, (side.speaks_for,)), (side.other, side.other_speaks_for)):
        digest = sha256(key_of(name).encode()).hexdigest()
        written = CALLER_YAML.format(
            name=name, title=f"模拟接入方 {name}", speaks_for=json.dumps(speaks_for), digest=digest
        )
        (conf / "callers" / f"{name}.yaml").write_text(written)
    settings = PLATFORMS[side.platform][1]
    (conf / "platforms" / f"{side.platform}.yaml").write_text(
        f"platform: {side.platform}\naddress: {platform}\n{settings}"
        f'site: {{address: "https://{side.platform}.example/?ticket={{ticket}}", redeemed_by: {side.caller}}}\n'
    )
    (conf / "platforms" / f"{side.other}.yaml").write_text(
        f"platform: {side.other}\naddress: {other}\nsecrets: {{token: {{file: token}}}}\n"
        f'site: {{address: "https://far.example/?ticket={side.name}~{{ticket}}", redeemed_by: {side.other}}}\n'
        f"calls_as: {side.other}\n"
    )
    (folder / "token").write_text(key_of(side.name))
    for name, secret in SECRETS.items():
        (folder / name).write_text(secret)


def _witnesses(folder: Path, side: Side, address: str) -> None:
    """Each has the other's checkpoints cosigned, and lets the audit office read its log."""
    log, witness = keys_in(folder.parent / side.other)
    for part in ("witnesses", "auditors"):
        (folder / "conf" / part).mkdir()
    (folder / "conf" / "witnesses" / f"{side.other}.yaml").write_text(
        f"witness: {side.other}\ntitle: 模拟网关 {side.other}\nlogs: [{log.vkey}]\n"
        f'cosigns: {{address: {address}, key: "{witness.vkey}", every_s: "0.5"}}\n'
    )
    digest = sha256(key_of("auditors").encode()).hexdigest()
    (folder / "conf" / "auditors" / "office.yaml").write_text(
        f"auditor: office\ntitle: 模拟审计厅\nkeys: [{{id: k1, sha256: {digest}}}]\n"
    )


def _keys(folder: Path, name: str) -> None:
    """Both sides have each other's public keys before they start."""
    keys = folder / "state" / "keys"
    keys.mkdir(parents=True)
    Signer.create(keys / "audit.key", f"{name}.tongban.example/log")
    Signer.create(keys / "witness.key", f"{name}.tongban.example/log/witness", COSIGNATURE)


def keys_in(folder: Path) -> tuple[Signer, Signer]:
    """Of the log, and of the witness."""
    keys = folder / "state" / "keys"
    return Signer.load(keys / "audit.key"), Signer.load(keys / "witness.key", kind=COSIGNATURE)


def _swift(text: str) -> str:
    for old, new in SWIFT.items():
        assert old in text
        text = text.replace(old, new)
    return text
