"""The composition root: everything hidden (clock, chance, files, network, database) enters here, once.

Tests hand in their own `connect` and `transport` to fail at a chosen statement or byte; production code
has no hooks of its own.
"""

import asyncio
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from adapters.build import build as build_adapter
from adapters.declared import Limits
from adapters.transport import HttpTransport
from audit import log as audit_log
from audit.notes import Signer
from gateway import logs
from gateway.access import adapters_of
from gateway.certifying.daily import Certificates
from gateway.deadlines.watching import Watch
from gateway.desk.placing import WorkList
from gateway.erasure.ageing import Ageing
from gateway.evidence.agreed import note
from gateway.evidence.attempts import Attempts
from gateway.evidence.continuity import Published
from gateway.evidence.readings import Readings
from gateway.exchange.forms import Forms
from gateway.exchange.papers import Papers
from gateway.exchange.prepare import Preparation
from gateway.exchange.story import Exchanges, Surroundings
from gateway.gates.credentials import SessionSecret
from gateway.gates.gate import Gates
from gateway.gates.room import Room
from gateway.guides.versions import guide_changes
from gateway.identity import new_id
from gateway.inward.channels import Channels
from gateway.inward.story import Inward
from gateway.items.remembered import Alignments
from gateway.materials.folder import MaterialFolder
from gateway.materials.sweep import Sweep
from gateway.materials.uploads import Uploads
from gateway.needs.demands import Demands
from gateway.opening import create_keys, opened, published_of
from gateway.releases.changeover import Overtaken, come_due
from gateway.releases.routes import Routes
from gateway.releases.shelf import Shelf
from gateway.settings.conf import Settings
from gateway.store import exchanges, releases, scheduled, watched
from gateway.store.scheduled import Scheduled
from gateway.store.store import StorageUnavailable, Store, Transaction
from gateway.webhooks.courier import Courier
from gateway.witness.asking import Asking
from gateway.witness.keeping import Keeping
from gateway.worker import Worker
from gateway.world import World

log = logs.get("boot")
CHECKPOINT_EVERY_MS = 500
SCHEDULE_EVERY_MS = 200


@dataclass(slots=True)
class Gateway:
    """A running gateway, and the parts of it that the web and the command line speak to."""

    settings: Settings
    clock_ms: Callable[[], int]
    store: Store
    routes: Routes
    shelf: Shelf
    gates: Gates
    alignments: Alignments
    demands: Demands
    papers: Papers
    uploads: Uploads
    folder: MaterialFolder
    sweep: Sweep
    preparation: Preparation
    forms: Forms
    exchanges: Exchanges
    inward: Inward
    channels: Channels
    worker: Worker
    watch: Watch
    ageing: Ageing
    attempts: Attempts
    courier: Courier
    signer: Signer
    readings: Readings
    published: Published
    keeping: Keeping
    asking: Asking
    certificates: Certificates
    transport: HttpTransport
    checkpoint: str = ""
    stopping: bool = False
    _signed_ms: int = 0
    _looked_ms: int = 0
    _made_ready: str = ""
    _tasks: list["asyncio.Task[None]"] = field(default_factory=list)

    async def start(self) -> None:
        """Open for work: the active release, circuits and quotas first, then the worker."""
        self.open()
        await self._come_due()
        await self.shelf.activate()
        if await self.store.write(note(self.settings.agreements)):  # within how many days units sign, too
            await self.store.write(lambda tx: watched.look_at_all(tx.connection))
        self.store.listen(self.exchanges.waiters.hear)
        await self.refresh_gates()
        await self.sign(now=True)
        beside = (self.worker, self.courier, self.sweep, self.asking, self.certificates)
        self._tasks += [asyncio.create_task(each.run()) for each in beside]
        log.info("gateway.started", release=self.routes.active.digest if self.routes.loaded else None)

    def open(self) -> None:
        """What reads and writes from here on; for commands that is all."""
        self.store.start()
        self.readings.store.start()

    async def close(self) -> None:
        await self.transport.close()
        await self.store.stop()
        await self.readings.store.stop()

    async def stop(self) -> None:
        """Take nothing new, let what is on the wire come to its end, close."""
        self.stopping = True
        log.info("gateway.stopping")
        self.sweep.stop()
        self.courier.stop()
        self.asking.stop()
        self.certificates.stop()
        await self.worker.stop()
        await asyncio.gather(*self._tasks)
        await self.exchanges.drain()
        with suppress(StorageUnavailable):
            await self.attempts.look(now=True)
        await self.sign(now=True)
        await self.gates.leave()
        await self.close()
        log.info("gateway.stopped")

    @property
    def drain_s(self) -> float:
        """How long what is on the wire may take to its commit 2: the longest timeout, and a lease's margins."""
        return self.routes.longest_ms / 1000 + 2 * self.settings.installation.bounds.lease_margin_s

    async def refresh_gates(self) -> None:
        """A gate for every platform of the active release, and for every one that still has open exchanges."""
        if self.routes.loaded:
            self.gates.declare([each.declared for each in self.routes.active.platforms.values()])
        for platform_name, _, _ in await self.store.read(exchanges.open_counts):
            if platform_name not in self.gates.gates:
                self.gates.of(platform_name, Limits())
        await self.gates.refresh()

    async def tend(self) -> None:
        """What a process does between rounds: sign the log's head, follow the release that is in force."""
        await self.sign()
        await self.gates.refresh()
        await self.exchanges.around.room.look()
        await self.alignments.refresh()
        await self.demands.refresh()
        await self.watch.look()
        await self.ageing.look()
        await self.attempts.look()
        await self._keep_schedule()
        digest = await self.store.read(releases.active)
        if digest is not None and (not self.routes.loaded or digest != self.routes.active.digest):
            await self.shelf.activate()
            await self.refresh_gates()
            log.info("release.activated", release=digest)

    async def _keep_schedule(self) -> None:
        """See to what is scheduled: what is due comes in force, what is next is compiled before its moment.

        What keeps this process from compiling it is told once, now, by the worker; and again at the moment itself.
        """
        now_ms = self.clock_ms()
        if now_ms - self._looked_ms < SCHEDULE_EVERY_MS:
            return
        self._looked_ms = now_ms
        upcoming = await self._come_due()
        if upcoming is not None and upcoming.digest != self._made_ready:
            self._made_ready = upcoming.digest
            await self.shelf.load(upcoming.digest)

    async def _come_due(self) -> Scheduled | None:
        """Whichever process first sees that a scheduled release is due puts it in force; else what is next."""
        upcoming = await self.store.read(scheduled.upcoming)
        if upcoming is None or upcoming.from_ms > self.clock_ms():
            return upcoming
        with suppress(Overtaken):  # somebody did it, or it is still due
            production = self.settings.installation.production
            lacking = await self.store.write(partial(come_due, production=production))
            if lacking:
                findings = [str(each.finding) for each in lacking]
                platforms = [each.platform for each in lacking]
                log.warning("release.withheld", platforms=platforms, findings=findings)
        return None

    async def sign(self, *, now: bool = False) -> None:
        """Sign the head of the log if it grew; every answer carries the newest. At most twice a second, or now.

        Whichever process comes first signs for all of them.
        """
        now_ms = self.clock_ms()
        if not now and now_ms - self._signed_ms < CHECKPOINT_EVERY_MS:
            return
        self._signed_ms = now_ms
        if await self.store.read(audit_log.has_grown):
            note = await self.store.write(self._sign, alone=True)
            log.debug("checkpoint.signed", bytes=len(note or ""))
        newest = await self.store.read(audit_log.newest_checkpoint) or ""
        if newest != self.checkpoint:
            await asyncio.to_thread(self.published.write, newest, now_ms)
        self.checkpoint = newest
        await self.readings.sign()  # last: what befalls it does not keep the log of cases unsigned

    def _sign(self, tx: Transaction) -> str | None:
        return audit_log.checkpoint(tx.connection, self.signer, tx.now_ms)


def boot(settings: Settings, world: World | None = None) -> Gateway:
    """Build a gateway from its settings; nothing runs yet. Missing keys are made, the schema is brought up.

    Call it on a running event loop. Raises Unconfigured, WrongKey, and what the database raises.
    """
    world = world or World()
    create_keys(settings, world)
    there = opened(settings, world)
    store, vault, clock_ms, installation = there.store, there.vault, there.clock_ms, settings.installation
    margin_ms = int(installation.bounds.lease_margin_s * 1000)
    owner = f"{socket.gethostname()}/{os.getpid()}/{new_id(clock_ms(), world.random)}"
    transport, gates = world.transport(), Gates(store, owner, clock_ms, margin_ms)
    folder = MaterialFolder(settings.path(installation.state) / "materials")
    uploads = Uploads(store, vault, folder, installation.materials, clock_ms=clock_ms, random=world.random)
    sweep = Sweep(store, folder, keep_ms=installation.materials.keep_hours * 3_600_000, clock_ms=clock_ms)
    papers = Papers(store, vault, folder, uploads)
    made = partial(
        build_adapter, transport=transport, clock_ms=clock_ms, random=world.random, heard=world.heard
    )
    routes = Routes(
        adapters_of(
            settings, made, lambda name: SessionSecret(name, store, vault, clock_ms, owner), clock_ms,
            WorkList(store, papers),
        )
    )  # fmt: skip
    shelf, alignments, demands = Shelf(store, routes), Alignments(store, [guide_changes]), Demands(store)
    preparation = Preparation(
        alignments, routes, world.serials(store), clock_ms, demands=demands, agreements=settings.agreements,
        uploads=uploads,
    )  # fmt: skip
    forms = Forms(alignments, demands, routes, clock_ms, agreements=settings.agreements)
    room = Room(store, (settings.path(installation.state),), installation.bounds.reserve_bytes)
    story = Exchanges(
        Surroundings(
            store=store, routes=routes, shelf=shelf, gates=gates, papers=papers, preparation=preparation,
            clock_ms=clock_ms, monotonic_ms=world.monotonic_ms, random=world.random, room=room, owner=owner,
            held_due_ms=installation.bounds.held_due_ms, lease_margin_ms=margin_ms, neighbours=settings.neighbours,
        )
    )  # fmt: skip
    gateway: Gateway

    async def tend() -> None:
        await gateway.tend()

    worker = Worker(store, story, gates, clock_ms, tend)
    story.poke = worker.poke
    gateway = Gateway(
        settings=settings, clock_ms=clock_ms, store=store, routes=routes, shelf=shelf, gates=gates,
        alignments=alignments, demands=demands, forms=forms, papers=papers, uploads=uploads, folder=folder,
        sweep=sweep, preparation=preparation, exchanges=story, inward=Inward(story), worker=worker,
        channels=Channels(settings, routes), attempts=Attempts(store, clock_ms, vault.pseudonym),
        signer=there.signer, readings=there.readings, published=published_of(settings), transport=transport,
        watch=Watch(store, settings.agreements, owner, clock_ms),
        ageing=Ageing(store, folder, installation.retention, clock_ms),
        courier=Courier(settings, store, transport, clock_ms, origin=there.signer.name, owner=owner),
        keeping=Keeping(store, there.witness, settings.witnessed_keys),
        asking=Asking(settings.witnesses, store, transport, clock_ms, owner),
        certificates=Certificates(settings, store, there.signer.name, owner, clock_ms),
    )  # fmt: skip
    return gateway
