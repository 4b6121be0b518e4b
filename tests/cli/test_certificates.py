"""Our certificate at a platform, as whoever checks the installation hears of it before it ends."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli.declared import check
from tests.adapters.certificates import START, identity
from tests.installation import Installation

GONE = (datetime.now(UTC) - START).total_seconds() / 86_400
# days from now -> what is said on standard output and on standard error
SAID = [
    (-0.5, "conf/platforms/sim-sj.yaml:1:1: our certificate has ended: ask them for a new one\n", ""),
    (5.5, "", "sim-sj: 我方证书还有 5 天到期 / our certificate ends in 5 days\n"),
    (90, "", ""),
]


@pytest.mark.parametrize(("days", "out", "told"), SAID, ids=["ended", "soon", "good"])
def test_a_certificate_is_told_of_in_time(tmp_path: Path, days: float, out: str, told: str) -> None:
    installation = Installation(tmp_path)
    installation.write()
    (tmp_path / "ours.pem").write_text(identity("tongban", days=GONE + days).pem)
    file = installation.conf / "platforms" / "sim-sj.yaml"
    file.write_text(file.read_text().replace("secrets: {", "secrets: {certificate: {file: ours.pem}, "))
    done = CliRunner().invoke(check, ["--conf", str(installation.conf)], standalone_mode=False)
    assert (done.return_value, done.stdout) == (1 if out else 0, out)
    assert done.stderr.startswith(told)
    file.write_text(file.read_text().replace("ours.pem", "nowhere.pem"))
    done = CliRunner().invoke(check, ["--conf", str(installation.conf)], standalone_mode=False)
    assert (done.return_value, done.stdout) == (0, "")  # secrets need not be where this is run
