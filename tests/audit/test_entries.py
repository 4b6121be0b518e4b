"""An entry has one form in bytes, and the verifier reads what the writer writes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import tree
from audit.entries import RESERVED, Entry, Unwritable, encode
from audit.records import RecordUnreadable, read_record

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.none() | texts | st.integers(-(2**53), 2**53) | st.booleans() | st.lists(texts, max_size=4)
facts = st.dictionaries(texts.filter(lambda name: name not in RESERVED), values, max_size=8)
times = st.integers(0, 4_102_444_800_000)


def test_entries_have_the_bytes_and_leaves_of_the_golden_vectors(golden):
    for each in golden("entries.json"):
        body = encode(Entry(each["kind"], each["at_ms"], each["facts"]))
        assert body.decode("utf-8") == each["body"]
        assert tree.leaf_hash(body).hex() == each["leaf"]


@given(texts, times, facts)
def test_the_verifier_reads_what_was_written(kind, at_ms, facts):
    record = read_record(encode(Entry(kind, at_ms, facts)))
    assert (record.kind, record.at_ms) == (kind, at_ms)
    assert record.facts == {name: value for name, value in facts.items() if value is not None}


@given(texts, times, facts)
def test_the_order_in_which_facts_are_given_does_not_matter(kind, at_ms, facts):
    turned = dict(reversed(facts.items()))
    assert encode(Entry(kind, at_ms, facts)) == encode(Entry(kind, at_ms, turned))


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_a_fact_cannot_take_a_reserved_name(name):
    with pytest.raises(Unwritable, match=name):
        encode(Entry("exchange.held", 0, {name: "x"}))


@pytest.mark.parametrize(
    "value",
    [1.5, {"a": "b"}, ["a", 1], [["a"]], b"bytes", 2**70, "half \ud83d", ["half \ud83d"], object()],
)
def test_what_has_no_single_form_is_refused_without_telling_the_value(value):
    with pytest.raises(Unwritable) as refused:
        encode(Entry("exchange.held", 0, {"fact": value}))
    assert "half" not in str(refused.value)
    assert refused.value.__cause__ is None


GOOD = {"v": 1, "kind": "exchange.held", "at": "2026-11-21T10:00:00.000+08:00", "exchange": "E1"}


def canonical(content: object) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def test_the_good_entry_of_the_next_test_is_read():
    assert read_record(canonical(GOOD)).text("exchange") == "E1"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        canonical(GOOD) + b"\n",
        json.dumps(GOOD, sort_keys=True).encode(),  # spaces
        json.dumps(GOOD, separators=(",", ":")).encode(),  # not sorted
        canonical(GOOD).replace(b'"at"', b'"\\u0061t"'),  # another escape
        canonical(GOOD)[:-1] + b',"v":1}',  # the same key twice
        canonical({**GOOD, "x": float("nan")}),
        canonical({**GOOD, "v": 2}),
        canonical({**GOOD, "kind": 1}),
        canonical({**GOOD, "at": "yesterday"}),
        canonical({**GOOD, "at": "2026-11-21T10:00:00.000"}),
        canonical({**GOOD, "at": "2026-11-21T02:00:00.000+00:00"}),  # not China time
        canonical({**GOOD, "at": "2026-11-21T10:00:00+08:00"}),  # no milliseconds
    ],
)
def test_any_other_form_of_an_entry_is_unreadable(body):
    with pytest.raises(RecordUnreadable):
        read_record(body)
