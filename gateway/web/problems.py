"""Problem documents (RFC 9457) in Chinese or English: what happened, who must act, every fault by path."""

from collections.abc import Mapping
from typing import Any, Literal

import orjson
from aiohttp import web

from adapters import problems as of_adapters
from gateway.errors import CODES, Refusal, Texts
from gateway.exchange.given import pointer

Language = Literal["zh", "en"]
MEDIA = "application/problem+json"
AGAIN_S = 5  # when to come back, where nothing says it more exactly
_EXPECTED = ("expected", "allowed", "pattern", "known", "type", "charset", "limit", "most", "table")


def language_of(request: web.BaseRequest) -> Language:
    """Chinese or English, whichever Accept-Language (RFC 9110) wants more; Chinese if it wants neither."""
    wanted = {"zh": 0.0, "en": 0.0}
    for part in request.headers.get("Accept-Language", "").split(","):
        tag, _, weight = part.partition(";")
        name = tag.strip().lower()[:2]
        if name in wanted:
            wanted[name] = max(wanted[name], _weight(weight))
    return "en" if wanted["en"] > wanted["zh"] else "zh"


def _weight(text: str) -> float:
    """The q of a language range, between 0 and 1; 1 if there is none, 0 if it cannot be read."""
    name, _, value = text.strip().partition("=")
    if not name:
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0


def document_of(refusal: Refusal, language: Language, contact: str = "") -> dict[str, Any]:
    """The problem document of a refusal; facts of the refusal stand in it under their own names."""
    code = CODES[refusal.code]
    document: dict[str, Any] = {
        "type": f"urn:tongban:problem:{refusal.code}",
        "title": _in(language, code.title),
        "status": code.status,
        "code": refusal.code,
        "party": code.party,
        "stage": code.stage,
        "action": _in(language, code.action),
    }
    if detail := _in(language, code.detail):
        document["detail"] = detail.format_map(_Facts(refusal.facts))
    if refusal.problems:
        document["problems"] = [fault_of(each, language) for each in refusal.problems]
    if contact:
        document["contact"] = contact
    return document | {name: value for name, value in refusal.facts.items() if name not in document}


def response_of(refusal: Refusal, request: web.BaseRequest, contact: str = "") -> web.Response:
    language = language_of(request)
    code = CODES[refusal.code]
    headers = {"Content-Language": "zh-CN" if language == "zh" else "en", "Vary": "Accept-Language"}
    if refusal.retry_after_s is not None:
        headers["Retry-After"] = str(refusal.retry_after_s)
    elif code.status in {429, 503}:
        headers["Retry-After"] = str(AGAIN_S)
    if refusal.code == "unauthenticated":
        headers["WWW-Authenticate"] = "Bearer"
    body = orjson.dumps(document_of(refusal, language, contact))
    return web.Response(body=body, status=code.status, headers=headers, content_type=MEDIA)


def fault_of(problem: Any, language: Language) -> dict[str, Any]:
    """One fault: `path` in the caller's own document where it is known, `there` in the platform's words."""
    facts: Mapping[str, Any] = problem.facts
    shown = {"path": problem.path, "code": problem.code, "what": text_of(problem, language)}
    source = facts.get("source")
    if source is not None:
        shown |= {"path": pointer(str(source)), "there": problem.path}
    expected = next((facts[name] for name in _EXPECTED if name in facts), None)
    return shown if expected is None else {**shown, "expected": expected}


def text_of(problem: Any, language: Language) -> str:
    """The sentence of one fault, from the texts of the part that found it."""
    if isinstance(problem, of_adapters.Problem):
        facts = _Facts({**problem.facts, "path": problem.path})
        return _in(language, of_adapters.TEXTS[problem.code]).format_map(facts)
    text: str = problem.text(language)
    return text


def _in(language: Language, texts: Texts) -> str:
    return texts[0] if language == "zh" else texts[1]


class _Facts(dict[str, Any]):
    def __init__(self, facts: Mapping[str, Any]) -> None:
        super().__init__(facts)

    def __missing__(self, name: str) -> str:
        return "?"
