"""tongban item suggest: which items of two places may be one, with how sure and why. Nothing is aligned by it."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path

import click

from gateway.boot import Gateway
from gateway.cli.asking import conf_option, progress
from gateway.cli.item.pair import list_options, pair_options, require_items, require_two, today
from gateway.cli.opened import run
from gateway.items.item import NATION, Item, standing, versions_on
from gateway.items.likeness.coverage import cover
from gateway.items.likeness.pages import read_list
from gateway.items.likeness.propose import Suggestion, prepared, propose
from gateway.items.likeness.score import VERY_LIKELY
from gateway.items.likeness.sheets import HEADINGS, open_sheet, suggestion_rows
from gateway.items.likeness.stored import Pair, all_open, chunks, drop_older, keep
from gateway.store.connection import Connection
from gateway.store.store import Transaction

_AT_ONCE = 500  # suggestions of one transaction


@click.command()
@conf_option
@pair_options
@click.option(
    "--min", "least", type=click.FloatRange(0.01, 1.0), default=0.25, show_default=True,
    help="最低把握 / the least probability that is kept",
)  # fmt: skip
@list_options
def suggest(conf: Path, here: str, there: str, *, least: float, csv: Path | None, xlsx: Path | None) -> int:
    """为没有共同编码的事项提出对码建议，须经人员确认才生效。 Suggest counterparts where no code is shared."""
    pair = Pair(here, there)
    require_two(pair)

    async def work(gateway: Gateway) -> list[int]:
        await require_items(gateway, here, there)
        with progress("比对 / comparing") as told:
            return await _suggest(gateway, pair, least, told)

    found = run(work, conf)
    sure = sum(permille >= VERY_LIKELY * 1000 for permille in found)
    click.echo(f"{pair.here} -> {pair.there}: {len(found)} suggested, {sure} very likely (>= {VERY_LIKELY})")
    for path in filter(None, (csv, xlsx)):
        click.echo(f"{path}: {run(partial(write_suggestions, pair=pair, out=path), conf)}")
    return 0


async def _suggest(gateway: Gateway, pair: Pair, least: float, told: Callable[[int, int], None]) -> list[int]:
    """Store suggestions in short transactions; their probabilities in thousandths."""
    begun_ms, day = gateway.clock_ms(), today(gateway)
    above = await _in_force(gateway, NATION, day)
    here = prepared(await _unaligned(gateway, pair, day), above)
    there = prepared(await _in_force(gateway, pair.there, day), above)
    found: list[int] = []
    for some in chunks(propose(here, there, least=least, told=told), _AT_ONCE):
        await gateway.store.write(_keeping(some, pair, begun_ms))
        found += (round(each.probability * 1000) for each in some)
    await gateway.store.write(lambda tx: drop_older(tx.connection, pair, begun_ms))
    return found


def _keeping(some: Sequence[Suggestion], pair: Pair, at_ms: int) -> Callable[[Transaction], None]:
    return lambda tx: keep(tx.connection, some, pair, at_ms)


async def _unaligned(gateway: Gateway, pair: Pair, day: date) -> list[Item]:
    """Items here that no code and no declared row aligns."""
    found: list[Item] = []
    after = ""
    while True:
        covered, after = await gateway.store.read(partial(cover, pair=pair, day=day, after=after))
        found += (each.item for each in covered if each.standing in ("unaligned", "suggested"))
        if not after:
            return found


async def _in_force(gateway: Gateway, division: str, day: date) -> list[Item]:
    found: list[Item] = []
    after = ""
    while page := await gateway.store.read(partial(read_list, division=division, after=after)):
        after = page[-1].code
        current = versions_on(page, day.isoformat())
        found += (item for item in current if standing(item, day.isoformat()) == "in_force")
    return found


async def write_suggestions(gateway: Gateway, pair: Pair, out: Path) -> int:
    """Everything open to a list; how many rows."""

    def write(connection: Connection) -> int:
        sheet = open_sheet(out, list(HEADINGS.values()))
        rows = sheet.put(suggestion_rows(connection, all_open(connection, pair)))
        sheet.close()
        return rows

    return await gateway.store.read(write)
