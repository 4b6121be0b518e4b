"""Our numbers for cases: what a declared form may hold is what the gateway fills in."""

import pytest

from adapters.coherence import NUMBER_PARTS
from audit.log import append
from gateway.errors import Refusal
from gateway.numbers import Sequences, form, form_pattern, parts_of
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
