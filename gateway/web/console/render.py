"""Templates into answers: every value escaped, nothing from elsewhere, nothing kept by anybody on the way."""

from functools import cache
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from gateway.accounts.account import MAY, TEXTS
from gateway.errors import Texts
from gateway.web.console.asked import HOME, LANGUAGE, TOKEN, Asked
from gateway.web.console.places import GROUPS, KEYS
from gateway.web.console.words import WORDS
from gateway.web.views.cases import china

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none';"
        " base-uri 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
YEAR_S = 365 * 86_400
_HERE = Path(__file__).parent


@cache
def _looks() -> Environment:
    looks = Environment(
        loader=FileSystemLoader(_HERE / "looks"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
    looks.filters |= {"visible": visible, "when": when, "china": china}
    return looks


@cache
def style() -> str:
    return (_HERE / "console.css").read_text("utf-8")


def render(asked: Asked, look: str, *, status: int = 200, **values: Any) -> web.Response:
    """A page in the language of whoever asks."""
    place = 0 if asked.language == "zh" else 1

    def said(texts: Texts) -> str:
        return texts[place]

    page = _looks().get_template(f"{look}.html").render(
        t=lambda word: said(WORDS[word]), said=said, roles=TEXTS, account=asked.account, seal=asked.seal,
        home=HOME, path=asked.request.path, groups=GROUPS, access_keys=KEYS,
        may=MAY[asked.account.role] if asked.account else frozenset(), now=china(asked.gateway.clock_ms()),
        lang="zh-CN" if place == 0 else "en", other="en" if place == 0 else "zh", **values,
    )  # fmt: skip
    return sealed(web.Response(text=page, status=status, content_type="text/html", charset="utf-8"), asked)


def sealed(response: web.Response, asked: Asked) -> web.Response:
    """With the headers that every answer has, and the language that was chosen."""
    response.headers.update(HEADERS)
    if asked.chosen in ("zh", "en"):
        keep(response, asked, LANGUAGE, asked.chosen, max_age=YEAR_S)
    return response


def to(asked: Asked, path: str) -> web.Response:
    """See there."""
    return sealed(web.Response(status=303, headers={"Location": path}), asked)


def keep(
    response: web.Response, asked: Asked, name: str, value: str, *, max_age: int | None = None,
    samesite: str = "Strict",
) -> None:  # fmt: skip
    """A cookie of this console alone; over TLS only, where the browser came by TLS."""
    request = asked.request
    secure = request.secure or request.headers.get("X-Forwarded-Proto", "").lower() == "https"
    response.set_cookie(
        name, value, path=HOME, httponly=True, samesite=samesite, secure=secure, max_age=max_age
    )


def forget(response: web.Response, name: str = TOKEN) -> None:
    response.del_cookie(name, path=HOME, httponly=True, samesite="Strict")


def when(at: str | None) -> Markup:
    """A time of ours (RFC 3339, China time) to the second, as people read it."""
    if not at:
        return Markup("–")
    return Markup('<time datetime="{}">{}</time>').format(at, at[:19].replace("T", " "))


def visible(value: object) -> str:
    """A value of somebody else's: what turns text round or hides it stands as its code."""
    text = str(value)
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in text)
