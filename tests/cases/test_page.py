"""The page of the states of a case says what the code does."""

from pathlib import Path
from typing import get_args

from gateway.cases.life import What
from gateway.cases.page import DRAWN, page
from gateway.cases.states import LEADS, STATES

DOCS = Path(__file__).resolve().parents[2] / "docs" / "case-life.md"


def test_the_page_of_states_is_current() -> None:
    assert DOCS.read_text("utf-8") == page(), "write it anew: tongban states > docs/case-life.md"


def test_every_state_and_every_finding_stands_on_it() -> None:
    for name in (*STATES, *get_args(What)):
        assert f"| `{name}` |" in page()


def test_what_is_drawn_is_lawful() -> None:
    assert all(kind in LEADS[state] for state, kind in DRAWN)
