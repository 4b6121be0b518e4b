"""A reply as a fact: what is no number is no reference, and free text is no code."""

import pytest

from adapters.message import Reply
from gateway.exchange.facts import fact_of


@pytest.mark.parametrize("verdict", ["taken", "already"])
@pytest.mark.parametrize("reference", ["已收 见附件", "LN\t1", "9" * 101])
def test_taken_with_a_reference_that_is_no_number_is_unknown(verdict, reference):
    fact = fact_of(Reply(verdict, reference=reference), step="send", attempt=1, at_ms=5, asked_ms=3)
    assert (fact.kind, fact.cause, fact.reference) == ("unknown", "no_reference", "")


def test_taken_where_no_reference_is_declared_stays_taken():
    assert fact_of(Reply("taken"), step="send", attempt=1, at_ms=5, asked_ms=3).kind == "taken"


def test_a_probe_that_finds_it_has_found_it_whatever_its_number_looks_like():
    fact = fact_of(Reply("landed", reference="a b"), step="probe", attempt=2, at_ms=5, asked_ms=3)
    assert (fact.kind, fact.reference) == ("landed", "")


def test_what_a_probe_says_is_as_old_as_its_question_and_a_message_is_over_once_its_answer_is_read():
    absent = fact_of(Reply("absent"), step="probe", attempt=2, at_ms=50, asked_ms=3)
    assert (absent.kind, absent.at_ms, absent.over_ms) == ("absent", 50, 3)
    assert fact_of(Reply("unknown"), step="send", attempt=1, at_ms=50, asked_ms=3).over_ms == 50


@pytest.mark.parametrize(
    "code, kept", [("5003", "5003"), ("E-106", "E-106"), ("张三不符合", "other"), (None, "")]
)
def test_free_text_in_place_of_a_code_stays_out_of_the_fact(code, kept):
    assert fact_of(Reply("refused", code=code), step="send", attempt=1, at_ms=5, asked_ms=3).code == kept
