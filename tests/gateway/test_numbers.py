"""Our numbers for cases: what a declared form may hold is what the gateway fills in."""

import asyncio

import pytest

from adapters.coherence import NUMBER_PARTS
from audit.log import append
from gateway.cli.platform.serials import SerialsApart
from gateway.errors import Refusal
from gateway.numbers import Sequences, form, form_pattern, parts_of, serials_for_tests
from gateway.store.cases import following_number
from gateway.store.connection import StorageUnavailable
from gateway.store.migrate import upgrade
from gateway.store.sqlite import Embedded, open_sqlite
from gateway.store.store import Store


def test_a_form_that_passes_the_check_can_be_filled():
    parts = parts_of({}, "440232", 0)
    assert set(parts) == set(NUMBER_PARTS)
    assert form("{yyyymmdd}{division}{serial:4}", parts, 7) == "197001014402320007"
    every = "".join(f"{{{name}}}" for name in NUMBER_PARTS) + "{serial:4}"
    assert form_pattern(every).fullmatch(form(every, parts, 7))


def test_a_serial_that_outgrows_its_width_is_refused_and_never_cut():
    with pytest.raises(Refusal) as caught:
        form("{serial:4}", {}, 10_000)
    assert caught.value.code == "numbers_exhausted"


@pytest.mark.parametrize(
    "template, first, last",
    [("{serial:4}", 9000, 9999), ("A{yymmdd}{serial:6}", 900_000, 999_999), ("{serial:1}", 9, 9),
     ("{serial}", 900_000_000_000, 999_999_999_999)],
)  # fmt: skip
def test_the_last_tenth_of_the_serials_is_for_test_cases(template, first, last):
    found = serials_for_tests(template)
    assert (found[0], found[-1]) == (first, last)


async def test_real_cases_never_get_a_serial_of_a_test_case_and_test_cases_none_of_theirs(tmp_path):
    upgrade(f"sqlite:///{tmp_path}/numbers.db")
    connections = [open_sqlite(tmp_path / "numbers.db") for _ in range(2)]
    store = Store(Embedded(*connections, append, lambda: 1))
    store.start()
    given = []
    for serials, most in ((Sequences(store), 89), (SerialsApart(tmp_path), 10)):
        given.append([await serials.serial("day", "{serial:2}") for _ in range(most)])
        with pytest.raises(Refusal, match="numbers_exhausted"):
            await serials.serial("day", "{serial:2}")
    await store.stop()
    assert given == [list(range(1, 90)), list(range(90, 100))]


async def serials_for_tests_of_test_cases_go_on_where_another_run_ended_whoever_takes_at_once(tmp_path):
    runs = [SerialsApart(tmp_path / "state") for _ in range(3)]
    taken = await asyncio.gather(*(each.serial("day", "{serial:3}") for each in runs for _ in range(20)))
    assert sorted(taken) == list(range(900, 960))


def test_a_state_that_cannot_be_written_keeps_test_cases_from_starting(tmp_path):
    (tmp_path / "state").write_text("no folder")
    with pytest.raises(StorageUnavailable):
        SerialsApart(tmp_path / "state")


async def test_a_sequence_that_is_used_much_is_reserved_by_ever_larger_blocks(tmp_path):
    upgrade(f"sqlite:///{tmp_path}/numbers.db")
    connections = [open_sqlite(tmp_path / "numbers.db") for _ in range(2)]
    store = Store(Embedded(*connections, append, lambda: 1))
    store.start()
    sequences = Sequences(store)
    assert [await sequences.take("day") for _ in range(400)] == list(range(1, 401))
    reserved = await store.read(lambda connection: following_number(connection, "day"))
    await store.stop()
    assert reserved == 1 + 16 + 32 + 64 + 128 + 128 + 128


async def test_scopes_of_past_days_are_forgotten_and_no_number_is_given_twice(tmp_path):
    upgrade(f"sqlite:///{tmp_path}/numbers.db")
    store = Store(
        Embedded(
            open_sqlite(tmp_path / "numbers.db"), open_sqlite(tmp_path / "numbers.db"), append, lambda: 1
        )
    )
    store.start()
    sequences = Sequences(store, most_scopes=3)
    given = [(day, await sequences.take(f"day-{day}")) for _ in range(3) for day in range(9)]
    await store.stop()
    assert len(set(given)) == len(given)
    assert len(sequences._blocks) <= 5
