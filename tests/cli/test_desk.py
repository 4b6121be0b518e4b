"""tongban desk as people at a window use it: what it refuses, what the shell completes, what it takes out."""

import asyncio
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.desk.test_documented import Typed
from tests.fakes.fixtures import case, files
from tests.faults.places import Place, submitted
from tests.forked import python
from tests.prints.qr import text_of
from tests.waiting import LONGEST_S

COMPLETE = "_PYTHON _M GATEWAY_CLI_COMPLETE"  # of `python -m gateway.cli`, as _TONGBAN_COMPLETE is of tongban
UNIT, OTHER = "11440283007341131X", "11440282007341120B"


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory) -> Typed:
    folder = tmp_path_factory.mktemp("window") / "place"
    folder.mkdir()
    place = Place(folder)
    place.write(names=("sim-desk",))

    async def placed() -> str:
        async with place.gateway() as gateway:
            return (await submitted(gateway, {**case("gd-person"), "division": "440283"})).ours

    return Typed(folder, asyncio.run(placed()))


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        (f"sign --unit {OTHER} N", 1, "another unit"),
        (f"sign --unit {UNIT} 99", 1, "no such case"),
        ("sign --unit 1144 N", 2, "18 letters"),
        ("sign N", 2, "--unit"),
        (f"sign --unit {UNIT} --as 张三 N", 2, "工号"),
        (f"supplied --unit {UNIT} N", 1, "accept, decline"),
        (f"decline --unit {UNIT} N", 2, "--words"),
        (f"correct --unit {UNIT} --material =x N", 2, "MATERIAL=WHY"),
        (f"correct --unit {UNIT} --material 身份证=不清 N", 2, "--due-on"),
        (f"grant --unit {UNIT} --document passport=1 N", 2, "KIND=NUMBER"),
        (f"grant --unit {UNIT} --document licence=1=/nowhere N", 2, "KIND=NUMBER"),
        (f"grant --unit {UNIT} --reason because N", 2, "conditions_not_met"),
        (f"grant --unit {UNIT} --reason none_left N", 2, "in_part"),
        (f"sign --unit {UNIT} --reason other N", 2, "takes none"),
        (f"sign --unit {UNIT} --at 2099-01-01T00:00 N", 1, "future"),
        (f"sign --unit {UNIT} --at 1999-01-01T00:00 N", 1, "before the receipt"),
        (f"sign --unit {UNIT} --undoes accepted@1 N", 1, "nothing of that number"),
        (f"show --unit {UNIT} --values N", 2, "--why"),
        (f"file --unit {UNIT} --why 审查 --to out.bin N nothing", 1, "no such file"),
        (f"seen --unit {UNIT} N", 1, "0 项"),
        ("verify TONGBAN/RECEIPT/1/0000-0000-0000-0000", 1, "not made by this gateway"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line_and_changes_nothing(
    typed: Typed, line: str, code: int, said: str
) -> None:
    done = typed.type(f"tongban desk {line.replace(' N', f' {typed.number}')}")
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_material_is_taken_out_as_it_was_sent(typed: Typed) -> None:
    name, content = next(iter(files(case("gd-person")).items()))
    done = typed.type(f"tongban desk file --unit {UNIT} --why 审查 --to out.bin {typed.number} {name}")
    assert done.returncode == 0, done.stderr
    assert (typed.folder / "out.bin").read_bytes() == content


def test_a_print_is_known_by_its_code(typed: Typed) -> None:
    done = typed.type(f"tongban desk print --unit {UNIT} --to receipt.html {typed.number} receipt")
    assert done.returncode == 0, done.stderr
    page = (typed.folder / "receipt.html").read_text("utf-8")
    dark = {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", page)}
    size = max(x for x, _ in dark) - 3
    said = text_of([[(x + 4, y + 4) in dark for x in range(size)] for y in range(size)])
    assert typed.type(f"tongban desk verify {said}").stdout.startswith(f"receipt {typed.number} ")


def test_the_shell_completes_numbers_units_and_commands(typed: Typed) -> None:
    def completed(*words: str) -> str:
        asked = {"COMP_WORDS": " ".join(("tongban", *words)), "COMP_CWORD": str(len(words))}
        return subprocess.run(
            [*python(), "-m", "gateway.cli"], cwd=typed.folder, capture_output=True,
            env={**os.environ, **asked, COMPLETE: "bash_complete"}, text=True, timeout=LONGEST_S, check=False,
        ).stdout  # fmt: skip

    assert "plain,sign" in completed("desk", "si")
    assert typed.number in completed("desk", "sign", "--unit", UNIT, typed.number[:8])
    assert completed("desk", "sign", "--unit", OTHER, typed.number[:8]).strip() == ""
    assert UNIT in completed("desk", "list", "--unit", "1144")


def test_a_folder_without_conf_is_told(tmp_path: Path) -> None:
    done = Typed(tmp_path, "1").type(f"tongban desk list --unit {UNIT}")
    assert done.returncode == 2 and "--conf" in done.stderr
