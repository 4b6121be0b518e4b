"""Following cases (轮询) at platforms that call nobody: each is asked about when it is due, until its end.

A question is a read like any other. What is told anew is kept as one, with its entry; the same answer again, and
no answer at all, only move the next time, so that what is stored does not grow with the questions. An answer that
says something personal always leaves its entry. A claim that dies is simply asked again once its lease is over.
A case that is decided and never told to be served is asked about for a while only: an entry says when that is over.
One that is told to be served, and not how it was decided, is asked about until somebody answers, as long at most.
One whose papers go by post is asked about as long behind its end, where answers tell of parcels: more may come.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import orjson

from adapters.declared import Follow
from adapters.message import Reply
from audit.entries import Entry, china_time
from gateway import logs
from gateway.errors import Refusal
from gateway.exchange import commits, parcels
from gateway.exchange.entries import numbered
from gateway.exchange.following import follow, goes_by_post, is_ahead, known_of
from gateway.exchange.outcomes import Outcome, keep, seal_progress
from gateway.exchange.papers import Erased, plain
from gateway.exchange.questions import ACTOR, AGAIN_MS, NO_ANSWER, ask_what_is_due, cause_of, longest_ms
from gateway.exchange.reads import Question, pose
from gateway.exchange.receipt import as_of
from gateway.exchange.sound import is_sound
from gateway.exchange.story import Exchanges
from gateway.exchange.telling import answered, as_asked
from gateway.gates.gate import Gate
from gateway.model import Exchange, Fact
from gateway.releases.routes import PROGRESS, Route
from gateway.retry import jitter_of, wait_ms
from gateway.store import cases, events, exchanges, followed
from gateway.store.followed import NEVER_MS, Followed
from gateway.store.store import Transaction
from gateway.store.vault import Vault, WrongKey
from mappings.canonical.schema import personal_fields
from mappings.problems import Unmappable

log = logs.get("exchange")
NOT_SERVED = "not_told_served"
MOST_COUNTED = 60  # of answers in a row that told nothing new: far beyond what the longest wait needs
SCHEMA = "canonical/progress@1"


@dataclass(slots=True)
class Heard:
    """What a question was answered.

    received_at: as of when it is read: the receipt of the case.
    told:  keyed digest of the answer; empty if there was none.
    cause: why it does not say how the case stands; empty if it does.
    reference: their number of the case, if it names it.
    """

    vault: Vault = field(repr=False)
    before: str  # the digest of the answer before
    told: str = ""
    cause: str = ""
    retry_after_ms: int = 0
    reference: str = ""
    document: dict[str, Any] = field(default_factory=dict, repr=False)
    received_at: str = ""

    @property
    def is_new(self) -> bool:
        return bool(self.told) and self.told != self.before

    def keeps(self, route: Route, reply: Reply, fact: Fact) -> bool:
        """Note the answer; whether it is worth a record: it tells something new, or something personal."""
        self.retry_after_ms, self.cause = fact.retry_after_ms, cause_of(fact)
        if fact.kind in NO_ANSWER or not (reply.raw or reply.document):
            return False
        if fact.kind == "taken":
            self.reference = fact.reference
            self._read(route, plain(reply.document))
        # of an answer what is declared and nothing else: an envelope has a new number and a new time each time
        what = orjson.dumps([fact.kind, fact.code, self.cause, self.document], option=orjson.OPT_SORT_KEYS)
        self.told = self.vault.request(what)
        return self.is_new or bool(personal_fields(self.document, SCHEMA))

    def _read(self, route: Route, said: Any) -> None:
        """The answer in canonical words, if it can be read."""
        try:
            document = dict(route.reply.as_of(self.received_at)(said)) if route.reply else {}
        except Unmappable:
            self.cause = "not_mapped"
            return
        self.document, self.cause = (document, "") if is_sound(document) else ({}, "not_mapped")


async def ask_due(story: Exchanges, gate: Gate) -> None:
    """Ask about the cases that are due at a platform."""
    route = story.around.routes.followed(gate.platform)
    await ask_what_is_due(story, gate, route, followed, partial(_ask, story))


async def _ask(story: Exchanges, was: Followed, started_ms: float) -> None:
    """Ask about one case. Whatever fails unforeseen leaves the claim to its lease."""
    around = story.around
    if around.monotonic_ms() > started_ms + around.lease_margin_ms:
        return  # the answer could come after the lease
    case = await around.store.read(lambda connection: cases.by_id(connection, was.case_id))
    if case is None or not (case.open or was.decided_ms):  # it ended before it was known to be delivered
        await around.store.write(partial(_forget, was))
        return
    heard, asked = Heard(around.papers.vault, was.told), None
    heard.received_at = as_of(case.received_ms, around.clock_ms())
    try:
        question = Question(
            PROGRESS, was.platform, ACTOR, about=await story.look_up(was.exchange_id), keeps=heard.keeps
        )
        asked, _ = await pose(story, question)
    except (Erased, WrongKey):
        heard.cause = "unreadable"
    except Refusal as refusal:
        if refusal.code == "platform_unavailable":  # no room: nothing was asked
            await around.store.write(partial(_again, was))
            return
        heard.cause = refusal.code
    route = around.routes.followed(was.platform)
    if route and route.declared.follow:
        outcome = await _outcome(story, heard, asked)
        await around.store.write(_keep(was, heard, asked, route, outcome))
    log.debug("exchange.read", case=was.case_id, platform=was.platform, cause=heard.cause or None)


async def _outcome(story: Exchanges, heard: Heard, asked: Exchange | None) -> Outcome | None:
    """What the answer says of an ending besides that it is one, sealed."""
    if asked is None or not heard.document or not heard.is_new:
        return None
    return await seal_progress(story.around.papers, asked, heard.document)


def next_time(was: Followed, heard: Heard, declared: Follow, now_ms: int) -> Followed:
    """Soon after something new, else after twice as long, `most` at most; never before they want to be asked,
    as far as that is heeded (`longest_ms`).
    """
    unchanged = 0 if heard.is_new else min(was.unchanged + 1, MOST_COUNTED)
    wait = wait_ms(
        unchanged + 1, first_ms=int(declared.first_s * 1000), most_ms=int(declared.most_s * 1000),
        jitter=jitter_of(was.case_id, unchanged),
    )  # fmt: skip
    due_ms = now_ms + max(wait, min(heard.retry_after_ms, longest_ms(declared.most_s)))
    return was._replace(due_ms=due_ms, unchanged=unchanged, cause=heard.cause, told=heard.told or was.told)


def is_over(was: Followed, heard: Heard, declared: Follow, now_ms: int) -> bool:
    """Whether it was decided so long ago, and nothing new is told, that asking leads to nothing."""
    return 0 < was.decided_ms <= now_ms - int(declared.decided_s * 1000) and not heard.is_new


def _keep(
    was: Followed, heard: Heard, asked: Exchange | None, route: Route, outcome: Outcome | None
) -> Callable[[Transaction], None]:
    """The next time, and what was told, in one commit: a crash before it has the case asked about again."""
    declared = route.declared.follow or Follow()

    def work(tx: Transaction) -> None:
        if asked and heard.is_new and heard.reference:
            _learn(tx, was, heard.reference)
        news = answered(heard.document, asked) if asked and heard.document and heard.is_new else []
        now = next_time(was, heard, declared, tx.now_ms)
        if ahead := [each.at_ms for each in news if is_ahead(each, tx.now_ms)]:
            # it counts once it has happened: the same answer is to be heard again then
            again_ms = min(max(ahead), tx.now_ms + int(declared.most_s * 1000))
            now = now._replace(told="", due_ms=max(now.due_ms, again_ms))
        if news:  # before the row is touched: whoever ends a case locks it first, and its row then
            follow(was.case_id, as_asked(tx.connection, was.case_id, news))(tx)
        if asked and heard.is_new:
            told, unit = parcels.heard(heard.document, asked), heard.document.get("unit", "")
            parcels.keep_heard(was.case_id, told, actor=asked.actor, unit=unit)(tx)
        if outcome:
            keep(outcome)(tx)
        over = is_over(was, heard, declared, tx.now_ms)
        ended = (heard.document or over) and _has_ended(was, tx)
        if ended and (
            over or not _may_bring_parcels(was, route, tx)
        ):  # else one answer behind its end is enough
            cases.close(tx.connection, was.case_id)
            return
        if over:
            now = now._replace(due_ms=NEVER_MS, cause=NOT_SERVED)
        if followed.move(tx.connection, was, now) and over:
            tx.record(_unfollowed(was, tx.now_ms))

    return work


def _learn(tx: Transaction, was: Followed, theirs: str) -> None:
    """Their number of a case that a call had proven to have arrived, and their answer to it never named."""
    row = exchanges.by_id(tx.connection, was.exchange_id)
    if row is None or row.theirs or row.state != "delivered":
        return
    row = exchanges.locked(tx.connection, row.id, wait=True)  # exchanges are locked before cases
    if row is None or row.theirs:
        return
    now = commits.learned(tx, row, theirs)
    if now is not row:
        tx.record(numbered(now, at_ms=tx.now_ms))


def _unfollowed(was: Followed, now_ms: int) -> Entry:
    """case.unfollowed: decided, never told to be served, and asked about no more: a person has to see to it."""
    facts = {
        "case": was.case_id, "platform": was.platform, "cause": NOT_SERVED,
        "happened_at": china_time(was.decided_ms),
    }  # fmt: skip
    return Entry("case.unfollowed", now_ms, facts)


def _forget(was: Followed, tx: Transaction) -> None:
    """Asked about no more, unless it was opened again a moment ago."""
    if _has_ended(was, tx):
        cases.close(tx.connection, was.case_id)


def _may_bring_parcels(was: Followed, route: Route, tx: Transaction) -> bool:
    """Whether answers of the platform tell of parcels, and the case is one of which there may be any."""
    if route.reply is None or not any(each.startswith("parcels.") for each in route.reply.targets):
        return False
    case = cases.by_id(tx.connection, was.case_id)
    return case is not None and goes_by_post(tx.connection, known_of(tx.connection, case))


def _has_ended(was: Followed, tx: Transaction) -> bool:
    """Whether its case is open no more, nor can be opened again before this commits."""
    events.lock(tx.connection, was.case_id)
    case = cases.by_id(tx.connection, was.case_id)
    return case is None or not case.open


def _again(was: Followed, tx: Transaction) -> None:
    followed.move(tx.connection, was, was._replace(due_ms=tx.now_ms + AGAIN_MS))
