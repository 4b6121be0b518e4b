"""An overlay is used for the items that it names, from the aligned item alone, and its line is to blame."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.cli.test_commands import run
from tests.fakes.fixtures import case
from tests.forked import python
from tests.installation import EXAMPLES, Installation, installed
from tests.waiting import looks

OVERLAY = """mapping: sim-gd/case.submit@fire
items: ["000117051000"]
fields:
  bz: note ? "消防" | at_most_bytes(8, "gb2312")
examples:
  - given: {like: samples/case.json, set: {note: 太长太长太长, item.there.basic_code: "000117051000"}}
    refuse: ["bz: too_many_bytes"]
"""
UNIT = "11440232MB2D06811W"
FIRE, OTHER = "gd-organization", "gd-person"


@pytest_asyncio.fixture(scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    home = tmp_path_factory.mktemp("overlays")
    folder = home / "platforms"
    shutil.copytree(EXAMPLES, folder)
    (folder / "sim-gd" / "case.submit@fire.yaml").write_text(OVERLAY, "utf-8")
    async with installed(home, folders=(folder,), python=python()) as made:
        await made.start_gateway()
        yield made


async def preflight(place: Installation, document: dict[str, Any]) -> tuple[int, Any]:
    caller = place.caller_of(document)
    status, told, _ = await place.call(
        "POST", "/v1/preflight", caller=caller, body=document, Accept_Language="en"
    )
    return status, told


async def test_the_aligned_item_chooses_the_overlay_and_its_line_is_to_blame(place: Installation) -> None:
    for name, note in ((FIRE, "消防"), (OTHER, case(OTHER)["note"])):
        status, told = await preflight(place, case(name))
        assert (status, told["message"]["bz"]) == (200, note)
    status, told = await preflight(place, {**case(FIRE), "note": "请于工作日下午联系"})
    assert (status, [each["path"] for each in told["problems"]]) == (422, ["/note"])
    assert told["problems"][0]["what"] == "longer than 8 bytes in gb2312 (has 18)"


async def test_several_overlays_for_one_item_refuse_the_case_before_anything_is_sent(
    place: Installation,
) -> None:
    other = OVERLAY.replace("@fire", "@unit").replace('"000117051000"', '"11440232MB2D06811W*"', 1)
    other = other.replace(
        'item.there.basic_code: "000117051000"', f"item.there.implementation_code: {UNIT}4000"
    )
    (place.folder / "platforms" / "sim-gd" / "case.submit@unit.yaml").write_text(other, "utf-8")
    done = await asyncio.to_thread(run, "activate", "--conf", place.conf, "--why", "two overlays")
    assert done.returncode == 0, done.stderr
    async for _ in looks():  # the process follows the release that is in force within a second
        status, told = await preflight(place, case(FIRE))
        if status != 200:
            break
    assert (status, told["code"]) == (422, "unmappable")
    assert "sim-gd/case.submit@fire, sim-gd/case.submit@unit" in told["problems"][0]["what"]
    assert (await preflight(place, case(OTHER)))[0] == 200
