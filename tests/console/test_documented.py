"""docs/console.md: its commands run as they stand, and its table is the one that the program goes by."""

import re
from pathlib import Path

import pytest

from gateway.accounts.account import MAY, ROLES, TEXTS
from gateway.web.console.render import HEADERS
from tests.console.terminal import PASSWORD, typed
from tests.faults.places import Place
from tests.shape.sources import CHECKOUT

PAGES = tuple(CHECKOUT / "docs" / name for name in ("console.md", "console.zh-CN.md"))
ORDER = ("search", "case", "types", "unmask", "unmaskings", "readers", "bundle", "held", "overdue")
NEVER = ("never", "不显示")


def commands(page: Path) -> list[str]:
    [block] = re.findall(r"^```sh\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return block.splitlines()


def test_both_pages_tell_the_same_commands() -> None:
    assert commands(PAGES[0]) == commands(PAGES[1])


def test_its_commands_run(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.write(names=("sim-desk",))
    shown = []
    for line in commands(PAGES[0]):
        asks = " add " in line or " password " in line
        code, said = typed(tmp_path, line, *([PASSWORD, PASSWORD] if asks else []))
        assert code == 0, f"{line}\n{said}"
        shown.append(said)
    listed = shown[3].splitlines()
    assert [each.split()[0] for each in listed] == ["audit-01", "ops-01", "window-01"]
    assert "role=auditor divisions=341702 units=* until=2099-12-31 state=good" in listed[0]
    assert PASSWORD not in "".join(shown)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_its_table_is_the_one_of_the_program(page: Path) -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.*?) \| (.+?) \|$", page.read_text("utf-8"), re.MULTILINE)
    assert [(role, text) for role, text, _, _ in rows] == [(role, TEXTS[role][0]) for role in ROLES]
    for role, _, opens, contents in rows:
        assert tuple(re.findall(r"`(\w+)`", opens)) == tuple(each for each in ORDER if each in MAY[role])
        assert (contents in NEVER) is ("contents" not in MAY[role])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_its_policy_is_the_one_that_is_sent(page: Path) -> None:
    text = re.sub(r"\s+", " ", page.read_text("utf-8"))
    assert HEADERS["Content-Security-Policy"] in text
