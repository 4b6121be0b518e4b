"""Somebody at the console without a browser: what a browser keeps and sends, and what it would never send."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import ClientResponse, ClientSession, DummyCookieJar
from yarl import URL

from tests.console.conftest import Desk
from tests.console.terminal import PASSWORD

TOKEN = "tongban-console"
SEAL = re.compile(r'name="seal" value="([0-9a-f]{64})"')


@dataclass(frozen=True, slots=True)
class Said:
    """An answer of the console."""

    status: int
    headers: dict[str, str]
    cookies: dict[str, str]
    text: str

    @property
    def seal(self) -> str:
        found = SEAL.search(self.text)
        assert found, self.text
        return found[1]

    @property
    def leads_to(self) -> str:
        return self.headers.get("Location", "")


@dataclass(slots=True)
class Visitor:
    """Sends what it is told, with the cookies that it was given."""

    client: ClientSession
    address: str
    token: str = ""
    seal: str = ""

    async def ask(self, method: str, path: str, form: dict[str, str] | None = None, **headers: str) -> Said:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent.setdefault("Cookie", f"{TOKEN}={self.token}")
        url = URL(self.address + path)
        async with self.client.request(
            method, url, data=form, headers=sent, allow_redirects=False
        ) as response:
            said = await _said(response)
        if TOKEN in said.cookies:
            self.token = re.split("[=;]", said.cookies[TOKEN])[1]
        if found := SEAL.search(said.text):
            self.seal = found[1]
        return said

    async def get(self, path: str = "", **headers: str) -> Said:
        return await self.ask("GET", f"/console{path}", **headers)

    async def post(self, path: str, **form: str) -> Said:
        return await self.ask("POST", f"/console{path}", {"seal": self.seal, **form})

    async def sign_in(self, name: str, password: str = PASSWORD) -> Said:
        await self.get("/sign-in")
        return await self.post("/sign-in", account=name, password=password)

    async def enter(self, name: str) -> "Visitor":
        """Signed in, with a page in front of them."""
        said = await self.sign_in(name)
        assert (said.status, said.leads_to) == (303, "/console"), said.text
        home = await self.get()
        if home.leads_to:
            await self.get("/search")
        return self


async def _said(response: ClientResponse) -> Said:
    cookies = {each.split("=")[0]: each for each in response.headers.getall("Set-Cookie", [])}
    return Said(response.status, dict(response.headers), cookies, await response.text())


@asynccontextmanager
async def visiting(desk: Desk) -> AsyncIterator[Visitor]:
    async with ClientSession(cookie_jar=DummyCookieJar()) as client:
        yield Visitor(client, desk.service.address)
