"""The check of a platform needs nothing of an installation, whatever its platform is signed with."""

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
