"""The sending protocol as moves from moment to moment: two processes, one exchange, one platform.

What decides is the code itself: `judge`, `fact_of` and `lease_expired`, with real policies. The commits, the
worker and the lease check are said again here in a few lines each, as they are in commits.py, story.py and due.py.

Disturbances are counted: a pause (SIGSTOP), a crash, a lost or refused connection, a busy platform, one that
deduplicates by a refusal, a probe without an answer, a word of the caller or of a person. All else happens by
itself, in every order; a platform may take or refuse whatever arrives. Time passes where nobody who is awake has
anything to do, to the next instant that matters to somebody.

Not here: gates and circuits (`barred` is `later` to judge), the order within a case, reads, a store that fails,
clocks that differ (there is one, as one database has).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from math import inf
from typing import NamedTuple

from adapters.message import Reply
from gateway.exchange.facts import fact_of, lease_expired
from gateway.exchange.judge import History, judge
from gateway.model import ENDS, Decision, Fact, FactKind, Policy, ProbePolicy
from tests.faults.moments import (
    LAG,
    LEASE,
    MARGIN,
    OPEN,
    SETTLED_AFTER,
    TIMEOUT,
    WAITING,
    Assumed,
    Guards,
    Moment,
    Platform,
    Process,
    Request,
    Row,
)

Acts = Iterator[tuple[str, Moment]]


class Move(NamedTuple):
    """calm: it happens without a disturbance, too, and when nobody but the gateway and the platform acts."""

    what: str
    after: Moment
    calm: bool = True


@dataclass
class Model:
    """What can happen to an exchange with this platform, with at most so many disturbances."""

    platform: Platform
    disturbances: int
    guards: Guards = field(default_factory=Guards)
    assumed: Assumed = field(default_factory=Assumed)

    def __post_init__(self) -> None:
        self.policy = self._declared()
        self.decide = cache(self._decide)

    def _declared(self) -> Policy:
        settled_after = SETTLED_AFTER if self.guards.absence_settles else 0
        return Policy(
            repeatable=self.platform.deduplicates or not self.guards.resend_declared,
            probe=ProbePolicy(settled_after, tries=1, every_ms=1) if self.platform.probed else None,
            patience_ms=self.platform.patience,
            first_wait_ms=2,  # at least 75 % of it, in whole ticks: 1
            most_wait_ms=2,
        )

    def _decide(self, history: History, now_ms: int) -> Decision:
        return judge(self._shown(history), self.policy, exchange_id="E", admitted_ms=0, now_ms=now_ms)

    def _shown(self, history: History) -> History:
        """What judge gets to see: everything, unless a guard is taken away."""
        if not (self.guards.unknown_sticks and self.guards.each_unknown_counts):
            last = [fact for fact in history if fact.kind == "unknown"][-1:]
            kept = last if self.guards.unknown_sticks else []
            earlier = (fact for fact in history[:-1] if fact.kind != "unknown" or fact in kept)
            history = (*earlier, history[-1])
        if not self.guards.absence_is_dated:
            history = tuple(f._replace(over_ms=f.at_ms) if f.kind == "absent" else f for f in history)
        return history

    def starts(self) -> list[Moment]:
        """After commit 1: a slot was free, or none was."""
        sending = Row("sending", "send", 1, 0, LEASE)
        waiting = Moment(0, WAITING, self.disturbances)
        return [waiting, waiting._replace(row=sending).having(0, Process("claimed", sending))]

    def moves(self, now: Moment) -> Iterator[Move]:
        """All that can happen next. Nothing, or nothing calm, at the end."""
        for i, process in enumerate(now.processes):
            awake = process._replace(paused=False) if process.paused else process
            for what, after in self._acts(now, i, awake):
                yield Move(f"P{i} wakes, {what}" if process.paused else f"P{i} {what}", after)
        for request in now.wire:
            for what, after in self._arrives(now, request):
                yield Move(f"message {request.attempt} arrives: {what}", after)
        if now.left:
            for what, after in self._disturbances(now._replace(left=now.left - 1)):
                yield Move(what, after, calm=False)
        for later in self._later(now):
            wire = tuple(each for each in now.wire if each.until_ms >= later)
            yield Move("time passes", now._replace(now_ms=later, wire=wire))

    def _acts(self, now: Moment, i: int, process: Process) -> Acts:
        match process.phase:
            case "idle" if now.is_due:
                yield from self._enters(now, i, Process("found", now.row, now.now_ms))
            case "found":
                yield from self._enters(now, i, process)
            case "claimed" if now.now_ms > process.at_ms + MARGIN and self.guards.lease_checked:
                yield "finds its lease over", now.having(i, process).answered(i, "not_sent")
            case "claimed":
                yield "checks its lease", now.having(i, process._replace(phase="passed"))
            case "passed":
                yield from self._crosses(now.having(i, process), i, process)
            case "sent" if not any(
                (each.process, each.attempt) == (i, process.was.attempt) for each in now.wire
            ):
                yield "times out", now.having(i, process).answered(i, "unknown")
            case "answered":
                yield from self._concludes(now, i, process)

    # ---- the worker: expire, give up, claim ------------------------------------------------------------------

    def _enters(self, now: Moment, i: int, process: Process) -> Acts:
        """With the row as it was found, and the clock as it was then or is now: a pause may lie between."""
        was, idle = process.was, now.having(i, Process())
        for at_ms in sorted({process.at_ms, now.now_ms}):
            if was.state == "sending":
                fact = lease_expired(step=was.step, attempt=was.attempt, lease_ms=was.due_ms, at_ms=at_ms)
                kind: FactKind = fact.kind if self.guards.expiry_is_unknown else "not_sent"
                fenced = same_claim(now.row, was) and now.is_due
                yield (
                    "lets the lease expire",
                    self._conclude(idle, fact._replace(kind=kind), fenced, must_move=True),
                )
            elif was.state == "waiting" and at_ms >= self.policy.patience_ms:
                fact = Fact("not_sent", at_ms=at_ms, attempt=was.attempt, cause="patience_over")
                yield "gives up", self._conclude(idle, fact, now.row.state == "waiting", must_move=True)
            else:
                yield "claims it", self._claim(idle, i, was, at_ms)

    def _claim(self, now: Moment, i: int, was: Row, started_ms: int) -> Moment:
        """As commits.claim: the row as it is in the transaction becomes the committed `sending` row, or nothing.

        The lease counts from the commit, the check before the first byte from when the process last looked.
        """
        fenced = self.guards.claim_fenced and self.guards.claim_committed
        if fenced and not (now.is_due and now.row.state != "sending"):
            return now
        row = (now.row if fenced else was)._replace(state="sending", owner=i, due_ms=now.now_ms + LEASE)
        row = row._replace(attempt=row.attempt + 1)
        claimed = now.having(i, Process("claimed", row, started_ms))
        return claimed._replace(row=row) if self.guards.claim_committed else claimed

    # ---- the wire --------------------------------------------------------------------------------------------

    def _crosses(self, now: Moment, i: int, process: Process) -> Acts:
        """The message leaves; or a probe is answered, perhaps by a replica that lags behind."""
        if process.was.step == "send":
            until_ms = max(process.at_ms + MARGIN + TIMEOUT, now.now_ms)
            wire = sorted((*now.wire, Request(i, process.was.attempt, until_ms)))
            yield "sends", now.having(i, process._replace(phase="sent"))._replace(wire=tuple(wire))
            return
        if now.taken:
            yield "is told: landed", now.answered(i, "landed")
        if not now.taken or now.now_ms < now.shows_ms:
            yield "is told: absent", now.answered(i, "absent")

    def _arrives(self, now: Moment, request: Request) -> Acts:
        now = now._replace(wire=tuple(each for each in now.wire if each != request))
        if now.taken and self.platform.deduplicates:
            yield "already", now.heard(request, "already")
            return
        shows_ms = now.shows_ms if now.taken else now.now_ms + LAG
        yield "taken", now._replace(taken=now.taken + 1, shows_ms=shows_ms).heard(request, "taken")
        yield "refused", now.heard(request, "refused")

    # ---- commit 2 --------------------------------------------------------------------------------------------

    def _concludes(self, now: Moment, i: int, process: Process) -> Acts:
        """The clock is looked at when the answer is read: as soon as it came, or as late as now."""
        was, claimed_ms = process.was, process.was.due_ms - LEASE
        for at_ms in sorted({process.at_ms, now.now_ms}):
            reply = Reply(process.verdict, cause=process.verdict)
            fact = fact_of(reply, step=was.step, attempt=was.attempt, at_ms=at_ms, asked_ms=claimed_ms)
            after = self._conclude(now.having(i, Process()), fact, same_claim(now.row, was))
            yield f"concludes {fact.kind}, read at {at_ms}", after

    def _conclude(self, now: Moment, fact: Fact, fenced: bool, *, must_move: bool = False) -> Moment:
        """As commits.conclude and commits._move."""
        if must_move and not fenced:
            return now  # Moved
        history = (*now.history, fact)
        late = not fenced and self.guards.conclusion_fenced
        if late and (now.row.state in ENDS or now.row.state == "sending"):
            return now._replace(history=history)
        decision = self.decide(history, fact.at_ms)
        row = now.row._replace(
            state=decision.state, step=decision.step or now.row.step, due_ms=decision.due_ms or 0
        )
        return now._replace(row=row, history=history)

    # ---- disturbances; people --------------------------------------------------------------------------------

    def _disturbances(self, now: Moment) -> Acts:
        for i, process in enumerate(now.processes):
            for what, after in self._befalls(now, i, process):
                yield f"P{i} {what}", after
        for request in now.wire:
            rest = now._replace(wire=tuple(each for each in now.wire if each != request))
            if not now.taken:
                yield f"message {request.attempt} arrives: later", rest.heard(request, "later")
            elif self.platform.deduplicates:
                yield f"message {request.attempt} arrives: refused as known", rest.heard(request, "refused")
        if now.row.state in {"waiting", "deferred"}:
            yield "the caller takes it back", self._said(now, "withdraw_asked")
        if now.row.state == "held" and not (now.under_way and self.assumed.person_waits):
            kinds: tuple[FactKind, ...] = (
                ("settled_taken",) if now.taken else ("settled_again", "settled_stop")
            )
            yield from ((f"a person says {kind}", self._said(now, kind)) for kind in kinds)

    def _befalls(self, now: Moment, i: int, process: Process) -> Acts:
        doubtful = now._replace(doubtful=True)
        if process.phase == "idle":
            if now.is_due:
                found = Process("found", now.row, now.now_ms, paused=True)
                yield "finds it due and is paused", doubtful.having(i, found)
            return
        if process.phase != "found":
            yield "crashes", doubtful.having(i, Process())
        if process.paused:
            return
        yield "is paused", doubtful.having(i, process._replace(paused=True))
        match process.phase, process.was.step:
            case "claimed", _:
                yield "finds no connection", now.answered(i, "not_sent")
            case "passed", "probe":
                yield "is told nothing", now.answered(i, "unknown")
            case "sent", _:
                yield "loses its connection", doubtful.answered(i, "unknown")

    def _said(self, now: Moment, kind: FactKind) -> Moment:
        return self._conclude(now, Fact(kind, at_ms=now.now_ms, cause=kind), True, must_move=True)

    # ---- time ------------------------------------------------------------------------------------------------

    def _later(self, now: Moment) -> list[int]:
        """The next instant that matters, unless somebody who is awake is busy or a last byte must leave first."""
        due = now.is_due and now.row.state != "waiting"  # for a slot it may wait for as long as it likes
        if any(not each.paused and (each.phase != "idle" or due) for each in now.processes):
            return []
        later = min((each for each in self._instants(now) if each > now.now_ms), default=inf)
        return [int(later)] if later < inf and later <= self._last_byte(now) else []

    def _instants(self, now: Moment) -> Iterator[float]:
        yield from (self.policy.patience_ms, now.shows_ms, max(self._last_byte(now), 0))
        if now.row.state in OPEN:
            yield now.row.due_ms
        yield from (each.at_ms + MARGIN + 1 for each in now.processes if each.phase == "claimed")
        for request in now.wire:
            yield from (request.until_ms, request.until_ms + 1)

    def _last_byte(self, now: Moment) -> float:
        """Until when those that have passed the check send, as far as that is assumed."""
        leases = [each.was.due_ms for each in now.processes if each.phase == "passed" and each.carries]
        if self.assumed.stopped is None or not leases:
            return inf
        return max(min(leases) + self.assumed.stopped, now.now_ms)


def same_claim(now: Row, was: Row) -> bool:
    """As story.same_claim."""
    return now.state == "sending" and now.attempt == was.attempt and now.owner == was.owner
