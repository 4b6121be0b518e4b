"""tongban item review: persons confirm or refuse suggestions, by keyboard, or in a list that comes back."""

from collections import Counter
from functools import partial
from pathlib import Path

import click

from gateway.boot import Gateway
from gateway.cli.asking import Stop, actor_option, conf_option
from gateway.cli.item_pair import pair_options
from gateway.cli.item_reading import Desk, review_by_keyboard
from gateway.cli.item_suggest import write_suggestions
from gateway.cli.opened import run
from gateway.items.likeness.decisions import NotOpen, SamePerson
from gateway.items.likeness.sheets import Decided, read_decisions
from gateway.items.likeness.stored import Pair

_YES, _NO = ("y", "yes", "是", "1"), ("n", "no", "否", "0")
_TOLD = {
    "not_open": "建议不存在或已有结论 / no such suggestion, or it is decided already",
    "same_person": "须由另一人确认 / another person has to confirm",
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
    except NotOpen:
        return "not_open"
    except SamePerson:
        return "same_person"
    return "confirmed" if said in _YES else "refused"


def _summed(counted: Counter[str]) -> int:
    click.echo(
        f"确认 {counted['confirmed']}，否决 {counted['refused']}，未决 {counted['left']} / "
        f"{counted['confirmed']} confirmed, {counted['refused']} refused, {counted['left']} left",
        err=True,
    )
    return 1 if any(counted[outcome] for outcome in _TOLD) else 0
