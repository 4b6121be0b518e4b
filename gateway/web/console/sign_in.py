"""Signing in and out. Who signs in gets a new token: one that was there before never becomes a session."""

import re

from aiohttp import web

from gateway.accounts.passwords import TooMany
from gateway.accounts.sessions import NotYet
from gateway.web.answers import STAY
from gateway.web.console.asked import HOME, SIGN_IN, TOKEN, Asked
from gateway.web.console.render import forget, keep, render, to

_TOKEN = re.compile(r"[0-9a-f]{64}")


async def home(asked: Asked) -> web.Response:
    return to(asked, f"{HOME}/search") if asked.somebody.may("search") else render(asked, "home")


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
    response = render(asked, "sign-in", status=status, why=why, wait_s=wait_s)
    if fresh:
        keep(response, asked, TOKEN, asked.token)
    if wait_s:
        response.headers["Retry-After"] = str(wait_s)
    return response
