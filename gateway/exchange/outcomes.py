"""What became of a case (办理结果): told by whoever knows it, kept sealed, shown with the ending it belongs to.

A result enters here whether it was fetched, called in or stands in a progress answer: `seal_result` makes its files
durable, `keep` commits it with what it says about the case. The same result told again leaves nothing; another one
of the same case stands beside it. What contradicts the case is kept, too, and found (`cases.life`).
"""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

import orjson

from audit.entries import Entry, china_time
from gateway.cases.life import Life
from gateway.cases.reasons import ENDINGS, reason_fault
from gateway.errors import Refusal
from gateway.exchange import parcels
from gateway.exchange.asked import Asked
from gateway.exchange.entries import NUMBER
from gateway.exchange.following import SUBMIT, Known, follow, known_of, life_of
from gateway.exchange.papers import Erased, Papers
from gateway.exchange.prepare import epoch_ms
from gateway.exchange.reads import ask
from gateway.exchange.sound import is_sound
from gateway.exchange.story import Exchanges
from gateway.exchange.telling import answered, as_asked
from gateway.model import Exchange
from gateway.store import bodies, cases, events, results
from gateway.store.events import Told
from gateway.store.results import Result
from gateway.store.store import Transaction
from gateway.store.vault import DataKey, Vault
from mappings.canonical.schema import structure_problems
from mappings.problems import Problem, Refused

SCHEMA = "canonical/result@1"
MOST_RESULTS = 50  # of one case: many times what a case has
_OF_PROGRESS = ("state", "at", "reason", "words", "documents", "reference")
_KINDS = {"pdf": "application/pdf", "ofd": "application/ofd", "png": "image/png", "jpg": "image/jpeg",
          "jpeg": "image/jpeg", "xml": "application/xml", "zip": "application/zip"}  # fmt: skip
_ANY_KIND = "application/octet-stream"


class NoResult(Exception):
    """The document is no canonical/result@1; `problems` say where, without values."""

    def __init__(self, problems: Sequence[Any]) -> None:
        super().__init__("no result")
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Outcome:
    """One result, ready to be kept: its row, what it tells about the case, and what is sealed of it.

    brought: whether it has what a result is asked for, a decision
    or documents, so that it need not be fetched any more.
    """

    result: Result
    told: Told | None
    brought: bool
    sealed: Mapping[str, bytes] = field(repr=False)
    files: Sequence[Mapping[str, object]] = ()


class Parted(NamedTuple):
    """A result with its files as references, and their contents by the number of their document, from 1."""

    document: dict[str, Any]
    contents: dict[int, bytes]


def parted(document: Mapping[str, Any]) -> Parted:
    """Files that cannot be what they are said to be are left out, and say why (`fault`); nothing is mended."""
    contents: dict[int, bytes] = {}
    papers = []
    for number, paper in enumerate(document.get("documents", ()), 1):
        file = dict(paper.get("file", {}))
        if "content" in file:
            content = _decoded(file.pop("content"))
            fault = _fault(file, content)
            if content and not fault:
                contents[number] = content
                file |= {"size": len(content), "digest": f"sha-256:{sha256(content).hexdigest()}"}
            else:
                file["fault"] = fault
        papers.append({**paper, "file": file} if file else dict(paper))
    return Parted({**document, "documents": papers} if papers else dict(document), contents)


def _decoded(text: str) -> bytes | None:
    try:
        return b64decode("".join(text.split()), validate=True)
    except (NotBase64, ValueError):
        return None


def _fault(file: Mapping[str, Any], content: bytes | None) -> str:
    if content is None:
        return "not_base64"
    if not content:
        return "empty"
    digest = file.get("digest")
    return "digest_differs" if digest and digest != f"sha-256:{sha256(content).hexdigest()}" else ""


def media_type_of(file: Mapping[str, Any]) -> str:
    """As they say, else by the ending of its name."""
    ending = str(file.get("name", "")).rpartition(".")[2].lower()
    return str(file.get("media_type") or _KINDS.get(ending, _ANY_KIND))


async def seal_result(
    papers: Papers, exchange: Exchange, document: Mapping[str, Any], key: DataKey | None = None
) -> Outcome:
    """A result that an exchange has brought; its files are durable when this returns.

    key: of the exchange; None where it is stored already. Raises NoResult, Erased.
    """
    if problems := [*structure_problems(SCHEMA, document), *_times(document)]:
        raise NoResult(problems)
    key = key or await papers.key_of(exchange.id)
    whole = orjson.dumps([exchange.case_id, exchange.platform, document], option=orjson.OPT_SORT_KEYS)
    digest = papers.vault.request(whole)
    name = f"result/{digest[:24]}"
    without, contents = parted(document)
    named = {f"{name}/{number}": content for number, content in contents.items()}
    files = await papers.keep_files(key, exchange, named) if named else []
    said = {**without, **_records(papers.vault, without)}
    sealed = {name: papers.vault.seal_tree(key, name, without)}
    return Outcome(
        _result(exchange, said, name=name, digest=digest), _told(exchange, said),
        bool(document.get("decision") or document.get("documents")), sealed, files,
    )  # fmt: skip


def _times(document: Mapping[str, Any]) -> list[Problem]:
    """A time that no calendar has, or that no case can be of."""
    try:
        sound = "at" not in document or epoch_ms(document["at"]) > 0
    except Refused:
        sound = False
    return [] if sound else [Problem("/at", "no_such_time")]


def _records(vault: Vault, document: Mapping[str, Any]) -> dict[str, str]:
    """The numbers of their records as they may stand in the log: one that could name a person has a stand-in."""
    named = ((name, document[name]) for name in ("record", "corrects") if name in document)
    return {name: said if NUMBER.fullmatch(said) else vault.pseudonym(said) for name, said in named}


def _result(exchange: Exchange, said: Mapping[str, Any], *, name: str, digest: str) -> Result:
    state, reason = said.get("state", ""), said.get("reason", "")
    finding = reason_fault(state, reason, said.get("words", "")) if state else None
    return Result(
        exchange.case_id, 0, exchange.id, name, digest, exchange.platform, state, _at_ms(exchange, said),
        exchange.changed_ms, said.get("record", ""), said.get("corrects", ""), reason, finding or "",
        len(said.get("documents", ())),
    )  # fmt: skip


def _at_ms(exchange: Exchange, said: Mapping[str, Any]) -> int:
    return epoch_ms(said["at"]) if "at" in said else exchange.changed_ms


def _told(exchange: Exchange, said: Mapping[str, Any]) -> Told | None:
    """The ending that it tells; None where it only brings documents."""
    state, record = said.get("state"), said.get("record", "")
    if not state:
        return None
    number = record or ("" if "at" in said else f"state/{state}")
    return Told(
        state, _at_ms(exchange, said), exchange.platform, number, said.get("corrects", ""),
        seen_ms=exchange.changed_ms, exchange_id=exchange.id,
    )  # fmt: skip


def keep(outcome: Outcome) -> Callable[[Transaction], Life | None]:
    """Keep a result once, with what it tells and its entry. The life after it; None if there is no such case.

    Of a case with MOST_RESULTS no more is kept: the exchange that brought it has it.
    """
    result = outcome.result

    def work(tx: Transaction) -> Life | None:
        events.lock(tx.connection, result.case_id)
        case = cases.by_id(tx.connection, result.case_id)
        if case is None:
            return None
        life = life_of(known_of(tx.connection, case))
        news = [outcome.told] if outcome.told and not _is_known(outcome, life) else []
        life = follow(case.id, news, wants_result=not outcome.brought)(tx) or life
        known = results.of_case(tx.connection, case.id)
        if len(known) < MOST_RESULTS and result.digest not in {each.digest for each in known}:
            results.add(tx.connection, result._replace(place=len(known) + 1))
            bodies.add(tx.connection, result.exchange_id, outcome.sealed)
            bodies.add_materials(tx.connection, outcome.files)
            tx.record(_entry(outcome, life))
        return life

    return work


def _is_known(outcome: Outcome, life: Life) -> bool:
    """Whether the ending was told before: the result of it is no second one, unless their record says so.

    One of the same moment may have been taken back since the answer was given: it does not come about again.
    """
    result = outcome.result
    if result.record or result.corrects:
        return False
    told = [each for each in life.events if (each.kind, each.source) == (result.state, result.source)]
    return any(each in life.steps or each.at_ms == result.at_ms for each in told)


def _entry(outcome: Outcome, life: Life) -> Entry:
    """case.result: by which exchange it is known, how it ended and why; its words and numbers stand sealed."""
    result = outcome.result
    facts = {
        "case": result.case_id,
        "by": result.exchange_id,
        "source": result.source,
        "event": result.state or None,
        "happened_at": china_time(result.at_ms),
        "number": result.record or None,
        "undoes": result.corrects or None,
        "reason": result.reason or None,
        "finding": result.finding or None,
        "documents": result.documents,
        "files": len(outcome.files),
        "state": life.state,
    }
    return Entry("case.result", result.seen_ms, facts)


def refusal_of(known: Known) -> Exchange | None:
    """The submit of a case that its platform did not take: that is how the case ended."""
    refused = (each for each in known.exchanges if each.operation == SUBMIT and each.state == "refused")
    return next(refused, None)


async def ask_progress(
    story: Exchanges, asked: Asked, submitted: Exchange
) -> tuple[Exchange, dict[str, Any]]:
    """Ask the platform how a case stands, and keep what it tells. (the exchange, the answer in canonical words).

    Raises what `reads.ask` raises.
    """
    exchange, document = await ask(story, asked, submitted)
    if document and not is_sound(document):
        raise Refusal("platform_garbled", exchange=exchange.id, cause="not_mapped")
    if document:
        outcome = await seal_progress(story.around.papers, exchange, document)

        def work(tx: Transaction) -> None:
            news = as_asked(tx.connection, submitted.case_id, answered(document, exchange))
            follow(submitted.case_id, news)(tx)
            heard = parcels.heard(document, exchange)
            unit = document.get("unit", "")
            parcels.keep_heard(submitted.case_id, heard, actor=exchange.actor, unit=unit)(tx)
            if outcome:
                keep(outcome)(tx)

        await story.around.store.write(work)
    return exchange, document


async def seal_progress(papers: Papers, exchange: Exchange, document: Mapping[str, Any]) -> Outcome | None:
    """What a progress answer says of an ending besides that it is one, ready to be kept; None: nothing."""
    said = of_progress(document)
    try:
        return await seal_result(papers, exchange, said) if said else None
    except (Erased, NoResult):
        return None  # erased meanwhile; or what no table of theirs holds, and the answer has


def of_progress(document: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a progress answer (canonical/progress@1) says of an ending besides that it is one; None: nothing."""
    if document["state"] not in ENDINGS or not any(map(document.get, ("reason", "words", "documents"))):
        return None
    return {name: document[name] for name in _OF_PROGRESS if document.get(name)}
