"""What docs/mapping.md tells people to type before a change goes live does what is told there."""

import asyncio
import os
import re

from tests.faults.ledgers import ask
from tests.faults.places import Place
from tests.faults.stores import ON_A_FILE
from tests.forked import python
from tests.installation import CHECKOUT
from tests.replay.conftest import rewrite

pytestmark = ON_A_FILE
SECTION = (CHECKOUT / "docs" / "mapping.md").read_text("utf-8").partition("## Before a change goes live")[2]
COMMANDS = re.search(r"```sh\n(.*?)```", SECTION, re.DOTALL)
SHOWN = re.search(r"```text\n(.*?)```", SECTION, re.DOTALL)


async def pasted(place: Place, line: str) -> tuple[int, str]:
    """A command as it is typed beside the conf folder: (exit code, results and talk)"""
    program, *words = line.split()
    assert program == "tongban"
    child = await asyncio.create_subprocess_exec(
        *python(), "-m", "gateway.cli", *words, cwd=place.folder,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)}, stdout=-1, stderr=-2,
    )  # fmt: skip
    said, _ = await child.communicate()
    return await child.wait(), said.decode()


async def test_what_is_told_to_be_typed_runs_and_shows_what_is_shown(place: Place) -> None:
    assert COMMANDS and SHOWN
    ((exchange,), *_) = ask(place.database, "select id from exchanges where kind = 'write' order by id")
    rewrite(place, "sim-gd/case.submit.yaml", "| at_most(50)", "| at_most(1)")
    found = {
        line: await pasted(place, line.replace("EXCHANGE", exchange)) for line in COMMANDS[1].splitlines()
    }
    codes = [code for code, _ in found.values()]
    assert codes == [1, 1, 0, 0], found
    assert SHOWN[1] in list(found.values())[1][1]
    assert (place.folder / "sim-gd.xlsx").read_bytes().startswith(b"PK")
