"""How results of a case are shown to the caller that it belongs to."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gateway.cases.life import Life
from gateway.cases.reasons import DOCUMENTS, TEXTS, UNSTATED
from gateway.cases.reasons import ENDINGS as ENDED
from gateway.cases.states import DECISIONS
from gateway.cases.states import TEXTS as STATES
from gateway.exchange.following import Known, life_of
from gateway.exchange.kept import Kept
from gateway.exchange.outcomes import media_type_of
from gateway.model import Exchange
from gateway.store.results import Result, Wanted
from gateway.web.views.cases import china

_OF_DOCUMENT = ("name", "number", "unit", "unit_name", "on", "valid_until")
_OF_DECISION = ("number", "on", "unit", "unit_name")


def result_view(
    known: Known, kept: Sequence[Kept], wanted: Sequence[Wanted], refused: Exchange | None, words: str
) -> dict[str, Any]:
    """How the case ended and why, as far as it has; every result that is known, the newest last.

    refused, words: the submit, where they did not take it, and why in their words: the case was returned.
    """
    life = life_of(known)
    shown = [_refused(refused, words)] if refused else []
    return {
        "case": known.case.id,
        "state": life.state,
        "state_text": _both(STATES[life.state]),
        "decided": life.state in ENDED,
        "served": life.state == "served",
        "ended": life.state in ENDED - DECISIONS,
        "results": shown + [_result(each, life) for each in kept],
        "fetching": [_wanted(each) for each in wanted if each.due_ms or each.cause],
    }


def _result(kept: Kept, life: Life) -> dict[str, Any]:
    result, said = kept.result, kept.document or {}
    decision = said.get("decision")
    return {
        **_told(result.state, result.reason),
        "result": result.place,
        "at": china(result.at_ms),
        "seen_at": china(result.seen_ms),
        "source": result.source,
        "exchange": result.exchange_id,
        "record": result.record or None,
        "corrects": result.corrects or None,
        "counts": counts(result, life),
        "findings": [result.finding] if result.finding else [],
        "erased": kept.document is None,
        "decision": {name: decision.get(name) for name in _OF_DECISION} if decision else None,
        "words": said.get("words"),
        "delivery": said.get("delivery"),
        "documents": list(_documents(kept, said)),
    }


def _refused(refused: Exchange, words: str) -> dict[str, Any]:
    """A submission that they did not take is a return (退件), told by their answer and kept with it."""
    at = china(refused.ended_ms)
    return {
        **_told("returned", "other" if words else ""),
        "result": 0, "at": at, "seen_at": at, "source": refused.platform, "exchange": refused.id, "record": None,
        "corrects": None, "counts": True, "findings": [] if words else ["reason_missing"], "erased": False,
        "decision": None, "words": words or None, "delivery": None, "documents": [],
    }  # fmt: skip


def counts(result: Result, life: Life) -> bool:
    """Whether the case stands by it: what contradicts the case, or was taken back, is shown and does not count."""
    if not result.state:
        return True
    return any(step.kind == result.state for step in life.steps) and not any(
        found.event.kind == result.state
        and found.event.at_ms == result.at_ms
        and found.event.source == result.source
        for found in life.findings
    )


def _documents(kept: Kept, said: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for number, paper in enumerate(said.get("documents", ()), kept.first):
        yield {
            "document": number,
            "kind": paper["kind"],
            "kind_text": _both(DOCUMENTS[paper["kind"]]),
            **{name: paper.get(name) for name in _OF_DOCUMENT},
            "file": _file(paper["file"], kept.result.case_id, number) if "file" in paper else None,
        }


def _file(file: Mapping[str, Any], case_id: str, number: int) -> dict[str, Any]:
    """link: where it can be had; None where they gave none, or one that is not what they say it is (`fault`)."""
    has = "size" in file
    return {
        "name": file.get("name"),
        "media_type": media_type_of(file),
        "size": file.get("size"),
        "digest": file.get("digest"),
        "fault": file.get("fault"),
        "link": f"/v1/cases/{case_id}/documents/{number}" if has else None,
    }


def _told(state: str, reason: str) -> dict[str, Any]:
    return {
        "state": state or None,
        "state_text": _both(STATES[state]) if state else None,  # type: ignore[index]
        "reason": reason or None,
        "reason_text": _both(TEXTS[reason] if reason else UNSTATED),
    }


def _wanted(each: Wanted) -> dict[str, Any]:
    return {
        "platform": each.platform,
        "next_at": china(each.due_ms),
        "tries": each.tries,
        "cause": each.cause or None,
    }


def _both(texts: tuple[str, str]) -> dict[str, str]:
    return {"zh": texts[0], "en": texts[1]}
