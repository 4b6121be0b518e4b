"""What an installation's database says, read from outside: states, halves that must not be, the log verified."""

import contextlib
import io
import sqlite3
from collections.abc import Iterator
from itertools import chain
from typing import Any

import psycopg

from audit.cli import main as audit
from gateway.store.database import file_of, is_embedded

ENDS = ("delivered", "refused", "abandoned", "withdrawn")
KNOWN = "(select id from exchanges)"
OF_EXCHANGES = ("body_keys", "bodies", "materials", "history", "case_numbers", "tickets")
ORPHANS = {  # what must not be: rows of a commit without the others
    **{
        f"{table} without an exchange": f"select 1 from {table} where exchange_id not in {KNOWN}"
        for table in OF_EXCHANGES
    },
    "an entry without its exchange": f"""
        select 1 from audit_entries where exchange_id is not null and exchange_id not in {KNOWN}""",
    "an exchange without its case": """
        select 1 from exchanges where case_id not in (select id from cases)
        and not (kind != 'write' and case_id = '')""",
    "a case without its exchange": "select 1 from cases where id not in (select case_id from exchanges)",
    "a case without our number": """
        select 1 from cases where id not in (select case_id from case_numbers where owner = 'tongban')""",
    "an exchange without its key": """
        select 1 from exchanges where id not in (select exchange_id from body_keys)""",
    "a write without its idempotency key": """
        select 1 from exchanges where kind = 'write' and place = 1
        and id not in (select exchange_id from idempotency) and case_id not in (select case_id from joint_parts)""",
    "an idempotency key of nothing": f"""
        select 1 from idempotency where exchange_id not in {KNOWN}
        and exchange_id not in (select id from joints)""",
    "a joint case without its idempotency key": """
        select 1 from joints where id not in (select exchange_id from idempotency)""",
    "a joint case without two parts or more": """
        select 1 from joints j where (select count(*) from joint_parts p where p.joint_id = j.id) < 2""",
    "a part without its case, or without its joint case": """
        select 1 from joint_parts where case_id not in (select id from cases)
        or joint_id not in (select id from joints)""",
    "a joint case that was not recorded": """
        select 1 from joints j where (select count(*) from audit_entries a join joint_parts p
        on p.case_id = a.case_id where a.kind = 'joint.admitted' and p.joint_id = j.id) != 1""",
    "a write without its message": """
        select 1 from exchanges e where kind = 'write' and (select count(*) from bodies b
        where b.exchange_id = e.id and b.name in ('message', 'document')) != 2""",
    "a write that was not recorded": """
        select 1 from exchanges e where kind = 'write' and (select count(*) from audit_entries a
        where a.exchange_id = e.id and a.kind = 'exchange.admitted') != 1""",
    "a state that the log does not say": """
        select 1 from exchanges e where kind = 'write' and state != 'waiting' and 'exchange.' || state !=
        (select case when kind = 'exchange.admitted' then 'exchange.sending' else kind end
         from audit_entries a where a.exchange_id = e.id and a.kind like 'exchange.%'
         and a.kind not in ('exchange.late_reply', 'exchange.read', 'exchange.hastened')
         order by position desc limit 1)""",
    "an attempt that was not recorded": """
        select 1 from exchanges e where kind = 'write' and attempt > (select count(*) from audit_entries a
        where a.exchange_id = e.id and a.kind in ('exchange.sending', 'exchange.admitted'))""",
    "a case that a desk has without standing on its list": """
        select 1 from exchanges where kind = 'write' and platform = 'sim-desk' and state = 'delivered'
        and id not in (select exchange_id from desk_work)""",
    "a line of a work list that was not recorded once": """
        select 1 from desk_work w where (select count(*) from audit_entries a
        where a.exchange_id = w.exchange_id and a.kind = 'desk.placed') != 1""",
    "an end without its time": """
        select 1 from exchanges
        where (ended_ms > 0) != (state in ('delivered', 'refused', 'abandoned', 'withdrawn'))""",
}


@contextlib.contextmanager
def opened(database: str) -> Iterator[Any]:
    """A connection that only reads, to a file or to a server."""
    if is_embedded(database):
        connection: Any = sqlite3.connect(f"file:{file_of(database)}?mode=ro", uri=True)
    else:
        connection = psycopg.connect(database, autocommit=True, options="-c default_transaction_read_only=on")
    try:
        yield connection
    finally:
        connection.close()


def ask(database: str, question: str, *values: object) -> list[tuple[Any, ...]]:
    """question: with `?` for every value."""
    with opened(database) as connection:
        if not is_embedded(database):
            question = question.replace("?", "%s")
        return list(connection.execute(question, values).fetchall())


def halves(database: str) -> list[str]:
    """Everything in the database that is there without what must be there with it."""
    with opened(database) as connection:
        return [what for what, question in ORPHANS.items() if connection.execute(question).fetchall()]


def states(database: str) -> list[str]:
    """States of the writes, in the order in which they were admitted."""
    with opened(database) as connection:
        return states_by(connection)


def states_by(connection: Any) -> list[str]:
    """For whoever looks again and again: on a server each connection is a process."""
    found = connection.execute("select state from exchanges where kind = 'write' order by id")
    return [state for (state,) in found.fetchall()]


def entries(database: str, exchange_id: str) -> list[str]:
    """The kinds of an exchange's entries, in order."""
    asked = "select kind from audit_entries where exchange_id = ? order by position"
    return [kind for (kind,) in ask(database, asked, exchange_id)]


def verified(database: str, *keys: str, log_only: bool = False) -> str:
    """What `python -m audit fsck` finds; empty if log and rows are sound."""
    said, talk = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(talk):
        where = str(file_of(database)) if is_embedded(database) else database
        alone = ("--log-only",) if log_only else ()
        code = audit(["fsck", "--database", where, *chain(*(("--key", key) for key in keys)), *alone])
    return "" if code == 0 else said.getvalue() + talk.getvalue()
