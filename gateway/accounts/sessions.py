"""Signing in and out. A session is a random token that only the browser has; the database has its digest.

A sign-in is counted as failed before the password is looked at: any number at once are not more than one after
another, and a crash in between leaves one failure too many, never one too few.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

from audit.entries import Entry
from gateway.accounts.account import NAME, Account, account_of, is_good
from gateway.accounts.passwords import Passwords
from gateway.clock import china_day
from gateway.store import accounts
from gateway.store.accounts import AccountRow, SessionRow
from gateway.store.connection import Connection
from gateway.store.store import Store, Transaction

IDLE_MS = 30 * 60_000
LONGEST_MS = 10 * 3_600_000
SEEN_EVERY_MS = 60_000  # a session is written that often, not with every page
FREE_ATTEMPTS = 5
LONGEST_WAIT_MS = 60_000  # so nobody is kept out for long by somebody who only knows the name
TOKEN_BYTES = 32
FORGOTTEN_MS = 3_600_000  # failures are, when so long nothing was tried
NOBODY = ""  # under which sign-ins by names that nobody has are counted all together


@dataclass(frozen=True, slots=True)
class NotYet(Exception):
    """After failed sign-ins the next one has to wait."""

    wait_s: int


class Attempt(NamedTuple):
    """A sign-in that is counted and may be looked at."""

    row: AccountRow | None
    mark: str
    failures: int


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in, under this token."""

    account: Account
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sessions of this installation.

    random: bytes that nobody can guess. mark_of: what stands for a name that was typed; it could be a password.
    """

    store: Store
    clock_ms: Callable[[], int]
    random: Callable[[int], bytes]
    mark_of: Callable[[str], str]
    passwords: Passwords = field(default_factory=Passwords)

    async def sign_in(self, name: str, password: str) -> Session | None:
        """A new session; None if the name or the password is wrong. Raises NotYet, passwords.TooMany."""
        attempt = await self.store.write(lambda tx: _counted(tx, name, self.mark_of(name)))
        row = attempt.row
        right = await self.passwords.is_right(password, row.password if row else None)
        if row is None or not right or not is_good(row, china_day(self.clock_ms())):
            await self.store.write(lambda tx: _refuse(tx, attempt))
            return None
        token = self.token()
        began = await self.store.write(lambda tx: _begin(tx, attempt, token))
        return Session(account_of(row), token) if began else None

    async def enter(self, subject: str) -> Session | None:
        """A new session of whom the identity provider names; None if no account is good for that subject."""
        token = self.token()

        def work(tx: Transaction) -> AccountRow | None:
            row = accounts.by_subject(tx.connection, subject)
            if row is None or not is_good(row, china_day(self.clock_ms())):
                accounts.attempt(tx.connection, NOBODY, tx.now_ms, over_ms=tx.now_ms - FORGOTTEN_MS)
                failures = accounts.attempts(tx.connection, NOBODY)[0]
                _refuse(tx, Attempt(row, NOBODY, failures))
                return None
            _admit(tx, row, token, elsewhere=True)
            return row

        row = await self.store.write(work)
        return Session(account_of(row), token) if row else None

    async def of(self, token: str) -> Session | None:
        """The session of a token; None if it is over, or there was none."""
        now_ms, digest = self.clock_ms(), digest_of(token)
        found = await self.store.read(lambda connection: _look(connection, digest))
        if found is None:
            return None
        session, row = found
        idle_ms = now_ms - session.seen_ms
        if idle_ms > IDLE_MS or now_ms - session.began_ms > LONGEST_MS or not is_good(row, china_day(now_ms)):
            return None
        if idle_ms > SEEN_EVERY_MS:
            await self.store.write(lambda tx: accounts.seen(tx.connection, digest, tx.now_ms))
        return Session(account_of(row), token)

    async def sign_out(self, account: Account, token: str) -> None:
        def work(tx: Transaction) -> None:
            if accounts.end(tx.connection, digest_of(token)):
                tx.record(Entry("account.signed_out", tx.now_ms, {"account": account.name}))

        await self.store.write(work)

    def token(self) -> str:
        """A new one, that nobody can guess."""
        return self.random(TOKEN_BYTES).hex()


def digest_of(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def wait_ms(count: int) -> int:
    """How long after so many failed sign-ins the next one may be: 0 for the first few, then 1 s, 2 s …"""
    return 0 if count < FREE_ATTEMPTS else min(1000 << min(count - FREE_ATTEMPTS, 10), LONGEST_WAIT_MS)


def _counted(tx: Transaction, name: str, mark: str) -> Attempt:
    """Names that nobody has wait as others do: nobody is told which ones there are."""
    row = accounts.by_name(tx.connection, name) if NAME.fullmatch(name) else None
    failures, last_ms = accounts.attempts(tx.connection, mark)
    left_ms = last_ms + wait_ms(failures) - tx.now_ms
    if left_ms > 0:
        raise NotYet(-(-left_ms // 1000))
    for each in (mark,) if row else (mark, NOBODY):
        accounts.attempt(tx.connection, each, tx.now_ms, over_ms=tx.now_ms - FORGOTTEN_MS)
    counted = mark if row else NOBODY
    return Attempt(row, mark, accounts.attempts(tx.connection, counted)[0])


def _begin(tx: Transaction, attempt: Attempt, token: str) -> bool:
    """False if the account was changed while the password was looked at."""
    row = attempt.row
    if row is None or accounts.by_name(tx.connection, row.name) != row:
        return False
    accounts.forget_attempts(tx.connection, attempt.mark)
    _admit(tx, row, token)
    return True


def _admit(tx: Transaction, row: AccountRow, token: str, *, elsewhere: bool | None = None) -> None:
    session = SessionRow(digest_of(token), row.name, tx.now_ms, tx.now_ms)
    accounts.begin(tx.connection, session, tx.now_ms - LONGEST_MS)
    facts = {"account": row.name, "role": row.role, "elsewhere": elsewhere}
    tx.record(Entry("account.signed_in", tx.now_ms, facts))


def _refuse(tx: Transaction, attempt: Attempt) -> None:
    """account.refused. Of names that nobody has the 1st, 2nd, 4th, 8th … alone, and never what was typed."""
    name, failures = attempt.row.name if attempt.row else None, attempt.failures
    if name or failures & (failures - 1) == 0:
        tx.record(Entry("account.refused", tx.now_ms, {"account": name, "failures": failures}))


def _look(connection: Connection, digest: str) -> tuple[SessionRow, AccountRow] | None:
    session = accounts.session(connection, digest)
    row = accounts.by_name(connection, session.account) if session else None
    return (session, row) if session and row else None
