"""A desk as it is declared and spoken to: placed once, taken before, looked up; never more than the list says."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from adapters.base import Adapter
from adapters.build import build
from adapters.coherence import NotDeclared, declare
from adapters.errors import LeaseOver, NotSent, Unbuildable, Unencodable, Unknown
from adapters.message import Access, Message
from mappings.source import read
from tests.adapters.fronts import NOWHERE
from tests.installation import EXAMPLES

TEXT = (EXAMPLES / "sim-desk" / "platform.yaml").read_text("utf-8")


class Wall:
    """A list that is kept in memory."""

    def __init__(self, trouble: Exception | None = None, pause_s: float = 0) -> None:
        self.placed: list[str] = []
        self._trouble = trouble
        self._pause_s = pause_s

    async def place(self, exchange_id: str) -> bool:
        await asyncio.sleep(self._pause_s)
        if self._trouble:
            raise self._trouble
        new = exchange_id not in self.placed
        self.placed += [exchange_id] if new else []
        return new

    async def look(self, platform: str, operation: str, number: str) -> Mapping[str, Any] | None:
        return {"state": operation} if number in self.placed else None


def declared(text: str = TEXT) -> Any:
    return declare(read("platform.yaml", text).tree)  # type: ignore[arg-type]


def adapter(wall: Wall | None, text: str = TEXT) -> Adapter:
    return build(
        declared(text), access=Access(""), transport=NOWHERE, clock_ms=lambda: 0, random=bytes, desk=wall
    )


async def sent(there: Adapter, message: Message, *, materials: Any = None, go: Any = lambda: None) -> Any:
    async def read_(_: str) -> bytes:
        return b"file"

    return await there.send(message, materials=materials or read_, go=go)


SUBMIT = Message("case.submit", {"办件编号": "N1"}, ours="N1", exchange="E1")


async def test_a_message_is_taken_once_and_then_known() -> None:
    wall = Wall()
    there = adapter(wall)
    replies = [await sent(there, SUBMIT) for _ in range(3)]
    assert [each.verdict for each in replies] == ["taken", "already", "already"]
    assert wall.placed == ["E1"]


async def test_what_people_see_is_what_is_proved_files_and_all() -> None:
    there = adapter(Wall())
    with_file = Message(
        "case.submit", {"文件": {"$material": "f1", "as": "base64"}}, ours="N1", exchange="E1"
    )
    first, other = await sent(there, with_file), await sent(there, SUBMIT)
    assert first.sent_digest != other.sent_digest
    assert first.sent_bytes == len('{"文件":"ZmlsZQ=="}'.encode())


@pytest.mark.parametrize(
    ("trouble", "verdict", "cause"),
    [
        (LeaseOver(), "not_sent", "lease_over"),
        (NotSent("storage_unavailable"), "not_sent", "storage_unavailable"),
        (Unknown("storage_unavailable"), "unknown", "storage_unavailable"),
    ],
)
async def test_what_befalls_the_list_is_told_as_what_it_means(
    trouble: Exception, verdict: str, cause: str
) -> None:
    reply = await sent(adapter(Wall(trouble)), SUBMIT)
    assert (reply.verdict, reply.cause) == (verdict, cause)


async def test_a_list_that_does_not_answer_in_time_is_unknown() -> None:
    there = adapter(
        Wall(pause_s=5), TEXT.replace("speaks: desk ", "limits: {timeout_s: 0.05}\nspeaks: desk ")
    )
    reply = await sent(there, SUBMIT)
    assert (reply.verdict, reply.cause) == ("unknown", "timeout")


async def test_nothing_is_placed_without_leave() -> None:
    def go() -> None:
        raise LeaseOver

    wall = Wall()
    reply = await sent(adapter(wall), SUBMIT, go=go)
    assert (reply.verdict, wall.placed) == ("not_sent", [])


async def test_what_was_recorded_is_looked_up_by_our_number() -> None:
    wall = Wall()
    wall.placed.append("N1")
    there = adapter(wall)
    found = await sent(there, Message("case.progress", {}, ours="N1", exchange="E2"))
    assert (found.verdict, found.document["progress"]) == ("taken", {"state": "case.progress"})
    ended = await sent(there, Message("case.result", {}, ours="N1", exchange="E2"))
    assert (ended.verdict, ended.document["result"]) == ("taken", {"state": "case.result"})
    absent = await sent(there, Message("case.progress", {}, ours="N2", exchange="E3"))
    assert (absent.verdict, absent.code) == ("refused", "absent")
    with pytest.raises(Unencodable):
        there.encode(Message("case.progress", {}, exchange="E3"))


def test_a_desk_without_a_list_cannot_be_built() -> None:
    with pytest.raises(Unbuildable):
        adapter(None)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kind: desk", "kind: regional", "speaks"),
        ("speaks: desk", "speaks: rest", "speaks"),
        ("call: PLACE", "call: PUT x", "operations.case.submit.call"),
        ("call: LOOK", "call: PLACE", "operations.case.progress.call"),
        ("outcome: placed", "outcome: there", "operations.case.submit.taken"),
        ("already: {body: {outcome: there}}", "", "operations.case.submit.already"),
        ("outcome: found", "outcome: absent", "operations.case.progress.taken"),
        ("repeatable: {by: exchange, because: 工作清单上每次交换只有一行}", "", "operations.case.submit"),
        ("case.progress:", "data.query:", "operations.data.query"),
        ("speaks: desk ", "auth: simple\nspeaks: desk ", "auth"),
        ("call: LOOK ", "follow: {first: 1m}\n    call: LOOK ", "operations.case.progress.follow"),
    ],
)
def test_a_desk_that_is_declared_otherwise_is_told_where_and_what_to_write(
    old: str, new: str, said: str
) -> None:
    assert old in TEXT
    with pytest.raises(NotDeclared) as faults:
        declared(TEXT.replace(old, new, 1))
    assert said in {".".join(map(str, each.path)) for each in faults.value.faults}
    assert all(each.write for each in faults.value.faults)
