"""From an answer to its verdict: the table, and what no answer may ever do."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.classify import Answers, ProbeAnswers, Seen, retry_after_s
from adapters.coherence import declare
from adapters.declared import Operation
from tests.adapters.peers import NOW_MS, REST, SOAP, changed

OPERATIONS = declare(REST).operations
SUBMIT = Answers(OPERATIONS["case.submit"])
SOAP_SUBMIT = Answers(declare(SOAP).operations["case.submit"])


@pytest.mark.parametrize(
    ("status", "tree", "verdict", "cause"),
    [
        (200, {"code": "200", "data": {"caseNo": "A1"}}, "taken", "described"),
        (200, {"code": 200, "data": {"caseNo": 7}}, "taken", "described"),  # numbers read as text
        (200, {"code": "200", "data": {"caseNo": 1.15e27}}, "unknown", "no_reference"),  # rounded: no number
        (200, {"code": "200", "data": {"caseNo": ""}}, "unknown", "no_reference"),
        (200, {"code": "200"}, "unknown", "no_reference"),  # an empty success is no success
        (200, {}, "unknown", "undescribed"),
        (200, [], "unknown", "undescribed"),
        (200, None, "unknown", "undescribed"),
        (200, {"code": "4091", "data": {"caseNo": "A1"}}, "already", "described"),
        (200, {"code": "4091"}, "unknown", "no_reference"),
        (200, {"code": "500", "msg": "不符合"}, "refused", "described"),
        (500, {"code": "500"}, "unknown", "undescribed"),  # the description says HTTP 200
        (200, {"code": "401"}, "barred", "described"),
        (200, {"code": "E-106"}, "barred", "described"),
        (429, None, "later", "described"),
        (502, {"code": "200"}, "unknown", "bad_gateway"),
        (504, None, "unknown", "bad_gateway"),
        (500, None, "unknown", "undescribed"),
        (503, None, "unknown", "undescribed"),
        (307, None, "unknown", "redirected"),
        (200, {"code": ["200"]}, "unknown", "undescribed"),
        (200, {"code": {"#text": "200", "@x": "1"}, "data": {"caseNo": "A"}}, "taken", "described"),
        (200, {"code": True}, "unknown", "undescribed"),
    ],
)
def test_every_answer_is_classified(status: int, tree: Any, verdict: str, cause: str) -> None:
    reply = SUBMIT.judge(Seen(status, tree))
    assert (reply.verdict, reply.cause) == (verdict, cause)


def test_a_refusal_carries_their_code_and_reason() -> None:
    reply = SUBMIT.judge(Seen(200, {"code": 5003, "msg": "材料不全"}))
    assert (reply.code, reply.reason, reply.reference) == ("5003", "材料不全", None)


@pytest.mark.parametrize(
    ("records", "verdict"),
    [
        ([{"@code": "0"}, {"@code": "0"}], "taken"),
        ([{"@code": "0"}, {"@code": "12"}], "unknown"),  # a package that is partly wrong
        ({"@code": "0"}, "taken"),  # one record, not in a list
        ([], "unknown"),  # no record is no proof that all are well
        (None, "unknown"),
        ("0", "unknown"),
    ],
)
def test_codes_per_record_must_all_be_well(records: Any, verdict: str) -> None:
    tree = {"HEAD": {"CODE": "0", "NO": "X"}, "DATA": {"RECORD": records}}
    assert SOAP_SUBMIT.judge(Seen(200, tree)).verdict == verdict


def test_any_record_is_enough_where_any_is_declared() -> None:
    refused = {"records": {"at": "rows", "any": {"state": ["x*", "no"]}}}
    answers = Answers(
        Operation.model_validate({"call": "POST /", "taken": {"body": {"c": "0"}}, "refused": refused})
    )
    assert answers.judge(Seen(200, {"rows": [{"state": "ok"}, {"state": "no"}]})).verdict == "refused"
    assert answers.judge(Seen(200, {"rows": [{"state": "ok"}]})).verdict == "unknown"


def test_descriptions_that_contradict_each_other_are_unknown() -> None:
    both = changed(REST, "operations.case.submit.refused.body", {"code": "2*"})
    answers = Answers(declare(both).operations["case.submit"])
    reply = answers.judge(Seen(200, {"code": "200", "data": {"caseNo": "A"}}))
    assert (reply.verdict, reply.cause) == ("unknown", "ambiguous_answer")


@pytest.mark.parametrize(
    ("predicate", "verdict"),
    [("taken", "unknown"), ("refused", "unknown"), ("later", "later"), ("barred", "barred")],
)
def test_an_unreadable_body_says_nothing_about_the_business(predicate: str, verdict: str) -> None:
    declared = {"call": "POST /", "taken": {"body": {"c": "0"}}, predicate: {"status": "403"}}
    answers = Answers(Operation.model_validate(declared))
    assert answers.judge(Seen(403, None, "garbled")).verdict == verdict


def test_an_empty_body_may_be_a_success_where_the_status_says_it_all() -> None:
    answers = Answers(Operation.model_validate({"call": "POST /", "taken": {"status": "204"}}))
    assert answers.judge(Seen(204, None, "empty")).verdict == "taken"


@pytest.mark.parametrize(
    ("status", "tree", "verdict"),
    [
        (200, {"code": "200", "data": {"step": "corrected"}}, "landed"),
        (200, {"code": "200", "data": {"step": "waiting"}}, "absent"),
        (200, {"code": "200", "data": {"step": "something"}}, "unknown"),
        (429, None, "later"),
        (404, None, "unknown"),
        (504, {"code": "200", "data": {"step": "waiting"}}, "unknown"),
    ],
)
def test_a_probe_settles_only_what_is_described(status: int, tree: Any, verdict: str) -> None:
    probe = OPERATIONS["case.correct"].probe
    assert probe is not None
    assert ProbeAnswers(probe, OPERATIONS["case.progress"]).judge(Seen(status, tree)).verdict == verdict


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30", 30.0),
        (" 0 ", 0.0),
        ("Sun, 13 Sep 2020 12:27:10 GMT", 30.0),  # NOW_MS is 12:26:40
        ("Sun, 13 Sep 2020 12:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("３０", None),
        ("", None),
        (None, None),
        ("9" * 400, 999_999_999.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str | None, seconds: float | None) -> None:
    assert retry_after_s(text, NOW_MS) == seconds


def test_later_carries_the_wait_from_the_body_before_the_header() -> None:
    later = {"status": "429", "retry_after": "wait"}
    answers = Answers(declare(changed(REST, "operations.case.submit.later", later)).operations["case.submit"])
    assert answers.judge(Seen(429, {"wait": 9}, retry_after="30")).retry_after_s == 9
    assert answers.judge(Seen(429, None, "empty", retry_after="30")).retry_after_s == 30


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["200", "4091"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["code", "data", "caseNo", "msg", "HEAD", "DATA", "RECORD"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(status=st.integers(100, 599), tree=JSON, reading=st.sampled_from(["read", "empty", "garbled"]))
def test_nothing_is_taken_without_status_code_and_reference(status: int, tree: Any, reading: Any) -> None:
    for answers in (SUBMIT, SOAP_SUBMIT):
        reply = answers.judge(Seen(status, tree, reading))
        if reply.verdict in ("taken", "already"):
            assert reading != "garbled"
            assert 200 <= status < 300
            assert reply.reference
        if status in (502, 504):
            assert reply.verdict == "unknown"
