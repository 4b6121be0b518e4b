"""Code tables and examples in a check: what our vocabulary does not know, and what the contract does not take."""

from gateway.workbench.check import examine
from gateway.workbench.grades import Grade, Graded
from tests.workbench.made import EXAMPLES, example

PROGRESS = (EXAMPLES / "sim-gd" / "tables" / "progress.yaml").read_text("utf-8")
SEX = (EXAMPLES / "sim-gd" / "tables" / "sex.yaml").read_text("utf-8")
YB = (EXAMPLES / "sim-yb" / "case.submit.yaml").read_text("utf-8")


def found(name: str, **changed: str) -> list[Graded]:
    return examine(example(name, **changed))


def told(name: str, **changed: str) -> list[str]:
    return [str(each) for each in found(name, **changed)]


def test_a_row_that_gives_no_code_of_ours_is_told_at_its_line() -> None:
    """A reply with it would be no progress that anybody understands."""
    changed = PROGRESS.replace('ours: "withdrawn"', 'ours: "widthdrawn"')
    line = next(n for n, each in enumerate(changed.splitlines(), 1) if "widthdrawn" in each)
    finding = next(
        each for each in found("sim-gd", **{"tables/progress.yaml": changed}) if "no code" in str(each)
    )
    assert str(finding).startswith(
        f"sim-gd/tables/progress.yaml:{line}:1: 'widthdrawn' is no code of ours where table progress is used: "
        "did you mean 'withdrawn'?"
    )
    assert finding.grade is Grade.BRONZE


def test_a_row_on_the_way_out_that_is_of_no_code_of_ours_is_told() -> None:
    changed = SEX + '  - {ours: "3", theirs: "3"}\n'
    assert any(
        "'3' is no code of ours where table sex is used" in each
        for each in told("sim-gd", **{"tables/sex.yaml": changed})
    )


def test_codes_of_ours_that_no_code_of_theirs_means_are_told_unless_a_reason_stands() -> None:
    platform = (EXAMPLES / "sim-gd" / "platform.yaml").read_text("utf-8")
    changed = "\n".join(line for line in PROGRESS.splitlines() if "withdrawn" not in line)
    files = {
        "tables/progress.yaml": changed,
        "platform.yaml": "\n".join(line for line in platform.splitlines() if "table/progress" not in line),
    }
    (finding,) = [each for each in found("sim-gd", **files) if each.exempt == "table/progress"]
    assert "no code of theirs in table progress means" in str(finding) and "withdrawn" in str(finding)
    files["platform.yaml"] += "\n  table/progress: 他们没有这些状态\n"
    assert not [each for each in found("sim-gd", **files) if each.exempt == "table/progress"]


def test_a_literal_of_a_reply_that_our_vocabulary_does_not_know_is_told() -> None:
    reply = (EXAMPLES / "sim-gd" / "case.progress.reply.yaml").read_text("utf-8")
    reply = reply.replace('state: data.zt | table_back("progress")', 'state: ="acepted"', 1)
    reply = reply.replace('refuse: ["state: not_in_table", ', "refuse: [").replace(
        "state: accepted\n", "state: acepted\n", 1
    )
    assert any(
        "'state' gives acepted, which our vocabulary does not know: did you mean 'accepted'?" in each
        for each in told("sim-gd", **{"case.progress.reply.yaml": reply})
    )


def test_an_example_that_the_contract_does_not_take_is_told_at_the_field_that_feeds_it() -> None:
    changed = YB.replace("Division: division | division(6)", "Division: division")
    changed = changed.replace("Division: '440233'", "Division: '440233000000'")
    case = (EXAMPLES / "sim-yb" / "samples" / "case.json").read_text("utf-8")
    case = case.replace('"division": "440233"', '"division": "440233000000"', 1)
    lines = told("sim-yb", **{"case.submit.yaml": changed, "samples/case.json": case})
    line = next(n for n, each in enumerate(changed.splitlines(), 1) if "Division:" in each)
    example_line = next(n for n, each in enumerate(changed.splitlines(), 1) if each.startswith("  - given"))
    what = "'Head.Division' has not the form \\d{6} in the example at case.submit.yaml"
    expected = (
        f"sim-yb/case.submit.yaml:{line}:7: {what}:{example_line}: mend the field, or the example [bronze]"
    )
    assert expected in lines, lines


def test_an_example_that_lacks_what_the_contract_wants_is_told_at_the_example() -> None:
    changed = "".join(line for line in YB.splitlines(keepends=True) if "Purpose:" not in line)
    assert changed.count("Purpose") == 0
    lines = told("sim-yb", **{"case.submit.yaml": changed})
    line = next(n for n, each in enumerate(changed.splitlines(), 1) if each.startswith("  - given"))
    assert any(
        each.startswith(f"sim-yb/case.submit.yaml:{line}:5: 'Case.Purpose' is required there in the example")
        for each in lines
    ), lines


def test_an_example_whose_call_is_not_as_the_contract_wants_it_is_told() -> None:
    """Their parameter stands in the query there; a body with it is read by nobody."""
    openapi = (
        '{"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {"/api/v2/cases": {"post": {'
        '"parameters": [{"name": "sblsh", "in": "query", "required": true, "schema": {"type": "string"}}],'
        '"requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}},'
        '"responses": {"200": {"description": "ok"}}}}}}'
    )
    written = (EXAMPLES / "sim-gd" / "platform.yaml").read_text("utf-8")
    platform = "\n".join(line for line in written.splitlines() if "    message:" not in line)
    files = {
        "contract/openapi.json": openapi,
        "platform.yaml": platform.replace(
            "speaks: rest\n", "speaks: rest\ncontract: contract/openapi.json\n"
        ),
    }
    assert any(
        "'sblsh' belongs in the query, and stands in the body in the example" in each
        for each in told("sim-gd", **files)
    )


def test_an_example_of_a_reply_that_gives_what_our_schema_does_not_allow_is_told() -> None:
    reply = (EXAMPLES / "sim-gd" / "case.progress.reply.yaml").read_text("utf-8")
    changed = (
        reply.replace('  at: data.sj | time_from("%Y%m%d%H%M%S")\n', "  at: data.sj\n")
        .replace('at: "2026-11-20T10:15:00+08:00"\n      reference', 'at: "20261120101500"\n      reference')
        .replace(', "at: not_a_time"]', "]")
    )
    assert changed != reply
    lines = told("sim-gd", **{"case.progress.reply.yaml": changed})
    assert any(each.startswith("sim-gd/case.progress.reply.yaml:7:3: 'at' ") for each in lines), lines
