"""Results are fetched by themselves through restarts, outages and answers that are none: once, in their time."""

import asyncio
from collections.abc import Mapping

import pytest
import pytest_asyncio

from gateway.boot import Gateway
from gateway.exchange.following import follow
from gateway.model import Exchange
from gateway.store import followed, results
from gateway.store.events import Told
from gateway.store.results import Result, Wanted
from tests.fakes.fixtures import case
from tests.fakes.programme import step
from tests.fakes.server import Simulator
from tests.faults.ledgers import ask
from tests.faults.places import Place, sound, submitted
from tests.faults.stores import ON_BOTH_WHEN_LONG
from tests.faults.test_following import DECLARED, NONE
from tests.waiting import eventually

pytestmark = ON_BOTH_WHEN_LONG
RESULT = "case.result"
OFTEN = {"retry: {first: 10m, most: 24h}": "retry: {first: 50ms, most: 200ms}"}


async def made(place: Place, changes: Mapping[str, str] = OFTEN) -> Place:
    place.write({"sim-gd": changes})
    async with place.gateway() as gateway:
        (place.folder / "log_key").write_text(gateway.signer.vkey)
    return place


@pytest_asyncio.fixture(scope="module")
async def often(tmp_path_factory, new_place) -> Place:
    """An installation that asks again for what was not there several times a second."""
    return await made(new_place(tmp_path_factory.mktemp("often") / "place"))


@pytest.fixture
def place(often, tmp_path) -> Place:
    return often.copied(tmp_path / "place")


def asked(simulator: Simulator) -> int:
    return sum(each["operation"] == RESULT for each in simulator.ledger.arrivals(None))


def kept(place: Place) -> list[Result]:
    names = ", ".join(Result._fields)
    return [
        Result._make(row) for row in ask(place.database, f"select {names} from case_results order by place")
    ]


def wanted(place: Place) -> list[Wanted]:
    return [
        Wanted._make(row)
        for row in ask(place.database, f"select {', '.join(Wanted._fields)} from wanted_results")
    ]


async def decided(gateway: Gateway, simulator: Simulator, state: str = "granted") -> Exchange:
    """A case that the authority has decided, and that it is known of."""
    delivered = await submitted(gateway, case("gd-organization"))
    simulator.ledger.move(delivered.ours, state)
    await gateway.store.write(follow(delivered.case_id, [Told(state, gateway.clock_ms(), "sim-gd", "1")]))
    return delivered


async def test_what_is_decided_is_fetched_once_and_asked_for_no_more(place):
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        await decided(gateway, simulators["sim-gd"])
        await eventually(lambda: len(kept(place)) == 1)
        await eventually(lambda: wanted(place)[0].due_ms == 0)
        await asyncio.sleep(1.2)
        assert asked(simulators["sim-gd"]) == 1
    sound(place)


@pytest.mark.parametrize(
    ("what", "cause"),
    [
        ({"do": "later", "after_s": 0}, "later"),
        ({"do": "refuse", "code": "5406"}, "refused"),
        ({"do": "reset_after"}, "reset"),
    ],
)
async def test_it_is_asked_for_again_until_they_have_it(place, what, cause):
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        simulator = simulators["sim-gd"]
        simulator.programme.add(step({**what, "operation": RESULT, "times": 3}, NONE, 0))
        await decided(gateway, simulator)
        await eventually(lambda: bool(wanted(place)) and wanted(place)[0].cause != "")
        assert wanted(place)[0].cause == cause
        await eventually(lambda: len(kept(place)) == 1)
        await eventually(lambda: wanted(place)[0] == wanted(place)[0]._replace(due_ms=0, tries=0, cause=""))
        assert asked(simulator) == 4
        reads = ask(place.database, f"select count(*) from exchanges where operation = '{RESULT}'")
        assert reads[0][0] <= 2  # the same "no" again is not recorded again
    sound(place)


async def test_a_decision_whose_papers_are_made_later_is_kept_at_once_and_again_with_its_papers(place):
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        simulator = simulators["sim-gd"]
        delivered = await submitted(gateway, case("gd-organization"))
        simulator.ledger.say(delivered.ours, {})
        simulator.ledger.move(delivered.ours, "granted")
        await gateway.store.write(
            follow(delivered.case_id, [Told("granted", gateway.clock_ms(), "sim-gd", "1")])
        )
        await eventually(lambda: bool(kept(place)) and wanted(place)[0].cause == "no_documents")
        simulator.ledger.say(delivered.ours, {"documents": [{"kind": "licence", "name": "许可证"}]})
        await eventually(lambda: len(kept(place)) == 2)
        await eventually(lambda: wanted(place)[0].due_ms == 0)
        assert [each.documents for each in kept(place)] == [0, 1]
    sound(place)


async def test_a_question_that_died_is_asked_again_after_its_lease_and_nothing_is_kept_twice(place):
    async with place.platforms("sim-gd") as simulators:
        async with place.gateway() as gateway:
            await decided(gateway, simulators["sim-gd"])
            await eventually(lambda: len(kept(place)) == 1)
            await eventually(lambda: wanted(place)[0].due_ms == 0)
            row = wanted(place)[0]

            def died(tx):  # it was asked, and its process died before it could keep the answer
                results.want(tx.connection, row._replace(owner="dead", due_ms=tx.now_ms + 2_000))
                return tx.now_ms + 2_000

            until_ms = await gateway.store.write(died)
        async with place.gateway():
            await eventually(lambda: wanted(place)[0].due_ms == 0)
        assert (asked(simulators["sim-gd"]), len(kept(place))) == (2, 1)
        found = simulators["sim-gd"].ledger.arrivals(None)
        assert max(int(str(each["at_ms"])) for each in found if each["operation"] == RESULT) >= until_ms
    sound(place)


async def test_after_the_patience_nobody_asks_and_an_entry_says_that_the_result_is_missing(
    new_place, tmp_path
):
    place = await made(new_place(tmp_path / "place"), {**OFTEN, "patience: 30d": "patience: 800ms"})
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        simulator = simulators["sim-gd"]
        simulator.programme.add(
            step({"do": "refuse", "code": "5406", "operation": RESULT, "times": 0}, NONE, 0)
        )
        delivered = await decided(gateway, simulator)
        await eventually(lambda: bool(wanted(place)) and wanted(place)[0].due_ms == 0)
        before = asked(simulator)
        await asyncio.sleep(1.2)
        assert asked(simulator) == before
        missing = "select count(*) from audit_entries where case_id = '{}' and kind = 'case.result_missing'"
        assert ask(place.database, missing.format(delivered.case_id)) == [(1,)]
    sound(place)


async def test_a_platform_that_has_no_results_is_not_asked(new_place, tmp_path):
    place = new_place(tmp_path / "place")
    place.write()
    folder = place.folder / "platforms" / "sim-gd"
    declared = (folder / "platform.yaml").read_text()
    begin, end = declared.index("  case.result:"), declared.index("  guide.get:")
    (folder / "platform.yaml").write_text(declared[:begin] + declared[end:])
    outward = [folder / name for name in ("case.result.yaml", "case.result.reply.yaml")]
    for file in [*outward, *folder.glob("samples/case.result.*")]:
        file.unlink()
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        await decided(gateway, simulators["sim-gd"])
        await asyncio.sleep(1)
        assert (asked(simulators["sim-gd"]), kept(place)) == (0, [])


async def test_a_decided_case_that_is_never_told_to_be_served_is_asked_about_for_a_while_only(
    new_place, tmp_path
):
    quick = {DECLARED: "follow: {first: 50ms, most: 100ms, decided: 700ms}"}
    place = await made(new_place(tmp_path / "place"), quick)
    never = "select count(*) from followed_cases where cause = 'not_told_served' and due_ms > 4000000000000"
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        simulator = simulators["sim-gd"]
        delivered = await submitted(gateway, case("gd-organization"))
        simulator.ledger.move(delivered.ours, "granted")
        await eventually(lambda: ask(place.database, never) == [(1,)])
        before = sum(each["operation"] == "case.progress" for each in simulator.ledger.arrivals(None))
        await asyncio.sleep(1)
        after = sum(each["operation"] == "case.progress" for each in simulator.ledger.arrivals(None))
        assert after == before
        said = "select count(*) from audit_entries where case_id = '{}' and kind = 'case.unfollowed'"
        assert ask(place.database, said.format(delivered.case_id)) == [(1,)]
        rows = await gateway.store.read(lambda connection: followed.of_case(connection, delivered.case_id))
        assert [(each.due_ms, each.cause) for each in rows] == [(followed.NEVER_MS, "not_told_served")]
        wrong = Told("accepted", gateway.clock_ms(), "sim-gd", "R2", undoes=f"granted@{decided_ms(place)}")
        await gateway.store.write(follow(delivered.case_id, [wrong]))
        await eventually(
            lambda: ask(place.database, never) == [(0,)]
        )  # not decided after all: asked about as before
    sound(place)


def decided_ms(place: Place) -> int:
    found = ask(place.database, "select at_ms from case_events where kind = 'granted'")
    return int(found[0][0])
