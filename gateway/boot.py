"""The composition root: everything hidden (clock, chance, files, network, database) enters here, once.

Tests hand in their own `connect` and `transport` to fail at a chosen statement or byte; production code
has no hooks of its own.
"""

import asyncio
import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from adapters.base import Adapter
from adapters.build import build as build_adapter
from adapters.declared import Limits
from adapters.errors import Unbuildable
from adapters.message import Access, Transport
from adapters.transport import HttpTransport
from audit import log as audit_log
from audit.notes import Signer
from gateway import logs
from gateway.credentials import SessionSecret
from gateway.exchange.papers import Papers
from gateway.exchange.prepare import Preparation
from gateway.exchange.story import Exchanges, Surroundings
from gateway.gates import Gates
from gateway.identity import new_id
from gateway.items.remembered import Alignments
from gateway.materials import MaterialFolder
from gateway.numbers import Sequences
from gateway.releases import PlatformRelease
from gateway.routes import Routes
from gateway.settings import Settings
from gateway.shelf import Shelf
from gateway.store import bodies, exchanges, releases
from gateway.store.connection import Connection, Driver, connect_sqlite, sqlite_dialect
from gateway.store.migrate import upgrade
from gateway.store.store import Store
from gateway.store.vault import Vault, create_key
from gateway.worker import Worker

log = logs.get("boot")
CHECKPOINT_EVERY_MS = 500


def _clock_ms() -> int:
    return time.time_ns() // 1_000_000


def _monotonic_ms() -> float:
    return time.monotonic() * 1000


@dataclass(frozen=True, slots=True)
class World:
    """Everything that is not a function of its arguments."""

    clock_ms: Callable[[], int] = _clock_ms
    monotonic_ms: Callable[[], float] = _monotonic_ms
    random: Callable[[int], bytes] = os.urandom
    connect: Callable[[Path], Driver] = connect_sqlite
    transport: Callable[[], HttpTransport] = HttpTransport


@dataclass(slots=True)
class Gateway:
    """A running gateway, and the parts of it that the web and the command line speak to."""

    settings: Settings
    world: World
    store: Store
    routes: Routes
    shelf: Shelf
    gates: Gates
    alignments: Alignments
    papers: Papers
    preparation: Preparation
    exchanges: Exchanges
    worker: Worker
    signer: Signer
    transport: HttpTransport
    checkpoint: str = ""
    stopping: bool = False
    _signed_ms: int = 0
    _tasks: list["asyncio.Task[None]"] = field(default_factory=list)

    async def start(self) -> None:
        """Open for work: the active release, circuits and quotas first, then the worker."""
        self.store.start()
        await self.shelf.activate()
        platforms = self.routes.active.platforms if self.routes.loaded else {}
        limits = {name: platform.declared.limits for name, platform in platforms.items()}
        await self.gates.load(self.store, limits, self.world.clock_ms())
        await self.refresh_gates()
        newest = await self.store.read(lambda connection: audit_log.newest_checkpoint(connection))
        self.checkpoint = newest or ""
        await self.sign()
        self._tasks.append(asyncio.create_task(self.worker.run()))
        log.info("gateway.started", release=self.routes.active.digest if self.routes.loaded else None)

    async def stop(self) -> None:
        """Take nothing new, let what is on the wire come to its end, close."""
        self.stopping = True
        log.info("gateway.stopping")
        await self.worker.stop()
        await asyncio.gather(*self._tasks)
        await self.exchanges.drain()
        await self.sign(now=True)
        await self.transport.close()
        await self.store.stop()
        log.info("gateway.stopped")

    async def refresh_gates(self) -> None:
        """A gate for every platform of the active release, and for every one that still has open exchanges."""
        if self.routes.loaded:
            for platform in self.routes.active.platforms.values():
                self.gates.of(platform.name, platform.declared.limits)
        for platform_name, _, _ in await self.store.read(exchanges.open_counts):
            if platform_name not in self.gates.gates:
                self.gates.of(platform_name, Limits())

    async def tend(self) -> None:
        """What a process does between rounds: sign the log's head, follow the release that is in force."""
        await self.sign()
        await self.alignments.refresh()
        digest = await self.store.read(releases.active)
        if digest is not None and (not self.routes.loaded or digest != self.routes.active.digest):
            await self.shelf.activate()
            await self.refresh_gates()
            log.info("release.activated", release=digest)

    async def sign(self, *, now: bool = False) -> None:
        """Sign the head of the log if it grew; every answer carries the newest. At most twice a second, or now."""
        now_ms = self.world.clock_ms()
        if not now and now_ms - self._signed_ms < CHECKPOINT_EVERY_MS:
            return
        self._signed_ms = now_ms
        note = await self.store.write(lambda tx: audit_log.checkpoint(tx.connection, self.signer, now_ms))
        if note is not None:
            self.checkpoint = note
            log.debug("checkpoint.signed", bytes=len(note))


def boot(settings: Settings, world: World | None = None) -> Gateway:
    """Build a gateway from its settings; nothing runs yet. Missing keys are made, the schema is brought up.

    Call it on a running event loop. Raises Unconfigured, WrongKey, and what the database raises.
    """
    world = world or World()
    _create_keys(settings)
    settings.database_file.parent.mkdir(parents=True, exist_ok=True)
    upgrade(settings.database_file)
    keys = settings.installation.keys
    vault = Vault.load([settings.path(path) for path in keys.wrapping], settings.path(keys.person))
    writer, reader = _open(world, settings), _open(world, settings)
    vault.require(bodies.keys_in_use(reader))
    store = Store(writer, reader, audit_log.append)
    transport, gates = world.transport(), Gates()
    routes = Routes(_adapters(settings, world, store, vault, transport))
    shelf = Shelf(store, routes)
    alignments = Alignments(store)
    papers = Papers(
        store, vault, MaterialFolder(settings.path(settings.installation.state) / "materials", vault)
    )
    preparation = Preparation(alignments, routes, Sequences(store), world.clock_ms)
    bounds = settings.installation.bounds
    story = Exchanges(
        Surroundings(
            store=store, routes=routes, shelf=shelf, gates=gates, papers=papers, preparation=preparation,
            clock_ms=world.clock_ms, monotonic_ms=world.monotonic_ms, random=world.random,
            owner=f"{socket.gethostname()}/{os.getpid()}/{new_id(world.clock_ms(), world.random)}",
            lease_margin_ms=int(bounds.lease_margin_s * 1000), held_due_ms=bounds.held_due_hours * 3_600_000,
        )
    )  # fmt: skip
    signer = Signer.load(settings.path(keys.audit))
    gateway: Gateway

    async def tend() -> None:
        await gateway.tend()

    worker = Worker(store, story, gates, world.clock_ms, tend)
    story.poke = worker.poke
    gateway = Gateway(
        settings=settings, world=world, store=store, routes=routes, shelf=shelf, gates=gates,
        alignments=alignments, papers=papers, preparation=preparation, exchanges=story, worker=worker,
        signer=signer, transport=transport,
    )  # fmt: skip
    return gateway


def _open(world: World, settings: Settings) -> Connection:
    return Connection(world.connect(settings.database_file), sqlite_dialect())


def _create_keys(settings: Settings) -> None:
    keys = settings.installation.keys
    for path in (*keys.wrapping, keys.person):
        if not settings.path(path).exists():
            create_key(settings.path(path))
    audit_key = settings.path(keys.audit)
    if not audit_key.exists():
        audit_key.parent.mkdir(parents=True, exist_ok=True)
        Signer.create(audit_key, settings.installation.name)


def _adapters(
    settings: Settings, world: World, store: Store, vault: Vault, transport: Transport
) -> Callable[[PlatformRelease], Adapter]:
    secrets: dict[str, SessionSecret] = {}  # one for each credential, whatever the release

    def build(platform: PlatformRelease) -> Adapter:
        name = platform.name
        access = settings.platforms.get(name)
        if access is None:
            raise Unbuildable((), f"{name} has no address", f"write conf/platforms/{name}.yaml")
        return build_adapter(
            platform.declared,
            access=Access(access.address, access.settings, settings.secrets_of(name)),
            contract=platform.files,
            transport=transport,
            credential=secrets.setdefault(name, SessionSecret(name, store, vault, world.clock_ms)),
            clock_ms=world.clock_ms,
        )

    return build
