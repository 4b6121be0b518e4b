"""Declared tables beside real ones, in a file and on a server: what would not be taken is told before."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from adapters.coherence import declare
from adapters.inspected import Difference, NotInspected, inspected
from adapters.message import Access
from tests.adapters.fronts import TABLE, Front, adapter, message, question, send
from tests.adapters.peers import changed
from tests.postgres import Server, running

COLUMNS = TABLE["database"]["tables"]["pro_accept"]["columns"]
# the tables of the tests have a material table whose numbers are longer than they say
SOUND = changed(
    TABLE, "database.tables.pro_material.columns",
    {**TABLE["database"]["tables"]["pro_material"]["columns"], "PROJECT_NO": {"required": "true", "length": "50"}},
)  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
def front(request: pytest.FixtureRequest, tmp_path: Path) -> Front:
    if request.param == "postgresql":
        return Front(request.getfixturevalue("server").database())
    return Front(f"sqlite:///{tmp_path}/front.db")


def differences(front: Front, document: Any = SOUND, **secrets: str) -> list[Difference]:
    found = inspected(declare(document), Access(front.address, {}, secrets))
    return [each for each in found if each.weight != "exceeds"]  # the tests' own account may do everything


def column(name: str, **declared: str) -> Any:
    return changed(SOUND, f"database.tables.pro_accept.columns.{name}", declared)


def test_tables_that_are_as_declared_give_no_difference(front: Front) -> None:
    front.make()
    assert differences(front) == []


def test_a_table_that_is_not_there_is_told_with_the_nearest_name(front: Front) -> None:
    front.make()
    front.ask("alter table pro_accept rename to pro_accepted")
    [found] = differences(front)
    assert found.path == ("database", "tables", "pro_accept")
    assert (found.what, found.write) == (
        "their database has no table 'pro_accept'", "did you mean pro_accepted?",
    )  # fmt: skip


def test_capitals_count_on_a_server_and_not_in_a_file(front: Front) -> None:
    front.make()
    front.ask("alter table pro_accept rename to other")
    front.ask('alter table other rename to "PRO_ACCEPT"')
    if front.address.startswith("sqlite"):
        assert differences(front) == []
    else:
        assert [each.write for each in differences(front)] == ["write PRO_ACCEPT: capitals count"]


@pytest.mark.parametrize(
    ("document", "name", "what"),
    [
        (column("NMAE", length="10"), "NMAE", "their table has no column 'NMAE'"),
        (column("DAY", type="timestamp"), "DAY", "it is date there, and timestamp here"),
        (column("PAGES"), "PAGES", "it is integer there, and text here"),
        (column("KIND", length="3"), "KIND", "it is char there, and text here"),
        (column("NAME", length="11", required="true"), "NAME", "it holds 10 characters there, and 11 here"),
        (column("NAME", required="true"), "NAME", "it holds 10 characters there, and any length here"),
        (column("NAME", length="10"), "NAME", "'NAME' may not be empty there, and is not required here"),
    ],
)
def test_a_column_that_is_otherwise_is_told(front: Front, document: Any, name: str, what: str) -> None:
    front.make()
    assert [(each.path[-1], each.what) for each in differences(front, document)] == [(name, what)]


def test_a_column_that_may_not_be_empty_and_that_nothing_feeds_is_told(front: Front) -> None:
    front.make()
    front.ask("drop table pro_material")
    front.ask(
        """create table pro_material ("PROJECT_NO" varchar(50) not null, "SEQ" integer not null,
        "NAME" varchar(100), "CONTENT" %s, "TEXT" text,
        "YEAR" integer not null, "OLD" integer default 1 not null)"""
        % ("bytea" if front.address.startswith("postgresql") else "blob")
    )
    [found] = differences(front)
    assert found.what == "'YEAR' may not be empty there, and nothing feeds it"


def test_a_number_that_nothing_keeps_unique_is_told_where_it_may_be_repeated(front: Front) -> None:
    front.unique = False
    front.make()
    [found] = differences(front)
    assert (found.weight, found.path[-1]) == ("risks", "key")
    front.ask('create unique index once on pro_accept ("PROJECT_NO", "NAME")')
    assert len(differences(front)) == 1
    front.ask('create unique index once_only on pro_accept ("PROJECT_NO")')
    assert differences(front) == []


def test_nothing_is_written_and_no_row_read(front: Front) -> None:
    front.make()
    differences(front)
    assert front.rows() == 0


def account(server: Server, front: Front, *rights: str) -> str:
    """The address for an account of their side that has just these rights."""
    name = f"a{os.getpid()}_{abs(hash(front.address)) % 10**6}"
    front.ask(f"create role {name} login")
    for each in rights:
        front.ask(f"grant {each} to {name}")
    return front.address.replace("postgres@", f"{name}@")


def test_rights_that_an_account_lacks_or_has_too_many_of_are_told(server: Server) -> None:
    front = Front(server.database())
    front.make()
    address = account(
        server, front, "select on pro_accept", 'insert ("PROJECT_NO", "NAME") on pro_accept',
        "select, insert, delete on pro_material",
    )  # fmt: skip
    found = inspected(declare(SOUND), Access(address))
    assert [(each.weight, each.what) for each in found] == [
        ("breaks", "the account may not INSERT AMOUNT, PAGES, DAY, AT, KIND, STATUS of 'pro_accept'"),
        ("exceeds", "the account may DELETE 'pro_material', which nothing here needs"),
    ]


def test_tables_of_a_schema_are_looked_for_there(server: Server) -> None:
    front = Front(server.database())
    front.make()
    document = changed(SOUND, "database.schema", "exchange")
    assert [each.what for each in differences(front, document)] == [
        "their database has no table 'pro_accept'", "their database has no table 'pro_material'",
    ]  # fmt: skip
    front.ask("create schema exchange")
    front.ask("alter table pro_accept set schema exchange")
    front.ask("alter table pro_material set schema exchange")
    assert differences(front, document) == []


# ---- who may not come in ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def guarded() -> Iterator[tuple[str, str]]:
    """(the address of a front whose account needs a password, that of a database that is not there)."""
    with running(fsync="off") as server:
        front = Front(server.database())
        front.make()
        for each in (
            "create role front login password 'right'",
            "grant select, insert on all tables in schema public to front",
        ):
            front.ask(each)
        rules = "local all front scram-sha-256\nlocal all postgres trust\n"
        (server.cluster / "pg_hba.conf").write_text(rules)
        with psycopg.connect(front.address, autocommit=True) as connection:
            connection.execute("select pg_reload_conf()")
        server.stop()
        server.start()
        address = front.address.replace("postgres@", "front@")
        yield address, server.url("nowhere").replace("postgres@", "front@")


async def test_a_wrong_password_is_barred_and_not_unreachable(guarded: tuple[str, str]) -> None:
    address, nowhere = guarded
    for there, secrets in (
        (address, {"password": "wrong"}),
        (address, {}),
        (nowhere, {"password": "right"}),
        (address.replace("front@", "stranger@"), {}),
    ):
        for sent in (message(), question()):
            reply = await send(adapter(there, SOUND, **secrets), sent)
            assert (reply.verdict, reply.cause, reply.sent_digest) == ("barred", "credential_refused", None)
        with pytest.raises(NotInspected) as caught:
            inspected(declare(SOUND), Access(there, {}, secrets))
        assert caught.value.cause == "credential_refused"
    assert (await send(adapter(address, SOUND, password="right"), message())).verdict == "taken"


async def test_a_server_that_is_not_there_is_unreachable_and_not_barred(
    guarded: tuple[str, str], tmp_path: Path
) -> None:
    address = f"postgresql://front@/x?host={tmp_path}"
    reply = await send(adapter(address, SOUND, password="right"), message())
    assert (reply.verdict, reply.cause) == ("not_sent", "unreachable")
    with pytest.raises(NotInspected, match="unreachable"):
        inspected(declare(SOUND), Access(address, {}, {"password": "right"}))
