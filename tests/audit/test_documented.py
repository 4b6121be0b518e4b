"""The documentation of the evidence names what there is."""

import re
from pathlib import Path

from audit.connection import APPENDING, SIGNING
from audit.findings import TEXTS, Finding
from audit.order import ALONE, BETWEEN, ECHOES, ENDS, START
from audit.succession import KIND, Epoch

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "evidence.md").read_text("utf-8")
TESTS = "".join(
    path.read_text("utf-8")
    for folder in ("audit", "witness")
    for path in (ROOT / "tests" / folder).glob("test_*.py")
)


def test_every_code_is_documented_and_every_documented_code_exists():
    rows = [line.split("|")[1] for line in TEXT.partition("| code |")[2].splitlines()[2:]]
    assert {code for row in rows for code in re.findall(r"`([^`]+)`", row)} == set(TEXTS)


def test_every_code_is_provoked_by_a_test():
    short = {code.removeprefix("order.") for code in TEXTS}
    assert {code for code in short if f'"{code}"' not in TESTS} == set()


def test_the_documented_kinds_are_those_of_the_order():
    section = TEXT.partition("### Lawful order")[2].partition("## Leaf")[0]
    assert set(re.findall(r"`(exchange\.\w+)`", section)) == {START, *ENDS, *BETWEEN, *ECHOES, *ALONE}


def test_the_locks_that_other_programs_must_leave_alone_are_documented():
    assert {str(lock) for lock in (APPENDING, SIGNING)} == set(re.findall(r"\b\d{17}\b", TEXT))


def test_every_fact_of_an_epoch_is_documented():
    section = TEXT.partition("## Epoch")[2].partition("## Proof")[0]
    facts = Epoch(2, "log", 0, 0, 1, bytes(32)).facts
    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == list(facts)
    assert f"`{KIND}`" in section


def test_every_text_is_there_in_both_languages_and_takes_its_facts():
    names = (
        "after before case column entry epoch exchange first kind last least line number one origin other position "
        "reason signed size"
    )
    facts = dict.fromkeys(names.split(), 0)
    for code in TEXTS:
        chinese, english = Finding("entry 1", code, facts).texts
        assert re.search("[\u4e00-\u9fff]", chinese)
        assert english.isascii()
        assert "{" not in chinese + english


def test_every_golden_vector_is_documented():
    files = {path.name for path in (ROOT / "tests" / "golden" / "audit").iterdir()}
    assert {name for name in files if f"`{name}`" not in TEXT} == set()
