"""Where a parcel is does not depend on the order in which anybody tells of it."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cases.parcels import (
    DIRECTIONS,
    KINDS,
    STATES,
    TEXTS,
    Content,
    Told,
    is_new,
    parcel_of,
    parcels_of,
)

CONTENTS = (Content("M01", "original", 1),)


def told(kind: str, direction: str = "there", number: str = "EB123456789CN") -> Told:
    contents = CONTENTS if kind == "sent" else ()
    return Told("中国邮政", number, kind, direction, 1, "guichi", 1, contents)  # type: ignore[arg-type]


@pytest.mark.parametrize("kinds, state, acts, findings", [
    (("sent",), "on_its_way", "deciding", ()),
    (("sent", "received"), "received", "nobody", ()),
    (("sent", "lost"), "lost", "receiving", ()),
    (("sent", "lost", "received"), "received", "nobody", ()),          # it was found
    (("sent", "lost", "returned"), "returned", "receiving", ()),
    (("sent", "returned"), "returned", "receiving", ()),
    (("sent", "received", "returned"), "received", "nobody", ("received_and_returned",)),
    (("received",), "received", "nobody", ("never_sent",)),            # told before it was recorded as sent
])  # fmt: skip
def test_where_a_parcel_is(kinds: tuple[str, ...], state: str, acts: str, findings: tuple[str, ...]) -> None:
    for each in permutations(kinds):
        parcel = parcel_of([told(kind) for kind in each])
        assert (parcel.state, parcel.acts, parcel.findings) == (state, acts, findings)
        assert parcel.contents == (CONTENTS if "sent" in kinds else ())


@given(st.lists(st.builds(told, st.sampled_from(KINDS), st.sampled_from(DIRECTIONS), st.sampled_from("ABC"))))
def test_whatever_is_told_every_parcel_is_somewhere_and_somebody_minds_it(events: list[Told]) -> None:
    parcels = parcels_of(events)
    assert {each.number for each in parcels} == {each.number for each in events}
    for each in parcels:
        assert each.state in STATES
        assert (each.acts == "nobody") == (each.state == "received")
        assert all(not is_new(one, each.told) for one in each.told)


def test_who_sent_a_parcel_back_minds_it_if_it_does_not_arrive() -> None:
    assert parcel_of([told("sent", "back")]).acts == "receiving"
    assert parcel_of([told("sent", "back"), told("lost", "back")]).acts == "deciding"
    assert TEXTS.keys() == set(STATES)
