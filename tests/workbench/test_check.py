"""The check of a platform needs nothing of an installation, whatever its platform is signed with."""

import json

import pytest

from adapters.auth.schemes import SCHEMES
from gateway.workbench.check import examine
from gateway.workbench.grades import Grade
from tests.workbench.made import EXAMPLES, example


@pytest.mark.parametrize("auth", sorted(SCHEMES))
def test_a_platform_is_checked_without_its_secrets(auth: str) -> None:
    name = "sim-yb" if SCHEMES[auth].soap else "sim-sj"
    written = (EXAMPLES / name / "platform.yaml").read_text("utf-8")
    own = next(line for line in written.splitlines() if line.startswith("auth:"))
    release = example(name, **{"platform.yaml": written.replace(own, f"auth: {auth}")})
    assert [str(each) for each in examine(release) if each.grade <= Grade.SILVER] == []


@pytest.mark.parametrize(
    "source, refuses",
    [('test | yes_no("测试", "通办")', True), ('test ? "false" | yes_no("测试", "通办")', False)],
)
def test_a_mapping_that_reads_the_mark_of_test_cases_must_say_what_stands_for_a_real_one(
    source: str, refuses: bool
) -> None:
    written = (EXAMPLES / "sim-gx" / "case.submit.yaml").read_text("utf-8")
    mapping = written.replace('="跨省通办"', source).replace("YWLBMC: 跨省通办", "YWLBMC: 测试")
    sample = (EXAMPLES / "sim-gx" / "samples" / "case.json").read_text("utf-8")
    marked = json.dumps({**json.loads(sample), "test": True}, ensure_ascii=False)
    release = example("sim-gx", **{"case.submit.yaml": mapping, "samples/case.json": marked})
    found = [each.finding.what for each in examine(release)]
    assert ("a case is refused here when test is absent" in found) == refuses
