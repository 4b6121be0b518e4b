"""What the auditor's image holds: `audit/` and cryptography, and nothing else, verify everything that there is."""

import json
import re
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest

from audit.cosignatures import cosign
from audit.entries import Entry
from audit.notes import COSIGNATURE, Signer
from tests.audit.conftest import GOLDEN, START_MS
from tests.waiting import LONGEST_S

ROOT = Path(__file__).parents[2]
PACKAGES = ("cryptography", "cffi", "pycparser")  # what pip brings for `cryptography`, with what that needs


@pytest.fixture(scope="module")
def image(tmp_path_factory) -> Path:
    """The folders of the image: /app with `audit`, and the packages, as the Dockerfile copies and installs them."""
    folder = tmp_path_factory.mktemp("image")
    stage = (ROOT / "Dockerfile").read_text("utf-8").partition(" AS auditor\n")[2].partition("\nFROM ")[0]
    assert re.findall(r"^COPY (?!--from)(\S+) (\S+)$", stage, re.MULTILINE) == [("audit", "audit")]
    (folder / "app").mkdir()
    (folder / "app" / "audit").symlink_to(ROOT / "audit")
    (folder / "packages").mkdir()
    for package in PACKAGES:
        for top in tops(package):
            (folder / "packages" / top.name).symlink_to(top)
    return folder


def tops(package: str) -> list[Path]:
    files = distribution(package).files or []
    names = sorted({file.parts[0] for file in files if file.parts[0] != ".."})
    return [Path(str(distribution(package).locate_file(name))) for name in names]


@pytest.fixture
def run(image, tmp_path):
    """`python -m audit …` where there is nothing else to import, not even what stands in site-packages."""
    start = (
        "import sys; sys.path[:0] = [sys.argv[1] + '/app', sys.argv[1] + '/packages']; "
        "from audit.cli import main; sys.exit(main(sys.argv[2:]))"
    )

    def command(*words: str | Path) -> tuple[int, str]:
        ran = subprocess.run(
            [sys.executable, "-I", "-S", "-c", start, image, *map(str, words)],
            cwd=tmp_path, capture_output=True, text=True, timeout=LONGEST_S,
        )  # fmt: skip
        return ran.returncode, ran.stdout + ran.stderr

    return command


def test_there_is_nothing_else(image):
    look = (
        "import sys; sys.path[:0] = [sys.argv[1] + '/app', sys.argv[1] + '/packages']\n"
        "for name in ('gateway', 'adapters', 'mappings', 'sqlalchemy', 'orjson', 'aiohttp', 'psycopg'):\n"
        "    try: __import__(name)\n"
        "    except ImportError: continue\n"
        "    print(name)"
    )
    ran = subprocess.run([sys.executable, "-I", "-S", "-c", look, image], capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (0, "")


def vectors(name: str) -> dict[str, str]:
    return dict(json.loads((GOLDEN / name).read_text("utf-8")))


def test_a_proof_and_a_disclosure(run):
    assert run("verify", GOLDEN / "example.tlog-proof", "--key", vectors("proof.json")["key"])[0] == 0
    words = ("verify", GOLDEN / "disclosed.tlog-proof", "--disclosure", GOLDEN / "example.disclosure")
    assert run(*words, "--key", vectors("disclosure.json")["key"])[0] == 0


def test_a_log_its_tiles_its_certificate_and_its_witness(run, open_log, signer, exchange, tmp_path):
    store = open_log()
    for number in range(100):
        store.append(*exchange(f"E{number}", at_ms=START_MS + number))
    store.append(Entry("release.activated", START_MS, {"release": "r"}))
    note = store.checkpoint(signer)
    witness = Signer.create(tmp_path / "witness.key", "w.example/witness", COSIGNATURE)
    text = note.partition("\n\n")[0] + "\n"
    store.fill("audit_cosignatures", [(301, witness.name, cosign(witness, text, START_MS // 1000), 0)])
    key, tiles = ("--key", signer.vkey), ("--tiles", "tiles")
    assert run("export", "--database", store.address, "--into", "tiles", *key)[0] == 0
    assert run("fsck", "--database", store.address, *key, "--witness", witness.vkey)[0] == 0
    assert run("fsck", *tiles, *key, "--witness", witness.vkey)[0] == 0
    assert run("compare", store.address, "tiles", *key)[0] == 0
    day = ("--day", "2026-11-21", "--into", "day.certificate")
    assert run("certificate", *tiles, *key, *day, "--sign", tmp_path / "log.key")[0] == 0
    code, said = run("verify-certificate", "day.certificate", *tiles, *key)
    assert (code, "100 交换" in said) == (0, True)


def test_a_database_server_needs_one_package_more_and_says_which(run, signer):
    code, said = run("fsck", "--database", "postgresql://nobody@127.0.0.1:9/none", "--key", signer.vkey)
    assert (code, "psycopg" in said) == (2, True)
