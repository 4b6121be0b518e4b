"""What the commands about the items of two places share."""

import re
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import click

from audit.entries import china_time
from gateway.boot import Gateway
from gateway.cli.asking import Stop
from gateway.items.item import short_division
from gateway.items.likeness.stored import Pair
from gateway.items.lists.stored import has_items

_DIVISION = re.compile(r"[0-9]{6}(?:[0-9]{3}){0,2}")


def division(_: click.Context, option: click.Parameter, said: str | None) -> str | None:
    """A code as it is written short; None where the option is not given."""
    if said is None:
        return None
    if not _DIVISION.fullmatch(said):
        text = "区划代码为 6、9 或 12 位数字 / a division code has 6, 9 or 12 digits"
        raise click.BadParameter(text, param=option)
    return short_division(said)


def pair_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for name, text in (("--there", "对方区划 / the other place"), ("--here", "本地区划 / this place")):
        command = click.option(name, required=True, callback=division, metavar="DIVISION", help=text)(command)
    return command


def list_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for ending in ("xlsx", "csv"):
        command = click.option(
            f"--{ending}", type=click.Path(path_type=Path, dir_okay=False),
            help=f"逐项清单 / item by item, as {ending.upper()}",
        )(command)  # fmt: skip
    return command


def today(gateway: Gateway) -> date:
    """The China date."""
    return date.fromisoformat(china_time(gateway.clock_ms())[:10])


def require_two(pair: Pair) -> None:
    """Raises Stop where both places are one."""
    if pair.here == pair.there:
        raise Stop("--here 与 --there 是同一地 / --here and --there are one place")


async def require_items(gateway: Gateway, *divisions: str) -> None:
    """Raises Stop where the catalogue has nothing of a place."""
    for division in divisions:
        if not await gateway.store.read(partial(has_items, division=division)):
            raise Stop(
                f"事项目录中没有区划 {division} 的事项，请先用 tongban item import 导入 / the catalogue has"
                f" no items of {division}: bring its list in by tongban item import"
            )
