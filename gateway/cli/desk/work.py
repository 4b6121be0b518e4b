"""What the commands of a desk share: whose unit acts, which case is meant, how a refusal is told."""

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from gateway.boot import Gateway
from gateway.cases.states import TEXTS
from gateway.cli.asking import Stop, settings_of
from gateway.cli.opened import opened
from gateway.clock import china_day
from gateway.desk import lines
from gateway.desk.acts import ACTS, NOT_RECORDED
from gateway.desk.lines import Line, Today
from gateway.desk.placing import SUBMIT
from gateway.desk.records import NotRecorded
from gateway.exchange.papers import Erased

_UNIT = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")


def _checked_unit(_: click.Context, option: click.Parameter, said: str) -> str:
    if said and not _UNIT.fullmatch(said):
        raise click.BadParameter(
            "写统一社会信用代码 / the unit's code of 18 letters and digits", param=option
        )
    return said


def unit_option(*, required: bool = True) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    default: dict[str, Any] = {} if required else {"default": ""}
    return click.option(
        "--unit", required=required, envvar="TONGBAN_UNIT", callback=_checked_unit, shell_complete=completed_unit,
        help="办理单位（统一社会信用代码） / the unit that acts, by its code", **default,
    )  # fmt: skip


def today(gateway: Gateway) -> Today:
    return Today(china_day(gateway.clock_ms()), gateway.settings.agreements)


async def works(gateway: Gateway, number: str, unit: str) -> list[Line]:
    """What was placed under a number for a unit, the case itself first. Raises Stop if there is nothing."""
    found = await lines.named(gateway.store, today(gateway), number)
    if not found:
        raise Stop(f"{number}: 清单上没有此件 / no such case on the list", 1)
    own = [line for line in found if line.work.unit in ("", unit)]
    if not own:
        chinese, english = NOT_RECORDED["other_unit"]
        raise Stop(f"{number}: {chinese} / {english}", 1)
    return sorted(own, key=lambda line: line.work.operation != SUBMIT)


async def one(gateway: Gateway, number: str, unit: str) -> Line:
    """The case itself. Raises Stop if it is not there, is another unit's, or the number names several."""
    found = [line for line in await works(gateway, number, unit) if line.work.operation == SUBMIT]
    if len(found) != 1:
        raise Stop(f"{number}: 不止一件，请用交换标识 / several cases: name one by its exchange", 1)
    return found[0]


async def named(gateway: Gateway, number: str, unit: str) -> Line:
    """What came later, where that very exchange is named, else the case itself. Raises Stop as `one`."""
    found = await works(gateway, number, unit)
    return found[0] if found[0].work.exchange_id == number else await one(gateway, number, unit)


@contextmanager
def refused_as_stop(number: str) -> Iterator[None]:
    """What cannot be recorded, and what could be instead, in one line."""
    try:
        yield
    except Erased as error:
        raise Stop(f"{number}: 内容已按规定删除 / its content has been erased", 1) from error
    except NotRecorded as refused:
        raise Stop(f"{number}: {_told(refused)}", 1) from refused


def _told(refused: NotRecorded) -> str:
    chinese, english = NOT_RECORDED[refused.why]
    state = next((text for name, text in TEXTS.items() if name == refused.state), None)
    now = f"（现为{state[0]}） / {english} (it is {state[1]})" if state else f" / {english}"
    could = [verb for verb, act in ACTS.items() if act.kind in refused.possible]
    return f"{chinese}{now}" + (f": {', '.join(could)}" if could else "")


def completed_number(context: click.Context, _: click.Parameter, begun: str) -> list[CompletionItem]:
    """Numbers of what stands on the list, for the shell; nothing where the list cannot be read."""
    return [
        CompletionItem(line.work.number, help=f"{TEXTS[line.life.state][0]} {line.exchange.item_there}")
        for line in _standing(context)
        if line.work.number.startswith(begun)
    ]


def completed_unit(context: click.Context, _: click.Parameter, begun: str) -> list[CompletionItem]:
    units = sorted({line.work.unit for line in _standing(context, all_units=True)})
    return [CompletionItem(each) for each in units if each.startswith(begun)]


def _standing(context: click.Context, *, all_units: bool = False) -> list[Line]:
    conf, unit = context.params.get("conf") or Path("conf"), context.params.get("unit") or ""

    async def looked() -> list[Line]:
        async with opened(settings_of(conf)) as gateway:
            return await lines.standing(gateway.store, today(gateway), "" if all_units else unit)

    try:
        return asyncio.run(looked())
    except Stop:
        return []
