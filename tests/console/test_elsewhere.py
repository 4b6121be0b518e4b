"""Signing in at an OpenID Connect provider: in a real browser, and with every token that must not be believed."""

import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession, DummyCookieJar, web
from playwright.async_api import async_playwright
from yarl import URL

from gateway.accounts import elsewhere, keeping
from gateway.accounts.tokens import Due, TokenRejected, subject_of
from gateway.store.accounts import AccountRow
from gateway.web.app import Service
from tests.browser import fresh, launched
from tests.console.provider import CLIENT, PERSON, SECRET, Key, Provider, ec_key, providing, rsa_key, token
from tests.console.visitor import TOKEN
from tests.web.service import Running, serving

STATE = "tongban-elsewhere"
MORE = """\
console:
  provider:
    issuer: {issuer}
    client_id: {client}
    client_secret: {{file: client-secret}}
    origin: {origin}
"""


@dataclass(slots=True)
class Place:
    """A gateway whose people sign in at a provider."""

    service: Running
    provider: Provider
    origin: str
    chromium: str

    async def entries(self, kind: str) -> list[str]:
        def look(connection: Any) -> list[str]:
            rows = connection._driver.execute(
                "SELECT body FROM audit_entries WHERE kind = ? ORDER BY position", (kind,)
            )
            return [row[0].decode() for row in rows.fetchall()]

        return await self.service.gateway.store.read(look)


@pytest_asyncio.fixture(scope="module", params=["RS256", "ES256"])
async def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, chromium: str
) -> AsyncIterator[Place]:
    folder: Path = tmp_path_factory.mktemp("elsewhere")
    (folder / "client-secret").write_text(SECRET)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    origin = f"http://127.0.0.1:{port}"
    async with AsyncExitStack() as stack:
        key = rsa_key() if request.param == "RS256" else ec_key()
        provider = await stack.enter_async_context(providing(key))
        more = MORE.format(issuer=provider.address, client=CLIENT, origin=origin)
        service = await stack.enter_async_context(serving(folder, more=more))
        runner = Service(service.gateway).runner()
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        row = AccountRow("audit-11", "auditor", "*", "", "", "", subject=PERSON)
        assert await keeping.add(service.gateway.store, row, actor="test")
        yield Place(service, provider, origin, chromium)
        await runner.cleanup()


@pytest.fixture(autouse=True)
def sound_again(place: Place) -> None:
    place.provider.change = lambda header, claims: None
    place.provider.person, place.provider.published = PERSON, []


@dataclass(slots=True)
class Browser:
    """What a browser would do, redirect by redirect."""

    client: ClientSession
    place: Place
    state: str = ""

    async def get(self, address: str) -> tuple[int, str, dict[str, str], str]:
        headers = {"Cookie": f"{STATE}={self.state}"} if self.state else {}
        async with self.client.get(
            URL(address, encoded=True), allow_redirects=False, headers=headers
        ) as said:
            cookies = {each.split("=")[0]: each for each in said.headers.getall("Set-Cookie", [])}
            return said.status, said.headers.get("Location", ""), cookies, await said.text()

    async def sent_on(self) -> str:
        """The address at which the browser comes back, once the provider has let it in."""
        status, to, cookies, _ = await self.get(f"{self.place.origin}/console/sign-in/elsewhere")
        assert status == 303 and to.startswith(self.place.provider.address)
        kept = cookies[STATE]
        assert "HttpOnly" in kept and "SameSite=Lax" in kept and "Path=/console" in kept
        self.state = re.split("[=;]", kept)[1]
        status, back, _, _ = await self.get(to)
        assert status == 302 and back.startswith(f"{self.place.origin}/console/sign-in/back?")
        return back

    async def sign_in(self) -> tuple[int, bool]:
        """(status, whether there is a session now)"""
        return await self.opened(await self.sent_on())

    async def opened(self, back: str) -> tuple[int, bool]:
        """(status, whether what it was given opens a page)"""
        status, _, cookies, _ = await self.get(back)
        given = cookies.get(TOKEN, "")
        headers = {"Cookie": given.split(";")[0]}
        address = f"{self.place.origin}/console/search"
        async with self.client.get(address, allow_redirects=False, headers=headers) as said:
            return status, said.status == 200 and "SameSite=Strict" in given


@pytest_asyncio.fixture
async def browser(place: Place) -> AsyncIterator[Browser]:
    async with ClientSession(cookie_jar=DummyCookieJar()) as client:
        yield Browser(client, place)


async def test_somebody_signs_in_elsewhere_with_a_real_browser(place: Place) -> None:
    async with async_playwright() as playwright:
        chromium = await launched(playwright, place.chromium)
        page = await (await fresh(chromium, locale="en-GB")).new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: "favicon" in str(said.location) or complaints.append(said.text))
        await page.goto(f"{place.origin}/console")
        await page.click("a.elsewhere")
        await page.wait_for_url(f"{place.origin}/console/search")
        assert "audit-11" in await page.inner_text("header")
        assert complaints == []
        await chromium.close()
    assert '"elsewhere":true' in (await place.entries("account.signed_in"))[-1]


async def test_a_sound_token_opens_a_session(browser: Browser) -> None:
    assert await browser.sign_in() == (200, True)


def _claims(**said: Any) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    def change(header: dict[str, Any], claims: dict[str, Any]) -> None:
        for name, value in said.items():
            if value is None:
                claims.pop(name)
            else:
                claims[name] = claims[name] + value if isinstance(value, int) else value

    return change


def _header(**said: Any) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    return lambda header, claims: header.update(said)


WRONG = {
    "wrong nonce": _claims(nonce="another"),
    "no nonce": _claims(nonce=None),
    "wrong audience": _claims(aud="another-client"),
    "audience of several, ours among them": _claims(aud=[CLIENT, "another-client"]),
    "made for another party": _claims(azp="another-client"),
    "wrong issuer": _claims(iss="http://127.0.0.1:9"),
    "expired": _claims(exp=-3600),
    "without an end": _claims(exp=None),
    "made long ago": _claims(iat=-7200),
    "made in the future": _claims(iat=7200),
    "not valid yet": lambda header, claims: claims.update(nbf=claims["iat"] + 7200),
    "about nobody": _claims(sub=""),
    "alg none": _header(alg="none"),
    "alg None": _header(alg="NONE"),
    "alg HS256": _header(alg="HS256"),
    "a critical extension": _header(crit=["b64"]),
    "a key that is not the provider's": _header(kid="another"),
}


@pytest.mark.parametrize("what", WRONG)
async def test_a_token_that_is_wrong_in_one_way_opens_nothing(
    place: Place, browser: Browser, what: str
) -> None:
    place.provider.change = WRONG[what]
    assert await browser.sign_in() == (403, False)
    place.provider.change = lambda header, claims: None
    assert await browser.sign_in() == (200, True)


async def test_a_signature_by_another_key_of_the_same_id_opens_nothing(
    place: Place, browser: Browser
) -> None:
    right = place.provider.key
    place.provider.published = [right]
    place.provider.key = Key(right.kid, (rsa_key() if right.algorithm == "RS256" else ec_key()).private)
    try:
        assert await browser.sign_in() == (403, False)
    finally:
        place.provider.key = right


async def test_a_code_that_is_brought_again_opens_nothing(place: Place, browser: Browser) -> None:
    back = await browser.sent_on()
    assert (await browser.get(back))[0] == 200
    asked = len(place.provider.redeemed) + len(place.provider.refused)
    assert await browser.opened(back) == (403, False)
    assert (
        len(place.provider.redeemed) + len(place.provider.refused) == asked
    )  # the provider is not even asked


async def test_an_answer_in_another_browser_opens_nothing(place: Place, browser: Browser) -> None:
    """Whoever is made to follow somebody else's link back does not become that somebody."""
    back = await browser.sent_on()
    async with ClientSession(cookie_jar=DummyCookieJar()) as client:
        other = Browser(client, place)
        assert (await other.get(back))[0] == 403
        await other.sent_on()
        assert (await other.get(back))[0] == 403
    assert (await browser.get(back))[0] == 200


async def test_what_the_answer_says_must_be_what_was_asked(place: Place, browser: Browser) -> None:
    for bend in (
        lambda back: re.sub("state=[^&]+", "state=x", back),
        lambda back: re.sub("code=[^&]+", "code=x", back),
        lambda back: re.sub("iss=[^&]+", "iss=http%3A%2F%2F127.0.0.1%3A9", back),
        lambda back: re.sub("code=[^&]+", "error=access_denied", back),
    ):
        assert await browser.opened(bend(await browser.sent_on())) in ((403, False), (502, False))


async def test_whom_the_provider_knows_and_we_do_not_gets_no_account(place: Place, browser: Browser) -> None:
    place.provider.person = "person-9999"
    assert await browser.sign_in() == (401, False)
    assert "person-9999" not in "".join(await place.entries("account.refused"))


async def test_an_account_without_a_password_is_opened_by_none(place: Place, browser: Browser) -> None:
    _, _, cookies, page = await browser.get(f"{place.origin}/console/sign-in")
    kept = re.split("[=;]", cookies[TOKEN])[1]
    seal = re.search(r'name="seal" value="([0-9a-f]{64})"', page)
    assert seal
    for password in ("", "a password that nobody has"):
        form = {"account": "audit-11", "password": password, "seal": seal[1]}
        async with browser.client.post(
            f"{place.origin}/console/sign-in", data=form, allow_redirects=False,
            headers={"Cookie": f"{TOKEN}={kept}"},
        ) as said:  # fmt: skip
            assert said.status == 401


async def test_a_newer_key_of_the_provider_is_found(place: Place, browser: Browser) -> None:
    """Once the keys at hand are old enough to be asked for again."""
    was, right = elsewhere.AGAIN_S, place.provider.key
    elsewhere.AGAIN_S = 0
    place.provider.key = rsa_key("r2") if right.algorithm == "ES256" else ec_key("e2")
    try:
        assert await browser.sign_in() == (200, True)
    finally:
        elsewhere.AGAIN_S, place.provider.key = was, right


def test_a_token_is_read_strictly() -> None:
    key = ec_key()
    claims = {"iss": "i", "aud": "c", "sub": "s", "nonce": "n", "iat": 1000, "exp": 1300}
    header = {"alg": "ES256", "kid": "e1"}
    good = token(key, header, claims)
    due = Due("i", "c", "n", 1000)
    assert subject_of(good, [key.public], due) == "s"
    small = rsa_key(bits=1024)
    for bad, keys in (
        (good + "=", [key.public]),
        (good[:-2], [key.public]),
        (good.replace(".", "..", 1), [key.public]),
        ("", [key.public]),
        (good, []),
        (good, [key.public, key.public]),
        (good, [{**key.public, "use": "enc"}]),
        (good, [{**key.public, "x": "AA"}]),
        (token(small, {"alg": "RS256", "kid": "r1"}, claims), [small.public]),
        (token(key, header, {**claims, "exp": True}), [key.public]),
        (token(key, header, {**claims, "exp": "1300"}), [key.public]),
    ):
        with pytest.raises(TokenRejected):
            subject_of(bad, keys, due)
