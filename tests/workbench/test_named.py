"""What a declaration names must be there: a call in the contract, the field of repeats in the message."""

import pytest

from gateway.releases.compiled import compile_release
from gateway.workbench.check import examine
from mappings.problems import Unreadable
from tests.workbench.made import example

CONTRACT = """openapi: 3.0.0
info: {title: t, version: "1"}
paths:
  /api/cases:
    post:
      responses: {"200": {description: taken}}
"""


def bronze(**changed: str) -> list[str]:
    return [str(each) for each in examine(example("sim-sj", **changed)) if str(each).endswith("[bronze]")]


def declared() -> str:
    return example("sim-sj").files["platform.yaml"]


def test_a_call_that_the_contract_does_not_have_is_found_with_the_nearest() -> None:
    first, rest = declared().split("\n", 1)
    call = next(line.strip() for line in rest.splitlines() if line.strip().startswith("call: POST"))
    written = f"{first}\ncontract: contract/api.yaml\n" + rest.replace(call, "call: POST /api/case", 1)
    found = bronze(**{"platform.yaml": written, "contract/api.yaml": CONTRACT})
    assert any(
        "the contract has no call POST /api/case, so nothing in its mapping could be held against it: "
        "did you mean 'POST /api/cases'?" in each
        for each in found
    )


def test_a_repeat_is_known_only_by_what_is_sent() -> None:
    assert bronze() == []
    (found,) = bronze(**{"platform.yaml": declared().replace("by: lsh,", "by: lshx,")})
    assert "the mapping feeds no 'lshx', so they know no repeat by it: did you mean 'lsh'?" in found


def test_a_field_that_may_be_left_out_makes_no_repeat_known() -> None:
    (found,) = bronze(**{"platform.yaml": declared().replace("by: lsh,", "by: sjh,")})
    assert "'sjh' is left out when applicant.mobile is absent, and then they know no repeat" in found


def test_a_status_that_is_none_is_told_once_with_the_page_that_explains_it() -> None:
    files = {f"sim-sj/{path}": text for path, text in example("sim-sj").files.items()}
    files["sim-sj/platform.yaml"] = declared().replace("status: 200", "status: 999", 1)
    with pytest.raises(Unreadable) as found:
        compile_release(files)
    told = [str(each) for each in found.value.findings]
    assert len(told) == 1 and "'status' is not right" in told[0] and told[0].endswith("see docs/platform.md")


def test_an_operation_that_nobody_asks_for_is_taken_for_a_slip_of_the_pen() -> None:
    files = {path.replace("case.progress", "case.progres"): text for path, text in _files().items()}
    files = {path: text.replace("case.progress", "case.progres") for path, text in files.items()}
    release = compile_release({f"sim-sj/{path}": text for path, text in files.items()}).platforms["sim-sj"]
    told = [str(each) for each in examine(release)]
    assert any(
        "nobody asks for an operation 'case.progres': did you mean 'case.progress'?" in each for each in told
    )


def _files() -> dict[str, str]:
    return dict(example("sim-sj").files)
