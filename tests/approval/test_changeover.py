"""What comes in force and what may not, in the database itself, on a file and on a server."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any

import pytest

from gateway.activation import NotSecond, OtherDocument, activate, approve, schedule, sources
from gateway.boot import Gateway
from gateway.cli.serve.serve import first_start
from gateway.releases import changeover
from gateway.releases.changeover import NotScheduled, Past, Taken
from gateway.settings.conf import Unconfigured
from gateway.store import releases, scheduled
from gateway.store.scheduled import Scheduled
from gateway.store.transaction import Transaction
from mappings.problems import Unreadable
from tests.approval.conftest import PLATFORM, START_MS, Production, release_of
from tests.faults.ledgers import ask, verified

MINUTE_MS = 60_000
DAY_MS = 24 * 60 * MINUTE_MS
STEP_MS = 1_000  # longer than a process takes to look again


def logged(production: Production, kind: str) -> list[Mapping[str, Any]]:
    bodies = ask(production.place.database, "select kind, body from audit_entries order by position")
    return [json.loads(body) for of, body in bodies if of == kind]


async def approved(gateway: Gateway, who: str, document: str = "LT-2026-17") -> bool:
    _, is_new = await approve(gateway, sources(gateway.settings), PLATFORM, actor=who, document=document)
    return is_new


async def active(gateway: Gateway) -> str | None:
    return await gateway.store.read(releases.active)


async def put(gateway: Gateway, who: str, **more: Any) -> str:
    """Activate the files as they are; the digest."""
    release = release_of(gateway)
    await activate(gateway, release, actor=who, why="a change", **more)
    return release.digest


async def planned(gateway: Gateway, who: str, from_ms: int) -> str:
    release = release_of(gateway)
    assert await schedule(gateway, release, actor=who, why="a change", from_ms=from_ms)
    return release.digest


async def test_production_puts_nothing_unapproved_in_force_and_leaves_no_trace_of_the_attempt(production):
    async with production.gateway() as gateway:
        with pytest.raises(Unreadable) as told:
            await put(gateway, "li.w")
        (finding,) = told.value.findings
        assert finding.file == f"{PLATFORM}/platform.yaml" and "未经审批 / not approved" in finding.what
        assert f"tongban platform approve {PLATFORM} --document NO" in finding.write
        with pytest.raises(Unreadable):
            await first_start(gateway)
        assert await active(gateway) is None
        assert logged(production, "release.activated") == []
        assert ask(production.place.database, "select count(*) from releases") == [(0,)]


async def test_an_approval_is_recorded_with_its_entry_once_and_twice_changes_nothing(production):
    async with production.gateway() as gateway:
        assert await approved(gateway, "wang.y")
        assert not await approved(gateway, "wang.y")
        (entry,) = logged(production, "platform.approved")
        assert (entry["platform"], entry["actor"], entry["document"]) == (PLATFORM, "wang.y", "LT-2026-17")
        assert ask(
            production.place.database, "select platform, actor, document, declaration from approvals"
        ) == [(PLATFORM, "wang.y", "LT-2026-17", entry["declaration"])]
        digest = await put(gateway, "li.w")
        (activated,) = logged(production, "release.activated")
        assert (activated["release"], activated["approved_by"]) == (digest, [f"{PLATFORM}:wang.y"])
        assert "emergency" not in activated
        await gateway.sign(now=True)
        assert verified(production.place.database, gateway.signer.vkey) == ""


async def test_the_first_start_of_production_takes_what_was_approved_before(production):
    async with production.gateway() as gateway:
        await approved(gateway, "wang.y")
        await first_start(gateway)
        assert await active(gateway) == gateway.routes.active.digest


async def test_nobody_approves_what_he_activated_or_wrote_nor_activates_what_only_he_approved(production):
    async with production.gateway() as gateway:
        await approved(gateway, "wang.y")
        with pytest.raises(Unreadable, match="approved by nobody but who activates it"):
            await put(gateway, "wang.y")
        await put(gateway, "li.w")
        with pytest.raises(NotSecond):
            await approved(gateway, "li.w")
        platform = production.place.folder / "platforms" / PLATFORM / "platform.yaml"
        platform.write_text(platform.read_text("utf-8") + "authors: [zhao.q]\n", "utf-8")
        with pytest.raises(NotSecond):
            await approved(gateway, "zhao.q")
        assert await approved(gateway, "li.w"), "it is another declaration, which he has not activated"


async def test_a_platform_that_did_not_change_keeps_its_approval_whoever_activates_what_else_changed(
    production,
):
    async with production.gateway() as gateway:
        await approved(gateway, "wang.y")
        await put(gateway, "li.w")
        release = release_of(gateway)
        other = type(release)(
            "sha256:other", {**release.files, "canonical/new.json": "{}"}, release.platforms
        )
        gateway.routes.load(other)
        assert await activate(gateway, other, actor="wang.y", why="only the canonical schemas changed")


async def test_the_document_is_the_one_that_the_declaration_names(production):
    platform = production.place.folder / "platforms" / PLATFORM / "platform.yaml"
    text = platform.read_text("utf-8")
    assert "accepted:" not in text
    platform.write_text(text + "accepted: {document: LT-2026-18, on: 2026-11-20}\n", "utf-8")
    async with production.gateway() as gateway:
        with pytest.raises(OtherDocument, match="LT-2026-18"):
            await approved(gateway, "wang.y")
        assert await approved(gateway, "wang.y", "LT-2026-18")


async def test_an_emergency_comes_in_force_and_owes_an_approval_until_another_person_gives_it(production):
    async with production.gateway() as gateway:
        await put(gateway, "li.w", due_ms=START_MS + DAY_MS)
        (entry,) = logged(production, "release.activated")
        assert (entry["emergency"], entry["unapproved"], entry["actor"]) == (True, [PLATFORM], "li.w")
        assert entry["follow_up"].startswith("2026-") and "why" not in entry
        (owed,) = await gateway.store.read(changeover.owed)
        assert (owed.platform, owed.actor, owed.due_ms) == (PLATFORM, "li.w", START_MS + DAY_MS)
        with pytest.raises(NotSecond):
            await approved(gateway, "li.w")
        assert await approved(gateway, "wang.y")
        assert await gateway.store.read(changeover.owed) == []


async def test_an_emergency_over_which_everything_is_approved_is_an_activation_like_any_other(production):
    async with production.gateway() as gateway:
        await approved(gateway, "wang.y")
        await put(gateway, "li.w", due_ms=START_MS + DAY_MS)
        assert "emergency" not in logged(production, "release.activated")[0]
        assert await gateway.store.read(changeover.owed) == []


async def test_a_scheduled_release_comes_in_force_at_its_moment_once_though_several_see_it(production):
    async with AsyncExitStack() as stack:
        several = [await stack.enter_async_context(production.gateway()) for _ in range(3)]
        first = several[0]
        await approved(first, "wang.y")
        old = await put(first, "li.w")
        production.edit()
        with pytest.raises(Unreadable, match="changed since it was approved"):
            await planned(first, "li.w", START_MS + MINUTE_MS)
        await approved(first, "wang.y")
        new = await planned(first, "li.w", START_MS + MINUTE_MS)
        production.clock.now_ms = START_MS + MINUTE_MS - 1
        await asyncio.gather(*(gateway.tend() for gateway in several))
        assert [gateway.routes.active.digest for gateway in several] == [old] * 3
        assert all(gateway.routes.knows(new) for gateway in several), "compiled before its moment"
        production.clock.now_ms += STEP_MS
        await asyncio.gather(*(gateway.tend() for gateway in several))
        assert [gateway.routes.active.digest for gateway in several] == [new] * 3
        (planned_entry,) = logged(production, "release.scheduled")
        _, activated = logged(production, "release.activated")
        assert planned_entry["valid_from"] == activated["valid_from"] == "2026-09-21T22:14:20.000+08:00"
        assert (activated["release"], activated["before"], activated["actor"]) == (new, old, "li.w")
        await first.sign(now=True)
        assert verified(production.place.database, first.signer.vkey) == ""


async def test_a_moment_that_passes_while_nothing_runs_is_kept_at_the_next_start(production):
    async with production.gateway() as gateway:
        await approved(gateway, "wang.y")
        await put(gateway, "li.w")
        production.edit()
        await approved(gateway, "wang.y")
        new = await planned(gateway, "li.w", START_MS + MINUTE_MS)
    production.clock.now_ms += 2 * MINUTE_MS
    async with production.gateway() as gateway:
        await gateway.start()
        await gateway.worker.stop()
        assert gateway.routes.active.digest == new
        assert logged(production, "release.activated")[-1]["valid_from"] == "2026-09-21T22:14:20.000+08:00"


async def test_what_is_activated_after_a_moment_that_nobody_kept_stays_in_force(production):
    async with production.gateway() as gateway:
        await approved(gateway, "wang.y")
        scheduled_one = await planned(gateway, "li.w", START_MS + MINUTE_MS)
        production.clock.now_ms += 2 * MINUTE_MS
        production.edit()
        await approved(gateway, "wang.y")
        last = await put(gateway, "li.w")
        await gateway.tend()
        assert await active(gateway) == last
        assert [entry["release"] for entry in logged(production, "release.activated")] == [
            scheduled_one,
            last,
        ]


async def test_a_scheduled_release_is_cancelled_before_its_moment_and_not_after(production):
    moment = START_MS + MINUTE_MS
    async with production.gateway() as gateway:
        await approved(gateway, "wang.y")
        old = await put(gateway, "li.w")
        await planned(gateway, "li.w", moment)

        def cancel(tx: Transaction) -> Scheduled:
            return changeover.cancel(tx, moment, actor="zhao.q", why="too early")

        assert (await gateway.store.write(cancel)).from_ms == moment
        with pytest.raises(NotScheduled):
            await gateway.store.write(cancel)
        assert logged(production, "release.cancelled")[0]["actor"] == "zhao.q"
        production.clock.now_ms = moment + 1
        await gateway.tend()
        assert await active(gateway) == old
        assert len(logged(production, "release.activated")) == 1
        with pytest.raises(Past):
            await gateway.store.write(cancel)
        with pytest.raises(Past):
            await planned(gateway, "li.w", moment)


async def test_one_moment_takes_one_release_and_the_same_one_twice_changes_nothing(production):
    moment = START_MS + MINUTE_MS
    async with production.gateway() as gateway:
        await approved(gateway, "wang.y")
        await planned(gateway, "li.w", moment)
        release = release_of(gateway)
        assert not await schedule(gateway, release, actor="li.w", why="again", from_ms=moment)
        production.edit()
        await approved(gateway, "wang.y")
        with pytest.raises(Taken):
            await planned(gateway, "li.w", moment)
        assert len(await gateway.store.read(scheduled.still_to_come)) == 1
        assert len(logged(production, "release.scheduled")) == 1


async def test_of_several_that_schedule_at_once_each_has_its_place(production):
    async with AsyncExitStack() as stack:
        several = [await stack.enter_async_context(production.gateway()) for _ in range(3)]
        await approved(several[0], "wang.y")
        moments = [START_MS + number * MINUTE_MS for number in (1, 2, 3)]
        await asyncio.gather(
            *(planned(gateway, "li.w", at) for gateway, at in zip(several, moments, strict=True))
        )
        found = await several[0].store.read(scheduled.still_to_come)
        assert [each.from_ms for each in found] == moments
        assert {each.place for each in found} == {1, 2, 3}


async def test_a_process_that_cannot_build_what_comes_next_says_so_once_and_goes_on_as_it_is(production):
    folder = production.place.folder
    async with production.gateway() as gateway, production.gateway() as other:
        await approved(gateway, "wang.y")
        old = await put(gateway, "li.w")
        await other.tend()
        production.edit()
        await approved(gateway, "wang.y")
        new = await planned(gateway, "li.w", START_MS + MINUTE_MS)
        (folder / "appkey").rename(folder / "mislaid")
        production.clock.now_ms += STEP_MS
        with pytest.raises(Unconfigured):
            await other.tend()
        production.clock.now_ms += STEP_MS
        await other.tend()
        production.clock.now_ms = START_MS + MINUTE_MS
        with pytest.raises(Unconfigured):
            await other.tend()
        assert (other.routes.active.digest, await active(other)) == (old, new)
        (folder / "mislaid").rename(folder / "appkey")
        await other.tend()
        assert other.routes.active.digest == new


async def test_what_was_scheduled_before_the_installation_was_production_needs_its_approval_at_the_moment(
    production,
):
    conf = production.place.conf / "gateway.yaml"
    text = conf.read_text()
    conf.write_text(text.replace("production: true", "production: false"))
    async with production.gateway() as gateway:
        await put(gateway, "li.w")
        production.edit()
        await planned(gateway, "li.w", START_MS + MINUTE_MS)
    conf.write_text(text)
    async with production.gateway() as gateway:
        before = await active(gateway)
        production.clock.now_ms += MINUTE_MS
        await gateway.tend()
        assert await active(gateway) == before
        (entry,) = logged(production, "release.cancelled")
        assert (entry["actor"], entry["unapproved"]) == ("tongban", [PLATFORM])
        assert await gateway.store.read(scheduled.still_to_come) == []


@pytest.mark.parametrize(
    "approving, scheduling, comes_in_force",
    [
        (["li.w"], "li.w", False),  # two eyes
        (["li.w", "wang.y"], "li.w", True),
        (["wang.y"], "li.w", True),
    ],
)
async def test_what_was_scheduled_before_production_needs_another_person_than_who_scheduled_it_at_its_moment(
    production, approving, scheduling, comes_in_force
):
    conf = production.place.conf / "gateway.yaml"
    text = conf.read_text()
    conf.write_text(text.replace("production: true", "production: false"))
    async with production.gateway() as gateway:
        before = await put(gateway, "zhao.q")
        production.edit()
        new = await planned(gateway, scheduling, START_MS + MINUTE_MS)
        for who in approving:
            await approved(gateway, who)
    conf.write_text(text)
    async with production.gateway() as gateway:
        production.clock.now_ms += MINUTE_MS
        await gateway.tend()
        assert await active(gateway) == (new if comes_in_force else before)
        cancelled = logged(production, "release.cancelled")
        assert [entry["unapproved"] for entry in cancelled] == ([] if comes_in_force else [[PLATFORM]])
        told = "仅由发布人本人审批 / approved by nobody but who activates it"
        whys = ask(production.place.database, "select ended_why from scheduled")
        assert [told in why for (why,) in whys] == [not comes_in_force]


async def test_what_was_scheduled_and_did_not_change_keeps_its_approval_by_whoever_scheduled_it(production):
    async with production.gateway() as gateway:
        await approved(gateway, "wang.y")
        await put(gateway, "li.w")
        again = await planned(gateway, "wang.y", START_MS + MINUTE_MS)
        production.clock.now_ms += MINUTE_MS
        await gateway.tend()
        assert await active(gateway) == again
        assert logged(production, "release.cancelled") == []
