"""Contents end in their time: not a day before, never under a hold, never while a case is open."""

import pytest

from gateway.erasure import holding
from gateway.erasure.erasing import Ground
from gateway.erasure.ordered import Forbidden, erase_case
from gateway.store.database import file_of, is_embedded
from gateway.store.holds import CASE, PERSON, Hold
from tests.erasure.conftest import cases_of, later, left, over, walk
from tests.faults.ledgers import ask
from tests.faults.places import Place
from tests.faults.stores import ON_BOTH_WHEN_LONG
from tests.reconcile.told import entries_of

pytestmark = ON_BOTH_WHEN_LONG
NOTHING = {"body_keys": 0, "bodies": 0, "materials": 0}
HELD = Hold(CASE, "", "audit", "模审〔2026〕1号", "wang.x", 0)


async def test_a_case_that_is_over_ends_after_its_time_and_an_open_one_stays(place: Place) -> None:
    first, second = cases_of(place)[:2]
    async with later(place) as gateway:
        await over(gateway, first)
    async with later(place, 1094) as gateway:
        assert await walk(gateway) == 0
    async with later(place, 1096) as gateway:
        assert await walk(gateway) > 0
        assert await walk(gateway) == 0
    assert left(place, first) == NOTHING
    assert left(place, second)["body_keys"] > 0
    said = entries_of(place, "content.erased")
    assert {(each["case"], each["ground"], each["days"]) for each in said} == {(first, "retention", 1095)}


async def test_the_bytes_of_a_key_are_gone_from_the_file_once_the_wal_is(place: Place) -> None:
    case_id = cases_of(place)[0]
    of_case = (
        "select wrapped from body_keys where exchange_id in (select id from exchanges where case_id = ?)"
    )
    wrapped = [bytes(row[0]) for row in ask(place.database, of_case, case_id)]
    async with later(place) as gateway:
        await erase_case(gateway.store, gateway.folder, case_id, Ground("court", document="X"))
        if is_embedded(place.database):
            await gateway.store.read(lambda connection: connection.setting("PRAGMA wal_checkpoint(TRUNCATE)"))
    if is_embedded(place.database):
        held = file_of(place.database).read_bytes()
        assert wrapped and not [each for each in wrapped if each in held]


async def test_what_is_held_outlives_its_time(place: Place) -> None:
    first, second = cases_of(place)[:2]
    ((person,),) = ask(place.database, "select person from cases where id = ?", second)
    async with later(place, 5000) as gateway:
        await over(gateway, first)
        await over(gateway, second)
        of_case, of_person = HELD._replace(subject=first), HELD._replace(kind=PERSON, subject=person)
        assert await holding.place(gateway.store, of_case)
        assert await holding.place(gateway.store, of_person)
        await walk(gateway)
        assert (left(place, first)["body_keys"] > 0, left(place, second)["body_keys"] > 0) == (True, True)
        assert await holding.lift(gateway.store, of_case)
        await walk(gateway)
        assert (left(place, first), left(place, second)["body_keys"] > 0) == (NOTHING, True)
    assert [each["person"] for each in entries_of(place, "hold.placed") if "person" in each] == [person]


async def test_what_could_still_be_sent_is_not_erased_on_order_either(place: Place) -> None:
    case_id = cases_of(place)[0]
    async with later(place) as gateway:
        await gateway.store.write(
            lambda tx: tx.connection._driver.execute(
                f"update exchanges set state = 'held', ended_ms = 0 where case_id = '{case_id}'"
            )
        )
        with pytest.raises(Forbidden, match="open"):
            await erase_case(gateway.store, gateway.folder, case_id, Ground("court", document="X"))
    assert left(place, case_id)["body_keys"] > 0
