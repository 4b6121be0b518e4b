"""A front's own list of a day: what was written on it, what has become of it, and nothing about a person."""

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from adapters.base import Adapter
from adapters.build import build
from adapters.coherence import NotDeclared, declare
from adapters.errors import Unencodable
from adapters.message import Access, Message
from tests.adapters.fronts import NOW_MS, NOWHERE, ROW, TABLE, Front, adapter, message, send
from tests.adapters.peers import changed
from tests.adapters.test_folder import FOLDER

ANSWERS = {
    "taken": {"body": {"outcome": "listed"}},
    "barred": {"body": {"outcome": "rejected"}, "code": "error"},
}
BY_TIME = changed(
    changed(TABLE, "database.tables.pro_accept.day", "AT"),
    "operations.case.list", {"call": "LIST pro_accept", **ANSWERS},
)  # fmt: skip
DROP = changed(FOLDER, "operations.case.list", {"call": "LIST YW01_{HEAD.GLBH}.xml", **ANSWERS})


async def asked(speaker: Adapter, document: dict[str, Any]) -> Any:
    reply = await send(speaker, Message("case.list", document))
    assert reply.verdict == "taken", reply
    return reply.document


async def test_the_rows_of_a_day_are_listed_from_midnight_to_midnight_in_china(front: Front) -> None:
    speaker = adapter(front.address, BY_TIME)
    for number, at in (
        ("B-1", "2026-11-19 23:59:59"), ("B-2", "2026-11-20 00:00:00"),
        ("B-3", "2026-11-20 23:59:59"), ("B-4", "2026-11-21 00:00:00"),
    ):  # fmt: skip
        assert (await send(speaker, message(PROJECT_NO=number, AT=at))).verdict == "taken"
    found = await asked(speaker, {"pro_accept": {"AT": "2026-11-20"}})
    assert (found["outcome"], found["total"]) == ("listed", "2")
    assert [each["PROJECT_NO"] for each in found["pro_accept"]] == ["B-2", "B-3"]


async def test_a_list_of_rows_holds_nothing_of_what_we_wrote_but_number_and_day(front: Front) -> None:
    speaker = adapter(front.address, BY_TIME)
    await send(speaker, message())
    front.ask("""update pro_accept set "STATUS" = '2', "REPLY_NO" = 'T-7'""")
    [row] = (await asked(speaker, {"pro_accept": {"AT": "2026-11-20"}}))["pro_accept"]
    assert row == {"PROJECT_NO": "A-0001", "AT": ROW["AT"], "STATUS": "2", "REPLY_NO": "T-7"}


@pytest.mark.parametrize(
    ("column", "day", "found"),
    [("DAY", "2026-11-20", 1), ("DAY", "2026-11-21", 0), ("NAME", "汤念", 1), ("NAME", "汤_", 0)],
)
async def test_a_day_may_be_a_date_or_how_a_text_begins(
    front: Front, column: str, day: str, found: int
) -> None:
    speaker = adapter(front.address, changed(BY_TIME, "database.tables.pro_accept.day", column))
    await send(speaker, message())
    assert len((await asked(speaker, {"pro_accept": {column: day}}))["pro_accept"]) == found


async def test_a_long_day_of_rows_is_listed_page_by_page(front: Front) -> None:
    front.ask(
        """with recursive n(i) as (select 1 union all select i + 1 from n where i < 1001)
        insert into pro_accept ("PROJECT_NO", "NAME", "AT", "STATUS")
        select 'B-' || i, 'x', %s, '0' from n"""
        % ("timestamp '2026-11-20 09:00:00'" if "postgresql" in front.address else "'2026-11-20 09:00:00'")
    )
    speaker = adapter(front.address, BY_TIME)
    pages = [await asked(speaker, {"pro_accept": {"AT": "2026-11-20"}, "page": page}) for page in "123"]
    assert [(len(each["pro_accept"]), each["total"]) for each in pages] == [
        (1000, "1001"),
        (1, "1001"),
        (0, "1001"),
    ]
    assert len({row["PROJECT_NO"] for each in pages for row in each["pro_accept"]}) == 1001


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({}, ("pro_accept.AT", "needed_there")),
        ({"pro_accept": {"AT": "20261120"}}, ("pro_accept.AT", "not_allowed_there")),
        ({"pro_accept": {"AT": "2026-11-20", "NAME": "汤"}}, ("pro_accept.NAME", "unknown_there")),
        ({"pro_accept": {"AT": "2026-11-20"}, "page": "0"}, ("page", "not_allowed_there")),
        ({"pro_accept": {"AT": "2026-11-20"}, "pages": "1"}, ("pages", "unknown_there")),
    ],
)
def test_a_question_for_rows_holds_a_day_and_a_page(
    document: dict[str, Any], problem: tuple[str, str]
) -> None:
    with pytest.raises(Unencodable) as caught:
        adapter("sqlite:////nowhere", BY_TIME).encode(Message("case.list", document))
    assert problem in [(each.path, each.code) for each in caught.value.problems]


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (
            changed(BY_TIME, "database.tables.pro_accept.day", None),
            "no column says on which day a row was written",
        ),
        (changed(BY_TIME, "database.tables.pro_accept.day", "PAGES"), "no column says on which day"),
        (
            changed(BY_TIME, "operations.case.list.call", "SELECT pro_accept"),
            "SELECT does not fit the operation",
        ),
        (
            changed(BY_TIME, "operations.case.progress.call", "LIST pro_accept"),
            "LIST does not fit the operation",
        ),
        (changed(BY_TIME, "operations.case.list.barred", None), "what their side rejects with 42501"),
        (changed(DROP, "folder.taken", None), "a list would lack what was taken away"),
        (
            changed(DROP, "operations.case.list.call", "LIST YW01_{HEAD.GLBH}_*.xml"),
            "what is put has one name",
        ),
    ],
)
def test_what_cannot_be_a_list_is_not_declared(document: dict[str, Any], said: str) -> None:
    with pytest.raises(NotDeclared, match=said):
        declare(document)


# ---- files -----------------------------------------------------------------------------------------------------


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    for name in ("to/done", "from"):
        (tmp_path / name).mkdir(parents=True)
    return tmp_path


def speaking(base: Path) -> Adapter:
    return build(
        declare(DROP), access=Access(str(base)), transport=NOWHERE, clock_ms=lambda: NOW_MS, random=os.urandom
    )


def put(base: Path, name: str, at_s: int, *beside: str) -> None:
    for each in ("", *beside):
        path = base / f"{name}{each}"
        path.write_bytes(b"<PACKAGE/>")
        os.utime(path, (at_s, at_s))


NOON_S = 1795147200  # 2026-11-20 12:00:00 in China
DAY_S = 86400


async def test_the_files_of_a_day_are_listed_with_where_they_are_now(drop: Path) -> None:
    put(drop / "to", "YW01_A-1.xml", NOON_S, ".ok", ".md5")
    put(drop / "to", "YW01_A-2.xml", NOON_S, ".md5")  # without its marker it is still being put
    put(drop / "to" / "done", "YW01_A-3.xml", NOON_S, ".md5")
    put(drop / "to" / "done", "YW01_A-4.xml", NOON_S)
    put(drop / "to" / "done", "YW01_A-5.xml", NOON_S - DAY_S // 2 - 1)
    put(drop / "to" / "done", "YW01_A-6.xml", NOON_S + DAY_S // 2)
    put(drop / "to" / "done", "XX_A-7.xml", NOON_S)
    answer = b"<HZ><YWLSH>T-4</YWLSH></HZ>"
    (drop / "from" / "FK_A-4_1.xml").write_bytes(answer)
    (drop / "from" / "FK_A-4_1.xml.md5").write_text(hashlib.md5(answer).hexdigest())
    found = await asked(speaking(drop), {"day": "2026-11-20"})
    assert found["total"] == "3"
    assert [(each["fields"], each["state"]) for each in found["files"]] == [
        ({"HEAD": {"GLBH": "A-1"}}, "waiting"),
        ({"HEAD": {"GLBH": "A-3"}}, "taken"),
        ({"HEAD": {"GLBH": "A-4"}}, "answered"),
    ]
    assert found["files"][0]["at"] == "2026-11-20 12:00:00"
    assert found["files"][2]["answer"]["YWLSH"] == "T-4"


async def test_a_long_day_of_files_is_listed_page_by_page(drop: Path) -> None:
    for number in range(101):
        put(drop / "to" / "done", f"YW01_A-{number:03}.xml", NOON_S)
    pages = [await asked(speaking(drop), {"day": "2026-11-20", "page": page}) for page in "123"]
    assert [(len(each["files"]), each["total"]) for each in pages] == [(100, "101"), (1, "101"), (0, "101")]
    assert pages[1]["files"][0]["name"] == "YW01_A-100.xml"


@pytest.mark.parametrize(
    "document", [{}, {"day": "20261120"}, {"day": "2026-11-20", "page": "x"}, {"day": "2026-11-20", "a": "1"}]
)
def test_a_question_for_files_holds_a_day_and_a_page(drop: Path, document: dict[str, Any]) -> None:
    with pytest.raises(Unencodable):
        speaking(drop).encode(Message("case.list", document))


async def test_a_folder_that_is_not_mounted_lists_nothing_and_says_so(drop: Path) -> None:
    (drop / "to" / "done").rmdir()
    reply = await send(speaking(drop), Message("case.list", {"day": "2026-11-20"}))
    assert reply.verdict == "unknown" and reply.document is None
