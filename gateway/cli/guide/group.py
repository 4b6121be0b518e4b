"""tongban guide: guides of items come in, are shown with their age, and are compared between two places."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
import orjson

from gateway.boot import Gateway
from gateway.cli.asking import Stop, actor_option, conf_option
from gateway.cli.lazy import Lazy
from gateway.cli.opened import run
from gateway.clock import china_day
from gateway.errors import CODES, Refusal
from gateway.exchange.guides import fetch
from gateway.guides.compare import Line, findings
from gateway.guides.compare import compare as compared
from gateway.guides.lookup import Known, UnknownGuide, codes_for, look_up, look_up_both
from gateway.guides.pages import Page, comparison_page, guide_page, workbook
from gateway.guides.views import comparison_view, guide_view
from gateway.items.align import Alignment
from gateway.items.item import Question
from gateway.items.problems import ItemError

_LAZY = {"import": "gateway.cli.guide.importing:import_"}


def division(_: click.Context, option: click.Parameter, said: str) -> str:
    """A division as it is written with 6, 9 or 12 digits."""
    if len(said) not in (6, 9, 12) or not (said.isascii() and said.isdigit()):
        raise click.BadParameter(
            "区划代码须为 6、9 或 12 位数字 / a division has 6, 9 or 12 digits", param=option
        )
    return said


def division_option(name: str, about: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(name, required=True, callback=division, help=about)


def _output_options(command: Callable[..., Any]) -> Callable[..., Any]:
    command = click.option("--json", "as_json", is_flag=True, help="机器可读 / one JSON document")(command)
    return click.option(
        "--xlsx", type=click.Path(path_type=Path, dir_okay=False), help="另存为工作簿 / write a workbook, too"
    )(command)


@click.group(cls=Lazy, lazy=_LAZY)
def guide() -> None:
    """办事指南：导入、查看、两地比对。 Guides of items: import, show, compare."""


@guide.command("show")
@conf_option
@actor_option
@_output_options
@division_option("--division", "行政区划 / the place")
@click.option("--refresh", is_flag=True, help="先向平台查询 / ask the platform first")
@click.argument("code")
def show(
    conf: Path, actor: str, code: str, division: str, xlsx: Path | None, *, refresh: bool, as_json: bool
) -> int:
    """查看今日有效的办事指南及其时间。 Show the guide in force today, and how old it is; 1 if it has findings."""

    async def work(gateway: Gateway) -> tuple[Known, int]:
        day = china_day(gateway.clock_ms()).isoformat()
        if refresh:
            await _fetched(gateway, (division, code, day), actor)
        now_ms = gateway.clock_ms()
        return await gateway.store.read(lambda connection: look_up(connection, division, code, day)), now_ms

    known, now_ms = _asked(lambda: run(work, conf))
    _put_out(guide_page(known, now_ms), guide_view(known, now_ms), xlsx, as_json=as_json)
    return 1 if findings(known.guide) else 0


@guide.command("compare")
@conf_option
@_output_options
@division_option("--here", "本地行政区划 / the place here")
@division_option("--there", "对方行政区划 / the place there")
@click.option(
    "--unit", default="", help="对方实施主体，有多个对应事项时 / the unit there, where several items fit"
)
@click.argument("code")
def compare(
    conf: Path, code: str, here: str, there: str, unit: str, xlsx: Path | None, *, as_json: bool
) -> int:
    """比对同一事项在两地的办事指南。 Compare one item in two places; 0 where all of it is the same, else 1."""

    async def work(gateway: Gateway) -> tuple[Alignment, Known, Known, int]:
        now_ms = gateway.clock_ms()
        question = Question(code, here, there, unit or None, None, china_day(now_ms))
        found = await gateway.store.read(lambda connection: look_up_both(connection, question))
        return *found, now_ms

    alignment, ours, theirs, now_ms = _asked(lambda: run(work, conf))
    sides, lines = (ours.guide, theirs.guide), compared(ours.guide, theirs.guide)
    view = comparison_view(alignment, sides, lines, now_ms)
    _put_out(comparison_page(sides, lines, now_ms), view, xlsx, as_json=as_json)
    click.echo(_counted(lines), err=True)
    return 0 if all(line.mark == "same" for line in lines) and not any(map(findings, sides)) else 1


async def _fetched(gateway: Gateway, what: tuple[str, str, str], actor: str) -> None:
    """what: division, code, day."""
    await gateway.shelf.activate()
    await gateway.refresh_gates()
    codes = await gateway.store.read(lambda connection: codes_for(connection, *what))
    await fetch(gateway.exchanges, what[0], codes, actor=actor)
    await gateway.gates.leave()


def _asked(look: Callable[[], Any]) -> Any:
    try:
        return look()
    except UnknownGuide as error:
        raise _stop(error.code, error.facts) from error
    except ItemError as error:
        raise Stop(f"{error.problem().text('zh')} / {error.problem().text('en')}") from error
    except Refusal as refusal:
        raise _stop(refusal.code, refusal.facts) from refusal


def _stop(code: str, facts: Mapping[str, str | int]) -> Stop:
    chinese, english = CODES[code].title
    seen = " ".join(f"{name}={value}" for name, value in facts.items())
    return Stop(f"{chinese} / {english}: {seen}")


def _put_out(page: Page, view: dict[str, Any], xlsx: Path | None, *, as_json: bool) -> None:
    if xlsx is not None:
        try:
            xlsx.write_bytes(workbook(page))
        except OSError as error:
            raise Stop(str(error)) from error
    if as_json:
        click.echo(orjson.dumps(view, option=orjson.OPT_INDENT_2).decode())
    else:
        _print(page)


def _print(page: Page) -> None:
    from rich.console import Console  # costs a tenth of a second: only a table pays
    from rich.table import Table
    from rich.text import Text

    console = Console(soft_wrap=False)
    for text in page.above:
        console.print(Text(text))
    table = Table(show_lines=True)
    for heading in page.headings:
        table.add_column(heading, overflow="fold")
    for row in page.rows:
        table.add_row(*map(Text, row))
    console.print(table)


def _counted(lines: list[Line]) -> str:
    counts = {mark: sum(line.mark == mark for line in lines) for mark in ("same", "differs", "unknown")}
    only = len(lines) - sum(counts.values())
    return (
        f"相同 {counts['same']}，不同 {counts['differs']}，仅一方 {only}，不明 {counts['unknown']} / "
        f"{counts['same']} same, {counts['differs']} differ, {only} on one side only, {counts['unknown']} unknown"
    )
