"""What an error of a front database means for the message; never its text, which may quote a row."""

import sqlite3
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy.exc import DBAPIError

# SQLSTATE classes and codes (PostgreSQL, appendix A) after which the same rows may go in later
_PASSING = {
    "08": "unreachable", "57P": "unreachable", "58": "unreachable", "53": "no_room", "40": "contended",
    "55P03": "locked", "57014": "timeout", "25P03": "timeout", "25P04": "timeout",
}  # fmt: skip
_PASSING_IN_A_FILE = {
    sqlite3.SQLITE_BUSY: "locked", sqlite3.SQLITE_LOCKED: "locked", sqlite3.SQLITE_FULL: "no_room",
    sqlite3.SQLITE_CANTOPEN: "unreachable", sqlite3.SQLITE_IOERR: "unreachable",
    sqlite3.SQLITE_NOTADB: "unreachable", sqlite3.SQLITE_CORRUPT: "unreachable",
}  # fmt: skip
# What a server says where it lets nobody in; there is no SQLSTATE then, and it may speak Chinese
_SAYS_NO = ("FATAL", "致命错误")
_FULL = ("too many", "connection slots", "连接太多", "连接位置", "连接槽")
_ROLLED_BACK = ("23", "40")  # deferred constraints and conflicts, told in answer to a COMMIT
_CUT_OFF = ("25P03", "25P04")  # the transaction stood still, or took too long: ended before a COMMIT was read


@dataclass(frozen=True, slots=True)
class Trouble:
    """cause: a stable word where waiting may help; else "". code: the database's, "" if it said none.

    certain: the database itself says, in answer to a COMMIT, that it has rolled back.
    """

    cause: str
    code: str
    certain: bool = False


def trouble(error: DBAPIError) -> Trouble:
    """Of an error that the driver raised."""
    original = error.orig
    if isinstance(original, sqlite3.Error):
        return _of_a_file(original)
    if isinstance(original, psycopg.Error):
        return _of_a_server(original)
    return Trouble("unreachable", "")


def _of_a_file(error: sqlite3.Error) -> Trouble:
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)  # none is of the driver itself
    name: str = getattr(error, "sqlite_errorname", "SQLITE_ERROR")
    return Trouble(_PASSING_IN_A_FILE.get(code & 0xFF, ""), name)


def _of_a_server(error: psycopg.Error) -> Trouble:
    state = error.sqlstate or ""
    if not state and error.pgconn is not None:
        return _at_the_door(error.pgconn, str(error))
    severity = error.diag.severity_nonlocalized
    certain = (severity == "ERROR" and state[:2] in _ROLLED_BACK) or state in _CUT_OFF
    for length in (5, 3, 2):
        if state[:length] in _PASSING:
            return Trouble(_PASSING[state[:length]], state, certain)
    return Trouble("" if state else "unreachable", state, certain)


def _at_the_door(line: Any, said: str) -> Trouble:
    """Of a connection that did not come about. Once it has seen our password, a server that says no means us."""
    if line.needs_password or "pg_hba.conf" in said:
        return Trouble("credential_refused", "")
    if not line.used_password or not any(each in said for each in _SAYS_NO):
        return Trouble("unreachable", "")
    return Trouble("no_room" if any(each in said for each in _FULL) else "credential_refused", "")


def is_taken_key(found: Trouble) -> bool:
    """Whether another row with the same unique key came first."""
    return found.code in ("23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY")
