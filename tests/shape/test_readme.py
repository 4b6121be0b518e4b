"""What the documents tell people to type or to open is there. tests/demo runs what is to be pasted."""

import re
import subprocess

import pytest

from tests.shape.readme import READMES, blocks, commands
from tests.shape.sources import CHECKOUT

DOCUMENTS = sorted(
    [CHECKOUT / each for each in (*READMES, "CHANGELOG.md", "conf/README.md")]
    + list((CHECKOUT / "docs").rglob("*.md")),
)
TALK = re.compile(r"/(?:root|home|work|tmp|opt|Users)/\w|https?://(?:10|172|192)\.\d|localhost:\d", re.ASCII)


def test_both_readmes_tell_the_same_commands():
    english, chinese = map(commands, READMES)
    assert english == chinese
    assert len(english) > 8


@pytest.mark.parametrize("readme", READMES)
def test_every_make_command_is_a_target(readme):
    for line in commands(readme):
        if line.startswith("make "):
            ran = subprocess.run([*line.split(), "--dry-run"], cwd=CHECKOUT, capture_output=True, text=True)
            assert ran.returncode == 0, ran.stderr


def test_what_the_makefile_runs_is_there():
    makefile = (CHECKOUT / "Makefile").read_text()
    modules = re.findall(r"-m (tests(?:\.\w+)+)", makefile)
    paths = re.findall(r"(?<= )(?:tests|mappings)/[\w./-]+", makefile)
    assert {"tests.demo", "tests.bench"} <= set(modules)
    places = {each: CHECKOUT / each.replace(".", "/") for each in modules}
    run = {
        each: (at / "__main__.py").exists() or at.with_suffix(".py").exists() for each, at in places.items()
    }
    assert [each for each, there in run.items() if not there] == []
    assert [each for each in paths if not (CHECKOUT / each).exists()] == []


def test_what_runs_for_every_change_is_what_the_readme_says():
    lines = (CHECKOUT / ".ci" / "run").read_text().splitlines()
    assert blocks("README.md")[-1] == [line for line in lines if line.startswith("make ")]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(CHECKOUT).as_posix())
def test_every_link_leads_somewhere(document):
    links = re.findall(r"\]\(([^)#\s]+)", document.read_text("utf-8"))
    dead = [each for each in links if "://" not in each and not (document.parent / each).exists()]
    assert dead == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(CHECKOUT).as_posix())
def test_no_document_speaks_of_one_machine(document):
    assert TALK.findall(document.read_text("utf-8")) == []


def test_every_decision_fits_a_screen_and_is_listed():
    folder = CHECKOUT / "docs" / "adr"
    listed = re.findall(r"\]\((\d{3}-[\w-]+\.md)\)", (folder / "README.md").read_text())
    assert listed == sorted(path.name for path in folder.glob("[0-9]*.md"))
    for name in listed:
        text = (folder / name).read_text("utf-8")
        assert len(text.splitlines()) <= 50
        assert all(f"**{part}.**" in text for part in ("Context", "Decision", "Price")), name
