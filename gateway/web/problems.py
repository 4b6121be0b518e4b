"""Problem documents (RFC 9457) in Chinese or English: what happened, who must act, every fault by path."""

from collections.abc import Mapping
from typing import Any, Literal

import orjson
from aiohttp import web

from adapters import problems as of_adapters
from gateway.errors import CODES, Refusal

Language = Literal["zh", "en"]
PARTIES = {
    "caller": ("接入方", "caller"),
    "gateway": ("网关", "gateway"),
    "platform": ("对方平台", "platform"),
}


def language_of(request: web.Request) -> Language:
    """The first of Chinese and English in Accept-Language; Chinese if neither is named."""
    for part in request.headers.get("Accept-Language", "").split(","):
        tag = part.split(";")[0].strip().lower()
        if tag.startswith("zh"):
            return "zh"
        if tag.startswith("en"):
            return "en"
    return "zh"


def document_of(refusal: Refusal, language: Language, contact: str = "") -> dict[str, Any]:
    """The problem document of a refusal; facts of the refusal stand in it under their own names."""
    code = CODES[refusal.code]
    facts = _Facts(refusal.facts)
    document: dict[str, Any] = {
        "type": f"urn:tongban:problem:{refusal.code}",
        "title": _in(language, code.title).format_map(facts),
        "status": code.status,
        "code": refusal.code,
        "party": code.party,
        "stage": code.stage,
        "action": _in(language, code.action),
    }
    if refusal.problems:
        document["problems"] = [_problem(each, language) for each in refusal.problems]
    if contact:
        document["contact"] = contact
    return document | {name: value for name, value in refusal.facts.items() if name not in document}


def response_of(refusal: Refusal, request: web.Request, contact: str = "") -> web.Response:
    language = language_of(request)
    headers = {"Content-Language": "zh-CN" if language == "zh" else "en", "Vary": "Accept-Language"}
    if refusal.retry_after_s is not None:
        headers["Retry-After"] = str(refusal.retry_after_s)
    elif CODES[refusal.code].status in {429, 503}:
        headers["Retry-After"] = "5"
    if refusal.code == "unauthenticated":
        headers["WWW-Authenticate"] = "Bearer"
    document = document_of(refusal, language, contact)
    return web.Response(
        body=orjson.dumps(document),
        status=CODES[refusal.code].status,
        headers=headers,
        content_type="application/problem+json",
    )


def _problem(problem: Any, language: Language) -> dict[str, Any]:
    source = problem.facts.get("source")
    shown = {"path": problem.path, "code": problem.code, "what": text_of(problem, language)}
    return {**shown, "source": source} if source else shown


def text_of(problem: Any, language: Language) -> str:
    """The sentence of one fault, from the texts of the part that found it."""
    if isinstance(problem, of_adapters.Problem):
        facts = _Facts({**problem.facts, "path": problem.path})
        return _in(language, of_adapters.TEXTS[problem.code]).format_map(facts)
    text: str = problem.text(language)
    return text


def _in(language: Language, texts: tuple[str, str]) -> str:
    return texts[0] if language == "zh" else texts[1]


class _Facts(dict[str, Any]):
    def __init__(self, facts: Mapping[str, Any]) -> None:
        super().__init__(facts)

    def __missing__(self, name: str) -> str:
        return "?"
