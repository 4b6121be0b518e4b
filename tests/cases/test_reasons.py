"""Every ending has its reasons and its document, in both languages, and the schema knows the same ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cases.reasons import (
    DOCUMENT_KINDS,
    DOCUMENTS,
    ENDINGS,
    REASONS,
    TEXTS,
    TOLD_BY,
    reason_fault,
)
from gateway.cases.states import DECISIONS, ENDS
from mappings import canonical

PARTS = canonical.schema("canonical/result@1")["$defs"]


def test_the_schema_of_a_result_names_exactly_the_endings_reasons_and_documents() -> None:
    assert set(PARTS["ending"]["enum"]) == ENDINGS == DECISIONS | ENDS
    assert set(PARTS["reason"]["enum"]) == TEXTS.keys()
    assert tuple(PARTS["document_kind"]["enum"]) == DOCUMENT_KINDS


def test_every_ending_has_its_list_and_every_reason_is_of_some_ending() -> None:
    assert REASONS.keys() == TOLD_BY.keys() == ENDINGS
    assert {reason for reasons in REASONS.values() for reason in reasons} == TEXTS.keys()
    assert DOCUMENTS.keys() == set(DOCUMENT_KINDS)
    for reasons in REASONS.values():
        assert len(set(reasons)) == len(reasons)


@pytest.mark.parametrize(
    ("state", "reason", "words", "fault"),
    [
        ("refused", "conditions_not_met", "", None),
        ("refused", "", "不符合条件", None),
        ("refused", "", "", "reason_missing"),
        ("refused", "other", "", "reason_missing"),
        ("refused", "correction_overdue", "逾期", "reason_of_another_ending"),
        ("granted", "", "", None),
        ("granted", "duplicate", "", "reason_of_another_ending"),
        ("withdrawn", "", "", None),
    ],
)
def test_what_is_wrong_with_a_reason_is_said(state, reason, words, fault) -> None:
    assert reason_fault(state, reason, words) == fault


@given(st.sampled_from(sorted(ENDINGS)), st.sampled_from(["", *sorted(TEXTS)]), st.booleans())
def test_a_reason_of_the_list_with_words_is_never_at_fault(state, reason, has_words) -> None:
    fault = reason_fault(state, reason, "原文" if has_words else "")
    assert fault in (None, "reason_missing", "reason_of_another_ending")
    if has_words and (not reason or reason in REASONS[state]):
        assert fault is None
