"""docs/console.md: its commands run as they stand, and its table is the one that the program goes by."""

import re
from pathlib import Path

import pytest

from gateway.accounts.account import MAY, ROLES, TEXTS
from gateway.web.console.places import GROUPS, KEYS
from gateway.web.console.render import HEADERS
from gateway.web.console.words import WORDS
from tests.console.terminal import PASSWORD, typed
from tests.faults.places import Place
from tests.shape.sources import CHECKOUT

PAGES = tuple(CHECKOUT / "docs" / name for name in ("console.md", "console.zh-CN.md"))
ORDER = (
    "search", "case", "types", "unmask", "unmaskings", "readers", "bundle", "held", "deferred", "overdue",
    "unsigned", "health", "review", "agreements", "releases", "figures", "checkpoints", "saved", "settle", "align",
    "parcel", "accounts", "work",
)  # fmt: skip
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
    text = page.read_text("utf-8").split("| desk |")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.*?) \| (.+?) \|$", text, re.MULTILINE)
    assert [(role, title) for role, title, _, _ in rows] == [(role, TEXTS[role][0]) for role in ROLES]
    for role, _, opens, contents in rows:
        assert tuple(re.findall(r"`(\w+)`", opens)) == tuple(each for each in ORDER if each in MAY[role])
        assert (contents in NEVER) is ("contents" not in MAY[role])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_its_policy_is_the_one_that_is_sent(page: Path) -> None:
    text = re.sub(r"\s+", " ", page.read_text("utf-8"))
    assert HEADERS["Content-Security-Policy"] in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_desk_stands_there_with_its_name_and_its_key(page: Path) -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (\w) \| .+? \|$", page.read_text("utf-8"), re.MULTILINE)
    desks = {desk for group in GROUPS for desk in group.desks} - {"search"}
    assert {desk for desk, _, _ in rows} == desks
    assert all((WORDS[desk][0], KEYS[desk]) == (title, key) for desk, title, key in rows)
