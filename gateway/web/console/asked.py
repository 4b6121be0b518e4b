"""One request of a page: who asks, in which language, with which form; and the page that answers it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal

from aiohttp import web

from audit.entries import Entry, Fact
from gateway.accounts.account import Account, Desk
from gateway.accounts.elsewhere import IdentityProvider
from gateway.accounts.sessions import Sessions
from gateway.boot import Gateway
from gateway.store.figures import Counted
from gateway.store.scoped import Scoped
from gateway.web.problems import Language, language_of

TOKEN, LANGUAGE = "tongban-console", "tongban-language"
HOME = "/console"
SIGN_IN = f"{HOME}/sign-in"


@dataclass(slots=True)
class Asked:
    """account: None for somebody who is not signed in. token: of the session, or of a form before there is one.

    elsewhere: where people may sign in instead, if anywhere. counted: figures of days that are over.
    """

    gateway: Gateway
    sessions: Sessions
    request: web.Request
    account: Account | None
    token: str = field(repr=False)
    elsewhere: IdentityProvider | None = None
    counted: Counted = field(default_factory=Counted, repr=False)
    form: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def somebody(self) -> Account:
        if self.account is None:
            raise LookupError("nobody is signed in")
        return self.account

    async def record(self, kind: str, **facts: Fact) -> None:
        """Who read what, before it is shown: auditors in their own log, everybody else in that of cases."""
        account, gateway = self.somebody, self.gateway
        said: dict[str, Fact] = {"account": account.name, "role": account.role, **facts}
        if account.role == "auditor":
            await gateway.readings.record(kind, said)
        else:
            await gateway.store.write(lambda tx: tx.record(Entry(kind, tx.now_ms, said)))

    def digests(self, said: Mapping[str, str]) -> list[str]:
        """What somebody asked for, as entries have it: not to be read there, and to be proven by who knows it."""
        pseudonym = self.gateway.papers.vault.pseudonym
        return [f"{key}:{pseudonym(value)}" for key, value in said.items() if value]

    @property
    def scope(self) -> Scoped:
        """What whoever asks may see, as statements take it."""
        return self.somebody.scope.places, self.somebody.scope.units

    @property
    def language(self) -> Language:
        """As the address says, else as it was chosen before, else as the browser wants it."""
        for said in (self.chosen, self.request.cookies.get(LANGUAGE, "")):
            if said == "zh" or said == "en":
                return "zh" if said == "zh" else "en"
        return language_of(self.request)

    @property
    def chosen(self) -> str:
        return self.request.query.get("lang", "")

    @property
    def seal(self) -> str:
        """What a form must bring back: made from the token, which no other site knows, and tells nothing of it."""
        return sha256(f"form\0{self.token}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Page:
    """One address of the console. desk: what an account must be allowed to open; None for everybody's pages."""

    method: Literal["GET", "POST"]
    path: str
    answer: Callable[[Asked], Awaitable[web.Response]]
    desk: Desk | None = None
    public: bool = False
