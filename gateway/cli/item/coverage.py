"""tongban item coverage: how far the items of one place can be handled from another, and what each still lacks."""

from collections import Counter
from functools import partial
from pathlib import Path

import click

from gateway.boot import Gateway
from gateway.cli.asking import conf_option, progress
from gateway.cli.item.pair import list_options, pair_options, require_items, require_two, today
from gateway.cli.opened import run
from gateway.items.likeness.coverage import STANDINGS, cover
from gateway.items.likeness.pages import count
from gateway.items.likeness.sheets import COVERED, covered_row, open_sheet
from gateway.items.likeness.stored import Pair

_TITLES = {
    "national": "国家基本编码", "declared": "已登记", "confirmed": "已确认", "suggested": "有建议",
    "unaligned": "未对码", "conflicting": "有冲突",
}  # fmt: skip


@click.command()
@conf_option
@pair_options
@list_options
def coverage(conf: Path, here: str, there: str, csv: Path | None, xlsx: Path | None) -> int:
    """两地事项对码覆盖情况及每项所缺。 How far one place's items can be handled in another; 1 if any conflicts."""
    pair = Pair(here, there)
    require_two(pair)
    counted = run(lambda gateway: _counted(gateway, pair, [path for path in (csv, xlsx) if path]), conf)
    for standing in STANDINGS:
        click.echo(f"{standing:<12} {counted[standing]:>8}  {_TITLES[standing]}")
    return 1 if counted["conflicting"] else 0


async def _counted(gateway: Gateway, pair: Pair, out: list[Path]) -> Counter[str]:
    """Page by page: nothing is held but the page."""
    await require_items(gateway, pair.here)
    counted: Counter[str] = Counter()
    sheets = [open_sheet(path, COVERED) for path in out]
    total, after, done, day = await gateway.store.read(lambda c: count(c, pair.here)), "", 0, today(gateway)
    with progress("核对 / looking at") as told:
        while True:
            covered, after = await gateway.store.read(partial(cover, pair=pair, day=day, after=after))
            counted.update(each.standing for each in covered)
            for sheet in sheets:
                sheet.put(map(covered_row, covered))
            told(done := min(total, done + len(covered)), total)
            if not after:
                break
    for sheet in sheets:
        sheet.close()
    return counted
