"""The story of a call in: who calls, what is said, whether it may be; recorded, then answered.

Nothing is answered as taken that is not committed. What is refused is recorded too, once; what is only asked to
come back is not, and who is not let in leaves one entry a minute at most.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from adapters.errors import Garbled
from adapters.inward.declared import Call
from adapters.inward.reading import Opened, came
from adapters.message import Request
from audit.entries import Entry
from gateway import logs
from gateway.exchange.entries import commitment
from gateway.exchange.papers import KEPT_REPLY_BYTES, Erased
from gateway.exchange.story import Exchanges
from gateway.identity import new_id
from gateway.inward import onward
from gateway.inward.asking import TELLS
from gateway.inward.channels import Channel
from gateway.inward.commits import Landed, NotSo, Taking, Telling, ToldBefore, take
from gateway.inward.dated import reading
from gateway.inward.later import LATER, come
from gateway.inward.reasons import outcome_of
from gateway.inward.receiving import RECEIVE, NotReceived, receive
from gateway.inward.replies import reply_of, whole
from gateway.inward.subjects import SUBJECTS, Subject, without_files
from gateway.model import BLANK, Exchange
from gateway.releases.compiled import CALLED_IN
from gateway.store.store import StorageUnavailable
from mappings.canonical.schema import structure_problems
from mappings.problems import Unmappable

log = logs.get("inward")
MOST_RECORDS = 200  # one case's are put in order once for each of them
MINUTE_MS = 60_000
HANDED = LATER | {RECEIVE}  # goes on to a platform of ours by the way of what callers send
Reply = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Calling:
    """One call: by which channel, as which operation, and how it came; opened None: it cannot be read at all."""

    channel: Channel
    operation: str
    request: Request = field(repr=False)
    opened: Opened | None = field(repr=False)

    @property
    def call(self) -> Call:
        return self.channel.call(self.operation)

    @property
    def subject(self) -> Subject:
        return SUBJECTS[self.operation]


@dataclass(frozen=True, slots=True)
class Heard:
    """A call that was read. reasons: why each of its records is answered as it is."""

    calling: Calling
    message: Any = field(default=None, repr=False)
    records: Sequence[Any] = field(default=(), repr=False)
    documents: Sequence[Mapping[str, Any]] = field(default=(), repr=False)
    reasons: Sequence[str] = ()
    about: Sequence[Exchange | None] = ()
    words: str = ""


class Inward:
    """Everything that a platform can tell us."""

    def __init__(self, story: Exchanges) -> None:
        self._story = story
        self._around = story.around
        self._barred_ms: dict[str, int] = {}

    async def answer(self, calling: Calling) -> Reply:
        """The answer in canonical words (canonical/reply). Whatever it says is committed."""
        now_ms = self._around.clock_ms()
        channel, said = calling.channel, calling.opened.arguments if calling.opened else {}
        why = channel.door.why_not(calling.operation, calling.call, calling.request, said, now_ms)
        if why:
            await self._bar(calling, why, now_ms)
            return reply_of(["not_let_in"], at_ms=now_ms)
        try:
            heard = await self._heard(calling, now_ms)
            if calling.operation in HANDED and whole(heard.reasons) == "taken":
                return await self._handed(heard, now_ms)
            if calling.operation in TELLS and whole(heard.reasons) == "taken":
                return await self._telling(heard, now_ms)
            heard = await self._considered(heard, now_ms)
            reply, told = await self._concluded(heard, now_ms), zip(heard.documents, heard.about, strict=True)
            return await onward.told_on(self._story, channel, calling.operation, told, reply)
        except StorageUnavailable:
            log.info("inward.later", platform=channel.name, operation=calling.operation, cause="busy")
            return reply_of(["busy"], at_ms=now_ms)

    async def _handed(self, heard: Heard, now_ms: int) -> Reply:
        """A case for a platform of ours, or what comes to one later; its admission is the commit."""
        calling = heard.calling
        try:
            exchange = await self._admitted(calling, heard.documents[0])
        except NotReceived as error:
            refused = replace(heard, reasons=[error.reason], words=error.words)
            return await self._concluded(refused, now_ms)
        log.info(
            "inward.taken", platform=calling.channel.name, operation=calling.operation, exchange=exchange.id,
            records=1,
        )  # fmt: skip
        return reply_of(
            heard.reasons, at_ms=exchange.admitted_ms, said=heard.message, records=heard.records,
            exchange=exchange.id, case=exchange.case_id, ours=exchange.ours,
        )  # fmt: skip

    async def _telling(self, heard: Heard, now_ms: int) -> Reply:
        """What it asks for: who has come with a ticket, or how a case stands that it handed over."""
        calling = heard.calling

        def reply(**about: Any) -> Reply:
            return reply_of(heard.reasons, at_ms=now_ms, said=heard.message, records=heard.records, **about)

        try:
            answer = await TELLS[calling.operation](self._story, calling.channel, heard.documents[0], reply)
        except NotReceived as error:
            refused = replace(heard, reasons=[error.reason], words=error.words)
            return await self._concluded(refused, now_ms)
        log.info("inward.taken", platform=calling.channel.name, operation=calling.operation, records=1)
        return answer

    async def _admitted(self, calling: Calling, document: Mapping[str, Any]) -> Exchange:
        size_bytes = len(calling.request.body)
        if calling.operation == RECEIVE:
            return await receive(self._story, calling.channel, document, size_bytes)
        return await come(self._story, calling.channel, calling.operation, document, size_bytes)

    async def _considered(self, heard: Heard, now_ms: int) -> Heard:
        """Whether each record may say what it says; those that could not be read are left as they are."""
        if any(reason != "taken" for reason in heard.reasons):
            return heard
        channel, subject = heard.calling.channel, heard.calling.subject
        reasons, about = list[str](), list[Exchange | None]()
        for document in heard.documents:
            found = await subject.considered(self._around, channel, document, now_ms)
            fault = await onward.fault(self._story, channel, heard.calling.operation, document, found)
            reasons.append(fault or found.reason)
            about.append(found.exchange)
        return replace(heard, reasons=reasons, about=about)

    async def _concluded(self, heard: Heard, now_ms: int) -> Reply:
        """The one commit, and the answer that it makes; what is asked to come back is not kept."""
        calling, reason = heard.calling, whole(heard.reasons)
        outcome = outcome_of(reason)
        names = {"platform": calling.channel.name, "operation": calling.operation}
        if outcome == "later":
            log.info("inward.later", **names, cause=reason)
            return reply_of(heard.reasons, at_ms=now_ms, said=heard.message, records=heard.records)
        if not self._around.room.enough:
            raise StorageUnavailable("no room")
        taking = await self._taking(heard, reason, now_ms)
        try:
            # the one commit of a call: a crash before it has told nobody anything, one after it is told again
            taken = await self._around.store.write(take(taking))
        except ToldBefore as earlier:
            log.info("inward.repeated", **names, exchange=earlier.exchange_id)
            return await self._same_again(earlier.exchange_id, heard, now_ms)
        except NotSo as fault:
            # found under the lock of its case; what is refused has nothing left to be found
            reasons = list(heard.reasons)
            reasons[fault.place] = fault.reason
            return await self._concluded(replace(heard, reasons=reasons), now_ms)
        for each in taken.moved:
            self._story.waiters.tell(each)
        if outcome == "taken":
            log.info("inward.taken", **names, exchange=taking.exchange.id, records=len(heard.records))
        else:
            log.info("inward.refused", **names, exchange=taking.exchange.id, cause=reason)
        return taken.reply

    async def _taking(self, heard: Heard, reason: str, now_ms: int) -> Taking:
        around, calling = self._around, heard.calling
        taken = outcome_of(reason) == "taken"
        exchange = self._exchange(heard, reason, now_ms)
        key = around.papers.vault.new_key(exchange.id)
        # files of a result are kept as such: once is enough
        small = len(calling.request.body) <= KEPT_REPLY_BYTES
        body = {
            "message": heard.message if small else None,
            "documents": [without_files(calling.operation, each) for each in heard.documents],
        }
        sealed = {
            "call": around.papers.vault.seal(key, "call", calling.request.body[:KEPT_REPLY_BYTES]),
            "came": around.papers.vault.seal_tree(key, "came", body),
        }
        facts = {"commitment": commitment({"message": heard.message}, key, "came")} if heard.message else {}
        tellings, landed = list[Telling](), list[Landed]()
        for document, about in zip(heard.documents, heard.about, strict=True) if taken else ():
            if about is not None:
                own = exchange._replace(case_id=about.case_id)
                tellings.append(await calling.subject.telling(around.papers, own, key, document))
                landed += await self._landing(calling.channel, about, document, landed)

        def reply(reasons: Sequence[str]) -> Reply:
            return reply_of(
                reasons, at_ms=now_ms, said=heard.message, records=heard.records, words=heard.words,
                exchange=exchange.id,
            )  # fmt: skip

        return Taking(
            exchange=exchange, digest=self._digest(heard, reason), key=key, vault=around.papers.vault,
            sealed=sealed, facts=facts, reply=reply, reasons=heard.reasons, tellings=tellings, landed=landed,
        )  # fmt: skip

    async def _landing(
        self, channel: Channel, about: Exchange, document: Mapping[str, Any], known: Sequence[Landed]
    ) -> list[Landed]:
        """A call about what is still under way, or was given up, proves that they have it."""
        theirs = str(document.get("theirs") or document.get("reference") or "")
        news = about.state != "delivered" or (theirs and not about.theirs)
        if about.platform != channel.name:  # who handed it to us does not know whether ours has it
            return []
        if not news or any(each.exchange.id == about.id for each in known):
            return []
        route = await self._around.shelf.route_of(about)
        return [Landed(about, route.policy, theirs)]

    def _exchange(self, heard: Heard, reason: str, now_ms: int) -> Exchange:
        """The row of the call; what is about one case bears what that one bears."""
        calling, cases = heard.calling, {each.case_id: each for each in heard.about if each is not None}
        taken = outcome_of(reason) == "taken"
        about = next(iter(cases.values())) if len(cases) == 1 and taken else BLANK
        return about._replace(
            id=new_id(now_ms, self._around.random), kind="inward", operation=calling.operation,
            actor=f"{calling.channel.name}/{calling.channel.inward.auth}", platform=calling.channel.name,
            release=calling.channel.release, state="delivered" if taken else "refused", step="send", attempt=0,
            place=0, owner="", due_ms=0, cause="" if taken else reason, code="", admitted_ms=now_ms,
            changed_ms=now_ms, ended_ms=now_ms,
        )  # fmt: skip

    def _digest(self, heard: Heard, reason: str) -> str:
        """By which the same call is known: what is taken by what it says, what is refused by why as well."""
        said: Any = list(heard.documents) or heard.calling.request.body.hex()
        why = None if outcome_of(reason) == "taken" else list(heard.reasons)
        content = orjson.dumps([heard.calling.operation, said, why], option=orjson.OPT_SORT_KEYS)
        return self._around.papers.vault.request(content)

    async def _same_again(self, exchange_id: str, heard: Heard, now_ms: int) -> Reply:
        """The answer that was given the first time; once that is erased, the like of it."""
        try:
            kept: Reply | None = await self._around.papers.tree(exchange_id, "answer")
        except Erased:
            kept = None
        again = reply_of(
            heard.reasons, at_ms=now_ms, said=heard.message, records=heard.records, words=heard.words,
            exchange=exchange_id,
        )  # fmt: skip
        return kept or again

    async def _heard(self, calling: Calling, now_ms: int) -> Heard:
        """The message read and mapped; records that cannot be are told so, each with the others left as right."""
        try:
            said = came(calling.call, calling.opened) if calling.opened else None
        except Garbled:
            said = None
        if said is None:
            return Heard(calling, reasons=["unreadable"])
        if not said.records or len(said.records) > MOST_RECORDS:
            return Heard(calling, said.document, reasons=["too_many" if said.records else "no_records"])
        documents, reasons = list[Mapping[str, Any]](), list[str]()
        for each in said.singly:
            reads = await reading(self._around.store, calling.channel, calling.operation, each, now_ms)
            try:
                document = reads(each)
            except Unmappable:
                document = {}
            # what is handed over is checked as what callers send, place by place
            fits = document and (
                calling.operation in HANDED or not structure_problems(CALLED_IN[calling.operation], document)
            )
            reasons.append("taken" if fits else "not_mapped")
            documents.append(document)
        return Heard(calling, said.document, said.records, documents, reasons, [None] * len(documents))

    async def _bar(self, calling: Calling, why: str, now_ms: int) -> None:
        """Who is not let in costs no more than one entry a minute, however often it knocks."""
        platform = calling.channel.name
        log.warning("inward.barred", platform=platform, operation=calling.operation, cause=why)
        if now_ms - self._barred_ms.get(platform, -MINUTE_MS) < MINUTE_MS:
            return
        self._barred_ms[platform] = now_ms
        facts = {"platform": platform, "operation": calling.operation, "cause": why}
        await self._around.store.write(lambda tx: tx.record(Entry("inward.barred", now_ms, facts)))
