"""A search for garbage, during which everything stands still, goes only through what came since the start."""

import json
import shutil
import signal
from pathlib import Path

from tests.installation import EXAMPLES, Installation, installed
from tests.serving.several import activate_something_else, logged
from tests.waiting import eventually


async def told(place: Installation) -> dict[str, int]:
    """What the gateway leaves out of a search for garbage, and what it goes through."""
    assert place.gateway and place.gateway.child
    file = place.folder / "collected"
    file.unlink(missing_ok=True)
    place.gateway.child.send_signal(signal.SIGUSR1)
    await eventually(file.exists)
    found: dict[str, int] = json.loads(file.read_text())
    return found


async def test_what_a_process_starts_with_and_a_release_that_comes_later_are_never_searched_for_garbage(
    tmp_path: Path,
) -> None:
    shutil.copytree(EXAMPLES, tmp_path / "platforms")
    async with installed(tmp_path, platforms=False, folders=(tmp_path / "platforms",)) as place:
        for name in place.stands:
            place.point(name, "http://127.0.0.1:9")
        await place.start_gateway("tests.serving.collected")
        first = await told(place)
        assert first["searched"] < first["left_out"] / 10
        new = await activate_something_else(place)
        await eventually(lambda: any(line["release"] == new for line in logged(place, "release.activated")))
        later = await told(place)
        assert later["left_out"] > first["left_out"] + 5_000
        assert later["searched"] < later["left_out"] / 10
