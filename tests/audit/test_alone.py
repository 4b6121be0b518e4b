"""The verifier runs alone: nothing of the writer, nothing but Python and `cryptography`."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WRITERS = {f"audit.{name}" for name in ("log", "heads", "epoch", "tables", "tiles", "entries", "connection")}


def imported_by(module: str) -> set[str]:
    code = f"import sys, {module}; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(ran.stdout.split())


@pytest.mark.parametrize(
    "module",
    ["audit.verify", "audit.survey", "audit.cli", "audit.postgresql", "audit.tilelog", "audit.export"],
)
def test_the_verifier_imports_nothing_of_the_writer(module):
    names = imported_by(module)
    assert not names & WRITERS
    assert {name for name in names if name.startswith(("gateway", "adapters", "mappings"))} == set()


def test_the_verifier_needs_no_package_but_cryptography():
    foreign = {name.partition(".")[0] for name in imported_by("audit.cli")} - sys.stdlib_module_names
    assert {name for name in foreign if not name.startswith("_")} == {"audit", "cryptography"}


def test_the_commands_of_one_proof_do_not_even_read_a_database_in_their_checks():
    assert "sqlite3" not in imported_by("audit.verify")
