"""Signing in and out. Who signs in gets a new token: one that was there before never becomes a session."""

import re
from hmac import compare_digest

from aiohttp import web

from gateway import logs
from gateway.accounts.elsewhere import LONGEST_MS, IdentityProvider, NotElsewhere
from gateway.accounts.passwords import TooMany
from gateway.accounts.sessions import NotYet
from gateway.errors import Refusal
from gateway.web.answers import STAY
from gateway.web.console.asked import HOME, SIGN_IN, TOKEN, Asked
from gateway.web.console.places import GROUPS
from gateway.web.console.render import forget, keep, render, to

log = logs.get("console")
STATE = "tongban-elsewhere"
_THEIRS = frozenset({"unreachable", "described", "keys", "answer"})
_TOKEN = re.compile(r"[0-9a-f]{64}")


async def home(asked: Asked) -> web.Response:
    """The first desk that whoever asks may open."""
    desk = next(desk for group in GROUPS for desk in group.desks if asked.somebody.may(desk))
    return to(asked, f"{HOME}/{desk}")


async def show(asked: Asked) -> web.Response:
    return to(asked, HOME) if asked.account else _page(asked)


async def enter(asked: Asked) -> web.Response:
    asked.request[STAY].end_turn()  # a password takes its time, and its own turn
    try:
        session = await asked.sessions.sign_in(asked.form.get("account", ""), asked.form.get("password", ""))
    except NotYet as error:
        return _page(asked, "wait", 429, wait_s=error.wait_s)
    except TooMany:
        return _page(asked, "busy", 503)
    if session is None:
        return _page(asked, "wrong", 401)
    if asked.account:  # what was open in this browser is over
        await asked.sessions.sign_out(asked.account, asked.token)
    response = to(asked, HOME)
    keep(response, asked, TOKEN, session.token)
    return response


async def send_on(asked: Asked) -> web.Response:
    """To the identity provider; the state stays in this browser, too."""
    asked.request[STAY].end_turn()  # the provider takes its time
    provider = _provider(asked)
    try:
        address, state = await provider.send_on()
    except NotElsewhere as error:
        return _not_elsewhere(asked, error)
    response = to(asked, address)
    # Lax, because it has to come back with the browser from another site; Strict is what a session is
    keep(response, asked, STATE, state, max_age=LONGEST_MS // 1000, samesite="Lax")
    return response


async def come_back(asked: Asked) -> web.Response:
    """From the identity provider, with a code for us; a page of our own leads on, so that the session is sent."""
    asked.request[STAY].end_turn()
    provider, said = _provider(asked), asked.request.query
    state, kept = said.get("state", ""), asked.request.cookies.get(STATE, "")
    try:
        if not state or not compare_digest(state.encode(), kept.encode()):
            raise NotElsewhere("state")
        if "error" in said or not said.get("code"):
            raise NotElsewhere("denied")
        subject = await provider.come_back(state, said["code"], said.get("iss"))
    except NotElsewhere as error:
        return _not_elsewhere(asked, error)
    session = await asked.sessions.enter(subject)
    if session is None:
        return _page(asked, "elsewhere_nobody", 401)
    if asked.account:
        await asked.sessions.sign_out(asked.account, asked.token)
    response = render(asked, "entered")
    keep(response, asked, TOKEN, session.token)
    forget(response, STATE)
    return response


def _provider(asked: Asked) -> IdentityProvider:
    if asked.elsewhere is None:
        raise Refusal("not_found")
    return asked.elsewhere


def _not_elsewhere(asked: Asked, error: NotElsewhere) -> web.Response:
    log.warning("console.not_elsewhere", cause=str(error))
    response = _page(asked, "elsewhere_failed", 502 if str(error) in _THEIRS else 403)
    forget(response, STATE)
    return response


async def leave(asked: Asked) -> web.Response:
    await asked.sessions.sign_out(asked.somebody, asked.token)
    response = to(asked, SIGN_IN)
    forget(response)
    return response


def _page(asked: Asked, why: str = "", status: int = 200, wait_s: int = 0) -> web.Response:
    """With a token for the form, where the browser brings none that could be one of ours."""
    fresh = not _TOKEN.fullmatch(asked.token)
    if fresh:
        asked.token = asked.sessions.token()
    response = render(
        asked, "sign-in", status=status, why=why, wait_s=wait_s, elsewhere=asked.elsewhere is not None
    )
    if fresh:
        keep(response, asked, TOKEN, asked.token)
    if wait_s:
        response.headers["Retry-After"] = str(wait_s)
    return response
