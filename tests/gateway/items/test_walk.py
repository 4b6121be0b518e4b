"""A division within a place that has an item: found step by step in the index, as if all rows were read."""

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.items.codes import parse
from gateway.items.item import Item
from gateway.items.tables import items
from gateway.items.walk import division_within
from gateway.store.connection import Connection

ADD = sa.insert(items)
DIVISIONS = ("330000", "330100", "330102", "330282", "340000", "440232001002")
BASIC = ("000123456000", "000123457000", "330723456000")
rows = st.sets(st.tuples(st.sampled_from(DIVISIONS), st.sampled_from(BASIC)), max_size=10)
PLACES = {"330000": "33", "330100": "3301", "440232": "440232", "350000": "35", "330282": "330282"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows, st.sampled_from(BASIC), st.sampled_from([*PLACES]))
def test_a_division_of_a_place_that_has_the_item_is_found_wherever_it_stands(
    kept: Connection, stored: set[tuple[str, str]], code: str, place: str
) -> None:
    kept.begin()
    for division, basic in stored:
        item = Item(division, basic, kind="basic", name="事项", basic_code=basic)
        kept.run(ADD, {**item._asdict(), "local_key": "", "source": ""})
    inside = [division for division, basic in stored if basic == code and division.startswith(PLACES[place])]
    assert division_within(kept, parse(code), place) == min(inside, default="")
    kept.rollback()
