"""tongban item review: persons confirm or refuse suggestions, by keyboard, or in a list that comes back."""

from collections import Counter
from functools import partial
from pathlib import Path

import click

from gateway.boot import Gateway
from gateway.cli.asking import Stop, actor_option, conf_option
from gateway.cli.item.pair import pair_options
from gateway.cli.item.reading import Desk, review_by_keyboard
from gateway.cli.item.suggest import write_suggestions
from gateway.cli.opened import run
from gateway.items.likeness.decisions import NotOpen, SamePerson
from gateway.items.likeness.sheets import Decided, read_decisions
from gateway.items.likeness.stored import CONFIRMED, REFUSED, Pair, one

_YES, _NO = ("y", "yes", "是", "1"), ("n", "no", "否", "0")
_TOLD = {
    "not_known": "没有这条建议 / no such suggestion",
    "otherwise": "已有不同结论 / it is decided otherwise already",
    "unreadable": "决定栏须为 y、n 或空 / write y, n or nothing",
}


@click.command()
@conf_option
@actor_option
@pair_options
@click.option(
    "--second", is_flag=True, help="须两人确认 / a confirmation counts only when a second person confirms"
)
@click.option(
    "--export", "out", type=click.Path(path_type=Path, dir_okay=False),
    help="导出待定清单（.csv 或 .xlsx）/ write what is open to a list, to be decided there",
)  # fmt: skip
@click.option(
    "--import", "back", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="读回已填决定的清单 / read the decisions of such a list",
)  # fmt: skip
def review(
    conf: Path, actor: str, here: str, there: str, *, second: bool, out: Path | None, back: Path | None
) -> int:  # fmt: skip
    """逐条确认或否决对码建议；确认后成为对码。 Confirm or refuse suggestions; a confirmed one aligns from today."""
    pair = Pair(here, there)
    if out is not None and back is not None:
        raise click.UsageError("--export FILE | --import FILE")
    if out is not None:
        click.echo(f"{out}: {run(partial(write_suggestions, pair=pair, out=out), conf)}")
        return 0
    if back is not None:
        return _taken_back(conf, Desk(pair, actor, second=second), back)
    counted = run(partial(review_by_keyboard, desk=Desk(pair, actor, second=second)), conf)
    return _summed(counted)


def _taken_back(conf: Path, desk: Desk, back: Path) -> int:
    try:
        rows = read_decisions(back)
    except KeyError as missing:
        raise Stop(f"{back}: 缺少列 / no column {missing}", 1) from missing
    counted = run(partial(_apply, desk=desk, rows=rows, back=back), conf)
    return _summed(counted)


async def _apply(gateway: Gateway, desk: Desk, rows: list[Decided], back: Path) -> Counter[str]:
    """Each row in a transaction of its own: a bad one keeps no other from being taken."""
    counted: Counter[str] = Counter()
    for row in rows:
        outcome = await _one(gateway, desk, row)
        counted[outcome] += 1
        if outcome in _TOLD:
            click.echo(f"{back}:{row.row}: {_TOLD[outcome]}")
    return counted


async def _one(gateway: Gateway, desk: Desk, row: Decided) -> str:
    said = row.decision.lower()
    if not said:
        return "left"
    if said not in (*_YES, *_NO):
        return "unreadable"
    try:
        await gateway.store.write(desk.decision(gateway, (row.here_code, row.there_code), yes=said in _YES))
    except SamePerson:
        return "already"  # said before by the same person; another one has to say it as well
    except NotOpen:
        return await _standing(gateway, desk, row, yes=said in _YES)
    return "confirmed" if said in _YES else "refused"


async def _standing(gateway: Gateway, desk: Desk, row: Decided, *, yes: bool) -> str:
    """Of a row that is decided: the same as it says, so that a list may come back twice; or otherwise."""
    kept = await gateway.store.read(
        lambda connection: one(connection, desk.pair, row.here_code, row.there_code)
    )
    if kept is None:
        return "not_known"
    return "already" if kept.decision == (CONFIRMED if yes else REFUSED) else "otherwise"


def _summed(counted: Counter[str]) -> int:
    click.echo(
        f"确认 {counted['confirmed']}，否决 {counted['refused']}，此前已如此 {counted['already']}，"
        f"未决 {counted['left']} / "
        f"{counted['confirmed']} confirmed, {counted['refused']} refused, {counted['already']} so before, "
        f"{counted['left']} left",
        err=True,
    )
    return 1 if any(counted[outcome] for outcome in _TOLD) else 0
