"""A code table that is turned round on a day: what is said of a case is read as of its receipt (收件), always."""

import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession, web

from gateway.boot import Gateway
from gateway.exchange.asked import Asked
from gateway.exchange.reads import ask as ask_about
from gateway.model import Exchange
from gateway.replay.blame import blame
from gateway.web.app import Service
from tests.fakes.fixtures import BEGAN, case
from tests.faults.conftest import NewPlace
from tests.faults.ledgers import ask
from tests.faults.places import Place, submitted
from tests.faults.stores import ON_A_FILE
from tests.faults.test_following import QUICK
from tests.inward.platform import UNIT, moment, signed
from tests.replay.conftest import rewrite, travelled
from tests.waiting import eventually

pytestmark = ON_A_FILE
RECEIVED, TURNED = BEGAN - timedelta(days=3), (BEGAN - timedelta(days=1)).date()  # received by the old table
ROWS = """\
  - {{ours: "refused", theirs: "40", to: {day}}}
  - {{ours: "granted", theirs: "50", to: {day}}}
  - {{ours: "refused", theirs: "50", from: {day}}}
  - {{ours: "granted", theirs: "40", from: {day}}}
"""
BEFORE = "  - as_of: 2020-01-01\n    given:"  # its examples are of the old table
READS = [
    f"case.{stem}.yaml" for stem in ("progress.reply", "list.reply", "result.reply", "result.in", "notify.in")
]


def turn_round(place: Place) -> None:
    for table in ("progress", "notified"):
        path = place.folder / f"platforms/sim-gd/tables/{table}.yaml"
        kept = [
            line
            for line in path.read_text("utf-8").splitlines(keepends=True)
            if '"40"' not in line and '"50"' not in line
        ]
        path.write_text("".join(kept) + ROWS.format(day=TURNED), encoding="utf-8")
    for name in READS:
        rewrite(place, f"sim-gd/{name}", "  - given:", BEFORE)


@pytest_asyncio.fixture(scope="module")
async def turned(tmp_path_factory: pytest.TempPathFactory, new_place: NewPlace) -> Place:
    place = new_place(tmp_path_factory.mktemp("turned") / "place")
    place.write({"sim-gd": QUICK}, names=("sim-gd",))
    turn_round(place)
    async with place.gateway():
        pass
    return place


@pytest.fixture
def place(turned: Place, tmp_path: Path) -> Place:
    """Its declared files are copied, too."""
    copy = turned.copied(tmp_path / "place")
    shutil.copytree(turned.folder / "platforms", copy.folder / "platforms", dirs_exist_ok=True)
    return copy


def told(place: Place) -> set[str]:
    return {kind for (kind,) in ask(place.database, "select kind from case_events")}


async def received(gateway: Gateway) -> Exchange:
    found = await submitted(gateway, case("gd-organization", received_at=RECEIVED))
    assert found.state == "delivered", found.cause
    return found


async def test_what_is_asked_of_a_case_is_read_as_of_its_receipt(place: Place) -> None:
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        exchange = await received(gateway)
        simulators["sim-gd"].ledger.move(exchange.ours, "granted")
        await eventually(lambda: "granted" in told(place))  # by following it
        assert "refused" not in told(place)
        await eventually(
            lambda: bool(ask(place.database, "select state from case_results"))
        )  # by fetching it
        assert ask(place.database, "select state from case_results") == [("granted",)]
        caller = gateway.settings.callers[exchange.caller]
        asked, answer = await ask_about(
            gateway.exchanges, Asked("case.progress", caller, "k1/", {}), exchange
        )
        assert answer["state"] == "granted"
        answered = (await blame(gateway, asked.id)).answered
        assert answered is not None and answered.refused == ()
        (state,) = (each for each in answered.values if each.target == "state")
        assert state.value == "granted" and state.step is not None


@pytest.mark.parametrize(
    "file, old, new, differs",
    [
        (
            "case.progress.reply.yaml",
            "step: .ztmc ?",
            "step: .ztmc ? | strip",
            0,
        ),  # other words, the same said
        ("tables/progress.yaml", str(TURNED), "2020-01-02", 1),  # 50 had been turned round before its receipt
    ],
)
async def test_a_replay_reads_the_row_that_the_exchange_read(
    place: Place, file: str, old: str, new: str, differs: int
) -> None:
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        exchange = await received(gateway)
        simulators["sim-gd"].ledger.move(exchange.ours, "granted")
        caller = gateway.settings.callers[exchange.caller]
        asked = Asked("case.progress", caller, "k1/", {})
        await ask_about(gateway.exchanges, asked, exchange)
    rewrite(place, f"sim-gd/{file}", old, new)
    lines, talk, _ = await travelled(place, "active", "files")
    changed = [line for line in lines if "case.progress.reply" in line and " state" in line]
    assert len(changed) == differs, lines
    assert "新拒绝" not in "".join(lines) and ("0 differ" in talk) == (not differs)


@asynccontextmanager
async def served(gateway: Gateway) -> AsyncIterator[str]:
    runner = Service(gateway).runner()
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/inbound/sim-gd/cases"
    finally:
        await runner.cleanup()


async def call(address: str, path: str, sid: str, said: dict[str, Any]) -> dict[str, Any]:
    body = json.dumps(said, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json", **signed(sid)}
    async with (
        ClientSession() as client,
        client.post(f"{address}/{path}", data=body, headers=headers) as answer,
    ):
        document: dict[str, Any] = json.loads(await answer.read())
    return document


@pytest.mark.parametrize("number", ["sblsh", "caseNo"])
async def test_what_a_platform_tells_of_a_case_is_read_as_of_its_receipt(place: Place, number: str) -> None:
    async with place.platforms("sim-gd"), place.gateway() as gateway, served(gateway) as address:
        exchange = await received(gateway)
        numbers = {number: exchange.ours if number == "sblsh" else exchange.theirs}
        record = {"tzbh": "TZ-DATED", "zt": "50", "sj": moment(), **numbers}
        answer = await call(address, "notices", "s_sim_0101", {"fsdw": UNIT, "lb": [record]})
        assert answer["code"] == "200", answer
        assert "granted" in told(place) and "refused" not in told(place)
        answer = await call(
            address,
            "results",
            "s_sim_0102",
            {"fsdw": UNIT, "zt": "50", "sj": moment(), "jlbh": "JG", **numbers},
        )
        assert answer["code"] == "200", answer
        assert ask(place.database, "select distinct state from case_results") == [("granted",)]
