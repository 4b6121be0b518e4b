"""Three leaves, one trunk: who may import whom is told in pyproject.toml and holds."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.shape.sources import CHECKOUT, INSTALLED

GOLDEN = CHECKOUT / "tests" / "golden" / "audit"


def test_every_import_goes_where_it_may():
    linter = Path(sys.executable).with_name("lint-imports")
    ran = subprocess.run([linter, "--no-cache"], cwd=CHECKOUT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout[-3000:]


def test_the_contracts_cover_everything_that_is_installed():
    linted = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["importlinter"]
    assert set(linted["root_packages"]) == set(INSTALLED)
    assert next(each for each in linted["contracts"] if each["type"] == "layers")["exhaustive"]


def test_audit_runs_where_nothing_else_of_the_gateway_is(tmp_path):
    shutil.copytree(CHECKOUT / "audit", tmp_path / "audit")
    for other in set(INSTALLED) - {"audit"}:
        (tmp_path / other).mkdir()
        (tmp_path / other / "__init__.py").write_text(
            "raise ImportError('not in the image of the auditor')\n"
        )
    command = [sys.executable, "-m", "audit", "create-key", "alone.key", "--name", "alone.example/log"]
    made = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    proof = GOLDEN / "example.tlog-proof"
    command = [sys.executable, "-m", "audit", "verify", str(proof), "--key", made.stdout.strip()]
    judged = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert judged.returncode == 1  # it ran, and a key that did not sign convinces nobody
    assert "Traceback" not in judged.stderr
