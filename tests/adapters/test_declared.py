"""platform.yaml: what it may say, and a finding with a place for everything else."""

from typing import Any

import pytest

from adapters.coherence import NotDeclared, declare
from adapters.notation import Quota
from tests.adapters.peers import REST, SOAP, changed


def findings(document: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(NotDeclared) as caught:
        declare(document)
    return [(".".join(map(str, fault.path)), fault.what) for fault in caught.value.faults]


def test_texts_become_what_the_keys_mean() -> None:
    document = changed(REST, "operations.case.submit.patience", "2d")
    document = changed(document, "operations.case.submit.retry", {"first": "500ms", "most": "10m"})
    platform = declare(document)
    submit = platform.operations["case.submit"]
    assert platform.limits.quota == Quota(1000, 3600.0)
    assert platform.limits.timeout_s == 2
    assert (submit.patience_s, submit.retry.first_s, submit.retry.most_s) == (172_800, 0.5, 600)
    assert submit.taken.status == ("200",)
    assert submit.taken.body == {"code": ("200",)}


def test_codes_stay_text_with_their_zeros() -> None:
    platform = declare(changed(REST, "operations.case.submit.taken.body", {"code": ["00", "0"]}))
    assert platform.operations["case.submit"].taken.body == {"code": ("00", "0")}


def test_what_a_platform_leaves_out_has_defaults() -> None:
    probe = declare(REST).operations["case.correct"].probe
    assert probe is not None
    assert (probe.settled_after_s, probe.tries, probe.every_s, probe.by) == (600, 3, 60, "ours")
    assert declare(SOAP).operations["case.submit"].charset == "utf-8"
    assert declare(REST).operations["case.submit"].patience_s == 86_400


def test_reads_are_known_by_their_names_and_may_be_declared() -> None:
    operations = declare(REST).operations
    assert operations["case.progress"].is_read("case.progress")
    assert not operations["case.submit"].is_read("case.submit")
    other = changed(REST, "operations.case.progress.kind", "read")
    assert declare(other).operations["case.progress"].is_read("anything.else")


@pytest.mark.parametrize(
    ("path", "value", "where", "what"),
    [
        ("operations.case.submit.takken", {}, "operations.case.submit.takken", "no such key 'takken' here"),
        ("operations.case.submit.taken", None, "operations.case.submit.taken", "key 'taken' is missing"),
        ("limits.quota", "many", "limits.quota", "quota"),
        ("limits.quota", "0/h", "limits.quota", "quota"),
        ("limits.timeout_s", "soon", "limits.timeout_s", "float parsing"),
        ("operations.case.submit.patience", "24", "operations.case.submit.patience", "duration"),
        ("serves", [{"division": "44"}], "serves.0.division", "string pattern mismatch"),
        ("serves", [], "serves", "too short"),
        ("kind", "regoinal", "kind", "literal error"),
        ("operations.case.submit.charset", "latin1", "operations.case.submit.charset", "literal error"),
        ("exempt", {"probe": ""}, "exempt.probe", "string too short"),
        ("limits.connect_s", "9", "limits.connect_s", "longer than timeout_s"),
        ("numbers.ours", {"form": "{place}{serial:4}"}, "numbers.ours.form", "no '{place}' in a number"),
        ("numbers.ours", {"form": "{yyyymmdd}"}, "numbers.ours.form", "a number needs one serial"),
        ("numbers.ours", {"form": "{serial:4}", "per": ["year"]}, "numbers.ours.per.0", "no 'year'"),
        (
            "numbers.ours",
            {"form": "{yymmdd}{serial:4}", "per": ["yyyymmdd", "implementation_code"]},
            "numbers.ours.per.1",
            "the serial restarts with every implementation_code",
        ),
        (
            "operations.case.submit.taken.status",
            "20O",
            "operations.case.submit.taken.status.0",
            "string pattern",
        ),
        ("operations.case.submit.taken.status", [], "operations.case.submit.taken.status", "too short"),
        ("operations.case.submit.taken", {}, "operations.case.submit.taken", "HTTP 200 alone is no success"),
        (
            "operations.case.submit.already",
            {"status": "200"},
            "operations.case.submit.already",
            "HTTP 200 alone",
        ),
        (
            "operations.case.correct.probe.absent",
            {"status": "404"},
            "operations.case.correct.probe.absent",
            "a status alone settles nothing",
        ),
        ("operations.case.submit.call", "/api", "operations.case.submit.call", "not a REST call"),
        ("operations.case.submit.already", None, "operations.case.submit.repeatable", "a repeat may"),
        (
            "operations.case.submit.already",
            {"body": {"c": "1"}},
            "operations.case.submit.already",
            "no reference",
        ),
        (
            "operations.case.correct.probe.ask",
            "case.result",
            "operations.case.correct.probe.ask",
            "no such read",
        ),
        (
            "operations.case.correct.probe.ask",
            "case.submit",
            "operations.case.correct.probe.ask",
            "no such read",
        ),
    ],
)
def test_a_mistake_is_found_at_its_place(path: str, value: Any, where: str, what: str) -> None:
    found = findings(changed(REST, path, value))
    assert any(at == where and said.startswith(what) for at, said in found), found


@pytest.mark.parametrize("verdict", ["later", "refused", "barred"])
@pytest.mark.parametrize(
    ("predicate", "statuses"),
    [
        ({"status": ["429", "502"]}, ["502"]),
        ({"status": "504", "body": {"code": "x"}}, ["504"]),
        ({"status": "503"}, ["503"]),
        ({"status": "500"}, ["500"]),
        ({"status": "5*"}, ["502", "504", "500", "503"]),
        ({"status": "5*", "body": {"code": "x"}}, ["502", "504"]),
        ({"status": "503", "body": {"code": "busy"}}, []),
        ({"status": "502", "because": "their proxy answers 502 only before it forwards"}, []),
        ({"status": "429"}, []),
    ],
)
def test_a_status_that_proves_nothing_needs_a_reason(
    verdict: str, predicate: dict[str, Any], statuses: list[str]
) -> None:
    document = changed(REST, f"operations.case.submit.{verdict}", predicate)
    if not statuses:
        assert declare(document)
        return
    found = findings(document)
    assert [what.split()[1] for _, what in found] == statuses
    assert {at for at, _ in found} == {f"operations.case.submit.{verdict}.status"}


@pytest.mark.parametrize(
    "taken",
    [{"status": "201"}, {"status": "200", "because": "their answer has no body"}, {"reference": "id"}],
)
def test_a_success_by_status_is_a_status_of_its_own_or_has_a_reason(taken: dict[str, Any]) -> None:
    assert declare(changed(REST, "operations.case.progress.taken", taken))


def test_a_short_limit_needs_no_shorter_limit_for_connecting() -> None:
    limits = declare(changed(REST, "limits", {"timeout_s": "2"})).limits
    assert (limits.timeout_s, limits.connect_s) == (2, 3)


def test_all_mistakes_of_shape_come_together() -> None:
    document = changed(changed(REST, "kind", "x"), "limits.quota", "y")
    assert [at for at, _ in findings(document)] == ["kind", "limits.quota"]


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("contract", None, "speaks"),
        ("operations.case.submit.arguments.information", {}, "operations.case.submit.arguments.information"),
        (
            "operations.case.submit.arguments.information",
            {"document": "xml"},
            "operations.case.submit.arguments.information",
        ),
        ("operations.case.submit.barred", {"body": {"fault.code": "x"}}, "operations.case.submit.barred"),
        ("auth", "gjgxjhpt", "operations.case.submit"),
    ],
)
def test_soap_mistakes_are_found(path: str, value: Any, where: str) -> None:
    assert where in [at for at, _ in findings(changed(SOAP, path, value))]


def test_a_read_needs_no_probe() -> None:
    document = changed(REST, "operations.case.correct.kind", "read")
    assert ("operations.case.correct.probe", "a read needs no probe") in findings(document)


FOLLOW = {"first": "10m", "most": "6h"}


def test_how_often_a_case_is_followed_is_said_of_its_progress_alone() -> None:
    declared = declare(changed(REST, "operations.case.progress.follow", FOLLOW))
    follow = declared.operations["case.progress"].follow
    assert follow is not None
    assert (follow.first_s, follow.most_s) == (600, 21_600)
    found = findings(changed(REST, "operations.case.submit.follow", FOLLOW))
    assert ("operations.case.submit.follow", "only the read case.progress is asked by itself") in found


@pytest.mark.parametrize(
    ("follow", "where"),
    [
        ({"first": "6h", "most": "10m"}, "most"),
        ({"first": "0s"}, "first"),
        ({"first": "0s", "most": "0s"}, "most"),
        ({"every": "1m"}, "every"),
    ],
)
def test_a_pace_that_cannot_be_kept_is_a_mistake(follow: dict[str, str], where: str) -> None:
    found = findings(changed(REST, "operations.case.progress.follow", follow))
    assert f"operations.case.progress.follow.{where}" in [at for at, _ in found]
