"""Described answers held against what the contract says of each status."""

import yaml

from adapters.coherence import declare
from gateway.workbench.answers import Told, answers
from gateway.workbench.grades import answered
from mappings.source import read
from tests.workbench.made import message, text

SUCCESS = message(text("code", among=("0", "1")), text("caseNo"))
FAILURE = message(text("error"), text("detail"))
TOLD: Told = (("200", SUCCESS), ("201", None), ("400", FAILURE), ("5*", None), ("*", message(text("fault"))))
YAML = """platform: p
title: 模拟
kind: regional
serves: [{{division: "440233"}}]
speaks: rest
operations:
  case.submit:
    call: POST /cases
    taken: {taken}
    refused: {refused}
exempt: {exempt}
"""


def found(taken: str, refused: str = "{status: 409}", told: Told = TOLD, exempt: str = "{}") -> list[str]:
    written = YAML.format(taken=taken, refused=refused, exempt=exempt)
    platform = declare(yaml.safe_load(written))
    graded = answers(read("p/platform.yaml", written), platform, "case.submit", told)
    return [str(each) for each in answered(graded, platform.exempt)]


def test_a_refusal_is_held_against_the_answer_of_its_own_status() -> None:
    fits = '{status: 400, body: {error: "*"}, reason: detail}'
    assert found('{status: 200, body: {code: "0"}}', fits) == []
    (wrong,) = found('{status: 200, body: {code: "0"}}', '{status: 400, body: {code: "1"}}')
    assert "p/platform.yaml:10:" in wrong
    assert "the contract's answer has no 'code', so this never fits: one of detail, error" in wrong


def test_a_path_that_no_answer_has_and_a_code_that_none_gives_are_found() -> None:
    (path,) = found('{body: {code: "0"}, reference: caseNumber}')
    assert "has no 'caseNumber', so this never fits: did you mean 'caseNo'?" in path
    (code,) = found('{status: 200, body: {code: "2*"}}')
    assert "'code' is one of 0, 1 in the contract, so this never fits: write one of these" in code


def test_statuses_of_which_the_contract_says_nothing_decide_nothing() -> None:
    assert found('{status: 201, body: {number: "*"}}', '{status: "5*", body: {any: "1"}, because: why}') == []


def test_the_answer_to_all_other_statuses_is_that_of_default() -> None:
    assert found('{status: 200, body: {code: "0"}}', '{status: 409, body: {fault.x: "1"}}') == []
    (wrong,) = found('{status: 200, body: {code: "0"}}', '{status: 409, body: {error: "1"}}')
    assert "has no 'error'" in wrong


def test_a_contract_that_speaks_of_no_status_speaks_of_all() -> None:
    assert (
        len(
            found('{status: 200, body: {nothing: "0"}}', '{status: 400, body: {nil: "1"}}', (("*", SUCCESS),))
        )
        == 2
    )
    assert found('{status: 200, body: {nothing: "0"}}', told=(("*", None),)) == []


def test_a_contract_that_is_older_than_its_platform_is_answered_for() -> None:
    taken = '{status: 200, body: {code: "0"}, reference: number}'
    assert found(taken, exempt='{case.submit/taken/number: "their notice 7 of 2026"}') == []
    (wrong,) = found(taken)
    assert 'or exempt: {"case.submit/taken/number": why}' in wrong
