"""A gateway that listens on loopback in this process, with simulated platforms beside it, and its callers."""

import asyncio
import copy
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

from aiohttp import ClientSession, web

from gateway.boot import Gateway, boot
from gateway.cli.serve.serve import first_start
from gateway.settings.conf import load
from gateway.store.watched import due
from gateway.web.app import Service
from gateway.world import World
from tests.empty import new_file
from tests.fakes import gd, gx
from tests.fakes.control import application
from tests.fakes.fronts import FARS, address_of
from tests.fakes.server import Simulator, running
from tests.installation import MORE, NOWHERE, PLATFORMS, SECRETS
from tests.waiting import LONGEST_S, eventually
from tests.web.checked import Answer, Checked
from tests.web.declared import EXTRA_ALIGNMENTS, EXTRA_ITEMS, write_agreements, write_platforms

CHECKOUT = Path(__file__).resolve().parents[2]
CATALOGUE = CHECKOUT / "mappings" / "catalogue"
GATEWAY = """\
name: test.tongban.example/log
database: sqlite:///state/tongban.db
platforms: {platforms}
catalogue: [{catalogue}/items.csv, {catalogue}/alignments.csv, items.csv, alignments.csv]
bounds: {bounds}
contact: 模拟运维 0550-0000000
"""
CALLER = """\
caller: {name}
title: 模拟接入方 {name}
speaks_for: {speaks_for}
keys: [{{id: k1, sha256: {first}}}, {{id: k2, sha256: {second}}}]
rights: {rights}
"""
EVERYTHING = {"operations": ["*"], "divisions": ["*"], "items": ["*"]}
CALLERS: Mapping[str, tuple[list[str], dict[str, list[str]]]] = {
    "guichi": (["341702"], EVERYTHING),
    "cixi": (["330282"], EVERYTHING),
    "nobody": ([], {}),
    "agreeing": (["34170*"], EVERYTHING),
    "reader": ([], {"operations": ["case.*", "catalogue.read"]}),
    "site-gd": ([], {"operations": ["visit.redeem"]}),
    "site-gx": ([], {"operations": ["visit.redeem"]}),
    "bounded": (["341702"], {**EVERYTHING, "divisions": ["440232"], "items": ["0001*"]}),
}
SITES = {
    name: f'site: {{address: "https://{name}.example/apply?item={{item}}&ticket={{ticket}}", redeemed_by: {by}}}\n'
    for name, by in (("sim-gd", "site-gd"), ("sim-gx", "site-gx"))
}
BOUNDS = {"lease_margin_s": "1", "wait_s": "5", "body_bytes": "200000", "open_requests": "64"}


def key_of(caller: str, which: str = "k1") -> str:
    return f"test-key-of-{caller}-{which}"


BUT = {
    "audit_entries": "WHERE kind != 'attempts.refused'",
    "audit_batches": """AS batch WHERE EXISTS (SELECT 1 FROM audit_entries WHERE position >= batch.previous
        AND position < batch.size AND kind != 'attempts.refused')""",
}


@dataclass(slots=True)
class Running:
    """A running gateway, its address, and a client whose every answer is held against the OpenAPI document."""

    folder: Path
    gateway: Gateway
    address: str
    client: ClientSession
    checked: Checked
    platforms: Mapping[str, Simulator] = field(default_factory=dict)

    async def ask(
        self, method: str, path: str, *, caller: str | None = "guichi", body: Any = None, data: bytes | None = None,
        **headers: str,
    ) -> Answer:  # fmt: skip
        """One request; `data` is sent as it is, `body` as JSON. caller None: without a key."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if caller is not None:
            sent.setdefault("Authorization", f"Bearer {key_of(caller)}")
        if body is not None:
            data = json.dumps(body, ensure_ascii=False).encode()
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        async with self.client.request(method, self.address + path, data=data, headers=sent) as response:
            answer = Answer(response.status, response.headers, await response.read())
        self.checked.check(method, path, answer)
        return answer

    async def raw(self, sent: bytes) -> Answer:
        """The answer to bytes that no client library would send."""
        host, port = self.address.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(sent)
        await writer.drain()
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        return Answer(int(first.split()[1]), headers, body)

    async def submit(self, document: Mapping[str, Any], key: str, **headers: str) -> Answer:
        caller = "cixi" if document["receiving"]["division"] == "330282" else "guichi"
        return await self.ask(
            "POST", "/v1/cases", caller=caller, body=document, Idempotency_Key=key, **headers
        )

    async def tell(self, platform: str, **step: Any) -> None:
        """What a simulated platform is to do next."""
        control = self.platforms[platform].control
        async with self.client.post(f"{control}/_sim/programme", json=step) as response:
            response.raise_for_status()

    def counts(self) -> dict[str, Any]:
        """What the simulated platforms heard and took, as they count it."""
        return {name: each.ledger.counts() for name, each in self.platforms.items()}

    async def looked(self) -> None:
        """Returns once the clocks of all cases were looked at that are to be looked at by now."""
        async with asyncio.timeout(LONGEST_S):
            while await self.gateway.store.read(partial(due, now_ms=self.gateway.clock_ms(), most=1)):  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def rows(self, *, settled: bool = True) -> dict[str, int]:
        """Rows of every table, but `sequences` (gaps are lawful) what comes by the clock: checkpoints, attempts.

        settled: once all clocks were looked at; without it where nothing can be written.
        """

        def count(connection: Any) -> dict[str, int]:
            ask = connection._driver.execute
            names = [row[0] for row in ask("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
            return {
                name: ask(f"SELECT count(*) FROM {name} {BUT.get(name, '')}").fetchone()[0]
                for name in names
                if name not in ("sequences", "audit_checkpoints")
            }

        if settled:
            await self.looked()
        return await self.gateway.store.read(count)


@asynccontextmanager
async def serving(
    folder: Path, *, world: World | None = None, release: bool = True, more: str = "",
    also: Mapping[str, Simulator] = MappingProxyType({}), **bounds: str,
) -> AsyncIterator[Running]:  # fmt: skip
    """Everything started on free ports, and stopped again. release False: nothing was activated.

    more: lines of conf/gateway.yaml. also: platforms besides sim-gd and sim-gx.
    """
    platforms = {"sim-gd": gd.simulator(), "sim-gx": gx.simulator(), **also}
    async with AsyncExitStack() as stack, ClientSession() as client:
        for each in platforms.values():
            await stack.enter_async_context(running(each, application))
        write(folder, platforms, {**BOUNDS, **bounds})
        with (folder / "conf" / "gateway.yaml").open("a", encoding="utf-8") as file:
            file.write(more)
        gateway = boot(load(folder / "conf"), world)
        await gateway.start()
        if release:
            await first_start(gateway)
        await eventually(lambda: bool(gateway.checkpoint) or not release)
        runner = Service(gateway).runner()
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            async with client.get(f"{address}/openapi.json") as response:
                checked = Checked(await response.json(), gateway.signer.vkey, has_log=release)
            yield Running(folder, gateway, address, client, checked, platforms)
        finally:
            await runner.cleanup()
            await gateway.stop()


def write(folder: Path, platforms: Mapping[str, Simulator], bounds: Mapping[str, str]) -> None:
    """The conf folder of the installation, its declared platforms and the lists that tests need besides."""
    conf = folder / "conf"
    new_file(folder / "state" / "tongban.db")
    for part in ("callers", "platforms", "agreements"):
        (conf / part).mkdir(parents=True, exist_ok=True)
    declared = write_platforms(folder / "declared", CHECKOUT / "mappings" / "examples")
    (conf / "gateway.yaml").write_text(
        GATEWAY.format(
            platforms=json.dumps([str(CHECKOUT / "mappings" / "examples"), str(folder / "declared")]),
            catalogue=CATALOGUE, bounds=json.dumps(bounds),
        )
    )  # fmt: skip
    write_agreements(conf / "agreements")
    (folder / "items.csv").write_text(EXTRA_ITEMS)
    (folder / "alignments.csv").write_text(EXTRA_ALIGNMENTS)
    rest = {
        **dict.fromkeys(declared, "settings: {rid: demo-rid-0001}\nsecrets: {appkey: {file: appkey}}\n"),
        **{name: lines for name, (_, lines) in PLATFORMS.items()},
    }
    for name, lines in rest.items():
        address = platforms.get(name, platforms["sim-gd"]).address
        written = f"platform: {name}\naddress: {address}\n{lines}{SITES.get(name, '')}"
        (conf / "platforms" / f"{name}.yaml").write_text(written)
    for name in FARS:
        (conf / "platforms" / f"{name}.yaml").write_text(
            f"platform: {name}\naddress: {address_of(name, folder)}\n"
        )
    for name, (_, lines) in MORE.items():
        address = platforms[name].address if name in platforms else NOWHERE
        (conf / "platforms" / f"{name}.yaml").write_text(f"platform: {name}\naddress: {address}\n{lines}")
    for name, secret in SECRETS.items():
        (folder / name).write_text(secret)
    for name, (speaks_for, rights) in CALLERS.items():
        first, second = (sha256(key_of(name, which).encode()).hexdigest() for which in ("k1", "k2"))
        written = CALLER.format(
            name=name,
            speaks_for=json.dumps(speaks_for),
            first=first,
            second=second,
            rights=json.dumps(rights),
        )
        (conf / "callers" / f"{name}.yaml").write_text(written)


def changed(document: Mapping[str, Any], **values: Any) -> dict[str, Any]:
    """A copy with other values at `part__of__it` (numbers step into lists); None takes the field away."""
    copied = copy.deepcopy(dict(document))
    for path, value in values.items():
        node: Any = copied
        *above, last = [int(step) if step.isdigit() else step for step in path.split("__")]
        for step in above:
            node = node[step]
        if value is None:
            del node[last]
        else:
            node[last] = value
    return copied
