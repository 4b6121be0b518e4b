"""The trunk's tables. Columns are BIGINT, TEXT and BLOB; times are epoch milliseconds; flags are 0 or 1.

Other tables of this metadata stand beside their statements, the log's own ones in audit/tables.py. A change here
needs a migration in migrations/versions; a test compares the two.
"""

from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _text(name: str, **options: object) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="", **options)  # type: ignore[arg-type]


def _number(name: str, **options: object) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, server_default="0", **options)  # type: ignore[arg-type]


def _blob(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=False)


def _key(name: str, kind: type[sa.types.TypeEngine[Any]] = sa.Text) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


def _partial(name: str, *columns: str, where: str) -> sa.Index:
    return sa.Index(name, *columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


_UNTAKEN = "state <> 'delivered'"
UNTAKEN_BY = {"state": _UNTAKEN} | {name: f"{_UNTAKEN} AND {name} <> ''" for name in ("code", "cause")}
_FIGURED = ("id", "kind", "operation", "platform", "here", "division", "code", "admitted_ms")
TOLD_BACK = "cause = '' AND kind IN ('correction_needed', 'returned', 'not_accepted')"  # all that figures ask
# On SQLite a text key and its row in one tree instead of two: half the pages of a commit.
_ONE_TREE: Any = {"sqlite_with_rowid": False}

releases = sa.Table(
    "releases",
    metadata,
    _key("digest"),
    _blob("bundle"),  # zlib over canonical JSON {path: text}
    _number("stored_ms"),
)
activations = sa.Table(
    "activations",
    metadata,
    _key("place", sa.BigInteger),  # 1, 2, 3 …; the greatest is in force
    _text("digest"),
    _text("actor"),
    _text("why"),  # free text: here, not in the log
    _number("at_ms"),
)
# Releases that come in force at a later moment: one of them is over once it is activated or cancelled.
scheduled = sa.Table(
    "scheduled",
    metadata,
    _key("place", sa.BigInteger),  # 1, 2, 3 …
    _text("digest"),
    _number("from_ms"),
    *map(_text, ("actor", "why")),
    _number("at_ms"),
    _number("ended_ms"),
    _text("ended_by"),  # who cancelled it; empty for one that was activated
    _text("ended_why"),
)
# Who approved which declaration of a platform, under which document. Rows are only ever added.
approvals = sa.Table(
    "approvals",
    metadata,
    _key("platform"),
    _key("declaration"),  # digest of everything in the platform's folder
    _key("actor"),
    _key("document"),  # number of the signed report
    _blob("bundle"),  # those files, as in releases
    _number("at_ms"),
)
# What was put in force unapproved: an approval is owed by a day. Over once there is one; rows are only ever added.
follow_ups = sa.Table(
    "follow_ups",
    metadata,
    _key("place", sa.BigInteger),  # of the activation
    _key("platform"),
    _text("declaration"),
    _text("actor"),  # who put it in force
    _number("due_ms"),
    _number("at_ms"),
)
cases = sa.Table(
    "cases",
    metadata,
    _key("id"),
    _text("caller"),
    _text("person"),  # keyed digest of certificate type and number
    _text("item"),  # the item over there
    _text("division"),
    _text("here"),
    *map(_number, ("received_ms", "open", "admitted_ms")),
    _text("name"),  # keyed digest of the person's name; empty for cases of before there was one
    sa.Index("ix_cases_person_item_division", "person", "item", "division"),
    sa.Index("ix_cases_caller_id", "caller", "id"),  # in the order of the ids: every page costs the same
    sa.Index("ix_cases_item_id", "item", "id"),
    sa.Index("ix_cases_here_id_division", "here", "id", "division"),
    sa.Index("ix_cases_division_id_here", "division", "id", "here"),
    _partial("ix_cases_name_id", "name", "id", where="name <> ''"),
    **_ONE_TREE,
)
case_numbers = sa.Table(
    "case_numbers",
    metadata,
    _key("number"),
    _key("owner"),  # tongban, the caller's name, the platform's name
    _key("kind"),
    _key("case_id"),
    _text("exchange_id"),
    sa.Index("ix_case_numbers_case_id", "case_id"),
    **_ONE_TREE,
)
exchanges = sa.Table(
    "exchanges",
    metadata,
    _key("id"),
    _text("case_id"),
    _text("kind"),
    _text("operation"),
    _text("caller"),
    _text("actor"),
    _text("platform"),
    _text("here"),
    _text("division"),
    _text("unit"),
    _text("mode"),
    *map(
        _text,
        ("item_here", "item_there", "basic_code", "alignment", "agreement", "release", "ours", "theirs"),
    ),
    _text("state"),
    _text("step"),
    _number("attempt"),
    _number("place"),
    _text("owner"),
    _number("due_ms"),
    _text("cause"),
    _text("code"),
    _number("admitted_ms"),
    _number("changed_ms"),
    _number("ended_ms"),
    sa.Index("ix_exchanges_case_id_place", "case_id", "place"),
    # partial: only what is open, so that the worker's questions stay small for ever
    _partial("ix_exchanges_due", "platform", "due_ms", where="due_ms > 0"),
    # what went well is in none of these, and in one while it is being sent: of that one figures read no row
    _partial("ix_exchanges_state_case_id", "state", "case_id", *_FIGURED, where=_UNTAKEN),
    _partial("ix_exchanges_code_case_id", "code", "case_id", where=UNTAKEN_BY["code"]),
    _partial("ix_exchanges_cause_case_id", "cause", "case_id", where=UNTAKEN_BY["cause"]),
    **_ONE_TREE,
)
history = sa.Table(
    "history",
    metadata,
    _key("exchange_id"),
    _key("place", sa.BigInteger),
    _text("kind"),
    _number("at_ms"),
    _number("attempt"),
    _number("over_ms"),
    _text("cause"),
    _text("code"),
    _text("reference"),
    _number("retry_after_ms"),
    _text("release"),  # the declarations by which the answer was read
    _text("sent_digest"),  # keyed digest of the signed bytes; empty after a crash
    **_ONE_TREE,
)
bodies = sa.Table(
    "bodies",
    metadata,
    _key("exchange_id"),
    _key("name"),  # document, message, reply/1, note/1 …
    _blob("sealed"),
)
body_keys = sa.Table(
    "body_keys",
    metadata,
    _key("exchange_id"),
    _text("key_id"),
    _blob("wrapped"),
    **_ONE_TREE,
)
materials = sa.Table(
    "materials",
    metadata,
    _key("exchange_id"),
    _key("file_id"),
    _text("case_id"),
    _text("digest"),  # of the ciphertext: the name in the folder
    _number("size"),
    *(sa.Index(f"ix_materials_{each}", each) for each in ("case_id", "digest")),
)
idempotency = sa.Table(
    "idempotency",
    metadata,
    _key("caller"),
    _key("operation"),
    _key("key"),
    _text("digest"),
    _text("exchange_id"),
    **_ONE_TREE,
)
# what others tell of a case, in the order in which it became known
case_events = sa.Table(
    "case_events",
    metadata,
    _key("case_id"),
    _key("place", sa.BigInteger),
    _text("kind"),
    _number("at_ms"),  # when it happened, by the clock of its source
    _text("source"),
    _text("number"),  # the source's own id of the record; empty if it has none
    _text("undoes"),
    _text("cause"),  # why it does not count; empty if it does
    _number("seen_ms"),
    _text("exchange_id"),  # by which it became known
    _text("due_on"),  # the last day that is told with it
    _text("reason"),
    _partial("ix_case_events_back", "case_id", "kind", "reason", "cause", where=TOLD_BACK),
    **_ONE_TREE,
)
# days of a place that are otherwise than their weekday, and the years whose arrangement was brought in whole
calendar_days = sa.Table(
    "calendar_days",
    metadata,
    _key("division"),
    _key("day"),
    _number("works"),
    _text("note"),
    **_ONE_TREE,
)
calendar_years = sa.Table("calendar_years", metadata, _key("year", sa.BigInteger))
# cases admitted under an agreement whose batch is capped, by China day
passages = sa.Table(
    "passages",
    metadata,
    _key("agreement"),
    _key("batch"),
    _key("day"),
    _number("taken"),
    **_ONE_TREE,
)
sequences = sa.Table("sequences", metadata, _key("scope"), _number("following"), **_ONE_TREE)
secrets = sa.Table("session_secrets", metadata, _key("credential"), _blob("sealed"), _number("expires_ms"))
circuits = sa.Table(
    "circuits",
    metadata,
    _key("credential"),
    _text("state"),  # closed, open
    _text("cause"),
    _number("until_ms"),
)
tickets = sa.Table(
    "tickets",
    metadata,
    _key("exchange_id"),
    _key("kind"),  # held, abandoned
    _text("cause"),
    _text("owner"),
    _number("opened_ms"),
    _number("due_ms"),
    _number("closed_ms"),
)
# What one process may do for all of them until a moment: fetch a session secret, try a half-open circuit, be there.
leases = sa.Table(
    "leases",
    metadata,
    _key("name"),
    _text("owner"),
    _number("until_ms"),
    **_ONE_TREE,
)
# Facts about this database as a whole: that it was moved away, that a platform must be reconciled first.
marks = sa.Table("marks", metadata, _key("name"), _text("value"), _number("at_ms"))
# The permits of a quota: how many were given, and when the last `count` of them could have been used at the latest.
quotas = sa.Table("quotas", metadata, _key("credential"), _number("following"), **_ONE_TREE)
permits = sa.Table(
    "permits", metadata, _key("credential"), _key("place", sa.BigInteger), _number("over_ms"), **_ONE_TREE
)
