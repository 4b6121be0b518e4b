"""The gateway certifies each day that is over, once for all processes, and what was missed after a stop."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, closing, contextmanager
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from audit.cli import SOUND, main
from audit.entries import CHINA
from audit.tables import ENTRIES
from gateway.boot import Gateway
from gateway.certifying.daily import Standing, standing
from gateway.certifying.writing import write
from gateway.cli.log_certificates import look
from gateway.store.database import file_of, is_embedded, open_connection
from tests.erasure.conftest import delivered, later, new_place, place, store
from tests.faults.ledgers import ask
from tests.faults.places import Place
from tests.faults.stores import ON_BOTH
from tests.reconcile.told import entries_of

__all__ = ["delivered", "new_place", "place", "store"]
pytestmark = ON_BOTH
_DAY = timedelta(days=1)


async def begun(place: Place) -> date:
    """The first day that is owed a certificate, which is today."""
    async with later(place) as gateway:
        assert not await gateway.certificates.round()
        due = await due_of(gateway)
        assert due is not None and not due.days
        return due.first


def on(place: Place, day: date, hour: float = 1) -> AbstractAsyncContextManager[Gateway]:
    """The installation at that hour of the day in China, its worker asleep."""
    at_s = datetime.combine(day, time_of_day(), CHINA).timestamp() + hour * 3600
    return later(place, (at_s - time.time()) / 86_400)


async def due_of(gateway: Gateway) -> Standing | None:
    return await gateway.store.read(partial(standing, now_ms=gateway.clock_ms()))


def verified(place: Place, gateway: Gateway, file: Path) -> int:
    address = gateway.settings.database
    source = str(file_of(address)) if is_embedded(address) else address
    return main(["verify-certificate", str(file), "--database", source, "--key", gateway.signer.vkey])


def made(place: Place) -> list[dict[str, Any]]:
    return entries_of(place, "certificate.made")


async def test_a_day_that_is_over_is_certified_once_and_the_log_says_by_which_file(place: Place) -> None:
    day = await begun(place)
    async with on(place, day + _DAY, hour=0.02) as gateway:
        assert await gateway.certificates.round()
        assert not await gateway.certificates.round()
        file = gateway.settings.certificates / day.isoformat()
        assert verified(place, gateway, file) == SOUND
    [entry] = made(place)
    assert (entry["first"], entry["last"], entry["sha256"]) == (
        day.isoformat(), day.isoformat(), sha256(file.read_bytes()).hexdigest(),
    )  # fmt: skip
    assert entry["admitted"] > 0
    assert [each.name for each in file.parent.iterdir()] == [day.isoformat()]


async def test_of_two_processes_one_certifies(place: Place) -> None:
    day = await begun(place)
    async with on(place, day + _DAY) as one, on(place, day + _DAY) as other:
        done = await asyncio.gather(one.certificates.round(), other.certificates.round())
    assert sorted(done) == [False, True]
    assert len(made(place)) == 1


async def test_days_that_were_missed_stand_in_one_certificate_under_the_last_of_them(place: Place) -> None:
    day = await begun(place)
    async with on(place, day + 5 * _DAY) as gateway:
        assert await gateway.certificates.round()
        file = gateway.settings.certificates / (day + 4 * _DAY).isoformat()
        lines = file.read_text("utf-8").split("\n")
        assert verified(place, gateway, file) == SOUND
    assert lines[1:3] == [f"from {day}", f"to {day + 4 * _DAY}"]
    assert sum(line.startswith("day ") for line in lines) == 5


async def test_a_file_that_a_crash_left_without_its_entry_is_recorded_as_it_is(place: Place) -> None:
    day = await begun(place)
    async with on(place, day + _DAY) as gateway:
        due = await due_of(gateway)
        assert due is not None
        order = gateway.certificates.order(due)
        assert order.into is not None
        write(order)  # and no commit
        before = order.into.read_bytes()
        assert await gateway.certificates.round()
    assert order.into.read_bytes() == before
    assert [entry["sha256"] for entry in made(place)] == [sha256(before).hexdigest()]


async def test_one_that_cannot_be_written_is_owed_named_and_tried_again_in_an_hour(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    day = await begun(place)
    async with on(place, day + _DAY) as gateway:
        file = gateway.settings.certificates / day.isoformat()
        file.parent.mkdir(parents=True)
        file.write_text("tongban-certificate@v1\n")
        assert not await gateway.certificates.round()
        due = await due_of(gateway)
        assert due is not None
        assert (due.days, due.reason, due.since_ms > 0) == (1, "another_file", True)
        file.unlink()
        capsys.readouterr()
        assert await look(gateway) == 1
        said = capsys.readouterr().out
        assert "another_file" in said and f"{day} – {day}: 4 交换 / exchanges" in said
        assert not await gateway.certificates.round()  # not before its time
    async with on(place, day + _DAY, hour=2.01) as gateway:
        assert await gateway.certificates.round()
        assert await due_of(gateway) == Standing(0, day + _DAY, day)


async def test_a_log_that_is_not_what_was_signed_is_not_certified(place: Place) -> None:
    day = await begun(place)
    with altered(place):
        async with on(place, day + _DAY) as gateway:
            assert not await gateway.certificates.round()
            due = await due_of(gateway)
            assert due is not None and due.reason == "checkpoint.root"
            assert not (gateway.settings.certificates / day.isoformat()).exists()
    assert made(place) == []


@contextmanager
def altered(place: Place) -> Iterator[None]:
    """An entry whose bytes are others, still canonical, for a while."""
    question = "select position, body from audit_entries where kind = 'exchange.delivered' order by position"
    position, body = ask(place.database, question)[0]
    _put(place, position, bytes(body).replace(b"exchange.delivered", b"exchange.refused"))
    try:
        yield
    finally:
        _put(place, position, bytes(body))


def _put(place: Place, position: int, body: bytes) -> None:
    where = ENTRIES.c.position == position
    with closing(open_connection(place.database)) as connection:
        connection.begin()
        connection.run(sa.update(ENTRIES).where(where).values(body=body))
        connection.commit()
