"""Samples of answers: each is judged as it is called, and those that are missing are named."""

import json

import pytest

from gateway.workbench.check import examine
from gateway.workbench.grades import Grade, Graded, answered, reached, unused
from gateway.workbench.samples import Odd, named, read
from mappings.problems import Finding
from tests.workbench.made import EXAMPLES, example

TAKEN = (EXAMPLES / "sim-gd" / "samples" / "case.submit.taken.json").read_text("utf-8")


def told(name: str, **changed: str) -> list[str]:
    return [str(each) for each in examine(example(name, **changed))]


@pytest.mark.parametrize("name", sorted(path.parent.name for path in EXAMPLES.glob("*/platform.yaml")))
def test_the_simulated_platforms_reach_silver(name: str) -> None:
    found = examine(example(name))
    assert reached(found) >= Grade.SILVER, "\n".join(map(str, found))  # type: ignore[operator]


def test_a_sample_that_is_judged_otherwise_is_told_with_the_verdict() -> None:
    found = told("sim-gd", **{"samples/case.submit.refused-odd.json": TAKEN})
    assert any(
        each.startswith("sim-gd/samples/case.submit.refused-odd.json:1:1: this answer is taken (described)")
        for each in found
    ), found


def test_a_missing_verdict_is_named_with_the_file_to_write() -> None:
    platform = (EXAMPLES / "sim-gd" / "platform.yaml").read_text("utf-8")
    with_probe = platform.replace(
        "    patience: 24h\n",
        '    probe: {ask: case.progress, landed: {body: {code: "200"}}}\n    patience: 24h\n', 1,
    )  # fmt: skip
    assert with_probe != platform
    assert any(
        "samples/case.submit.landed.json" in each for each in told("sim-gd", **{"platform.yaml": with_probe})
    )


def test_an_exemption_with_its_reason_answers_for_a_finding_and_one_for_nothing_is_told() -> None:
    platform = (EXAMPLES / "sim-gd" / "platform.yaml").read_text("utf-8")
    bare = "\n".join(line for line in platform.splitlines() if "table/" not in line)
    assert any("table sex has no row for 0, 9" in each for each in told("sim-gd", **{"platform.yaml": bare}))
    more = platform + "  case.submit/nothing: no such thing\n"
    assert any(
        "nothing is exempt by 'case.submit/nothing'" in each
        for each in told("sim-gd", **{"platform.yaml": more})
    )


def test_answers_that_fit_two_descriptions_are_told() -> None:
    platform = (EXAMPLES / "sim-gd" / "platform.yaml").read_text("utf-8")
    both = platform.replace('code: ["401", "E-106", "4031", "4291"]', 'code: ["5001"]', 1)
    assert any("may be both refused and barred" in each for each in told("sim-gd", **{"platform.yaml": both}))


def test_a_write_that_nothing_settles_is_no_bronze() -> None:
    platform = (EXAMPLES / "sim-gd" / "platform.yaml").read_text("utf-8")
    settles = ("repeatable: {by: sblsh", "  probe:")  # of case.submit
    lines = [line for line in platform.splitlines() if not any(each in line for each in settles)]
    found = examine(example("sim-gd", **{"platform.yaml": "\n".join(lines)}))
    assert reached(found) is None
    assert any("only be settled by a person" in str(each) for each in found)
    for key in ("probe", "case.submit/probe"):
        exempt = "\n".join(
            [line for line in lines if line[:8] != "  probe:"] + [f"  {key}: they offer neither"]
        )
        found = examine(example("sim-gd", **{"platform.yaml": exempt}))
        assert reached(found) is Grade.SILVER, "\n".join(map(str, found))
        assert any("waits for a person" in str(each) for each in found)


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("samples/case.submit.taken.json", ("case.submit", "taken")),
        ("samples/case.submit.taken-twice.json", ("case.submit", "taken")),
        ("samples/case.json", None),
        ("contract/case.submit.taken.json", None),
    ],
)
def test_a_sample_is_told_by_its_name(file: str, expected: tuple[str, str] | None) -> None:
    assert named(file) == expected


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"operation": "case.submit"}', '{"operation": "x.y", "response": {"status": "a"}}'],
)
def test_what_is_no_sample_says_so(text: str) -> None:
    with pytest.raises(Odd):
        read("samples/case.submit.taken.json", text)


def test_bytes_in_another_charset_are_written_in_hex() -> None:
    written = {"operation": "case.submit", "response": {"status": 200, "body_hex": "c7eb".upper()}}
    assert read("samples/case.submit.taken.json", json.dumps(written)).response.body == "请".encode("gbk")


def test_the_grade_is_the_highest_that_nothing_stands_in_the_way_of() -> None:
    def lacking(grade: Grade) -> Graded:
        return Graded(grade, Finding("f", 1, 1, "w", "x"), f"{grade.word}/x")

    assert reached([]) is Grade.PLATINUM
    assert reached([lacking(Grade.PLATINUM)]) is Grade.GOLD
    assert reached([lacking(Grade.GOLD), lacking(Grade.SILVER)]) is Grade.BRONZE
    assert reached([lacking(Grade.BRONZE)]) is None
    assert answered([lacking(Grade.GOLD)], {"gold/x": "why"}) == []
    assert unused([], {"gold/x": "why", "probe": "why"}) == ["gold/x"]
