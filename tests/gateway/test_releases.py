"""A platform is compiled once by a process, in however many releases it stands as it is."""

from gateway.releases.compiled import compile_release, gather
from tests.installation import EXAMPLES


def test_only_the_platform_that_changes_is_compiled_again() -> None:
    files = gather([EXAMPLES])
    before = compile_release(files).platforms
    changed = files["sim-gd/case.submit.yaml"].replace("at_most(500)", "at_most(400)", 1)
    after = compile_release({**files, "sim-gd/case.submit.yaml": changed}).platforms
    assert {name for name in before if after[name] is not before[name]} == {"sim-gd"}
    assert "at_most(400)" in after["sim-gd"].files["case.submit.yaml"]
