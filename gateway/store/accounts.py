"""Statements about accounts of people (账号), their sessions at the console, and sign-ins that failed."""

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from gateway.store.connection import Connection
from gateway.store.tables import metadata


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, server_default="0")


accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    _text("role"),
    _text("divisions"),  # separated by spaces, as are units
    _text("units"),
    _text("until_on"),
    _text("password"),
    _number("disabled"),
    _number("made_ms"),
    _number("changed_ms"),
    _text("subject"),  # by which an identity provider names its owner; empty: signs in with the password
    sa.Index(
        "ix_accounts_subject",
        "subject",
        unique=True,
        sqlite_where=sa.text("subject <> ''"),
        postgresql_where=sa.text("subject <> ''"),
    ),
    sqlite_with_rowid=False,
)
console_sessions = sa.Table(
    "console_sessions",
    metadata,
    sa.Column("digest", sa.Text, primary_key=True),  # of the token, which nobody but the browser has
    _text("account"),
    _number("began_ms"),
    _number("seen_ms"),
    sa.Index("ix_console_sessions_account", "account"),
    sqlite_with_rowid=False,
)
sign_in_attempts = sa.Table(
    "sign_in_attempts",
    metadata,
    sa.Column("mark", sa.Text, primary_key=True),  # of the name that was typed; "" for all that nobody has
    _number("failures"),
    _number("last_ms"),
    sa.Index("ix_sign_in_attempts_last_ms", "last_ms"),
    sqlite_with_rowid=False,
)
sign_ins_elsewhere = sa.Table(
    "sign_ins_elsewhere",  # that were begun and sent on to the identity provider
    metadata,
    sa.Column(
        "digest", sa.Text, primary_key=True
    ),  # of the state, which only the browser and the provider have
    _text("nonce"),
    _text("verifier"),
    _number("begun_ms"),
    sa.Index("ix_sign_ins_elsewhere_begun_ms", "begun_ms"),
    sqlite_with_rowid=False,
)
_A, _S, _T, _P = accounts.c, console_sessions.c, sign_in_attempts.c, sign_ins_elsewhere.c


class AccountRow(NamedTuple):
    """One account. until_on: the last China day on which it is good, empty for no end; password: an argon2 hash."""

    name: str
    role: str
    divisions: str
    units: str
    until_on: str
    password: str
    disabled: int = 0
    made_ms: int = 0
    changed_ms: int = 0
    subject: str = ""


class SessionRow(NamedTuple):
    """One session: the digest of its token, whose it is, when it began and was last used."""

    digest: str
    account: str
    began_ms: int
    seen_ms: int


class Elsewhere(NamedTuple):
    """A sign-in that goes on at the identity provider: what its answer has to fit."""

    digest: str
    nonce: str
    verifier: str
    begun_ms: int


_ALL = sa.select(*(_A[name] for name in AccountRow._fields))
ADD = insert(accounts).on_conflict_do_nothing()
BY_NAME = _ALL.where(_A.name == bindparam("name"))
BY_SUBJECT = _ALL.where(sa.text("subject <> ''"), _A.subject == bindparam("subject"))
LIST = _ALL.order_by(_A.name)
PASSWORD = (
    sa.update(accounts)
    .where(_A.name == bindparam("name_"))
    .values(password=bindparam("password"), changed_ms=bindparam("changed_ms"))
)
DISABLE = (
    sa.update(accounts)
    .where(_A.name == bindparam("name_"), _A.disabled == 0)
    .values(disabled=1, changed_ms=bindparam("changed_ms"))
)
BEGIN = sa.insert(console_sessions)
SESSION = sa.select(*(_S[name] for name in SessionRow._fields)).where(_S.digest == bindparam("digest"))
SEEN = (
    sa.update(console_sessions).where(_S.digest == bindparam("digest_")).values(seen_ms=bindparam("seen_ms"))
)
END = sa.delete(console_sessions).where(_S.digest == bindparam("digest_"))
END_ALL = sa.delete(console_sessions).where(_S.account == bindparam("account_"))
END_OLD = sa.delete(console_sessions).where(_S.began_ms < bindparam("before_ms"))
_ATTEMPT = insert(sign_in_attempts)
ATTEMPT = _ATTEMPT.on_conflict_do_update(
    index_elements=["mark"],
    set_={"failures": _T.failures + 1, "last_ms": _ATTEMPT.excluded.last_ms},
)
ATTEMPTS = sa.select(_T.failures, _T.last_ms).where(_T.mark == bindparam("mark"))
FORGET = sa.delete(sign_in_attempts).where(_T.mark == bindparam("mark_"))
FORGET_OLD = sa.delete(sign_in_attempts).where(_T.last_ms < bindparam("before_ms"))

SEND_ON = sa.insert(sign_ins_elsewhere)
COME_BACK = (
    sa.delete(sign_ins_elsewhere)
    .where(_P.digest == bindparam("digest_"))
    .returning(*(_P[name] for name in Elsewhere._fields))
)
FORGET_ELSEWHERE = sa.delete(sign_ins_elsewhere).where(_P.begun_ms < bindparam("before_ms"))


def add(connection: Connection, row: AccountRow) -> bool:
    """False if there is one of that name."""
    return connection.run(ADD, row._asdict()) == 1


def by_name(connection: Connection, name: str) -> AccountRow | None:
    row = connection.row(BY_NAME, {"name": name})
    return AccountRow._make(row) if row else None


def by_subject(connection: Connection, subject: str) -> AccountRow | None:
    row = connection.row(BY_SUBJECT, {"subject": subject})
    return AccountRow._make(row) if row else None


def everyone(connection: Connection) -> list[AccountRow]:
    return [AccountRow._make(row) for row in connection.rows(LIST)]


def change_password(connection: Connection, name: str, password: str, at_ms: int) -> bool:
    """False if there is no such account; its sessions are over."""
    _end_all(connection, name)
    return connection.run(PASSWORD, {"name_": name, "password": password, "changed_ms": at_ms}) == 1


def disable(connection: Connection, name: str, at_ms: int) -> bool:
    """False if there is no such account, or it is disabled; its sessions are over."""
    _end_all(connection, name)
    return connection.run(DISABLE, {"name_": name, "changed_ms": at_ms}) == 1


def begin(connection: Connection, session: SessionRow, over_ms: int) -> None:
    """over_ms: sessions that began before are over, and go."""
    connection.put(END_OLD, {"before_ms": over_ms})
    connection.put(BEGIN, session._asdict())


def session(connection: Connection, digest: str) -> SessionRow | None:
    row = connection.row(SESSION, {"digest": digest})
    return SessionRow._make(row) if row else None


def seen(connection: Connection, digest: str, at_ms: int) -> None:
    connection.put(SEEN, {"digest_": digest, "seen_ms": at_ms})


def end(connection: Connection, digest: str) -> bool:
    """False if there is no such session."""
    return connection.run(END, {"digest_": digest}) == 1


def attempts(connection: Connection, mark: str) -> tuple[int, int]:
    """(how many sign-ins failed one after another, when the last one was)."""
    row = connection.row(ATTEMPTS, {"mark": mark})
    return (row[0], row[1]) if row else (0, 0)


def attempt(connection: Connection, mark: str, at_ms: int, *, over_ms: int) -> None:
    """One more, which counts as failed until it has not. over_ms: what was last tried before is forgotten."""
    connection.put(FORGET_OLD, {"before_ms": over_ms})
    connection.put(ATTEMPT, {"mark": mark, "failures": 1, "last_ms": at_ms})


def forget_attempts(connection: Connection, mark: str) -> None:
    connection.put(FORGET, {"mark_": mark})


def send_on(connection: Connection, row: Elsewhere, *, over_ms: int) -> None:
    """over_ms: what was begun before has taken too long, and goes."""
    connection.put(FORGET_ELSEWHERE, {"before_ms": over_ms})
    connection.put(SEND_ON, row._asdict())


def come_back(connection: Connection, digest: str) -> Elsewhere | None:
    """What was sent on under this state, once and never again; None if nothing was, or it has come back."""
    row = connection.row(COME_BACK, {"digest_": digest})
    return Elsewhere._make(row) if row else None


def _end_all(connection: Connection, name: str) -> None:
    connection.put(END_ALL, {"account_": name})
