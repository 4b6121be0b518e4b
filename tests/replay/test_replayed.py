"""Stored documents are replayed page by page, the newest first, on both kinds of database."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from gateway.boot import Gateway
from gateway.clock import china_day
from gateway.model import Exchange
from gateway.releases.meant import NotMeant, meant
from gateway.replay.documents import PAGE, Span, of_exchanges
from gateway.replay.machine import Compared, Order, travel
from gateway.replay.tally import MOST_EXAMPLES
from gateway.store import exchanges, releases
from gateway.store.tables import bodies
from tests.faults.ledgers import ask
from tests.faults.places import Place
from tests.replay.conftest import erase, rewrite
from tests.replay.copies import copied

COPIES = 2 * PAGE + 7


async def pattern(gateway: Gateway, place: Place) -> Exchange:
    asked = "select id from exchanges where platform = 'sim-gd' and kind = 'write' order by id"
    ((first,), *_) = ask(place.database, asked)
    found = await gateway.store.read(lambda connection: exchanges.by_id(connection, first))
    assert found
    return found


async def replayed(gateway: Gateway, **span: object) -> Compared:
    order = Order("active", "files", "exchanges", Span(**span))  # type: ignore[arg-type]
    return await travel(gateway, order, lambda done, total: None)


async def test_everything_is_replayed_once_however_many_pages_it_fills(place: Place) -> None:
    rewrite(place, "sim-gd/case.submit.yaml", "sfkd: form.express", "sfkd_: form.express")
    async with place.gateway() as gateway:
        like = await pattern(gateway, place)
        ids = await copied(gateway, place.database, like, COPIES)
        told: list[tuple[int, int]] = []
        pages = of_exchanges(gateway.store, gateway.papers, Span("sim-gd"), lambda *heard: told.append(heard))
        seen = [document.where async for page in pages for document in page]
        assert len(seen) == len(set(seen)) == told[-1][0] == told[-1][1] == COPIES + 4
        assert seen == sorted(seen, reverse=True) and seen[-1] == ids[0]
        erase(place, ids[5])
        tally = (await replayed(gateway)).tally
    assert (tally.replayed, tally.differ) == (
        COPIES + 4,
        COPIES + 2,
    )  # one is erased; gx and an answer differ not
    assert dict(tally.lacking) == {"erased": 1}
    assert {key[2]: row.documents for key, row in tally.rows.items()} == {
        "sfkd": COPIES + 2, "sfkd_": COPIES + 2,
    }  # fmt: skip
    assert {len(row.examples) for row in tally.rows.values()} == {MOST_EXAMPLES}  # memory stays bounded


async def test_what_does_not_open_or_was_never_kept_is_counted(place: Place) -> None:
    async with place.gateway() as gateway:
        spoilt, missing, *_ = await copied(gateway, place.database, await pattern(gateway, place), 5)
        of = bodies.c.exchange_id
        for change in (
            sa.update(bodies).where(of == spoilt).values(sealed=b"no sealed body at all"),
            sa.delete(bodies).where(of == missing),
        ):
            await gateway.store.write(lambda tx, change=change: tx.connection.run(change))
        tally = (await replayed(gateway, platform="sim-gd")).tally
        assert (tally.replayed, dict(tally.lacking)) == (7, {"locked": 1, "not_kept": 1})
        with pytest.raises(NotMeant, match="did you mean 'sim-gd'"):
            await replayed(gateway, platform="sim-gdd")


@pytest.mark.parametrize(
    ("span", "count"), [({"limit": 3}, 3), ({"limit": PAGE + 1, "platform": "sim-gd"}, PAGE + 1)]
)
async def test_the_newest_are_replayed_where_there_is_a_limit(place: Place, span, count) -> None:
    async with place.gateway() as gateway:
        await copied(gateway, place.database, await pattern(gateway, place), COPIES)
        assert (await replayed(gateway, **span)).tally.replayed == count


async def test_what_is_older_than_the_day_is_left_alone(place: Place) -> None:
    async with place.gateway() as gateway:
        like = await pattern(gateway, place)
        await copied(gateway, place.database, like, COPIES)
        today = china_day(like.admitted_ms)
        asked = "select count(*) from exchanges where admitted_ms >= ?"
        midnight = like.admitted_ms - (like.admitted_ms + 8 * 3_600_000) % 86_400_000
        ((count,),) = ask(place.database, asked, midnight)
        assert (await replayed(gateway, since=today)).tally.replayed == count
        assert (await replayed(gateway, since=today + timedelta(days=1))).tally.replayed == 0


async def test_a_release_is_meant_by_the_beginning_of_its_digest_if_only_one_begins_so(place: Place) -> None:
    async with place.gateway() as gateway:
        for digest in ("sha256:abcd1", "sha256:abcd2"):
            await gateway.store.write(lambda tx, digest=digest: releases.put(tx.connection, digest, {}, 0))
        assert (await meant(gateway.store, [], "abcd1")).digest == "sha256:abcd1"
        assert (await meant(gateway.store, [], "sha256:abcd2")).activated is None
        for name, why in (
            ("abcd", "several begin so"),
            ("abc", "no such release"),
            ("ffff", "no such release"),
        ):
            with pytest.raises(NotMeant, match=why):
                await meant(gateway.store, [], name)
