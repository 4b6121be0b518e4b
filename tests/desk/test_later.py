"""What a caller sends later to a desk: a sheet of its own on the same list, read, and its files taken out."""

import re
from datetime import datetime
from typing import Any

import pytest

from gateway.cli.desk import group as command
from gateway.cli.desk.work import named
from gateway.desk.records import seen
from gateway.errors import Refusal
from gateway.exchange import later
from gateway.exchange.asked import Asked
from gateway.model import Exchange
from gateway.store import cases
from tests.desk.conftest import STAFF, UNIT, Window
from tests.fakes.checks import CHINA
from tests.fakes.fixtures import case

MATERIALS = case("gd-person")["materials"]
BODIES: dict[str, dict[str, Any]] = {
    "case.correct": {"materials": MATERIALS, "form": {"summary": "更正后的摘要"}},
    "case.supplement": {"materials": MATERIALS},
    "case.withdraw": {"reason": "申请人另在户籍地办理"},
}


async def sent(window: Window, done: Exchange, operation: str) -> Exchange:
    gateway = window.gateway
    by = {"at": datetime.now(CHINA).isoformat(timespec="seconds"), "staff": "C0228"}
    document = {**BODIES[operation], "by": by}
    asked = Asked(
        operation, gateway.settings.callers["guichi"], "k1/", document, key=operation, digest=operation
    )
    of_case = await gateway.store.read(lambda connection: cases.by_id(connection, done.case_id))
    assert of_case
    exchange, _ = await later.write(gateway.exchanges, asked, of_case)
    return await gateway.exchanges.wait(exchange, 10)


@pytest.mark.parametrize(
    ("operation", "before", "state", "shown"),
    [
        ("case.correct", ("correction_needed",), "corrected", "更正后的摘要"),
        ("case.supplement", ("accepted", "supplement_owed"), "accepted", "居民身份证"),
        ("case.withdraw", ("accepted",), "withdrawn", "申请人另在户籍地办理"),
    ],
)
async def test_it_stands_on_the_list_with_what_was_sent_until_it_was_read(
    window: Window, operation: str, before: tuple[str, ...], state: str, shown: str
) -> None:
    done = await window.submitted()
    for kind in before:
        await window.record(done.ours, kind)
    told = await sent(window, done, operation)
    assert (told.state, told.platform) == ("delivered", "sim-desk")
    [line] = [each for each in await window.standing() if each.work.operation == operation]
    assert (line.work.number, line.work.unit, line.life.state) == (done.ours, UNIT, state)
    assert line.life.duties == frozenset()
    printed = command._line(line)
    assert operation in printed and f"exchange={told.id}" in printed
    assert not re.search(r"更正后的摘要|另在户籍地|祝长安", printed)
    assert (await named(window.gateway, told.id, UNIT)).work.exchange_id == told.id
    assert (await named(window.gateway, done.ours, UNIT)).work.exchange_id == done.id
    sheet = await window.gateway.papers.tree(told.id, "message")
    assert (sheet["办件编号"], shown in str(sheet)) == (done.ours, True)
    if operation != "case.withdraw":
        file = MATERIALS[0]["files"][0]
        assert len(await window.gateway.papers.file(told.id, file["id"])) == file["size"]
    assert await seen(window.gateway.store, line.work, staff=STAFF, unit=UNIT)
    assert [each for each in await window.standing() if each.work.operation == operation] == []


async def test_a_correction_that_the_desk_did_not_ask_for_is_refused(window: Window) -> None:
    done = await window.submitted()
    with pytest.raises(Refusal) as refused:
        await sent(window, done, "case.correct")
    assert refused.value.code == "nothing_asked"
