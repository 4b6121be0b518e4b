"""Which guide is of which version, and what is told of their difference."""

import pytest

from gateway.guides.guide import Guide
from gateway.guides.store import put
from gateway.guides.versions import guide_changes
from gateway.items.item import Item

CODE, DIVISION = "11440232MB2D06811W4000117051000", "440232"
OLD = Item(DIVISION, CODE, 1, valid_from="2020-01-01")
NEW = Item(DIVISION, CODE, 2, valid_from="2024-01-01")


def known(connection, *guides):
    for place, (version, visits, day) in enumerate(guides):
        elements = {"name": "模拟事项", "visits": visits}
        put(connection, Guide(DIVISION, CODE, version, place, "模拟.csv", elements, valid_from=day))


def told(connection):
    return [(change.field, change.before, change.after) for change in guide_changes(connection, OLD, NEW)]


@pytest.mark.parametrize(
    ("guides", "changes"),
    [
        ([(1, 2, ""), (2, 1, "")], [("visits", "2", "1")]),
        ([(1, 3, "2020-01-01"), (1, 2, "2021-01-01"), (2, 1, "2024-01-01")], [("visits", "2", "1")]),  # their last
        ([(0, 2, "2020-01-01"), (0, 1, "2024-01-01")], [("visits", "2", "1")]),  # no version said: by the day
        ([(0, 2, "2020-01-01"), (2, 1, "2024-01-01")], [("visits", "2", "1")]),
        ([(0, 2, "2020-01-01")], []),  # one guide for both
        ([(1, 2, ""), (2, 2, "")], []),
        ([(2, 1, "")], []),  # nothing is known of the earlier one
        ([], []),
    ],
)  # fmt: skip
def test_the_guides_of_both_versions_are_held_against_each_other(connection, guides, changes):
    known(connection, *guides)
    assert told(connection) == changes
