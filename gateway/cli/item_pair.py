"""What the commands about the items of two places share."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click

from audit.entries import china_time
from gateway.boot import Gateway
from gateway.items.item import short_division

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
