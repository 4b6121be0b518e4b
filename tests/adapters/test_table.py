"""A front database: what is written, what is refused before, and what is true of every fault."""

import asyncio
import os
import sqlite3
import time
from pathlib import Path

import psycopg
import pytest

from adapters.errors import LeaseOver, Unbuildable, Unencodable
from tests.adapters.fronts import (
    FILES,
    MATERIALS,
    NOWHERE,
    ROW,
    TABLE,
    Front,
    adapter,
    message,
    question,
    send,
    wired,
)
from tests.adapters.peers import changed
from tests.postgres import Server

SHORT = changed(TABLE, "limits", {"timeout_s": "0.6", "connect_s": "0.5", "in_flight": "4"})


@pytest.fixture
def served(server: Server) -> Front:
    made = Front(server.database())
    made.make()
    return made


async def test_a_case_and_its_materials_are_written_as_they_are(front: Front) -> None:
    reply = await send(adapter(front.address), message())
    assert (reply.verdict, reply.document) == ("taken", {"outcome": "written", "rows": 3})
    assert reply.sent_digest and reply.sent_bytes > 100
    found = front.ask('select "PROJECT_NO", "NAME", "PAGES", "STATUS", "REPLY_NO" from pro_accept')
    assert found == [("A-0001", "汤念念", 3, "0", None)]
    found = front.ask('select "SEQ", "CONTENT", "TEXT" from pro_material order by "SEQ"')
    assert found == [(1, FILES["f1"], None), (2, None, "JVBERi0x")]


async def test_the_same_once_more_is_there_already_whatever_they_have_made_of_it(front: Front) -> None:
    speaker = adapter(front.address)
    await send(speaker, message())
    front.ask("""update pro_accept set "STATUS" = '2', "REPLY_NO" = 'T-7'""")
    reply = await send(speaker, message())
    assert (reply.verdict, front.rows()) == ("already", 1)
    assert reply.document["row"]["REPLY_NO"] == "T-7"
    front.ask("delete from pro_material")  # they have read them
    assert (await send(speaker, message())).verdict == "already"


@pytest.mark.parametrize(
    "column, value", [("NAME", "汤敬之"), ("AMOUNT", "12.51"), ("AT", "2026-11-20 09:31:01")]
)
async def test_another_row_with_our_number_is_a_conflict_and_stays_as_it_is(
    front: Front, column: str, value: str
) -> None:
    speaker = adapter(front.address)
    await send(speaker, message())
    before = front.ask("select * from pro_accept")
    reply = await send(speaker, message(**{column: value}))
    assert (reply.verdict, reply.code, reply.document) == (
        "refused", "conflict", {"outcome": "conflict", "table": "pro_accept"},
    )  # fmt: skip
    assert front.ask("select * from pro_accept") == before


async def test_what_comes_at_the_same_time_is_there_once_also_without_a_unique_key(
    server: Server, tmp_path: Path
) -> None:
    for address in (server.database(), f"sqlite:///{tmp_path}/front.db"):
        front = Front(address, unique=False)
        front.make()
        speakers = [adapter(address) for _ in range(3)]
        replies = await asyncio.gather(*(send(each, message()) for each in speakers * 2))
        assert sorted(reply.verdict for reply in replies) == [*["already"] * 5, "taken"]
        assert front.rows() == 1


async def test_who_knows_nothing_of_our_lock_and_comes_first_is_found(served: Front) -> None:
    other = served.open()
    other.autocommit = False
    other.execute("""insert into pro_accept ("PROJECT_NO", "NAME", "STATUS") values ('A-0001', 'X', '0')""")
    sending = asyncio.create_task(send(adapter(served.address), message()))
    await asyncio.sleep(0.3)
    other.commit()
    assert (await sending).verdict == "refused"
    assert served.ask('select "NAME" from pro_accept') == [("X",)]
    other.close()


async def test_what_they_have_is_read_back_as_text(front: Front) -> None:
    speaker = adapter(front.address)
    assert (await send(speaker, question())).code == "absent"
    await send(speaker, message())
    front.ask("""update pro_accept set "REPLY_NO" = 'T-7'""")
    reply = await send(speaker, question())
    assert (reply.verdict, reply.reference) == ("taken", "T-7")
    amount = {"AMOUNT": "12.5"} if front.address.startswith("sqlite") else {}  # it has no decimals of its own
    assert reply.document["pro_accept"] == {**ROW, **amount, "REPLY_NO": "T-7"}
    [first, second] = reply.document["pro_material"]
    assert first == {"PROJECT_NO": "A-0001", "SEQ": "1", "NAME": "户口簿.jpg", "TEXT": None}
    assert second["TEXT"] == "JVBERi0x"


# ---- before anything is sent ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"REPLY_NO": "1"}, "pro_accept.REPLY_NO: unknown_there"),  # theirs
        ({"OTHER": "1"}, "pro_accept.OTHER: unknown_there"),
        ({"name\" = '1'; --": "1"}, "pro_accept.name\" = '1'; --: unknown_there"),
        ({"NAME": None}, "pro_accept.NAME: needed_there"),
        ({"NAME": ""}, "pro_accept.NAME: needed_there"),
        ({"STATUS": None}, "pro_accept.STATUS: needed_there"),
        ({"NAME": "一二三四五六七"}, "pro_accept.NAME: too_long_there"),  # 7 characters, 14 bytes in GBK
        ({"NAME": "12345678901"}, "pro_accept.NAME: too_long_there"),
        ({"NAME": "汤𠀀"}, "pro_accept.NAME: cannot_write"),
        ({"NAME": "a\0b"}, "pro_accept.NAME: not_allowed_there"),
        ({"NAME": 7}, "pro_accept.NAME: not_text"),
        ({"NAME": {"a": "b"}}, "pro_accept.NAME: not_text"),
        ({"STATUS": "5"}, "pro_accept.STATUS: not_allowed_there"),
        ({"PAGES": "007"}, "pro_accept.PAGES: not_allowed_there"),
        ({"PAGES": "3.0"}, "pro_accept.PAGES: not_allowed_there"),
        ({"AMOUNT": "1e3"}, "pro_accept.AMOUNT: not_allowed_there"),
        ({"DAY": "20261120"}, "pro_accept.DAY: not_allowed_there"),
        ({"DAY": "2026-02-30"}, "pro_accept.DAY: not_allowed_there"),
        ({"AT": "2026-11-20T09:31:00"}, "pro_accept.AT: not_allowed_there"),
        ({"KIND": {"$material": "f1"}}, "pro_accept.KIND: not_allowed_there"),
    ],
)
def test_what_does_not_fit_a_declared_column_is_told_before(row: dict[str, object], problem: str) -> None:
    with pytest.raises(Unencodable) as refusal:
        adapter("sqlite:////nowhere/front.db").encode(message(**row))
    assert str(refusal.value) == problem


def test_all_problems_of_all_rows_are_told_together() -> None:
    document = {
        "pro_accept": {**ROW, "NAME": ""},
        "pro_material": [{**MATERIALS[0], "PROJECT_NO": "B-1"}, {**MATERIALS[1], "SEQ": None}, "x"],
        "pro_secret": {"A": "1"},
    }
    with pytest.raises(Unencodable) as refusal:
        adapter("sqlite:////nowhere/front.db").encode(type(message())("case.submit", document))
    assert [f"{each.path}: {each.code}" for each in refusal.value.problems] == [
        "pro_secret: unknown_there",
        "pro_accept.NAME: needed_there",
        "pro_material.0.PROJECT_NO: not_allowed_there",
        "pro_material.1.SEQ: needed_there",
        "pro_material.2: not_text",
    ]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://127.0.0.1:1", "none of a front database"),
        ("sqlite:///front.db", "none of a front database"),  # relative to nobody knows what
        ("nonsense", "none of a front database"),
        ("postgresql://gx:secret@db/front", "holds a password"),
        ("mysql://gx@db/front", "none of a front database"),
    ],
)
def test_an_address_that_leads_to_no_front_database_is_named(address: str, said: str) -> None:
    with pytest.raises(Unbuildable, match=said) as refusal:
        adapter(address)
    assert "secret@" not in str(refusal.value)


# ---- faults: what is true of them ----------------------------------------------------------------------------


async def test_a_database_that_is_not_there_has_taken_nothing_and_none_is_made(tmp_path: Path) -> None:
    for address in (f"sqlite:///{tmp_path}/none.db", f"postgresql://postgres@/x?host={tmp_path}"):
        reply = await send(adapter(address), message())
        assert (reply.verdict, reply.cause, reply.sent_digest) == ("not_sent", "unreachable", None)
    assert os.listdir(tmp_path) == []


async def test_a_lease_that_ran_out_before_the_commit_leaves_nothing(front: Front) -> None:
    def too_late() -> None:
        raise LeaseOver

    reply = await send(adapter(front.address), message(), go=too_late)
    assert (reply.verdict, reply.cause, front.rows()) == ("not_sent", "lease_over", 0)
    assert (await send(adapter(front.address), message())).verdict == "taken"  # and holds no lock


async def test_the_lease_is_looked_at_when_all_rows_are_in_and_none_can_be_seen(front: Front) -> None:
    seen = []
    reply = await send(adapter(front.address), message(), go=lambda: seen.append(front.rows()))
    assert (seen, reply.verdict, front.rows()) == ([0], "taken", 1)


async def test_a_lock_that_others_hold_for_too_long_lets_nothing_through_later(front: Front) -> None:
    other = front.open()
    if isinstance(other, psycopg.Connection):
        other.autocommit = False
        other.execute("lock table pro_accept in access exclusive mode")
    else:
        other.execute("begin exclusive")
    for sent in (message(), question()):
        reply = await send(adapter(front.address, SHORT), sent)
        assert reply.verdict == "not_sent" or sent.operation == "case.progress"
        assert reply.cause in ("locked", "timeout")
    other.rollback() if not isinstance(other, sqlite3.Connection) else other.execute("rollback")
    other.close()
    await asyncio.sleep(0.3)
    assert front.rows() == 0


@pytest.mark.parametrize(("at_commit", "rows"), [("lost", 0), ("unheard", 1), ("stalls", 1)])
async def test_a_commit_without_an_answer_is_unknown_and_is_found_out_by_asking(
    served: Front, at_commit: str, rows: int
) -> None:
    async with wired(served.address, at_commit) as (address, wire):
        reply = await send(adapter(address, SHORT), message())
    assert (reply.verdict, wire.commits) == ("unknown", 1)
    assert reply.sent_digest is not None
    await asyncio.sleep(0.2)
    assert served.rows() == rows
    speaker = adapter(served.address)
    assert (await send(speaker, question(probes="case.submit"))).verdict == ("landed" if rows else "absent")
    assert (await send(speaker, message())).verdict == ("already" if rows else "taken")
    assert served.rows() == 1


async def test_a_server_that_never_answers_keeps_no_thread(served: Front) -> None:
    async with wired(served.address, "stalls") as (address, wire):
        one = adapter(address, changed(SHORT, "limits.in_flight", "1"))
        assert (await send(one, message())).verdict == "unknown"
        wire.at_commit = ""
        assert (await send(one, message())).verdict == "already"


async def test_a_server_that_ends_our_connection_before_the_commit_has_nothing(served: Front) -> None:
    def cut() -> None:
        served.ask(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where state = 'idle in transaction' and datname = current_database()"
        )

    reply = await send(adapter(served.address), message(), go=cut)
    assert reply.verdict == "unknown"  # it left, for all that we know
    assert served.rows() == 0


async def test_who_stands_still_before_the_commit_is_cut_off_and_commits_nothing_when_he_wakes(
    served: Front,
) -> None:
    """As a process does whose machine is stopped between the lease check and the COMMIT."""
    reply = await send(adapter(served.address, SHORT), message(), go=lambda: time.sleep(1.0))
    assert reply.verdict in {"unknown", "not_sent"}
    await asyncio.sleep(0.2)
    assert served.rows() == 0


async def test_what_their_database_rejects_is_an_answer_with_its_code(front: Front) -> None:
    speaker = adapter(
        front.address, changed(TABLE, "database.tables.pro_accept.columns.STATUS", {"by": "both"})
    )
    front.ask("alter table pro_material rename to other")
    reply = await send(speaker, message())
    assert (reply.verdict, reply.cause) == ("barred", "described")
    assert reply.code in ("42P01", "SQLITE_ERROR")
    assert front.rows() == 0
    assert (await send(speaker, question())).verdict == "barred"


async def test_a_file_that_may_only_be_read_is_not_ours_to_write(tmp_path: Path, served: Front) -> None:
    served.ask("create role reader login")
    served.ask("grant select on pro_accept, pro_material to reader")
    reply = await send(adapter(served.address.replace("postgres@", "reader@")), message())
    assert (reply.verdict, reply.code) == ("barred", "42501")


async def test_a_disk_without_room_takes_nothing_and_everything_once_it_has_some(device: Path) -> None:
    front = Front(f"sqlite:///{device}/front.db")
    front.make()
    filler = device / "filler"
    with pytest.raises(OSError):
        filler.write_bytes(b"x" * 100_000)
    reply = await send(adapter(front.address), message())
    assert (reply.verdict, reply.cause, front.rows()) == ("not_sent", "no_room", 0)
    filler.unlink()
    assert (await send(adapter(front.address), message())).verdict == "taken"


async def test_nothing_of_a_person_shows_in_what_a_database_says(served: Front) -> None:
    """Their column is shorter than is declared: their error quotes the row, ours says its code."""
    longer = {"length": "40", "required": "true"}
    speaker = adapter(served.address, changed(TABLE, "database.tables.pro_accept.columns.NAME", longer))
    reply = await send(speaker, message(NAME="金丝雀" * 5))
    assert (reply.verdict, reply.code) == ("barred", "22001")
    assert "金丝雀" not in repr(reply) + str(reply.document)


async def test_the_loop_goes_on_while_a_database_makes_us_wait(served: Front) -> None:
    other = served.open()
    other.autocommit = False
    other.execute("lock table pro_accept in access exclusive mode")
    sending = asyncio.create_task(send(adapter(served.address), message()))
    turns = 0
    while turns < 20:
        await asyncio.sleep(0.01)
        turns += 1
    assert not sending.done()
    other.rollback()
    other.close()
    assert (await sending).verdict == "taken"


async def test_who_waits_for_a_thread_for_too_long_is_given_up_and_never_begins(served: Front) -> None:
    other = served.open()
    other.autocommit = False
    other.execute("lock table pro_accept in access exclusive mode")
    one = adapter(served.address, changed(SHORT, "limits.in_flight", "1"))
    replies = await asyncio.gather(*(send(one, message(PROJECT_NO=f"A-{n}")) for n in range(3)))
    assert {reply.verdict for reply in replies} == {"not_sent"}
    other.rollback()
    other.close()
    await asyncio.sleep(0.8)  # longer than any of them might have taken
    assert served.rows() == 0


def test_a_front_has_a_way_of_its_own() -> None:
    assert adapter("sqlite:////nowhere/front.db")._around.transport is not NOWHERE
