"""`tongban exchange retry` and `tickets` beside a gateway: what is made due, one by one, and what never is."""

import asyncio
import json
import signal
from asyncio.subprocess import PIPE, Process
from itertools import pairwise

import orjson
import pytest
import pytest_asyncio

from gateway.exchange import said
from gateway.exchange.commits import Moved
from gateway.exchange.prepare import epoch_ms
from gateway.model import Exchange
from gateway.store import exchanges, marks
from tests.fakes.fixtures import case
from tests.fakes.programme import step
from tests.faults.ledgers import ask, entries
from tests.faults.places import Place, arrivals, asked, look, sound, submitted, until
from tests.forked import python
from tests.installation import CHECKOUT
from tests.waiting import looks

NONE: frozenset[str] = frozenset()
CASES = ("gd-organization", "gd-agent", "gd-minor")
SLOW = {"first: 50ms, most: 200ms": "first: 1h, most: 1h"}


async def started(place: Place, *arguments: object) -> Process:
    return await asyncio.create_subprocess_exec(
        *python(), "-m", "gateway.cli", "exchange", *map(str, arguments), "--conf", str(place.conf),
        stdout=PIPE, stderr=PIPE, cwd=CHECKOUT,
    )  # fmt: skip


async def command(place: Place, *arguments: object) -> tuple[int, list[str], str]:
    """(exit code, results, talk)"""
    child = await started(place, *arguments)
    results, talk = await child.communicate()
    return await child.wait(), results.decode().splitlines(), talk.decode()


def rows(place: Place) -> list[tuple]:
    return ask(place.database, "select * from exchanges order by id")


@pytest_asyncio.fixture(scope="module")
async def stopped(tmp_path_factory, new_place) -> Place:
    """Three cases that could not be sent, and that would be tried again in an hour."""
    place = new_place(tmp_path_factory.mktemp("stopped") / "place")
    place.write({"sim-gd": SLOW, "sim-gx": {"settled_after: 2s": "settled_after: 1h"}})
    async with place.gateway() as gateway:
        (place.folder / "log_key").write_text(gateway.signer.vkey)
        for name in CASES:
            admitted, _ = await gateway.exchanges.admit(asked(gateway, case(name), f"key-{name}"))
            await until(gateway, admitted.id, "deferred")
    return place


@pytest.fixture
def place(stopped, tmp_path) -> Place:
    return stopped.copied(tmp_path / "place")


async def test_without_go_it_is_shown_and_nothing_is_changed(place):
    before = rows(place), ask(place.database, "select count(*) from audit_entries")
    code, results, talk = await command(place, "retry", "--filter", "state=deferred,platform=sim-gd")
    assert (code, len(results)) == (0, 3)
    assert all(" sim-gd case.submit state=deferred cause=" in line for line in results)
    assert "      3  sim-gd  deferred  case.submit" in talk and "[later]" in talk
    assert "3 shown, nothing was changed" in talk
    assert (rows(place), ask(place.database, "select count(*) from audit_entries")) == before


async def test_each_has_its_turn_and_is_sent_on_the_one_way_with_an_entry_of_its_own(place):
    async with place.platforms("sim-gd"), place.gateway() as gateway:
        go = ("retry", "--go", "--every", "500ms", "--reason", "张三说对方已恢复", "--as", "li.w")
        code, results, talk = await command(place, *go)
        assert (code, len(results)) == (0, 3)
        assert "3 due now, 0 moved on by themselves, 0 left alone" in talk
        for line in results:
            found = await until(gateway, line.split()[0], "delivered")
            assert entries(place.database, found.id)[-3:] == [
                "exchange.hastened", "exchange.sending", "exchange.delivered",
            ]  # fmt: skip
            note = await gateway.papers.tree(found.id, "note/1")
            assert note == {"actor": "li.w", "reason": "张三说对方已恢复"}
        asked_ = "select body from audit_entries where kind = 'exchange.hastened'"
        bodies = [bytes(body) for (body,) in ask(place.database, asked_)]
        assert {orjson.loads(body)["actor"] for body in bodies} == {"li.w"}
        turns = [epoch_ms(orjson.loads(body)["at"]) for body in bodies]
        assert all(later - earlier >= 250 for earlier, later in pairwise(sorted(turns)))
        assert not any("张三".encode() in body for body in bodies)  # free text is on the erasable side
    sound(place)


async def test_interrupted_it_leaves_the_rest_as_it_was(place):
    before = {row[0]: row for row in rows(place)}
    child = await started(place, "retry", "--go", "--every", "60s", "--reason", "r")
    assert child.stdout
    first = (await child.stdout.readline()).decode().split()[0]
    child.send_signal(signal.SIGINT)
    results, talk = await child.communicate()
    assert (await child.wait(), results) == (1, b"")
    assert "1 due now, 0 moved on by themselves, 2 left alone" in talk.decode()
    after = {row[0]: row for row in rows(place)}
    assert {each for each in after if after[each] != before[each]} == {first}
    sound(place)


async def test_a_machine_is_told_all_of_it_and_no_more_than_most_are_taken(place):
    _, results, _ = await command(
        place, "retry", "--go", "--most", 2, "--every", "0s", "--reason", "r", "--json"
    )
    told = json.loads("\n".join(results))
    assert told["hastened"] == [each["exchange"] for each in told["chosen"]]
    assert (len(told["hastened"]), told["moved"], told["left"]) == (2, [], 0)
    assert [each["exchanges"] for each in told["standing"] if each["stands"] == "later"] == [3]
    _, results, talk = await command(place, "retry", "--json")
    told = json.loads("\n".join(results))
    assert {each["stands"]: each["exchanges"] for each in told["standing"]} == {"due": 2, "later": 1}
    assert told["left"] == 1 and "2 are due" in talk
    sound(place)


async def test_what_was_admitted_lately_or_has_another_cause_is_left_out(place):
    for words, count in (
        ("older=1h", 0),
        ("older=1ms", 3),
        ("cause=timeout", 0),
        ("operation=case.submit", 3),
    ):
        code, results, talk = await command(place, "retry", "--filter", words)
        assert (code, len(results)) == (0, count), words
        assert ("there are now session_failed" in talk) == (words == "cause=timeout")


async def test_what_is_held_told_to_wait_or_to_be_asked_after_is_never_made_due(place):
    async with place.platforms("sim-bare", "sim-gd", "sim-gx") as simulators, place.gateway() as gateway:
        simulators["sim-bare"].programme.add(step({"do": "take_then_drop"}, NONE, 0))
        held = await submitted(gateway, case("gd-person"), "key-held")
        simulators["sim-gd"].programme.add(step({"do": "later", "after_s": 7200}, NONE, 0))
        (told, *_) = await waiting(gateway)
        await said.hasten(gateway.exchanges, told, actor="a", reason="r")
        await attempted(gateway, told.id, 2)
        simulators["sim-gx"].programme.add(step({"do": "take_then_drop"}, NONE, 0))
        probed, _ = await gateway.exchanges.admit(asked(gateway, case("gx-person"), "key-probed"))
        was = [held, *[await until(gateway, each.id, "deferred") for each in (told, probed)]]
        assert (held.state, was[2].step) == ("held", "probe")
        _, results, talk = await command(place, "retry", "--go", "--every", "0s", "--reason", "r")
        assert len(results) == 2 and not {each.id for each in was} & {line.split()[0] for line in results}
        assert [await look(gateway, each.id) for each in was] == was
        for text in ("1 are held, never retried", "1 were told to come back later", "1 will be asked after"):
            assert text in talk
    sound(place)


async def test_what_keeps_a_platform_closed_is_said_and_holds(place):
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        kept = marks.RECONCILE + "sim-gd"
        await gateway.store.write(lambda tx: marks.put(tx.connection, kept, "", tx.now_ms))
        await gateway.gates.refresh()
        _, results, talk = await command(place, "retry", "--go", "--every", "0s", "--reason", "r")
        assert len(results) == 3 and "sim-gd: 现在不发送 / nothing is sent now: reconcile" in talk
        await asyncio.sleep(0.6)
        assert arrivals(simulators["sim-gd"]) == 0


async def test_what_went_on_meanwhile_is_not_moved(place):
    async with place.platforms("sim-gd"), place.gateway() as gateway:
        (was, *_) = await waiting(gateway)
        await said.hasten(gateway.exchanges, was, actor="a", reason="r")
        with pytest.raises(Moved):
            await said.hasten(gateway.exchanges, was, actor="a", reason="r")
        await until(gateway, was.id, "delivered")
        with pytest.raises(Moved):
            await said.hasten(gateway.exchanges, was, actor="a", reason="r")
        assert entries(place.database, was.id).count("exchange.hastened") == 1
    sound(place)


async def attempted(gateway, exchange_id: str, attempt: int) -> None:
    """Once it has been sent so often."""
    async for _ in looks(0.02):
        if (await look(gateway, exchange_id)).attempt >= attempt:
            return
    raise AssertionError(f"not sent {attempt} times")


async def waiting(gateway) -> list[Exchange]:
    far_ms = gateway.clock_ms() + 86_400_000
    return await gateway.store.read(lambda connection: exchanges.due(connection, "sim-gd", far_ms, 10))


@pytest.mark.parametrize(
    ("words", "told"),
    [("platform=sim-dg", "sim-gd, sim-gx"), ("operation=case.submitt", "did you mean 'case.submit'?")],
)
async def test_a_name_that_nobody_declared_is_told_with_those_there_are(place, words, told):
    code, results, talk = await command(place, "retry", "--filter", words)
    assert (code, results) == (2, [])
    assert told in talk


async def test_tickets_are_listed_with_owner_and_deadline_and_closed_once_seen_to(place):
    async with place.platforms("sim-bare"), place.gateway() as gateway:
        place.simulators["sim-bare"].programme.add(step({"do": "take_then_drop"}, NONE, 0))
        held = await submitted(gateway, case("gd-person"), "key-held")
        code, lines, talk = await command(place, "tickets")
        assert (code, len(lines)) == (1, 1) and "1 张未关闭 / open" in talk
        assert lines[0].startswith(f"{held.id} held sim-bare case.submit state=held cause=")
        assert " owner=operator opened=" in lines[0] and " due=" in lines[0]
        code, _, talk = await command(place, "tickets", "--close", held.id, "--reason", "r")
        assert code == 1 and "tongban exchange settle" in talk
        await said.settle(gateway.exchanges, held.id, "settled_stop", reference="", actor="a", reason="r")

        # nobody waits for longer than the operation's patience: 100000 s are more than 24 h
        place.simulators["sim-bare"].programme.add(step({"do": "later", "after_s": 100_000}, NONE, 0))
        ended = await submitted(gateway, case("gd-person"), "key-ended")
        _, lines, _ = await command(place, "tickets", "--json")
        (ticket,) = json.loads("\n".join(lines))["tickets"]
        assert (ticket["kind"], ticket["state"], ticket["overdue"]) == ("abandoned", "abandoned", False)
        close = ("tickets", "--close", ended.id, "--reason", "已告知申请人张三", "--as", "li.w")
        assert (await command(place, *close))[:2] == (0, [f"{ended.id} abandoned closed"])
        ((body,),) = ask(place.database, "select body from audit_entries where kind = 'ticket.closed'")
        entry = orjson.loads(bytes(body))
        assert (entry["exchange"], entry["ticket"], entry["actor"]) == (ended.id, "abandoned", "li.w")
        assert "张三" not in bytes(body).decode()
        assert (await gateway.papers.tree(ended.id, "note/1"))["reason"] == "已告知申请人张三"
        assert (await command(place, *close))[0] == 1  # what is closed is not closed again
        assert (await command(place, "tickets"))[:2] == (0, [])
    sound(place)
