"""What follows from everything that is known about an exchange: a pure function of its whole history.

The rule that everything else leans on: an unresolved unknown is sticky. While one stands, neither
`refused` nor `abandoned` may follow, and nothing is re-sent unless the platform deduplicates; it is
probed, or held for a person.
"""

from collections.abc import Sequence

from adapters.classify import SETTLED as REFUSAL_SETTLED
from gateway.model import Decision, Fact, Policy, ProbePolicy
from gateway.retry import jitter_of, wait_ms

History = Sequence[Fact]
LANDED = frozenset({"taken", "already", "landed", "settled_taken"})
SETTLED = frozenset({"settled_taken", "settled_again", "settled_stop"})
FAILED = frozenset({"later", "barred", "not_sent", "unknown", "unclear", "refused"})
CERTAIN = frozenset({"later", "barred", "not_sent", "refused"})  # surely not taken by that attempt


def judge(history: History, policy: Policy, *, exchange_id: str, admitted_ms: int, now_ms: int) -> Decision:
    """Decide what an exchange is after its last fact.

    history: at least one fact, in the order in which they became known.
    """
    landed = next((fact for fact in history if fact.kind in LANDED), None)
    if landed:
        return Decision("delivered", cause=landed.kind, reference=_reference(history), code=landed.code)
    last = history[-1]
    if last.kind == "settled_stop":
        return Decision("abandoned", cause="settled_stop")
    if last.kind == "settled_again":
        return Decision("deferred", cause="settled_again", step="send", due_ms=now_ms)
    # who asks us to come back after the end of our patience is not waited for
    patient = not policy.reads and now_ms + last.retry_after_ms < admitted_ms + policy.patience_ms
    doubt = unresolved(history, policy)
    if doubt is not None:
        return _in_doubt(history, policy, doubt, patient, exchange_id, now_ms)
    if last.kind == "withdraw_asked":
        return Decision("withdrawn", cause=last.cause or "withdraw_asked")
    if last.kind == "refused":
        return Decision("refused", cause="described", code=last.code)
    if not patient:
        return Decision("abandoned", cause=last.cause or last.kind, code=last.code)
    return _again(history, policy, exchange_id, now_ms)


def unresolved(history: History, policy: Policy) -> int | None:
    """Index of the unknown that nothing has resolved, the one that was over last if there are several; or None.

    Resolved by: a person's settlement; a refusal that is declared to be of every attempt;
    what was heard later of the very same attempt (its lease was over, its
    process was not); or as many probes that say "absent" as the policy asks for, each of them asked after
    `settled_after` since the attempt was over (a replica may be filled in batches, and the lost request may
    still stand in their queue). Each unknown needs its own: one may become known after it was over for long.
    """
    unknowns = [i for i, fact in enumerate(history) if fact.kind == "unknown"]
    open_ones = [i for i in unknowns if not policy.reads and not _is_resolved(history[i:], policy)]
    return max(open_ones, key=lambda i: history[i].over_ms, default=None)


def _is_resolved(since: History, policy: Policy) -> bool:
    """Whether the unknown that `since` begins with is resolved by what follows it."""
    if any(fact.kind in SETTLED or _is_of_every_attempt(fact) for fact in since) or _heard_of(
        since[0].attempt, since[1:]
    ):
        return True
    return policy.probe is not None and _absences(since, policy.probe) >= policy.probe.tries


def _is_of_every_attempt(fact: Fact) -> bool:
    """A refusal that they declare to be about the number itself: no attempt under it was taken, or will be."""
    return fact.kind == "refused" and fact.cause == REFUSAL_SETTLED


def _heard_of(attempt: int, since: History) -> bool:
    return attempt > 0 and any(fact.attempt == attempt and fact.kind in CERTAIN for fact in since)


def _absences(since: History, probe: ProbePolicy) -> int:
    believed_from_ms = since[0].over_ms + probe.settled_after_ms
    return sum(fact.kind == "absent" and fact.over_ms >= believed_from_ms for fact in since)


def _in_doubt(
    history: History, policy: Policy, doubt: int, patient: bool, exchange_id: str, now_ms: int
) -> Decision:
    """They may have it. Send again only where they deduplicate; else ask; else a person decides."""
    if policy.repeatable and patient and history[-1].kind != "refused":
        return _again(history, policy, exchange_id, now_ms)
    if policy.probe and (patient or _probes(history[doubt:]) < policy.probe.tries):
        asked_before = _probes(history[doubt:]) > 0
        first_ms = history[doubt].over_ms + policy.probe.settled_after_ms
        again_ms = now_ms + max(policy.probe.every_ms if asked_before else 0, history[-1].retry_after_ms)
        due_ms = max(first_ms, again_ms)
        return Decision("deferred", cause=history[doubt].cause, step="probe", due_ms=due_ms)
    return Decision("held", cause=history[doubt].cause, code=history[-1].code)


def _again(history: History, policy: Policy, exchange_id: str, now_ms: int) -> Decision:
    last = history[-1]
    failures = _failures_in_a_row(history)
    if last.kind == "absent" or _stale_secret(history, policy):
        return Decision("deferred", cause=last.kind, step="send", due_ms=now_ms)
    wait = wait_ms(
        failures,
        first_ms=policy.first_wait_ms,
        most_ms=policy.most_wait_ms,
        jitter=jitter_of(exchange_id, failures),
    )
    due_ms = now_ms + max(wait, last.retry_after_ms)
    return Decision("deferred", cause=last.cause or last.kind, step="send", due_ms=due_ms, code=last.code)


def _stale_secret(history: History, policy: Policy) -> bool:
    """The first "barred" in a row of a credential that renews its secret: try once more at once."""
    if not policy.renews_secret or history[-1].kind != "barred":
        return False
    return len(history) < 2 or history[-2].kind != "barred"


def _failures_in_a_row(history: History) -> int:
    count = 0
    for fact in reversed(history):
        if fact.kind not in FAILED:
            break
        count += 1
    return count


def _probes(since: History) -> int:
    return sum(fact.kind in {"absent", "unclear"} for fact in since)


def _reference(history: History) -> str:
    """The latest number that they gave; a person's or a probe's may come after an answer without one."""
    return next((fact.reference for fact in reversed(history) if fact.kind in LANDED and fact.reference), "")
