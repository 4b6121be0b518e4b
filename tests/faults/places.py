"""Installations in temporary folders: conf, keys and database, pointed at simulated platforms of this process."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from gateway.boot import Gateway, boot
from gateway.cli.serve.serve import first_start
from gateway.exchange.asked import Asked
from gateway.model import Exchange
from gateway.settings.conf import load
from gateway.store import exchanges
from gateway.world import World
from tests.empty import new_file, new_on
from tests.fakes import gd, gx, sj, yb, yh
from tests.fakes.control import application
from tests.fakes.fronts import FARS, Far, Tables, address_of
from tests.fakes.server import Simulator, running
from tests.faults import bare
from tests.faults.ledgers import ask, halves, verified
from tests.installation import CHECKOUT, MORE, NOWHERE, PLATFORMS, SQLITE, Installation
from tests.postgres import Server
from tests.waiting import looks

EXAMPLES = CHECKOUT / "mappings" / "examples"
BARE = Path(__file__).parent / "platforms"
SIMULATORS: Mapping[str, Callable[[str], Simulator]] = {
    "sim-gd": gd.simulator,
    "sim-gx": gx.simulator,
    "sim-bare": bare.simulator,
    "sim-sj": sj.simulator,
    "sim-yb": yb.simulator,
    "sim-yh": yh.simulator,
}
PLAIN = ("sim-gd", "sim-gx", "sim-bare", "sim-desk", *FARS)
QUICK = (("first: 1s, most: 10s", "first: 50ms, most: 200ms"), ("every: 1s", "every: 50ms"))


@dataclass(slots=True)
class Place:
    """One installation; `simulators` are those that its conf points at while they run.

    server: where its database is; None for a file of its own.
    """

    folder: Path
    server: Server | None = None
    simulators: dict[str, Simulator] = field(default_factory=dict)

    @property
    def conf(self) -> Path:
        return self.folder / "conf"

    @property
    def database(self) -> str:
        """Its address, without the rest of conf: it is asked for at every look at the rows."""
        (address,) = re.findall(r"(?m)^database: (.*)$", (self.conf / "gateway.yaml").read_text())
        return str(address).replace("sqlite:///", f"sqlite:///{self.folder.resolve()}/")

    def write(
        self,
        changes: Mapping[str, Mapping[str, str]] | None = None,
        *,
        lease_margin_s: float = 10,
        names: Collection[str] = PLAIN,
    ) -> None:
        """Conf and a copy of the platforms' declarations, of those that are needed: every start compiles them.

        changes: platform -> text in its platform.yaml -> what to write instead, besides quick retries.
        """
        installation = Installation(self.folder)
        address = new_on(self.server) if self.server is not None else SQLITE
        installation.write(lease_margin_s=lease_margin_s, database=address)
        if self.server is None:
            new_file(installation.database)
        declared = self.folder / "platforms"
        for name in names:
            source = EXAMPLES if (EXAMPLES / name).is_dir() else BARE
            shutil.copytree(source / name, declared / name)
            file = declared / name / "platform.yaml"
            text = file.read_text()
            for old, new in (*QUICK, *(changes or {}).get(name, {}).items()):
                text = text.replace(old, new)
            file.write_text(text)
        conf = self.conf / "gateway.yaml"
        conf.write_text(conf.read_text().replace(str(EXAMPLES), "platforms"))
        for name in names:
            self.point(name, address_of(name, self.folder) if name in FARS else NOWHERE)

    def forget_sources(self) -> None:
        """What is in the database need not be looked at again at every start."""
        conf = self.conf / "gateway.yaml"
        lines = conf.read_text().splitlines(keepends=True)
        conf.write_text("".join(line for line in lines if not line.startswith("catalogue:")))

    def point(self, name: str, address: str) -> None:
        known = {**PLATFORMS, **MORE}
        rest = known[name][1] if name in known else ""
        text = f"platform: {name}\naddress: {address}\n{rest}"
        (self.conf / "platforms" / f"{name}.yaml").write_text(text)

    def copied(self, folder: Path) -> "Place":
        """The same installation once more: keys, database, and what its platforms remember.

        The declared files stay behind: its release is in the database.
        """
        sources = str(self.folder / "platforms")
        shutil.copytree(self.folder, folder, ignore=lambda inside, names: names if inside == sources else [])
        copy = Place(folder, self.server)
        if self.server is not None:
            copy.keep_in(self.server.database(like=self.database))
        return copy

    def forget(self) -> None:
        """For a copy of which there are hundreds: its folder and its database go at once."""
        if self.server is not None:
            self.server.drop(self.database)
        shutil.rmtree(self.folder)

    def keep_in(self, address: str) -> None:
        conf = self.conf / "gateway.yaml"
        conf.write_text(re.sub(r"(?m)^database: .*$", f"database: {address}", conf.read_text()))

    @asynccontextmanager
    async def platforms(self, *names: str) -> AsyncIterator[dict[str, Simulator]]:
        """The simulated platforms, running, and conf pointing at them."""
        async with AsyncExitStack() as stack:
            for name in names:
                simulator = SIMULATORS[name](str(self.folder / f"{name}.sqlite"))
                await stack.enter_async_context(running(simulator, application))
                self.simulators[name] = simulator
                self.point(name, simulator.address)
            yield self.simulators

    @asynccontextmanager
    async def fronts(self, *names: str) -> AsyncIterator[dict[str, Far]]:
        """The far sides of fronts at work, on the server if there is one, and conf pointing at their fronts."""
        async with AsyncExitStack() as stack:
            made: dict[str, Far] = {}
            for name in names:
                on_server = self.server is not None and FARS[name] is Tables
                address = (
                    self.server.database() if self.server and on_server else address_of(name, self.folder)
                )
                made[name] = FARS[name](address)
                await asyncio.to_thread(made[name].make)
                self.point(name, address)
                await stack.enter_async_context(made[name].running())
            yield made

    @asynccontextmanager
    async def standing(self, name: str) -> "AsyncIterator[There]":
        """One platform of any kind, at work."""
        if name == "sim-desk":
            yield WorkLists(self)
        elif name in FARS:
            async with self.fronts(name) as fars:
                yield fars[name]
        else:
            async with self.platforms(name) as simulators:
                yield simulators[name]

    @asynccontextmanager
    async def gateway(self, world: World | None = None) -> AsyncIterator[Gateway]:
        """A whole gateway in this process, as `tongban serve` boots it, without its web side."""
        gateway = boot(load(self.conf), world)
        await gateway.start()
        try:
            await first_start(gateway)
            yield gateway
        finally:
            await gateway.stop()


def asked(gateway: Gateway, document: Mapping[str, Any], key: str) -> Asked:
    """What the web side makes of a request of the caller that receives the case."""
    division = document["receiving"]["division"]
    caller = next(each for each in gateway.settings.callers.values() if division in each.speaks_for)
    digest = sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return Asked("case.submit", caller, "k1/", dict(document), key, digest)


async def submitted(
    gateway: Gateway, document: Mapping[str, Any], key: str = "key-0001", *, wait_s: float = 10
) -> Exchange:
    """Admit a case and wait for its end, or for a person."""
    exchange, _ = await gateway.exchanges.admit(asked(gateway, document, key))
    return await gateway.exchanges.wait(exchange, wait_s)


async def look(gateway: Gateway, exchange_id: str) -> Exchange:
    found = await gateway.store.read(lambda connection: exchanges.by_id(connection, exchange_id))
    assert found is not None
    return found


async def kinds(gateway: Gateway, exchange_id: str) -> list[str]:
    """The kinds of an exchange's facts, in order."""
    facts = await gateway.store.read(lambda connection: exchanges.facts_of(connection, exchange_id))
    return [fact.kind for fact in facts]


def arrivals(simulator: Simulator, operation: str = "case.submit") -> int:
    """How often a message reached the platform, by its own count."""
    return sum(each["operation"] in (operation, "soap") for each in simulator.ledger.arrivals(None))


@dataclass(frozen=True, slots=True)
class WorkLists:
    """The people at a desk: they have what stands on their list."""

    place: Place

    def numbers(self) -> list[str]:
        return [row[0] for row in ask(self.place.database, "select number from desk_work")]


There = Simulator | Far | WorkLists


def taken(there: There) -> int:
    """How often a case was taken, by the platform's own count."""
    if isinstance(there, Far | WorkLists):
        return len(there.numbers())
    return int(str(there.ledger.counts()["takings"]))


async def until(gateway: Gateway, exchange_id: str, *states: str) -> Exchange:
    """The exchange once it is in one of these states."""
    async for _ in looks(0.02):
        if (now := await look(gateway, exchange_id)).state in states:
            return now
    raise AssertionError(f"{(await look(gateway, exchange_id)).state}, not {states}")


def sound(place: Place) -> None:
    """Nothing is there by halves, and the log verifies offline."""
    assert not halves(place.database)
    assert verified(place.database, (place.folder / "log_key").read_text()) == ""
