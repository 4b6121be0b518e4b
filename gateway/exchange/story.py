"""The whole story of an exchange: admit, send, judge. No SQL and no HTTP here.

There is one way through. A first try, a retry, a probe, a read and a person's settlement differ in how they
enter, never in what happens then: `send` puts it on the wire, `conclude` judges the whole history.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from adapters.errors import LeaseOver
from adapters.message import Reply
from gateway import logs
from gateway.errors import Refusal
from gateway.exchange import circuit, commits
from gateway.exchange.admission import admission_of, exchange_of
from gateway.exchange.asked import Asked
from gateway.exchange.entries import evidence_of
from gateway.exchange.facts import fact_of, lease_expired
from gateway.exchange.papers import Claim, Erased, Papers
from gateway.exchange.prepare import Preparation, case_question, translate
from gateway.exchange.waiters import Waiters
from gateway.gates import Gate, Gates
from gateway.identity import new_id
from gateway.model import Exchange, Fact, FactKind
from gateway.room import Room
from gateway.routes import Route, Routes
from gateway.shelf import Shelf
from gateway.store import cases, exchanges
from gateway.store.store import Store
from gateway.store.vault import WrongKey

log = logs.get("exchange")


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


@dataclass(frozen=True, slots=True)
class Claimed:
    """A committed claim of this process. started_ms: monotonic, taken no later than the lease began."""

    exchange: Exchange
    route: Route
    started_ms: float


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
        known = await self._repeated(asked)
        if known is not None:
            return known, True
        if not self.around.room.enough:
            raise Refusal("storage_unavailable")
        now_ms, started_ms = self.around.clock_ms(), self.around.monotonic_ms()
        exchange_id = new_id(now_ms, self.around.random)
        prepared = await self.around.preparation.case(asked, exchange_id)
        gate, lease_ms = self.gate_of(prepared.route), self._lease_ms(prepared.route)
        ready = gate.ready(now_ms) and await self.around.gates.permitted(gate, 1) > 0
        with gate.passing(free=ready) as passage:
            exchange = exchange_of(
                asked, prepared, exchange_id=exchange_id, case_id=new_id(now_ms, self.around.random),
                now_ms=now_ms, owner=self.around.owner, lease_ms=now_ms + lease_ms if ready else 0,
            )  # fmt: skip
            admission = await admission_of(asked, prepared, exchange, self.around.papers, lease_ms)
            try:
                # commit 1: we are responsible
                exchange = await self._store.write(commits.admit(admission))
            except commits.KeyConsumed as earlier:  # two of the same request at once: the other one is it
                return await self._replay(earlier.exchange_id, earlier.digest, asked), True
            except commits.CaseOpen as other:
                case = other.case_id if other.caller == exchange.caller else "?"  # not theirs to know
                raise Refusal("case_open", division=exchange.division, case=case) from other
            passage.keep()
        log.debug("exchange.admitted", exchange=exchange.id, platform=exchange.platform, state=exchange.state)
        if exchange.state == "sending":
            claim = Claim(
                exchange, prepared.route, admission.key, prepared.message, started_ms, prepared.encoded
            )
            self.start(self.send(claim, gate))
        else:
            gate.queued = True
            self.poke()
        return exchange, False

    async def _repeated(self, asked: Asked) -> Exchange | None:
        """The exchange of an earlier request under the same Idempotency-Key, as it is now."""
        caller, operation = asked.caller.caller, asked.operation
        found = await self._store.read(
            lambda connection: cases.consumed_key(connection, caller, operation, asked.key)
        )
        return None if found is None else await self._replay(found[0], found[1], asked)

    async def _replay(self, exchange_id: str, digest: str, asked: Asked) -> Exchange:
        if digest != asked.digest:
            raise Refusal("idempotency_conflict", exchange=exchange_id)
        found = await self._store.read(lambda connection: exchanges.by_id(connection, exchange_id))
        if found is None:
            raise Refusal("storage_unavailable")
        return found

    # ---- what is due later enters here ---------------------------------------------------------------

    async def take_up(self, gate: Gate, most: int) -> None:
        """Claim at most `most` of what is due at a platform, and send or probe it as tasks of the process."""
        now_ms = self.around.clock_ms()
        due = await self._store.read(
            lambda connection: exchanges.due(connection, gate.platform, now_ms, most)
        )
        gate.queued = len(due) == most
        routes = await self._routes_of(due)
        if not due or (most := await self.around.gates.permitted(gate, min(most, len(due)))) <= 0:
            return
        started_ms = self.around.monotonic_ms()
        gate.busy += most  # the slots, until it is known how many are needed
        try:
            claimed = await self._store.write(
                commits.claim(
                    gate.platform, most, owner=self.around.owner,
                    lease_of=lambda was: self._lease_ms(routes[was.id]) if was.id in routes else 0,
                )
            )  # fmt: skip
        finally:
            gate.busy -= most
        for exchange in claimed:
            gate.enter()
            self.start(self._resume(Claimed(exchange, routes[exchange.id], started_ms), gate))

    async def _routes_of(self, due: Sequence[Exchange]) -> dict[str, Route]:
        """The route of each under its own release; those are left out for which nobody waits any more."""
        routes, now_ms = {}, self.around.clock_ms()
        for was in due:
            route = await self.around.shelf.route_of(was)
            if was.state == "waiting" and now_ms >= was.admitted_ms + route.policy.patience_ms:
                await self._give_up(was, now_ms)
            else:
                routes[was.id] = route
        return routes

    async def _resume(self, claimed: "Claimed", gate: Gate) -> Exchange:
        """Send or probe what was claimed just now."""
        exchange = claimed.exchange
        try:
            claim = await self._claim(exchange, claimed.route, claimed.started_ms)
        except (Erased, WrongKey):  # nothing can leave, so nothing may be said to have left
            gate.leave()
            return await self._conclude_unreadable(exchange)
        except BaseException:
            gate.leave()
            raise
        log.debug(
            "exchange.sending", exchange=exchange.id, platform=exchange.platform, attempt=exchange.attempt
        )
        return await self.send(claim, gate)

    async def _conclude_unreadable(self, claimed: Exchange) -> Exchange:
        kind: FactKind = "not_sent" if claimed.step == "send" else "unclear"
        fact = Fact(kind, at_ms=self.around.clock_ms(), attempt=claimed.attempt, cause="unreadable")
        return await self.conclude(claimed, fact, lambda now, _: _same_claim(now, claimed))

    async def _give_up(self, was: Exchange, now_ms: int) -> None:
        """It has waited for longer than the operation's patience: nobody expects it over there any more."""
        fact = Fact("not_sent", at_ms=now_ms, attempt=was.attempt, cause="patience_over")
        with suppress(commits.Moved):
            await self.conclude(was, fact, lambda now, _: now.state == "waiting", must_move=True)

    async def expire(self, was: Exchange) -> None:
        """An expired lease is the fact "unknown"; there is no other recovery code."""
        now_ms = self.around.clock_ms()
        fact = lease_expired(step=was.step, attempt=was.attempt, lease_ms=was.due_ms, at_ms=now_ms)
        with suppress(commits.Moved):  # its answer was first, or somebody else saw it, too
            await self.conclude(
                was, fact, lambda now, at_ms: _same_claim(now, was) and now.due_ms <= at_ms,
                must_move=True, wait=False,
            )  # fmt: skip

    # ---- steps 6 to 9: send, judge -------------------------------------------------------------------

    async def send(self, claim: Claim, gate: Gate) -> Exchange:
        """Put it on the wire under its claim, and conclude. The one place that calls an adapter."""
        try:
            reply = await claim.route.adapter.send(
                claim.message,
                materials=self.around.papers.reader(claim),
                go=self._guard(claim),
                encoded=claim.encoded,
            )
        finally:
            gate.leave()
            if gate.queued:
                self.poke()
        fact = fact_of(
            reply, step=claim.exchange.step, attempt=claim.exchange.attempt, at_ms=self.around.clock_ms()
        )
        turned = circuit.turn(gate, claim, reply, self.around.clock_ms)
        try:
            return await self.conclude(
                claim.exchange,
                fact,
                lambda now, _: _same_claim(now, claim.exchange),
                claim=claim,
                reply=reply,
            )
        finally:
            if turned:
                await circuit.keep(self._store, gate, turned)

    def _guard(self, claim: Claim) -> Callable[[], None]:
        """Called right before the first byte: so late that the whole timeout still fits into the lease."""
        until_ms = claim.started_ms + self.around.lease_margin_ms

        def go() -> None:
            if self.around.monotonic_ms() > until_ms:
                raise LeaseOver

        return go

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
            held_due_ms=self.around.held_due_ms, must_move=must_move, wait=wait,
        )  # fmt: skip
        # what a reply says is known now: as long as the claim holds, it is tried until it can be recorded
        insist_s = max(exchange.due_ms - fact.at_ms, 0) / 1000 if claim else 0
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

    async def _claim(self, exchange: Exchange, route: Route, started_ms: float) -> Claim:
        """What a claim needs, from the store: the message as commit 1 sealed it, or a probe's question."""
        papers = self.around.papers
        key = await papers.key_of(exchange.id)
        if exchange.step == "send":
            return Claim(exchange, route, key, await papers.message_of(exchange, key), started_ms)
        asked = self.around.routes.of(exchange.release, exchange.platform, route.probe_operation)
        document = case_question(await papers.tree(exchange.id, "document"), exchange.theirs)
        message = translate(asked, document, exchange.id).message
        return Claim(exchange, route, key, replace(message, probes=exchange.operation), started_ms)

    def gate_of(self, route: Route) -> Gate:
        return self.around.gates.of(route.name, route.platform.declared.limits)

    def _lease_ms(self, route: Route) -> int:
        """Longer than the whole timeout and the margin in which the first byte may leave."""
        return route.timeout_ms + 2 * self.around.lease_margin_ms

    def start(self, sending: Coroutine[Any, Any, Exchange]) -> asyncio.Task[Exchange]:
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


def _same_claim(now: Exchange, was: Exchange) -> bool:
    return now.state == "sending" and now.attempt == was.attempt and now.owner == was.owner
