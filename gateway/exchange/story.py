"""The whole story of an exchange: admit, send, judge. No SQL and no HTTP here.

There is one way through. A first try, a retry, a probe, a read and a person's settlement differ in how they
enter, never in what happens then: `_send` puts it on the wire, `_conclude` judges the whole history.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from adapters.errors import LeaseOver
from adapters.message import Message, Reply
from gateway import logs
from gateway.credentials import CIRCUIT_MS, Gate, Gates
from gateway.errors import Refusal
from gateway.exchange import commits
from gateway.exchange.asked import Asked, Prepared
from gateway.exchange.entries import evidence_of
from gateway.exchange.facts import fact_of, lease_expired
from gateway.exchange.papers import Claim, Papers
from gateway.exchange.prepare import Preparation, case_question, epoch_ms, translate
from gateway.exchange.waiters import Waiters
from gateway.identity import new_id
from gateway.model import Exchange, Fact, FactKind
from gateway.routes import Route, Routes
from gateway.shelf import Shelf
from gateway.store import cases, exchanges
from gateway.store import credentials as circuit_rows
from gateway.store.cases import Case, Number
from gateway.store.store import Store, Transaction

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
    owner: str
    lease_margin_ms: int
    held_due_ms: int


class Exchanges:
    """Everything that can happen to an exchange."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
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
        now_ms, started_ms = self._around.clock_ms(), self._around.monotonic_ms()
        exchange_id = new_id(now_ms, self._around.random)
        prepared = await self._around.preparation.case(asked, exchange_id)
        admission = await self._admission(asked, prepared, exchange_id, now_ms)
        gate = self._gate(prepared.route)
        if admission.exchange.state == "sending":
            gate.enter()
        try:
            exchange = await self._store.write(commits.admit(admission))  # commit 1: we are responsible
        except BaseException as error:
            if admission.exchange.state == "sending":
                gate.leave()
            if isinstance(error, commits.KeyConsumed):  # two of the same request at once: the other one is it
                return await self._replay(error.exchange_id, error.digest, asked), True
            if isinstance(error, commits.CaseOpen):
                raise Refusal("case_open", case=error.case_id, division=admission.case.division) from error
            raise
        log.info("exchange.admitted", exchange=exchange.id, platform=exchange.platform, state=exchange.state)
        if exchange.state == "sending":
            claim = Claim(exchange, prepared.route, admission.key, prepared.message, started_ms)
            self._start(self._send(claim, gate))
        else:
            gate.queued = True
            self.poke()
        return exchange, False

    async def _admission(
        self, asked: Asked, prepared: Prepared, exchange_id: str, now_ms: int
    ) -> commits.Admission:
        document, there, route = prepared.document, prepared.there, prepared.route
        receiving = document["receiving"]
        ready = self._gate(route).admits(now_ms)
        case_id = new_id(now_ms, self._around.random)
        exchange = Exchange(
            id=exchange_id, case_id=case_id, kind="write", operation=asked.operation,
            caller=asked.caller.caller, actor=asked.actor, platform=route.name, here=receiving["division"],
            division=document["division"], unit=there.get("unit", ""), mode=document["mode"],
            item_here=document["item"]["code"], item_there=there["implementation_code"],
            basic_code=there["basic_code"], alignment=there["alignment"], release=route.release,
            ours=prepared.message.ours, theirs="", state="sending" if ready else "waiting", step="send",
            attempt=1 if ready else 0, place=1, owner=self._around.owner if ready else "",
            lease_ms=now_ms + self._lease_ms(route) if ready else 0, due_ms=0 if ready else now_ms,
            cause="", code="", admitted_ms=now_ms, changed_ms=now_ms, ended_ms=0,
        )  # fmt: skip
        applicant = document["applicant"]
        case = Case(
            id=case_id, caller=exchange.caller,
            person=self._around.papers.vault.person(applicant["id_type"], applicant["id_number"]),
            item=exchange.item_there or exchange.basic_code, division=exchange.division, here=exchange.here,
            received_ms=epoch_ms(receiving["received_at"]), open=1, admitted_ms=now_ms,
        )  # fmt: skip
        numbers = [Number(commits.OURS, "case", exchange.ours), Number(commits.OURS, "exchange", exchange.id)]
        numbers += [
            Number(each["owner"], each["kind"], each["number"]) for each in document.get("numbers", ())
        ]
        key, sealed, files = await self._around.papers.seal(exchange, prepared)
        return commits.Admission(
            exchange, case, asked, prepared, key, numbers, sealed, files, insist="insist" in document
        )

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

    async def resume(self, was: Exchange) -> None:
        """Claim what is due, and send or probe it. Somebody else's claim is none of ours."""
        route = await self._around.shelf.route_of(was)
        gate = self._gate(route)
        gate.enter()
        started_ms = self._around.monotonic_ms()
        try:
            work = commits.claim(
                was, owner=self._around.owner, now_ms=self._around.clock_ms(),
                lease_ms=self._lease_ms(route), step=was.step,
            )  # fmt: skip
            claimed = await self._store.write(work)
        except BaseException:
            gate.leave()
            raise
        if claimed is None:
            gate.leave()
            return
        log.info("exchange.sending", exchange=was.id, platform=was.platform, attempt=claimed.attempt)
        await self._send(await self._claim(claimed, route, started_ms), gate)

    async def expire(self, was: Exchange) -> None:
        """An expired lease is the fact "unknown"; there is no other recovery code."""
        now_ms = self._around.clock_ms()
        fact = lease_expired(step=was.step, attempt=was.attempt, lease_ms=was.lease_ms, at_ms=now_ms)
        await self._conclude(was, fact, lambda now: _same_claim(now, was) and now.lease_ms < now_ms)

    # ---- steps 6 to 9: send, judge -------------------------------------------------------------------

    async def _send(self, claim: Claim, gate: Gate) -> Exchange:
        """Put it on the wire under its claim, and conclude. The one place that calls an adapter."""
        try:
            reply = await claim.route.adapter.send(
                claim.message, materials=self._around.papers.reader(claim), go=self._guard(claim)
            )
        finally:
            gate.leave()
            if gate.queued:
                self.poke()
        fact = fact_of(
            reply, step=claim.exchange.step, attempt=claim.exchange.attempt, at_ms=self._around.clock_ms()
        )
        await self._tend_circuit(gate, claim, fact)
        return await self._conclude(
            claim.exchange, fact, lambda now: _same_claim(now, claim.exchange), claim=claim, reply=reply
        )

    def _guard(self, claim: Claim) -> Callable[[], None]:
        """Called right before the first byte: so late that the whole timeout still fits into the lease."""
        until_ms = claim.started_ms + self._around.lease_margin_ms

        def go() -> None:
            if self._around.monotonic_ms() > until_ms:
                raise LeaseOver

        return go

    async def _conclude(
        self,
        exchange: Exchange,
        fact: Fact,
        fence: Callable[[Exchange], bool],
        *,
        claim: Claim | None = None,
        reply: Reply | None = None,
        actor: str = "",
        must_move: bool = False,
    ) -> Exchange:
        """Commit 2. A crash before it leaves the claim to expire, which is the fact "unknown"."""
        papers = self._around.papers
        route = claim.route if claim else await self._around.shelf.route_of(exchange)
        conclusion = commits.Conclusion(
            exchange, fact, route.policy, fence, actor=actor, release=route.release, must_move=must_move,
            held_due_ms=self._around.held_due_ms,
        )  # fmt: skip
        if claim and reply:
            evidence = evidence_of(reply, claim.key)
            conclusion = replace(
                conclusion, key=claim.key, evidence=evidence, sent_digest=evidence.get("sent", ""),
                sealed=papers.seal_reply(claim, reply),
            )  # fmt: skip
        now, decision = await self._store.write(commits.conclude(conclusion))
        log.info(
            f"exchange.{'read' if now.kind == 'read' else now.state}", exchange=now.id, platform=now.platform,
            attempt=fact.attempt, cause=decision.cause,
        )  # fmt: skip
        if now.due_ms or now.ended:
            self.poke()
        self.waiters.tell(now)
        return now

    async def _tend_circuit(self, gate: Gate, claim: Claim, fact: Fact) -> None:
        """Barred opens the circuit (after one renewal of the secret); any other answer closes it."""
        now_ms = self._around.clock_ms()
        if fact.kind == "barred" and not (
            claim.route.policy.renews_secret and claim.exchange.cause != "barred"
        ):
            gate.open_until_ms, gate.cause = now_ms + CIRCUIT_MS, fact.code or fact.cause
        elif gate.open_until_ms and fact.kind in {"taken", "already", "refused", "landed", "absent"}:
            gate.open_until_ms, gate.cause = 0, ""
        else:
            return
        state, until_ms, cause = ("open" if gate.open_until_ms else "closed"), gate.open_until_ms, gate.cause

        def work(tx: Transaction) -> None:
            circuit_rows.put_circuit(
                tx.connection, gate.platform, state=state, cause=cause, until_ms=until_ms
            )

        await self._store.write(work)
        log.info("circuit.opened" if until_ms else "circuit.closed", platform=gate.platform, cause=cause)

    # ---- a read: the same path with one commit -------------------------------------------------------

    async def ask(self, asked: Asked, about: Exchange) -> tuple[Exchange, dict[str, Any]]:
        """Ask the platform about a case. (the exchange, the answer in canonical words).

        Raises Refusal: platform_refused, platform_unavailable, platform_garbled.
        """
        now_ms = self._around.clock_ms()
        route = self._around.routes.of(self._around.routes.active.digest, about.platform, asked.operation)
        exchange_id = new_id(now_ms, self._around.random)
        document = await self._around.papers.tree(about.id, "document")
        message, problems = translate(
            route, case_question(document, about.theirs) | {"exchange": exchange_id}, exchange_id
        )
        if problems:
            raise Refusal("unmappable", problems=problems, count=len(problems))
        exchange = replace(
            about, id=exchange_id, kind="read", operation=asked.operation, caller=asked.caller.caller,
            actor=asked.actor, release=route.release, state="sending", step="send", attempt=1, place=0,
            owner=self._around.owner, cause="", code="", admitted_ms=now_ms, changed_ms=now_ms, ended_ms=0,
        )  # fmt: skip
        gate = self._gate(route)
        gate.enter()
        key = self._around.papers.vault.new_key()
        claim = Claim(exchange, route, key, message, self._around.monotonic_ms())
        read = asyncio.ensure_future(self._send(claim, gate))
        self._start(read)
        concluded = await asyncio.shield(read)
        return concluded, await self._around.papers.answer_of(concluded, route)

    # ---- a person's word -----------------------------------------------------------------------------

    async def settle(
        self, exchange_id: str, kind: FactKind, *, reference: str, actor: str, reason: str
    ) -> Exchange:
        """A person decides what no machine can know (tongban exchange settle). Raises Refusal, Moved."""
        was = await self._known(exchange_id)
        papers = self._around.papers
        fact = Fact(kind, at_ms=self._around.clock_ms(), cause="settled", reference=reference)
        await papers.keep_note(was, actor=actor, reason=reason)
        return await self._conclude(was, fact, lambda now: now.state == "held", actor=actor, must_move=True)

    async def withdraw(self, exchange_id: str, *, actor: str) -> Exchange:
        """Take back what has not left (撤回). Raises Refusal case_ended once a byte may be out."""
        was = await self._known(exchange_id)
        fact = Fact("withdraw_asked", at_ms=self._around.clock_ms(), cause="withdraw_asked")
        try:
            now = await self._conclude(
                was, fact, lambda now: now.state in {"waiting", "deferred"}, actor=actor, must_move=True
            )
        except commits.Moved as error:
            raise Refusal("case_ended", exchange=exchange_id) from error
        if now.state != "withdrawn":
            raise Refusal("case_ended", exchange=exchange_id)
        return now

    async def wait(self, exchange_id: str, wait_s: float) -> Exchange:
        """The exchange once it has ended, or as it is after `wait_s` seconds."""
        return await self.waiters.wait(exchange_id, wait_s, self._known)

    async def drain(self) -> None:
        """Let what is on the wire come to its commit 2; called when no new work is taken."""
        while self._sends:
            await asyncio.wait(set(self._sends))

    async def _known(self, exchange_id: str) -> Exchange:
        found = await self._store.read(lambda connection: exchanges.by_id(connection, exchange_id))
        if found is None:
            raise Refusal("not_found")
        return found

    async def _claim(self, exchange: Exchange, route: Route, started_ms: float) -> Claim:
        """What a claim needs, from the store: the message as commit 1 sealed it, or a probe's question."""
        papers = self._around.papers
        key = await papers.key_of(exchange.id)
        if exchange.step == "send":
            return Claim(exchange, route, key, await papers.message_of(exchange, key), started_ms)
        asked = self._around.routes.of(exchange.release, exchange.platform, route.probe_operation)
        document = case_question(await papers.tree(exchange.id, "document"), exchange.theirs)
        message, _ = translate(asked, document, exchange.id)
        return Claim(exchange, route, key, replace(message, probes=exchange.operation), started_ms)

    def _gate(self, route: Route) -> Gate:
        return self._around.gates.of(route.name, route.platform.declared.limits.in_flight)

    def _lease_ms(self, route: Route) -> int:
        """Longer than the whole timeout and the margin in which the first byte may leave."""
        return route.timeout_ms + 2 * self._around.lease_margin_ms

    def _start(self, sending: Any) -> None:
        """Sending is a task of the process: a caller that hangs up cancels nothing."""
        task = asyncio.ensure_future(sending)
        self._sends.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._sends.discard(task)
        if (
            not task.cancelled()
            and (error := task.exception()) is not None
            and not isinstance(error, Refusal)
        ):
            log.error("worker.failed", failure=error)  # its lease expires, and it is judged as unknown


def _same_claim(now: Exchange, was: Exchange) -> bool:
    return now.state == "sending" and now.attempt == was.attempt and now.owner == was.owner


__all__ = ["Exchanges", "Message", "Surroundings"]
