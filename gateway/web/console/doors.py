"""The doors of the console: who is signed in, what they may open, whether a form is one of ours."""

import os
from collections.abc import Iterator
from hmac import compare_digest
from urllib.parse import parse_qsl

from aiohttp import web

from gateway import logs
from gateway.accounts.elsewhere import BACK, IdentityProvider
from gateway.accounts.sessions import Session, Sessions
from gateway.boot import Gateway
from gateway.errors import CODES, Refusal
from gateway.store.figures import Counted
from gateway.store.store import StorageUnavailable
from gateway.web.answers import STAY
from gateway.web.console import case, joint, search, sign_in, taking, telling
from gateway.web.console.asked import HOME, SIGN_IN, TOKEN, Asked, Page
from gateway.web.console.desks.pages import DESK_PAGES
from gateway.web.console.places import GROUPS
from gateway.web.console.render import HEADERS, render, style, to
from gateway.web.console.roll import FORMS
from gateway.web.console.sheets import SHEETS, sheet
from gateway.web.edge.edge import Edge
from gateway.web.edge.listening import watched
from gateway.web.edge.reading import announced_bytes, read_bytes
from gateway.web.edge.turns import Gone
from gateway.web.routes.described import Answer

log = logs.get("console")
PAGES: tuple[Page, ...] = (
    Page("GET", HOME, sign_in.home),
    Page("GET", SIGN_IN, sign_in.show, public=True),
    Page("POST", SIGN_IN, sign_in.enter, public=True),
    Page("GET", f"{SIGN_IN}/elsewhere", sign_in.send_on, public=True),
    Page("GET", BACK, sign_in.come_back, public=True),
    Page("POST", f"{HOME}/sign-out", sign_in.leave),
    Page("GET", f"{HOME}/search", search.newest, "search"),
    Page("POST", f"{HOME}/search", search.by_keys, "search"),
    *(Page("POST", f"{HOME}/search.{form}", sheet(search.ROLL, form), "search") for form in SHEETS),
    Page("GET", f"{HOME}/cases/{{id}}", case.show, "case"),
    Page("POST", f"{HOME}/cases/{{id}}/unmask", case.unmask, "unmask"),
    Page("POST", f"{HOME}/cases/{{id}}/unmaskings", case.answer, "unmaskings"),
    Page("POST", f"{HOME}/cases/{{id}}/bundle", taking.take, "bundle"),
    Page("POST", f"{HOME}/cases/{{id}}/parcels", telling.tell, "parcel"),
    Page("GET", f"{HOME}/joint-cases/{{id}}", joint.show, "case"),
    *DESK_PAGES,
)
# of these an auditor's own log says that they were looked at; a case and an exchange say so themselves
LISTS = frozenset(f"{HOME}/{desk}" for group in GROUPS for desk in group.desks) | {f"{HOME}/health/{{id}}"}
NARROWED_BY = (*FORMS, "days", "boundary", "behind", "id")  # what an address may say of a list
STYLE = f"{HOME}/console.css"
FORM_BYTES = 16 * 1024
MOST_FIELDS = 20
HUNG_UP = 499  # in metrics only, as in gateway.web.app
WHOSE = "console"  # all people at it together have the share of one caller


class Stale(Exception):
    """A form that this session did not get from us."""


class Doors:
    """The pages as the router takes them: each waits for its turn beside the callers' requests."""

    def __init__(self, gateway: Gateway, edge: Edge) -> None:
        self._gateway = gateway
        self._edge = edge
        self._sessions = Sessions(gateway.store, gateway.clock_ms, os.urandom, gateway.papers.vault.pseudonym)
        self._elsewhere = _elsewhere(gateway)
        self._counted = Counted()
        self._bounds = gateway.settings.installation.bounds.model_copy(update={"body_bytes": FORM_BYTES})

    def all(self) -> Iterator[tuple[str, str, Answer]]:
        """(method, path, answer) of every address."""
        yield "GET", STYLE, _style
        for page in PAGES:
            yield page.method, page.path, self._door(page)

    def _door(self, page: Page) -> Answer:
        async def answer(request: web.Request) -> web.Response:
            asked = Asked(
                self._gateway, self._sessions, request, None, request.cookies.get(TOKEN, ""), self._elsewhere,
                counted=self._counted,
            )  # fmt: skip
            try:
                with (
                    self._edge.enter(WHOSE, announced_bytes(request, FORM_BYTES)) as stay,
                    watched(request, stay.hung_up),
                ):
                    request[STAY] = stay
                    return await self._opened(page, asked)
            except Gone:
                return web.Response(status=HUNG_UP)
            except Stale:
                self._note(asked, "stale_form")
                return render(asked, "refused", status=403, title=None, why="stale")
            except Refusal as refusal:
                self._note(asked, refusal.code)
                return _refused(asked, refusal)
            except StorageUnavailable:
                return _refused(asked, Refusal("storage_unavailable"))
            except Exception as error:  # noqa: BLE001 - as in gateway.web.app: the end of every page
                log.error("request.failed", route=page.path, failure=error)
                return _refused(asked, Refusal("internal"))

        return answer

    def _note(self, asked: Asked, code: str) -> None:
        name = f"account:{asked.account.name}" if asked.account else ""
        self._gateway.attempts.note(code, name=name, address=asked.request.remote or "")

    async def _opened(self, page: Page, asked: Asked) -> web.Response:
        if page.method == "POST":
            asked.form = _form(await read_bytes(asked.request, self._bounds))
        else:
            await asked.request[STAY].turn()
        session = await self._session(asked)
        asked.account = session.account if session else None
        if asked.account is None and not page.public:
            return to(asked, SIGN_IN)
        if page.method == "POST" and not compare_digest(
            asked.form.get("seal", "").encode(), asked.seal.encode()
        ):
            raise Stale
        if page.desk and not asked.somebody.may(page.desk):
            raise Refusal("not_found")
        if page.path in LISTS and asked.somebody.role == "auditor":
            await _listed(page, asked)
        return await page.answer(asked)

    async def _session(self, asked: Asked) -> Session | None:
        return await self._sessions.of(asked.token) if asked.token else None


def _elsewhere(gateway: Gateway) -> IdentityProvider | None:
    provider = gateway.settings.installation.console.provider
    if provider is None:
        return None
    secret = gateway.settings.provider_secret
    secret()  # a start without it would be found out by whoever signs in first
    return IdentityProvider(provider, secret, gateway.store, gateway.clock_ms, os.urandom)


async def _listed(page: Page, asked: Asked) -> None:
    """Before anything is shown; a failure here means that nothing is. A search by keys is an entry of its own."""
    if page.method == "GET":
        known = {**asked.request.query, **asked.request.match_info}
        said = {name: known[name] for name in NARROWED_BY if name in known}
        await asked.record("account.listed", list=page.desk or "", sought=asked.digests(said))


async def _style(request: web.Request) -> web.Response:
    return web.Response(
        text=style(),
        content_type="text/css",
        charset="utf-8",
        headers={**HEADERS, "Cache-Control": "max-age=3600"},
    )


def _form(raw: bytes) -> dict[str, str]:
    """The fields of a form; of a name that comes twice the last one counts. Raises Stale for what is none."""
    try:
        return dict(parse_qsl(raw.decode("ascii"), errors="strict", max_num_fields=MOST_FIELDS))
    except ValueError as error:
        raise Stale from error


def _refused(asked: Asked, refusal: Refusal) -> web.Response:
    code = CODES[refusal.code]
    return render(asked, "refused", status=code.status, title=code.title, why="")
