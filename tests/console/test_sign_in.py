"""Signing in: sessions that cannot be planted, guessed, framed or forged, and end when they should."""

import asyncio
import os
from collections.abc import Callable

import pytest

from gateway.accounts import keeping, sessions
from gateway.accounts.sessions import IDLE_MS, LONGEST_MS, Sessions
from gateway.store import accounts
from gateway.store.accounts import AccountRow
from gateway.store.transaction import Transaction
from gateway.web.console.doors import PAGES
from gateway.web.console.render import HEADERS
from tests.browser import fresh
from tests.console.conftest import Desk
from tests.console.terminal import HASHED, PASSWORD, account, typed
from tests.console.visitor import TOKEN, Visitor, visiting

INSIDE = [each for each in PAGES if not each.public]


async def somebody(desk: Desk, name: str, role: str = "operator") -> str:
    """An account of its own, for a test that spoils it."""
    row = AccountRow(name, role, "*", "", "", HASHED)
    assert await keeping.add(desk.service.gateway.store, row, actor="test")
    return name


@pytest.mark.parametrize("page", INSIDE, ids=lambda page: f"{page.method} {page.path}")
async def test_whoever_is_not_signed_in_is_shown_the_sign_in_page(desk: Desk, page: object) -> None:
    method, path = page.method, page.path.replace("{id}", desk.case["case"]).replace("{print}", "receipt")  # type: ignore[attr-defined]
    async with visiting(desk) as visitor:
        for token in ("", "0" * 64, "' OR 1=1", "钥匙".encode().decode("latin-1")):
            visitor.token = token
            said = await visitor.ask(method, path, {"seal": "0" * 64} if method == "POST" else None)
            assert (said.status, said.leads_to) == (303, "/console/sign-in")


async def test_a_token_that_was_planted_never_becomes_a_session(desk: Desk) -> None:
    async with visiting(desk) as visitor:
        planted = visitor.token = "ab" * 32
        page = await visitor.get("/sign-in")
        assert TOKEN not in page.cookies  # it is what the form is bound to, and nothing else
        said = await visitor.post("/sign-in", account="ops-01", password=PASSWORD)
        assert said.status == 303 and visitor.token != planted
        mine, visitor.token = visitor.token, planted
        assert (await visitor.get("/search")).leads_to == "/console/sign-in"
        visitor.token = mine
        assert (await visitor.get("/search")).status == 200


async def test_every_sign_in_gets_a_token_of_its_own_and_ends_what_was_open_before(desk: Desk) -> None:
    async with visiting(desk) as visitor:
        first = (await visitor.enter("ops-01")).token
        again = await visitor.post("/sign-in", account="audit-01", password=PASSWORD)
        assert again.status == 303 and visitor.token != first
        visitor.token = first
        assert (await visitor.get("/search")).leads_to == "/console/sign-in"


async def test_the_cookie_is_for_this_console_alone_and_for_tls_behind_tls(desk: Desk) -> None:
    async with visiting(desk) as visitor:
        plain = (await visitor.get("/sign-in")).cookies[TOKEN]
        assert "HttpOnly" in plain and "SameSite=Strict" in plain and "Path=/console" in plain
        assert "Secure" not in plain and "Domain" not in plain
        visitor.token = ""
        assert "Secure" in (await visitor.get("/sign-in", X_Forwarded_Proto="https")).cookies[TOKEN]


@pytest.mark.parametrize(
    "page", [each for each in PAGES if each.method == "POST"], ids=lambda page: page.path
)
async def test_a_form_that_is_not_of_this_session_changes_nothing(desk: Desk, page: object) -> None:
    which = desk.case["case" if "/cases/" in page.path else "exchange"]  # type: ignore[attr-defined]
    path = page.path.removeprefix("/console").replace("{id}", which)  # type: ignore[attr-defined]
    async with visiting(desk) as other, visiting(desk) as visitor:
        theirs = (await other.enter("audit-01")).seal
        await visitor.enter("ops-01")
        before = len(await desk.entries("account.searched")), len(await desk.entries("account.signed_out"))
        for seal in ("", theirs, "0" * 64, "钥匙"):
            said = await visitor.post(path, seal=seal, number="1", account="ops-01", password=PASSWORD)
            assert said.status == 403
        assert (
            len(await desk.entries("account.searched")),
            len(await desk.entries("account.signed_out")),
        ) == before
        assert (await visitor.get("/search")).status == 200


async def test_a_body_that_is_no_form_is_refused(desk: Desk) -> None:
    async with visiting(desk) as visitor:
        await visitor.enter("ops-01")
        for body, status in ((b"\xff\xfe", 403), (b"a&" * 50, 403), (b"x" * 20_000, 413)):
            said = await visitor.ask("POST", "/console/search", body)  # type: ignore[arg-type]
            assert said.status == status


@pytest.mark.parametrize("path", ["", "/sign-in", "/search", "/held", "/overdue", "/cases/1", "/console.css"])
@pytest.mark.parametrize("name", ["", "audit-01"])
async def test_every_answer_forbids_frames_scripts_and_anything_from_elsewhere(
    desk: Desk, name: str, path: str
) -> None:
    async with visiting(desk) as visitor:
        if name:
            await visitor.enter(name)
        headers = (await visitor.get(path)).headers
        for header, wanted in HEADERS.items():
            assert header == "Cache-Control" or headers[header] == wanted
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "script-src" not in policy and "unsafe" not in policy
        assert "no-store" in headers["Cache-Control"] or path == "/console.css"


async def test_another_site_cannot_frame_it(desk: Desk) -> None:
    async with await fresh(desk.browser) as context:
        page = await context.new_page()
        await page.set_content(f"<iframe src='{desk.home}/sign-in'></iframe>", wait_until="load")
        await page.wait_for_timeout(300)
        framed = page.frames[1]
        assert await framed.locator("input[name=password]").count() == 0


async def failing(visitor: Visitor, name: str, times: int) -> list[int]:
    return [(await visitor.sign_in(name, "wrong-password-00")).status for _ in range(times)]


async def tried(desk: Desk, name: str, times: int, ago_ms: int = 0) -> None:
    """So many sign-ins of a name failed, the last one so long ago."""
    gateway = desk.service.gateway
    mark = gateway.papers.vault.pseudonym(name)

    def work(tx: Transaction) -> None:
        for _ in range(times):
            accounts.attempt(tx.connection, mark, tx.now_ms - ago_ms, over_ms=0)

    await gateway.store.write(work)


@pytest.mark.parametrize("known", [True, False])
async def test_guessing_is_slowed_down_the_same_for_names_that_nobody_has(desk: Desk, known: bool) -> None:
    name = await somebody(desk, "guessed-01") if known else "nobody-at-all"
    async with visiting(desk) as visitor:
        assert await failing(visitor, name, 5) == [401] * 5
        await tried(desk, name, 5)
        held_up = await visitor.sign_in(name)
        assert (held_up.status, held_up.headers["Retry-After"] in ("31", "32")) == (429, True)
        await tried(desk, name, 1, ago_ms=61_000)
        assert (await visitor.sign_in(name)).status == (303 if known else 401)


async def test_guesses_at_one_moment_are_no_more_than_one_after_another(desk: Desk) -> None:
    name = await somebody(desk, "guessed-02")
    async with visiting(desk) as visitor:
        await visitor.get("/sign-in")
        form = {"account": name, "password": "wrong-password-00"}
        said = await asyncio.gather(*(visitor.post("/sign-in", **form) for _ in range(12)))
    assert sorted(each.status for each in said).count(401) == 5


def test_the_wait_after_failures_doubles_and_is_never_longer_than_a_minute() -> None:
    waits_s = [sessions.wait_ms(failures) // 1000 for failures in range(14)]
    assert waits_s == [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert sessions.wait_ms(10**6) == 60_000


async def test_failures_are_entries_and_none_of_them_says_what_was_typed(desk: Desk) -> None:
    name = await somebody(desk, "failing-01")
    async with visiting(desk) as visitor:
        await failing(visitor, name, 2)
        await failing(visitor, "a-password-typed-by-mistake", 1)
    refused = await desk.entries("account.refused")
    assert [each["failures"] for each in refused if each.get("account") == name] == [1, 2]
    assert "mistake" not in str(refused)
    assert "wrong-password" not in str(refused)


async def test_an_outside_auditors_account_ends_with_its_last_day(desk: Desk) -> None:
    async with visiting(desk) as visitor:
        said = await visitor.sign_in("audit-over")
        assert said.status == 401 and "口令不正确" in said.text


async def test_an_account_whose_last_day_passes_is_signed_out_by_the_day(desk: Desk) -> None:
    name = await somebody(desk, "passing-01", "auditor")

    def ends(tx: Transaction) -> None:
        tx.connection._driver.execute("UPDATE accounts SET until_on = '2020-01-31' WHERE name = ?", (name,))

    async with visiting(desk) as visitor:
        await visitor.enter(name)
        assert (await visitor.get("/search")).status == 200
        await desk.service.gateway.store.write(ends)
        assert (await visitor.get("/search")).leads_to == "/console/sign-in"


@pytest.mark.parametrize(
    ("later", "good"),
    [
        (lambda began: began + IDLE_MS - 5_000, True),
        (lambda began: began + IDLE_MS + 5_000, False),
        (lambda began: began + LONGEST_MS + 5_000, False),
    ],
    ids=["still in use", "idle for too long", "open for too long"],
)
async def test_a_session_ends_by_itself(desk: Desk, later: Callable[[int], int], good: bool) -> None:
    gateway = desk.service.gateway
    async with visiting(desk) as visitor:
        token = (await visitor.enter("ops-01")).token
    at_ms = later(gateway.clock_ms())
    shifted = Sessions(gateway.store, lambda: at_ms, os.urandom, gateway.papers.vault.pseudonym)
    assert (await shifted.of(token) is not None) is good


async def test_the_database_holds_neither_token_nor_password(desk: Desk) -> None:
    async with visiting(desk) as visitor:
        token = (await visitor.enter("ops-01")).token

    def whole(connection: object) -> str:
        ask = connection._driver.execute  # type: ignore[attr-defined]
        rows = [ask(f"SELECT * FROM {table}").fetchall() for table in ("accounts", "console_sessions")]
        return str(rows)

    kept = await desk.service.gateway.store.read(whole)
    assert "$argon2id$" in kept and token not in kept and PASSWORD not in kept


async def test_signing_out_ends_the_session(desk: Desk) -> None:
    async with visiting(desk) as visitor:
        token = (await visitor.enter("ops-01")).token
        said = await visitor.post("/sign-out")
        assert (said.status, said.leads_to) == (303, "/console/sign-in")
        visitor.token = token
        assert (await visitor.get("/search")).leads_to == "/console/sign-in"
    assert (await desk.entries("account.signed_out"))[-1]["account"] == "ops-01"


@pytest.mark.parametrize("how", ["disable", "password"])
async def test_an_account_that_is_ended_or_changed_is_signed_out_at_once(desk: Desk, how: str) -> None:
    name = await somebody(desk, f"ended-{how}")
    async with visiting(desk) as visitor:
        await visitor.enter(name)
        new = "another-password-0001"
        await account(desk.service.folder, f"{how} {name}", *([new, new] if how == "password" else []))
        assert (await visitor.get("/search")).leads_to == "/console/sign-in"
        assert (await visitor.sign_in(name)).status == 401
        assert (await visitor.sign_in(name, new)).status == (303 if how == "password" else 401)


async def test_a_password_is_typed_and_never_shown_nor_taken_as_an_argument(desk: Desk) -> None:
    folder = desk.service.folder
    shown = await account(folder, "add typed-01 --role auditor --until 2099-12-31", PASSWORD, PASSWORD)
    assert PASSWORD not in shown and shown.rstrip().endswith("typed-01 auditor")
    for line, passwords, code in (
        ("tongban account add x --role auditor --password abc --conf conf", (), 2),
        ("tongban account add short-01 --role auditor --conf conf", ("short", "short"), 1),
        ("tongban account add typed-01 --role auditor --conf conf", (PASSWORD, PASSWORD), 1),
        ("tongban account add 341702198803150013 --role auditor --conf conf", (), 2),
        ("tongban account add y --role auditor --division 34 --conf conf", (), 2),
        ("tongban account disable nobody-there --conf conf", (), 1),
        ("tongban account password nobody-there --conf conf", (), 1),
    ):
        assert (await asyncio.to_thread(typed, folder, line, *passwords))[0] == code, line
    added = (await desk.entries("account.added"))[-1]
    assert (added["account"], added["role"], added["until"]) == ("typed-01", "auditor", "2099-12-31")
