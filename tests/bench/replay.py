"""How many stored documents a second the time machine replays: nothing changed, a table, a field of every case."""

import tempfile
import time
import tracemalloc
from pathlib import Path

from gateway.replay.documents import Span
from gateway.replay.machine import Order, travel
from tests.fakes.fixtures import case
from tests.faults.places import Place, submitted
from tests.replay.conftest import rewrite
from tests.replay.copies import copied

SUBMIT = "sim-gd/case.submit.yaml"
CHANGES = {  # in turn, each on top of the one before
    "the files as they are in force": (),
    "a row of a table that no case uses": (
        "sim-gd/tables/relation.yaml", "rows:\n", 'rows:\n  - {ours: "01", theirs: "01"}\n',
    ),
    "a field of every case": (SUBMIT, "sqsj: received_at", "sqsj: admitted_at"),
}  # fmt: skip


async def measured(count: int) -> list[str]:
    """A table: how long `count` documents take, how many of them differ, how much memory it takes at most."""
    lines = [
        "| changed | documents | differ | seconds | documents/s | most MB |",
        "|---|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder) / "place")
        place.folder.mkdir()
        place.write()
        async with place.platforms("sim-gd"), place.gateway() as gateway:
            like = await submitted(gateway, case("gd-agent"))
            await copied(gateway, place.database, like, count - 1)
            for what, change in CHANGES.items():
                if change:
                    rewrite(place, *change)
                order = Order("active", "files", "exchanges", Span("sim-gd"))
                began = time.perf_counter()
                tally = (await travel(gateway, order, lambda done, total: None)).tally
                seconds = time.perf_counter() - began
                tracemalloc.start()
                await travel(gateway, order, lambda done, total: None)
                _, most = tracemalloc.get_traced_memory()
                tracemalloc.stop()
                rate, most_mb = tally.replayed / seconds, most / 2**20
                lines.append(
                    f"| {what} | {tally.replayed} | {tally.differ} | {seconds:.1f} | {rate:,.0f} | {most_mb:.1f} |"
                )
    return [*lines, ""]
