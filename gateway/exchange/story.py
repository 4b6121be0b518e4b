"""The whole story of an exchange: admit, send, judge. No SQL and no HTTP here.

There is one way through. A first try, a retry, a probe, a read and a person's settlement differ in how they
enter, never in what happens then: `send` puts it on the wire, `conclude` judges the whole history.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from adapters.errors import LeaseOver
from adapters.message import Reply
from gateway import logs
from gateway.errors import Refusal
from gateway.exchange import admitting, circuit, commits
from gateway.exchange.admission import admission_of, exchange_of
from gateway.exchange.asked import Asked, Prepared
from gateway.exchange.brought import gone_of
from gateway.exchange.entries import evidence_of
from gateway.exchange.facts import fact_of
from gateway.exchange.papers import Claim, Papers
from gateway.exchange.passing import full_today
from gateway.exchange.prepare import Preparation
from gateway.exchange.waiters import Waiters
from gateway.gates.gate import Gate, Gates
from gateway.gates.room import Room
from gateway.identity import new_id
from gateway.model import Exchange, Fact, State
from gateway.releases.routes import Route, Routes
from gateway.releases.shelf import Shelf
from gateway.settings.callers import Caller
from gateway.store import cases, exchanges
from gateway.store.store import Store

log = logs.get("exchange")
Result = TypeVar("Result")
Keeps = Callable[[Reply, Fact], bool]
Prepare = Callable[[str], Awaitable[Prepared]]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the trunk is given at boot: nothing below asks the world for the time or for chance."""

    store: Store
    routes: Routes
    shelf: Shelf
    gates: Gates
    papers: Papers
    preparation: Preparation
    clock_ms: Callable[[], int]
    monotonic_ms: Callable[[], float]
    random: Callable[[int], bytes]
    room: Room
    owner: str
    lease_margin_ms: int
    held_due_ms: int
    neighbours: Mapping[str, Caller] = field(
        default_factory=dict
    )  # platforms that are gateways, as our callers


@dataclass(slots=True)
class Guard:
    """Called right before the first byte: the whole timeout fits into the lease, and a quota is kept."""

    claim: Claim
    around: Surroundings
    passed: bool = False

    def __call__(self) -> None:
        late = self.around.monotonic_ms() > self.claim.started_ms + self.around.lease_margin_ms
        if late or 0 < self.claim.leave_by_ms < self.around.clock_ms():
            raise LeaseOver
        self.passed = True


class Exchanges:
    """Everything that can happen to an exchange."""

    def __init__(self, around: Surroundings) -> None:
        self.around = around
        self._store = around.store
        self._sends: set[asyncio.Task[Any]] = set()
        self.waiters = Waiters()
        self.poke: Callable[[], None] = lambda: None

    # ---- steps 2 to 5: admit -------------------------------------------------------------------------

    async def admit(self, asked: Asked) -> tuple[Exchange, bool]:
        """Take responsibility for a new case, or refuse. (the exchange, whether it is a repeat).

        Raises Refusal; before commit 1 nothing was promised and nothing is kept.
        """
        known = await self.repeated(asked)
        if known is not None:
            return known, True
        return await self.take(asked, partial(self.around.preparation.case, asked))

    async def take(self, asked: Asked, prepare: Prepare) -> tuple[Exchange, bool]:
        """Steps 2 to 5 of whatever is written to a platform. prepare: of the exchange with that id.

        Returns and raises as `admit` does.
        """
        if not self.around.room.enough:
            raise Refusal("storage_unavailable")
        now_ms, started_ms = self.around.clock_ms(), self.around.monotonic_ms()
        exchange_id = new_id(now_ms, self.around.random)
        prepared = await prepare(exchange_id)
        gate, lease_ms = self.gate_of(prepared.route), self.lease_ms(prepared.route)
        reserved = await self.around.gates.reserve(gate, 1) if gate.ready(now_ms) else []
        with gate.passing(reserved) as passage:
            exchange = exchange_of(
                asked, prepared, exchange_id=exchange_id, case_id=new_id(now_ms, self.around.random),
                now_ms=now_ms, owner=self.around.owner, lease_ms=now_ms + lease_ms if passage.open else 0,
            )  # fmt: skip
            admission = await admission_of(asked, prepared, exchange, self.around.papers, lease_ms)
            try:
                # commit 1: we are responsible
                exchange = await self._store.write(admitting.admit(admission))
            except admitting.KeyConsumed as earlier:  # two of the same request at once: the other one is it
                return await self.replay(earlier.exchange_id, earlier.digest, asked), True
            except admitting.CaseOpen as other:
                case = other.case_id if other.caller == exchange.caller else "?"  # not theirs to know
                raise Refusal("case_open", division=exchange.division, case=case) from other
            except admitting.BatchFull as full:
                raise full_today(full.passes, now_ms) from full
            except admitting.UploadGone as gone:
                raise Refusal(
                    "invalid_case", problems=gone_of(prepared.document, gone.file_id), count=1
                ) from gone
            if exchange.state == "sending":  # else others of its case go first
                passage.keep()
        log.debug("exchange.admitted", exchange=exchange.id, platform=exchange.platform, state=exchange.state)
        if exchange.state == "sending":
            claim = Claim(
                exchange, prepared.route, admission.key, prepared.message, started_ms, prepared.encoded,
                passage.leave_by_ms,
            )  # fmt: skip
            self.start(self.send(claim, gate))
        else:
            gate.queued = True
            self.poke()
        return exchange, False

    async def repeated(self, asked: Asked) -> Exchange | None:
        """The exchange of an earlier request under the same Idempotency-Key, as it is now."""
        caller, operation = asked.caller.caller, asked.operation
        found = await self._store.read(
            lambda connection: cases.consumed_key(connection, caller, operation, asked.key)
        )
        return None if found is None else await self.replay(found[0], found[1], asked)

    async def replay(self, exchange_id: str, digest: str, asked: Asked) -> Exchange:
        """The exchange that a key was consumed by, if that was the same request. Raises Refusal."""
        if digest != asked.digest:
            raise Refusal("idempotency_conflict", exchange=exchange_id)
        found = await self._store.read(lambda connection: exchanges.by_id(connection, exchange_id))
        if found is None:
            raise Refusal("storage_unavailable")
        return found

    # ---- steps 6 to 9: send, judge -------------------------------------------------------------------

    async def send(self, claim: Claim, gate: Gate, keeps: Keeps | None = None) -> Exchange:
        """Put it on the wire under its claim, and conclude.

        keeps: of a read, whether the answer is worth a record; if not, the exchange is as it was claimed.
        """
        try:
            reply = await self._reply_to(claim)
        finally:
            gate.leave()
            if gate.queued:
                self.poke()
        fact = fact_of(
            reply, step=claim.exchange.step, attempt=claim.exchange.attempt, at_ms=self.around.clock_ms(),
            asked_ms=claim.exchange.changed_ms,
        )  # fmt: skip
        turned = circuit.turn(gate, claim, reply, self.around.clock_ms)
        try:
            if keeps and not keeps(reply, fact):
                return claim.exchange
            return await self.conclude(
                claim.exchange, fact, lambda now, _: same_claim(now, claim.exchange), claim=claim, reply=reply
            )
        finally:
            if turned:
                await circuit.keep(self._store, gate, turned)

    async def _reply_to(self, claim: Claim) -> Reply:
        """What became of the message. The one place that calls an adapter.

        An error of our own is told as what it means for the message: before its first byte nothing was sent.
        """
        guard = Guard(claim, self.around)
        reader = self.around.papers.reader(claim)
        try:
            return await claim.route.adapter.send(
                claim.message, materials=reader, go=guard, encoded=claim.encoded
            )
        except Exception as error:  # noqa: BLE001 - a lost database, a mistake: the exchange is told of it
            log.error("worker.failed", exchange=claim.exchange.id, failure=error)
            return Reply("unknown" if guard.passed else "not_sent", cause="internal")

    async def conclude(
        self,
        exchange: Exchange,
        fact: Fact,
        fence: Callable[[Exchange, int], bool],
        *,
        claim: Claim | None = None,
        reply: Reply | None = None,
        actor: str = "",
        must_move: bool = False,
        wait: bool = True,
        sealed: Mapping[str, bytes] | None = None,
        asked: Asked | None = None,
        only: State | None = None,
    ) -> Exchange:
        """Commit 2. A crash before it leaves the claim to expire, which is the fact "unknown"."""
        papers = self.around.papers
        route = claim.route if claim else await self.around.shelf.route_of(exchange)
        evidence: dict[str, str] = {}
        if claim and reply:
            evidence = evidence_of(reply, claim.key, fact.attempt)
            sealed = papers.seal_reply(claim, reply)
        conclusion = commits.Conclusion(
            exchange, fact, route.policy, fence, key=claim.key if claim else None, sealed=sealed or {},
            evidence=evidence, sent_digest=evidence.get("sent", ""), release=route.release, actor=actor,
            held_due_ms=self.around.held_due_ms, must_move=must_move, wait=wait, asked=asked, only=only,
        )  # fmt: skip
        # what a reply says is known now: as long as the claim holds, it is tried until it can be recorded
        ours = exchange.state == "sending"
        insist_s = max(exchange.due_ms - fact.at_ms, 0) / 1000 if ours else 0
        now, decision = await self._store.write(commits.conclude(conclusion), insist_s=insist_s)
        log.info(
            f"exchange.{'read' if now.kind == 'read' else now.state}", exchange=now.id, platform=now.platform,
            attempt=fact.attempt, cause=decision.cause,
        )  # fmt: skip
        if now.state == "deferred" and now.due_ms <= self.around.clock_ms():
            self.poke()
        self.waiters.tell(now)
        return now

    # ---- who waits, and the end of the day ------------------------------------------------------------

    async def wait(self, exchange: Exchange, wait_s: float) -> Exchange:
        """The exchange (as it was just now) once it has ended, or as it is after `wait_s` seconds."""
        return await self.waiters.wait(exchange, wait_s, self.look_up)

    async def drain(self) -> None:
        """Let what is on the wire come to its commit 2; called when no new work is taken."""
        while self._sends:
            await asyncio.wait(set(self._sends))

    async def look_up(self, exchange_id: str) -> Exchange:
        found = await self._store.read(lambda connection: exchanges.by_id(connection, exchange_id))
        if found is None:
            raise Refusal("not_found")
        return found

    def gate_of(self, route: Route) -> Gate:
        return self.around.gates.of(route.name, route.platform.declared.limits)

    def lease_ms(self, route: Route) -> int:
        """Longer than the whole timeout and the margin in which the first byte may leave."""
        return route.timeout_ms + 2 * self.around.lease_margin_ms

    def start(self, sending: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
        """Sending is a task of the process: a caller that hangs up cancels nothing."""
        task = asyncio.create_task(sending)
        self._sends.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._sends.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, Refusal):
            log.error("worker.failed", failure=error)  # its lease expires, and it is judged as unknown


def same_claim(now: Exchange, was: Exchange) -> bool:
    """The fence: whether the row is still as `was` claimed it."""
    return now.state == "sending" and now.attempt == was.attempt and now.owner == was.owner
