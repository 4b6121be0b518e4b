"""A day with real simulated platforms: what each kind of difference comes from, and what settles it."""

import itertools
import re
from datetime import timedelta

import pytest

from gateway.errors import Refusal
from gateway.exchange import said
from gateway.exchange.asked import Asked
from gateway.exchange.reads import ask as ask_platform
from gateway.reconcile.compare import KINDS
from gateway.reconcile.day import Order, reconcile
from gateway.reconcile.lists import HEADINGS
from gateway.reconcile.sources import listed
from gateway.reconcile.texts import FAULTS, REASONS, CannotReconcile
from gateway.reconcile.texts import KINDS as TEXTS
from gateway.store import sent as rows
from gateway.store.exchanges import by_id, facts_of
from tests.fakes.fixtures import case
from tests.faults.ledgers import ask
from tests.faults.places import arrivals, asked, look, sound, taken, until
from tests.faults.places import kinds as facts
from tests.installation import CHECKOUT
from tests.reconcile.told import day_of, entries_of, held, kinds, reconciled, sent, takes, tell, written


async def test_a_day_on_which_both_sides_have_the_same_agrees(place):
    async with place.platforms("sim-gd"), place.gateway() as gateway:
        first = await sent(gateway, "sim-gd")
        second = await sent(gateway, "sim-gd", "key-0002", "gd-minor")
        done = await reconciled(gateway, "sim-gd", day_of(first))
        assert kinds(done) == ["agree", "agree"]
        assert (done.source, done.sent, done.listed, done.findings) == ("list", 2, 2, [])
        assert {each.theirs[0].theirs for each in done.differences} == {first.theirs, second.theirs}
    sound(place)


async def test_a_dropped_answer_is_held_and_their_list_settles_it_once(place):
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        found = await held(gateway, simulators["sim-gd"], "sim-gd")
        looked = await reconciled(gateway, "sim-gd", day_of(found))
        assert (kinds(looked), looked.settled) == (["held_there"], frozenset())
        assert await look(gateway, found.id) == found  # who only looks changes nothing

        done = await reconciled(gateway, "sim-gd", day_of(found), settle=True)
        assert (kinds(done), done.settled, done.findings) == (["held_there"], {found.id}, [])
        now = await look(gateway, found.id)
        assert (now.state, now.theirs) == ("delivered", done.differences[0].theirs[0].theirs)
        note = await gateway.papers.tree(found.id, "note/1")
        assert note["actor"] == "li.w" and str(day_of(found)) in note["reason"]
        settled = next(each for each in entries_of(place, "exchange.delivered"))
        assert (settled["actor"], settled["fact"]) == ("li.w", "settled_taken")

        again = await reconciled(gateway, "sim-gd", day_of(found), settle=True)
        assert (kinds(again), again.settled) == (["agree"], frozenset())
        assert await look(gateway, found.id) == now
        assert await facts(gateway, found.id) == ["unknown", "settled_taken"]
        assert arrivals(simulators["sim-gd"]) == taken(simulators["sim-gd"]) == 1  # nothing was sent again
    sound(place)


async def test_what_is_held_and_not_in_their_list_is_never_settled_by_that(place):
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        found = await held(gateway, simulators["sim-gd"], "sim-gd", "reset_after")
        done = await reconciled(gateway, "sim-gd", day_of(found), settle=True)
        assert (kinds(done), done.settled) == (["held_absent"], frozenset())
        assert await look(gateway, found.id) == found


async def test_a_case_that_they_have_and_we_do_not_is_told_by_the_form_of_its_number(place):
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        found = await sent(gateway, "sim-gd")
        lost = f"{found.ours[:-4]}9001"  # as if it had been sent before the database was restored
        takes(simulators["sim-gd"], lost)
        takes(simulators["sim-gd"], "WINDOW-17")
        done = await reconciled(gateway, "sim-gd", day_of(found), settle=True)
        assert kinds(done) == ["agree", "unknown_here", "foreign"]
        assert [each.theirs[0].ours for each in done.findings] == [lost, "WINDOW-17"]


async def test_what_we_call_delivered_and_they_do_not_have_is_found(place):
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        found = await sent(gateway, "sim-gd")
        simulators["sim-gd"].ledger.forget()
        done = await reconciled(gateway, "sim-gd", day_of(found), settle=True)
        assert kinds(done) == ["missing_there"]
        assert await look(gateway, found.id) == found


async def test_a_case_that_they_have_twice_is_a_double_and_is_not_settled(place):
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        found = await held(gateway, simulators["sim-gd"], "sim-gd")
        takes(simulators["sim-gd"], found.ours)
        done = await reconciled(gateway, "sim-gd", day_of(found), settle=True)
        assert (kinds(done), done.settled) == (["doubled"], frozenset())
        assert len(done.differences[0].theirs) == 2


async def test_what_was_refused_and_is_there_is_a_contradiction(place):
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        tell(simulators["sim-gd"], do="refuse")
        found = await sent(gateway, "sim-gd")
        assert found.state == "refused"
        assert kinds(await reconciled(gateway, "sim-gd", day_of(found))) == ["agree"]
        takes(simulators["sim-gd"], found.ours)
        assert kinds(await reconciled(gateway, "sim-gd", day_of(found))) == ["contradiction"]


async def test_another_number_than_was_recorded_is_told(place, tmp_path):
    async with place.platforms("sim-gd"), place.gateway() as gateway:
        found = await sent(gateway, "sim-gd")
        file = written(tmp_path, "申办流水号,办件编号", f"{found.ours},LN000")
        done = await reconciled(gateway, "sim-gd", day_of(found), file=file)
        assert (done.source, kinds(done)) == ("file", ["number_differs"])


async def test_a_case_that_went_back_from_where_they_said_it_was_is_told(place):
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        found = await sent(gateway, "sim-gd")
        ledger = simulators["sim-gd"].ledger
        ledger.move(found.ours, "granted")
        question = Asked("case.progress", gateway.settings.callers["guichi"], "k1", {})
        _, progress = await ask_platform(gateway.exchanges, question, found)
        assert progress["state"] == "granted"
        assert kinds(await reconciled(gateway, "sim-gd", day_of(found))) == ["agree"]
        ledger.move(found.ours, "signed")
        done = await reconciled(gateway, "sim-gd", day_of(found))
        assert kinds(done) == ["state_differs"]
        assert (done.differences[0].ours[0].known, done.differences[0].theirs[0].state) == (
            "granted",
            "signed",
        )


async def test_what_is_still_under_way_waits_for_its_end(place):
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        tell(simulators["sim-gd"], do="later", after_s=600)
        admitted, _ = await gateway.exchanges.admit(asked(gateway, case("gd-organization"), "key-0001"))
        found = await until(gateway, admitted.id, "deferred")
        assert kinds(await reconciled(gateway, "sim-gd", day_of(found), settle=True)) == ["open_absent"]
        assert (await look(gateway, found.id)).state == "deferred"


# ---- the platform's own list -----------------------------------------------------------------------------


async def test_a_list_is_asked_page_by_page_and_every_page_leaves_its_entry(place):
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        simulators["sim-gd"].dialect.page_rows = 2
        found = await sent(gateway, "sim-gd")
        for serial in range(4):
            takes(simulators["sim-gd"], f"{found.ours[:-4]}90{serial:02}")
        done = await reconciled(gateway, "sim-gd", day_of(found))
        assert (done.listed, sorted(kinds(done))) == (5, ["agree", *["unknown_here"] * 4])
        reads = entries_of(place, "exchange.read")
        assert len(reads) == 3
        assert all(each["operation"] == "case.list" and each["actor"] == "li.w" for each in reads)
        assert not any(name in each for each in reads for name in ("case", "caller", "ours", "unit"))
    sound(place)


async def test_a_question_without_a_case_belongs_to_nobody(place):
    async with place.platforms("sim-gd"), place.gateway() as gateway:
        found = await sent(gateway, "sim-gd")
        await reconciled(gateway, "sim-gd", day_of(found))
        (read,) = entries_of(place, "exchange.read")
        row = await gateway.store.read(lambda connection: by_id(connection, read["exchange"]))
        assert (row.kind, row.state, row.case_id, row.caller) == ("read", "delivered", "", "")
        assert [fact.kind for fact in await gateway.store.read(lambda c: facts_of(c, row.id))] == ["taken"]


async def test_absence_from_a_list_that_lacks_rows_says_nothing(place):
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        found = await sent(gateway, "sim-gd")
        simulators["sim-gd"].dialect.page_rows = 0  # they say that there is one case, and list none
        assert kinds(await reconciled(gateway, "sim-gd", day_of(found))) == ["unclear"]


@pytest.mark.parametrize(
    ("do", "code"),
    [("garbage", "platform_garbled"), ("busy", "platform_unavailable"), ("refuse", "platform_refused")],
)
async def test_a_list_that_cannot_be_had_stops_everything(place, do, code):
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        found = await sent(gateway, "sim-gd")
        tell(simulators["sim-gd"], do=do, operation="case.list")
        with pytest.raises(Refusal) as refusal:
            await reconciled(gateway, "sim-gd", day_of(found))
        assert refusal.value.code == code
        assert entries_of(place, "reconcile.done") == []


async def test_a_session_secret_that_runs_out_between_two_pages_is_renewed_once(place):
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        found = await sent(gateway, "sim-gd")
        tell(simulators["sim-gd"], do="expire_secret", operation="case.list")
        assert kinds(await reconciled(gateway, "sim-gd", day_of(found))) == ["agree"]
        tell(simulators["sim-gd"], do="bar", code="4031", operation="case.list", times=0)
        with pytest.raises(Refusal):
            await reconciled(gateway, "sim-gd", day_of(found))
        assert simulators["sim-gd"].ledger.counts()["outcomes"]["case.list barred"] == 3
    sound(place)


async def test_what_was_sent_over_midnight_is_looked_for_in_the_lists_around(place):
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        found = await sent(gateway, "sim-gd")
        today, minute = day_of(found), 60_000
        (mine,) = await gateway.store.read(
            lambda connection: rows.of_span(connection, "sim-gd", found.admitted_ms, found.admitted_ms + 1)
        )
        midnight_ms = found.admitted_ms - (found.admitted_ms + 8 * 60 * minute) % (24 * 60 * minute)
        late = mine._replace(admitted_ms=midnight_ms - minute, changed_ms=found.changed_ms)
        listing = await listed(gateway.exchanges, "sim-gd", today - timedelta(days=1), "li.w", [late])
        assert [record.ours for record in listing.records] == [found.ours]
        before_ms = midnight_ms - 20 * minute
        early = mine._replace(admitted_ms=before_ms, changed_ms=before_ms)
        listing = await listed(gateway.exchanges, "sim-gd", today - timedelta(days=1), "li.w", [early])
        assert listing.records == ()  # it had ended well before: the list of today is not asked
        assert simulators["sim-gd"].ledger.counts()["outcomes"]["case.list answered"] == 3


async def test_what_they_list_and_we_sent_on_another_day_is_no_stranger(place):
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        found = await sent(gateway, "sim-gd")
        ledger = simulators["sim-gd"].ledger
        ledger._connection.execute("update takings set at_ms = at_ms - 86400000")  # by their clock
        done = await reconciled(gateway, "sim-gd", day_of(found) - timedelta(days=1))
        assert kinds(done) == ["agree"]
        assert done.differences[0].ours[0].exchange == found.id


# ---- probes ----------------------------------------------------------------------------------------------


async def test_without_a_list_each_case_is_asked_after_by_the_declared_probe(place):
    async with place.platforms("sim-gx") as simulators, place.gateway() as gateway:
        lost = await held(gateway, simulators["sim-gx"], "sim-gx")
        found = await sent(gateway, "sim-gx", "key-0002", "gx-minor")
        told = []
        order = Order("sim-gx", day_of(lost), "li.w", settle=True)
        done = await reconcile(gateway, order, lambda *progress: told.append(progress))
        assert (done.source, sorted(kinds(done))) == ("probe", ["agree", "held_there"])
        assert told == [(0, 2), (1, 2), (2, 2)]
        assert done.settled == {lost.id}
        assert (await look(gateway, lost.id)).theirs.startswith("GS")
        again = await reconciled(gateway, "sim-gx", day_of(lost), settle=True)
        assert (kinds(again), again.findings) == (["agree", "agree"], [])
        assert {each.theirs[0].state for each in again.differences} == {"handed_over"}
        assert (await look(gateway, found.id)) == found
    sound(place)


async def test_a_probe_that_finds_nothing_settles_nothing(place):
    async with place.platforms("sim-gx") as simulators, place.gateway() as gateway:
        delivered = await sent(gateway, "sim-gx")
        tell(simulators["sim-gx"], do="absent")
        while gateway.clock_ms() < delivered.changed_ms + 50:  # settled_after
            await look(gateway, delivered.id)
        done = await reconciled(gateway, "sim-gx", day_of(delivered), settle=True)
        assert kinds(done) == ["missing_there"]
        assert await look(gateway, delivered.id) == delivered
        (read,) = entries_of(place, "exchange.read")
        assert (read["operation"], read["fact"], read["case"]) == (
            "case.progress",
            "absent",
            delivered.case_id,
        )


async def test_a_probe_without_a_described_answer_leaves_it_unclear(place):
    async with place.platforms("sim-gx") as simulators, place.gateway() as gateway:
        found = await sent(gateway, "sim-gx")
        tell(simulators["sim-gx"], do="status", code=502, operation="case.progress", times=0)
        assert kinds(await reconciled(gateway, "sim-gx", day_of(found))) == ["unclear"]


async def test_what_never_left_is_not_asked_after(place):
    async with place.platforms("sim-gx") as simulators, place.gateway() as gateway:
        gate = gateway.exchanges.gate_of(gateway.routes.active_route("sim-gx", "case.submit"))
        gate.busy = gate.limits.in_flight
        found = await sent_without_a_slot(gateway)
        await said.withdraw(gateway.exchanges, found.id, actor="li.w")
        gate.busy = 0
        done = await reconciled(gateway, "sim-gx", day_of(found))
        assert (kinds(done), done.listed) == (["agree"], 0)
        assert arrivals(simulators["sim-gx"], "case.progress") == 0


async def sent_without_a_slot(gateway):
    found, _ = await gateway.exchanges.admit(asked(gateway, case("gx-person"), "key-0001"))
    assert (found.state, found.attempt) == ("waiting", 0)
    return found


async def test_a_platform_that_can_be_asked_nothing_needs_a_list(place, tmp_path):
    async with place.platforms("sim-bare") as simulators, place.gateway() as gateway:
        found = await held(gateway, simulators["sim-bare"], "sim-bare")
        with pytest.raises(CannotReconcile) as reason:
            await reconciled(gateway, "sim-bare", day_of(found))
        assert reason.value.code == "no_source"
        file = written(tmp_path, "我方编号,对方编号", f"{found.ours},B000001")
        done = await reconciled(gateway, "sim-bare", day_of(found), file=file, settle=True)
        assert done.settled == {found.id}
        assert (await look(gateway, found.id)).theirs == "B000001"
    sound(place)


async def test_held_without_their_number_in_the_list_is_left_to_a_person(place, tmp_path):
    async with place.platforms("sim-bare") as simulators, place.gateway() as gateway:
        found = await held(gateway, simulators["sim-bare"], "sim-bare")
        file = written(tmp_path, "我方编号", found.ours)
        done = await reconciled(gateway, "sim-bare", day_of(found), file=file, settle=True)
        assert (kinds(done), done.settled) == (["held_there"], frozenset())


# ---- the record ------------------------------------------------------------------------------------------


async def test_the_record_says_who_compared_what_and_no_number_of_any_case(place):
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        found = await held(gateway, simulators["sim-gd"], "sim-gd")
        takes(simulators["sim-gd"], "WINDOW-17")
        await reconciled(gateway, "sim-gd", day_of(found), settle=True)
        (entry,) = entries_of(place, "reconcile.done")
        assert entry.pop("at") and entry.pop("v") == 1
        assert entry == {
            "kind": "reconcile.done", "platform": "sim-gd", "day": day_of(found).isoformat(), "source": "list",
            "actor": "li.w", "release": found.release, "sent": 1, "listed": 2, "bad_rows": 0, "settled": 1,
            "held_there": 1, "foreign": 1,
        }  # fmt: skip
    sound(place)


@pytest.mark.parametrize(
    ("platform", "days", "code"), [("sim-xx", 0, "no_platform"), ("sim-gd", 2, "day_to_come")]
)
async def test_what_cannot_be_reconciled_says_why(place, platform, days, code):
    async with place.platforms("sim-gd"), place.gateway() as gateway:
        found = await sent(gateway, "sim-gd")
        with pytest.raises(CannotReconcile) as reason:
            await reconciled(gateway, platform, day_of(found) + timedelta(days=days))
        assert reason.value.code == code
        assert "/" in str(reason.value)


async def test_only_what_was_submitted_to_this_platform_on_this_day_is_compared(place):
    async with place.platforms("sim-gd", "sim-gx"), place.gateway() as gateway:
        found = await sent(gateway, "sim-gd")
        await sent(gateway, "sim-gx", "key-0002")
        assert (await reconciled(gateway, "sim-gd", day_of(found))).sent == 1
        past = await reconciled(gateway, "sim-gd", day_of(found) - timedelta(days=1))
        assert (past.sent, past.listed, past.findings) == (0, 0, [])
        assert ask(place.database, "select count(*) from exchanges where kind = 'write'") == [(2,)]


def test_the_kinds_of_difference_are_told_in_two_languages():
    page = (CHECKOUT / "docs" / "reconcile.md").read_text("utf-8")
    assert TEXTS.keys() == set(KINDS) == {each for each in KINDS if f"`{each}`" in page}
    assert all(name in page for names in HEADINGS.values() for name in names if not name.isascii())
    pairs = itertools.chain(FAULTS.values(), REASONS.values(), *TEXTS.values())
    hanzi = re.compile("[\u4e00-\u9fff]")
    assert all(hanzi.search(chinese) and not hanzi.search(english) for chinese, english in pairs)
