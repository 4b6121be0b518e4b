"""Fetching results (取办理结果): once an ending is told, its platform is asked for what became of the case, and
asked again until it has it, within the patience of the operation. What it answers is kept (`exchange.outcomes`).

A question is a read like any other, behind everything that is to be sent. A claim that dies is asked again once its
lease is over; what it had brought is not kept twice.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from adapters.declared import Operation
from adapters.message import Reply
from audit.entries import Entry, china_time
from gateway import logs
from gateway.cases.states import DECISIONS
from gateway.errors import Refusal
from gateway.exchange.kept import kept_of
from gateway.exchange.outcomes import NoResult, Outcome, keep, parted, seal_result
from gateway.exchange.papers import Erased, plain
from gateway.exchange.questions import ACTOR, AGAIN_MS, NO_ANSWER, ask_what_is_due, cause_of, longest_ms
from gateway.exchange.reads import Question, pose
from gateway.exchange.receipt import as_of_exchange
from gateway.exchange.story import Exchanges
from gateway.gates.gate import Gate
from gateway.model import Fact
from gateway.releases.routes import RESULT, Route
from gateway.retry import jitter_of, wait_ms
from gateway.store import results
from gateway.store.results import Wanted
from gateway.store.store import Transaction
from gateway.store.vault import WrongKey
from mappings.problems import Unmappable

log = logs.get("exchange")


@dataclass(slots=True)
class Fetched:
    """What a platform answered when it was asked for a result; cause: why that is none, empty if it is one.

    received_at: as of when it is read: the receipt of the case.
    """

    was: Wanted
    cause: str = ""
    received_at: str = ""
    retry_after_ms: int = 0
    document: dict[str, Any] = field(default_factory=dict, repr=False)

    def keeps(self, route: Route, reply: Reply, fact: Fact) -> bool:
        """Note the answer; whether it is worth a record: a result is, and another "no" than the one before."""
        self.retry_after_ms, self.cause = fact.retry_after_ms, cause_of(fact)
        if fact.kind == "taken":
            self._read(route, plain(reply.document))
        if fact.kind in NO_ANSWER or not (reply.raw or reply.document):
            return False
        return not self.cause or self.cause != self.was.cause

    def _read(self, route: Route, said: Any) -> None:
        try:
            self.document = dict(route.reply.as_of(self.received_at)(said)) if route.reply else {}
        except Unmappable:
            self.cause = "not_mapped"


async def fetch_due(story: Exchanges, gate: Gate) -> None:
    """Ask for the results that are wanted of a platform."""
    route = story.around.routes.asked_for_results(gate.platform)
    if route is not None:
        await ask_what_is_due(story, gate, route, results, partial(_fetch, story, route.declared))


async def _fetch(story: Exchanges, declared: Operation, was: Wanted, started_ms: float) -> None:
    """Ask for one result. Whatever fails unforeseen leaves the claim to its lease."""
    around, fetched = story.around, Fetched(was)
    if around.monotonic_ms() > started_ms + around.lease_margin_ms:
        return  # the answer could come after the lease
    outcome = None
    try:
        outcome = await _ask(story, was, fetched)
    except (Erased, WrongKey):
        fetched.cause = "unreadable"
    except NoResult:
        fetched.cause = "not_mapped"
    except Refusal as refusal:
        if refusal.code == "platform_unavailable":  # no room: nothing was asked
            await around.store.write(partial(_again, was))
            return
        fetched.cause = refusal.code
    concluded = _kept(fetched, outcome, declared) if outcome else _put_off(fetched, declared)
    await around.store.write(concluded)
    log.debug("exchange.read", case=was.case_id, platform=was.platform, cause=fetched.cause or None)


async def _ask(story: Exchanges, was: Wanted, fetched: Fetched) -> Outcome | None:
    """Raises NoResult, Erased, WrongKey, and what `reads.pose` raises."""
    about = await story.look_up(was.exchange_id)
    fetched.received_at = await as_of_exchange(story.around.store, about)
    question = Question(RESULT, was.platform, ACTOR, about=about, keeps=fetched.keeps)
    asked, _ = await pose(story, question)
    if fetched.cause or not fetched.document:
        return None
    return await seal_result(story.around.papers, asked, await _without_kept(story, was, fetched.document))


async def _without_kept(story: Exchanges, was: Wanted, document: dict[str, Any]) -> dict[str, Any]:
    """Documents that came with an earlier ending are not kept twice, though a later one names them, too."""
    earlier = [
        _named(paper)
        for each in await kept_of(story, was.case_id)
        if each.result.source == was.platform and each.result.state != document.get("state")
        for paper in (each.document or {}).get("documents", ())
    ]
    papers = parted(document).document.get("documents", ())
    new = [
        paper
        for paper, said in zip(document.get("documents", ()), papers, strict=True)
        if _named(said) not in earlier
    ]
    return {**document, "documents": new} if len(new) < len(papers) else document


def _named(paper: Mapping[str, Any]) -> tuple[Any, ...]:
    """By which a document is known again."""
    file = paper.get("file", {})
    return (*(paper.get(name) for name in ("kind", "name", "number", "on")), file.get("digest"))


def _kept(fetched: Fetched, outcome: Outcome, declared: Operation) -> Callable[[Transaction], None]:
    """The result, and that nobody need ask for it any more, in one commit: a crash before it has it asked again.

    A decision without its document is kept, and asked about again: papers are made later than decided.
    """
    is_whole = outcome.brought or outcome.result.state not in DECISIONS

    def work(tx: Transaction) -> None:
        keep(replace(outcome, brought=True))(tx)  # before the row is touched: it locks the case
        if is_whole:
            results.move(tx.connection, fetched.was, due_ms=0)
        else:
            _put_off(replace(fetched, cause="no_documents"), declared)(tx)

    return work


def _put_off(fetched: Fetched, declared: Operation) -> Callable[[Transaction], None]:
    """Asked again later; once the patience is over no more, and an entry says that the result is missing."""
    was, cause = fetched.was, fetched.cause or "no_result"

    def work(tx: Transaction) -> None:
        due_ms = next_try_ms(was, fetched.retry_after_ms, declared, tx.now_ms)
        moved = results.move(tx.connection, was, due_ms=due_ms, tries=was.tries + 1, cause=cause)
        if moved and not due_ms:
            tx.record(_missing(was, cause, tx.now_ms))

    return work


def next_try_ms(was: Wanted, retry_after_ms: int, declared: Operation, now_ms: int) -> int:
    """When a result that was not there is asked for again; 0 once that would be after the patience."""
    wait = wait_ms(
        was.tries + 1, first_ms=int(declared.retry.first_s * 1000), most_ms=int(declared.retry.most_s * 1000),
        jitter=jitter_of(was.case_id, was.tries),
    )  # fmt: skip
    due_ms = now_ms + max(wait, min(retry_after_ms, longest_ms(declared.retry.most_s)))
    return due_ms if due_ms <= was.since_ms + int(declared.patience_s * 1000) else 0


def _missing(was: Wanted, cause: str, now_ms: int) -> Entry:
    """case.result_missing: an ending was told, and its result could not be had."""
    facts: dict[str, str | int] = {
        "case": was.case_id, "platform": was.platform, "cause": cause, "tries": was.tries + 1,
        "happened_at": china_time(was.since_ms),
    }  # fmt: skip
    return Entry("case.result_missing", now_ms, facts)


def _again(was: Wanted, tx: Transaction) -> None:
    results.move(tx.connection, was, due_ms=tx.now_ms + AGAIN_MS, tries=was.tries, cause=was.cause)
