"""What the model of the sending protocol is made of: bounds, guards, assumptions, and a moment as a frozen value.

One millisecond of the code is one tick here.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, NamedTuple

from adapters.message import Verdict
from gateway.model import ENDS, Fact, State, Step

MARGIN, TIMEOUT = 1, 1
LEASE = TIMEOUT + 2 * MARGIN  # as story.lease_ms
LAG = 1  # for so long a probe may not see what was taken (a replica that is filled in batches)
SETTLED_AFTER = MARGIN + TIMEOUT + LAG  # no more than just what the platform needs
OPEN = frozenset({"waiting", "sending", "deferred"})


@dataclass(frozen=True)
class Platform:
    """What it does, and truly declares. patience: ticks."""

    name: str
    deduplicates: bool = False
    probed: bool = False
    patience: int = 8


@dataclass(frozen=True)
class Guards:
    """What the code does against a lost or a doubled case; each can be taken away."""

    lease_checked: bool = True  # right before the first byte
    expiry_is_unknown: bool = True  # an expired lease does not say that nothing was sent
    unknown_sticks: bool = True  # judge sees the unknowns of earlier attempts
    each_unknown_counts: bool = True  # and not the last of them only
    conclusion_fenced: bool = True  # commit 2 moves the row only under its own claim
    absence_settles: bool = True  # "absent" is believed only after settled_after
    absence_is_dated: bool = True  # by when it was asked for, not by when it was read
    claim_committed: bool = True  # no byte without a committed `sending` row
    claim_fenced: bool = True  # a claim moves the row as it is, not as it was once read
    resend_declared: bool = True  # an unknown is sent again only where they deduplicate


@dataclass(frozen=True)
class Assumed:
    """What no code here can see to.

    stopped:      how many ticks after the end of its lease a process that was stopped between the lease check and
                  the first byte may still send. -1: none, what it sends leaves within the lease. None: any.
    person_waits: who settles a held exchange asks once nothing can be under way any more.
    """

    stopped: int | None = -1
    person_waits: bool = True


class Row(NamedTuple):
    """The columns of `exchanges` that decide what may be done. owner: 0 or 1, -1 for nobody."""

    state: State
    step: Step
    attempt: int
    owner: int
    due_ms: int


WAITING = Row("waiting", "send", 0, -1, 0)
Phase = Literal["idle", "found", "claimed", "passed", "sent", "answered"]


class Process(NamedTuple):
    """What a process holds in its memory; a crash forgets it.

    found: it has read a due row, and was paused.  claimed: its claim is committed.  passed: the lease was checked.
    sent: every byte is out.  answered: what came of it, the `verdict`, can be read.
    at_ms: when it found the row, when it looked at the clock before its claim, when it was answered.
    """

    phase: Phase = "idle"
    was: Row = WAITING
    at_ms: int = 0
    verdict: Verdict = "unknown"
    paused: bool = False

    @property
    def carries(self) -> bool:
        """Whether it may yet put a message on the wire."""
        return self.phase in {"claimed", "passed"} and self.was.step == "send"


class Request(NamedTuple):
    """A message on its way. It may arrive until `until_ms`, whatever became of who sent it."""

    process: int
    attempt: int
    until_ms: int


class Moment(NamedTuple):
    """All there is. left: disturbances that may yet come; doubtful: one of them made an outcome ambiguous."""

    now_ms: int
    row: Row
    left: int
    history: tuple[Fact, ...] = ()
    processes: tuple[Process, Process] = (Process(), Process())
    wire: tuple[Request, ...] = ()
    taken: int = 0
    shows_ms: int = 0  # from when on a probe sees what was taken
    doubtful: bool = False

    def having(self, i: int, process: Process) -> "Moment":
        first, second = self.processes
        processes = (process, second) if i == 0 else (first, process)
        return Moment(*self[:4], processes, *self[5:])  # as _replace, which takes most of the time

    def answered(self, i: int, verdict: Verdict) -> "Moment":
        process = self.processes[i]
        return self.having(i, Process("answered", process.was, self.now_ms, verdict, process.paused))

    def heard(self, request: Request, verdict: Verdict) -> "Moment":
        """With the answer to a message, for who still waits for it, and else for nobody."""
        process = self.processes[request.process]
        waits = process.phase == "sent" and process.was.attempt == request.attempt
        return self.answered(request.process, verdict) if waits else self

    @property
    def is_due(self) -> bool:
        """Whether the worker finds the row: to be sent, asked about, or with its lease over."""
        return self.row.state in OPEN and self.row.due_ms <= self.now_ms

    @property
    def under_way(self) -> bool:
        """Whether something may still arrive that nobody can call back."""
        return bool(self.wire) or any(each.phase == "passed" and each.carries for each in self.processes)


def essence(now: Moment, *, ends_stay: bool) -> Any:
    """Two moments of the same essence have the same future, but for the names of the two processes.

    ends_stay: nothing moves a row that has ended, so only what may still be sent matters then.
    """
    if ends_stay and now.row.state in ENDS:
        carrying = tuple(sorted(each for each in now.processes if each.carries))
        return (
            now.row.state,
            carrying,
            now.wire,
            now.taken,
            now.now_ms if carrying or now.wire else 0,
            now.left,
        )
    if _order(now.processes[1]) < _order(now.processes[0]):
        now = _mirrored(now)
    return now._replace(history=judged_by(now.history), shows_ms=max(now.shows_ms - now.now_ms, 0))


@cache
def judged_by(history: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """A history with those times only that judge reads: test_model.py sees to it that they are enough."""
    return tuple(
        fact._replace(at_ms=0, over_ms=fact.over_ms if fact.kind in {"unknown", "absent"} else 0)
        for fact in history
    )


def _order(process: Process) -> tuple[object, ...]:
    return process.phase, process.was.attempt, process.at_ms, process.verdict, process.paused


def _mirrored(now: Moment) -> Moment:
    first, second = (each._replace(was=_theirs(each.was)) for each in now.processes)
    wire = tuple(sorted(each._replace(process=1 - each.process) for each in now.wire))
    return now._replace(row=_theirs(now.row), processes=(second, first), wire=wire)


def _theirs(row: Row) -> Row:
    return row._replace(owner=1 - row.owner) if row.owner >= 0 else row
