"""Our numbers for cases: what a declared form may hold is what the gateway fills in."""

import pytest

from adapters.coherence import NUMBER_PARTS
from gateway.errors import Refusal
from gateway.numbers import form, parts_of


def test_a_form_that_passes_the_check_can_be_filled():
    parts = parts_of({}, "440232", 0)
    assert set(parts) == set(NUMBER_PARTS)
    assert form("{yyyymmdd}{division}{serial:4}", parts, 7) == "197001014402320007"


def test_a_serial_that_outgrows_its_width_is_refused_and_never_cut():
    with pytest.raises(Refusal) as caught:
        form("{serial:4}", {}, 10_000)
    assert caught.value.code == "numbers_exhausted"
