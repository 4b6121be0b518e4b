"""A shape that was learned never takes for an entry what reading it in full would refuse, nor another for it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.entries import RESERVED, Entry, encode
from audit.outline import Outlines
from audit.records import RecordUnreadable, read_record

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["E1", 'a":"x","b', "\\", "0"]
)
values = texts | st.integers(-(2**63), 2**63 - 1) | st.booleans() | st.lists(texts, max_size=3)
names = texts.filter(lambda name: name not in RESERVED) | st.sampled_from(["exchange", "case", "state"])
entries = st.builds(
    Entry, texts, st.integers(0, 4_102_444_800_000), st.dictionaries(names, values, max_size=6)
)
AT = "2026-11-21T10:00:00.123+08:00"


def read_in_full(body):
    try:
        record = read_record(body)
    except RecordUnreadable:
        return None
    return record.kind, record.text("exchange"), record.text("case"), record.at_ms


def outlined(outlines, body):
    try:
        return outlines.read(body, "any")
    except RecordUnreadable:
        return None


@given(st.lists(entries, min_size=1, max_size=6), st.data())
def test_outlines_say_of_any_bytes_what_reading_them_in_full_says(written, data):
    outlines, bodies = Outlines(), [encode(each) for each in written]
    for body in bodies:
        at = data.draw(st.integers(0, len(body)))
        put = data.draw(
            st.sampled_from([b"", b" ", b"\\", b'"', b"0", b",", b"\xff", b"\x00", b":", b"-", b"e"])
        )
        cut = data.draw(st.integers(0, 2))
        for each in (body, body, body[:at] + put + body[at + cut :]):
            assert outlined(outlines, each) == read_in_full(each)


@pytest.mark.parametrize(
    "other",
    [
        '{"at":"%s","case":"C1","exchange":"E1","kind":"k","n":1,"v":1} ',
        '{"at":"%s", "case":"C1","exchange":"E1","kind":"k","n":1,"v":1}',
        '{"case":"C1","at":"%s","exchange":"E1","kind":"k","n":1,"v":1}',
        '{"at":"%s","case":"C1","exchange":"E1","kind":"k","n":01,"v":1}',
        '{"at":"%s","case":"C1","exchange":"E1","kind":"k","n":-0,"v":1}',
        '{"at":"%s","case":"C1","exchange":"E1","kind":"k","n":1.0,"v":1}',
        '{"at":"%s","case":"C1","exchange":"E1","kind":"k","n":null,"v":1}',
        '{"at":"%s","case":"C1","exchange":"E1","kind":"k","n":{},"v":1}',
        '{"at":"%s","case":"C1","exchange":"E1","kind":"k","n":[1],"v":1}',
        '{"at":"%s","case":"C1","exchange":"E1","kind":"k","n":9223372036854775808,"v":1}',
        '{"at":"%s","case":"C1","exchange":"E1","kind":"k","n":1,"v":2}',
        '{"at":"%s","case":"C1","exchange":"E1","kind":"k","n":1,"v":true}',
        '{"at":"%s","case":"C1","exchange":"E1","exchange":"E1","kind":"k","v":1}',
        '{"at":"%s","case":"C1","exchange":"\\u4e00","kind":"k","n":1,"v":1}',
    ],
)
def test_what_is_not_canonical_is_refused_whatever_was_learned_before(other):
    outlines = Outlines()
    facts = {"case": "C1", "exchange": "E1", "n": 1}
    for _ in range(2):
        assert outlines.read(encode(Entry("k", 1_795_226_400_123, facts)), "any").exchange == "E1"
    with pytest.raises(RecordUnreadable):
        outlines.read((other % AT).encode(), "any")
    assert json.loads(encode(Entry("k", 1_795_226_400_123, facts)))["at"] == AT
