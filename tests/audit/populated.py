"""A store in which every table has a row: by exchanges through a gateway, and by the functions of the store."""

import asyncio
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from audit.entries import Entry
from gateway.accounts import keeping
from gateway.activation import approve, sources
from gateway.calendars.store import Day
from gateway.calendars.store import put as put_days
from gateway.exchange.commits import Conclusion, conclude
from gateway.guides.guide import Guide
from gateway.guides.store import put as put_guide
from gateway.items.item import Item
from gateway.items.likeness.decisions import confirm
from gateway.items.likeness.propose import Suggestion
from gateway.items.likeness.stored import Pair, keep
from gateway.model import Fact, Policy
from gateway.needs.tables import stands
from gateway.releases import changeover
from gateway.releases.changeover import Mandate, wanted
from gateway.store import accounts, credentials, exchanges, letters, passages, permits, uploads
from gateway.store.accounts import AccountRow, SessionRow
from gateway.store.letters import Letter
from gateway.store.transaction import Transaction
from gateway.store.uploads import Upload
from mappings import bundle
from tests.audit.populated_modes import beside, modes
from tests.waiting import LONGEST_S
from tests.web.people import case_of_somebody
from tests.web.service import Running, changed, serving

HOUR_MS = 3_600_000
PLATFORM = "sim-gd"


async def populate(folder: Path) -> tuple[Path, str]:
    """The database, at rest, and the public key of its log; everything is signed."""
    async with serving(folder, more="console: {persons_to_unmask: 2}\n") as service:
        submitted = await _exchanged(service)
        for part in (_released, _accounts, _suggested, partial(_working, submitted), _filled):
            await part(service)
        await modes(service)
        await beside(service, submitted["case"])
        await asyncio.sleep(1.2)  # until it is signed
        key = service.gateway.signer.vkey
    return folder / "state" / "tongban.db", key


async def _exchanged(service: Running) -> dict[str, Any]:
    """A case that was granted with its result, one at a desk, one that is held since nobody knows."""
    submitted: dict[str, Any] = (await service.submit(case_of_somebody(), "key-0001")).document
    await service.submit(changed(case_of_somebody(), division="440283"), "key-0002")
    await service.tell("sim-gx", do="garbage", operation="case.progress", times=0)
    await service.tell("sim-gx", do="take_then_drop")
    held = (await service.submit(case_of_somebody("gx-person"), "key-0003", Prefer="wait=1")).document
    control, number = service.platforms[PLATFORM].control, submitted["numbers"]["ours"]
    async with service.client.post(f"{control}/_sim/cases/{number}/state", json={"state": "granted"}) as told:
        told.raise_for_status()
    await service.ask("GET", f"{submitted['links']['case']}/progress")
    await _until(service, f"{submitted['links']['case']}/result", lambda answer: bool(answer["results"]))
    await service.gateway.store.write(partial(_held, held["exchange"]))
    await service.looked()
    return submitted


def _held(exchange: str, tx: Transaction) -> None:
    """What the platform says of it is nothing, and nobody can be asked."""
    row = exchanges.locked(tx.connection, exchange, wait=True)
    assert row
    fact = Fact("unclear", at_ms=tx.now_ms, attempt=row.attempt, cause="timeout")
    held = Conclusion(row, fact, Policy(), lambda now, _: not now.ended, held_due_ms=HOUR_MS)
    assert conclude(held)(tx)[0].state == "held"


async def _until(service: Running, path: str, holds: Callable[[dict[str, Any]], bool]) -> None:
    async with asyncio.timeout(LONGEST_S):
        while not holds((await service.ask("GET", path)).document):  # noqa: ASYNC110 - what is waited for happens elsewhere
            await asyncio.sleep(0.1)


async def _released(service: Running) -> None:
    """Approved, scheduled and taken back, and put in force in an emergency."""
    gateway = service.gateway
    files = sources(gateway.settings)
    await approve(gateway, files, PLATFORM, actor="zhang.w", document="LT-2026-17")
    other = {**files, f"{PLATFORM}/platform.yaml": files[f"{PLATFORM}/platform.yaml"] + "\n# later\n"}
    release = wanted(bundle.digest(other), other)
    from_ms = gateway.clock_ms() + HOUR_MS
    await gateway.store.write(
        lambda tx: changeover.schedule(tx, release, Mandate("li.m", "a change"), from_ms=from_ms)
    )
    await gateway.store.write(lambda tx: changeover.cancel(tx, from_ms, actor="wang.f", why="too early"))
    urgent = Mandate("li.m", "a fault", production=True, due_ms=from_ms)
    await gateway.store.write(lambda tx: changeover.activate(tx, release, urgent))


async def _accounts(service: Running) -> None:
    store, now_ms = service.gateway.store, service.gateway.clock_ms()
    row = AccountRow("chen.j", "auditor", "341702 440232", "", "2027-01-31", "$argon2id$1")
    await keeping.add(store, row, actor="root")
    await keeping.change_password(store, "chen.j", "$argon2id$2", actor="root")
    await store.write(
        lambda tx: accounts.begin(tx.connection, SessionRow("d" * 64, "chen.j", now_ms, now_ms), 0)
    )
    await store.write(lambda tx: accounts.attempt(tx.connection, "m" * 64, now_ms, over_ms=0))


async def _suggested(service: Running) -> None:
    """Two persons confirm what a program thought likely."""
    pair = Pair("370900", "520300")
    found = Suggestion(Item(pair.here, "A1"), Item(pair.there, "B1"), 0.9, ("因为", "because"))
    write = service.gateway.store.write
    await write(lambda tx: keep(tx.connection, [found], pair, tx.now_ms))
    for actor in ("sun.l", "zhou.y"):
        await write(lambda tx, actor=actor: confirm(tx, pair, ("A1", "B1"), actor=actor, persons=2))


async def _working(submitted: dict[str, Any], service: Running) -> None:
    """What a gateway keeps while it works."""

    def work(tx: Transaction) -> None:
        connection, now_ms = tx.connection, tx.now_ms
        of_case = sa.text(
            "SELECT max(position), case_id FROM audit_entries WHERE exchange_id = :id GROUP BY case_id"
        )
        [(position, case)] = connection.rows(of_case, {"id": submitted["exchange"]})
        letters.add(connection, [Letter("guichi", position + 1, 1, case)], now_ms)
        credentials.put_circuit(connection, "sim-gd", state="open", cause="barred", until_ms=now_ms)
        permits.take(connection, permits.Wanted("other", 5, 1000, 1000, 1), now_ms)
        passages.count(connection, "an agreement", "1", "2026-11-21")
        uploads.add(
            connection,
            Upload("U1", "guichi", 9, 0, 0, "", 0, now_ms + HOUR_MS, 0, "key", b"wrapped", b"told"),
        )
        uploads.add(
            connection, Upload("U2", "guichi", 9, 0, 0, "", 0, now_ms + HOUR_MS, 0, "key", b"w", b"t")
        )
        uploads.begin(connection, "U1", 0, now_ms + HOUR_MS)

    await service.gateway.store.write(work)


async def _filled(service: Running) -> None:
    """Lists; and entries enough for a whole tile."""

    def work(tx: Transaction) -> None:
        connection = tx.connection
        put_days(connection, "341702", [Day(date(2026, 4, 3), False, "三月三")], 2026)
        put_guide(connection, Guide("440232", "000117051000", 1, tx.now_ms, "a list", {"name": "指南"}))
        connection.run(sa.insert(stands), {column.name: "M1" for column in stands.columns})
        connection.run(sa.text("INSERT INTO upload_parts VALUES ('U1', 1, 3, 3)"), {})
        for number in range(256):
            tx.record(Entry("print.made", tx.now_ms, {"print": f"P{number}", "actor": "k1"}))

    await service.gateway.store.write(work)
