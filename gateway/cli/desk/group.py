"""tongban desk: the work list of a place without an interface (人工收件台), and what its people record."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import orjson

from adapters.errors import MaterialMissing
from gateway.boot import Gateway
from gateway.cases.states import TEXTS
from gateway.cli.asking import Stop, actor_option, conf_option, values_options
from gateway.cli.desk import acts, prints
from gateway.cli.desk.work import completed_number, named, refused_as_stop, today, unit_option, works
from gateway.cli.opened import run
from gateway.desk import lines
from gateway.desk.lines import Line
from gateway.desk.placing import SUBMIT
from gateway.desk.records import seen as read_by
from gateway.exchange.said import show_values
from gateway.shown import printable
from gateway.web.views.cases import china


@click.group()
def desk() -> None:
    """人工收件台：工作清单与登记。 The work list of a place without an interface, and what its people record."""


for command in (*acts.COMMANDS, *prints.COMMANDS):
    desk.add_command(command)


@desk.command("list")
@conf_option
@unit_option(required=False)
@click.option("--json", "as_json", is_flag=True, help="机器可读 / one JSON document")
def list_(conf: Path, unit: str, *, as_json: bool) -> int:
    """列出待办，先到的在前。 List what is to be seen to, the oldest first; nothing of it is personal."""

    async def work(gateway: Gateway) -> list[Line]:
        return await lines.standing(gateway.store, today(gateway), unit)

    found = run(work, conf)
    if as_json:
        document = {"work": [_document(each) for each in found]}
        click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
    else:
        for each in found:
            click.echo(_line(each))
    click.echo(f"{len(found)} 件待办 / to be seen to", err=True)
    return 0


@desk.command()
@conf_option
@unit_option()
@actor_option
@values_options
@click.argument("number", shell_complete=completed_number)
def show(conf: Path, unit: str, actor: str, number: str, *, values: bool, why: str) -> int:
    """显示办理经过；--values 显示办件单。 How a case stands; with --values the sheet that the caller sent."""

    async def work(gateway: Gateway) -> tuple[list[Line], Any]:
        found = await works(gateway, number, unit)
        if not values:
            return found, {}
        exchanges = [each.exchange for each in found]
        await show_values(gateway.exchanges, "desk show", exchanges, actor=actor, reason=why)
        return found, [await gateway.papers.tree(each.id, "message") for each in exchanges]

    with refused_as_stop(number):
        found, sheets = run(work, conf)
    for line in found:
        click.echo(_line(line))
    for step in found[0].life.steps:
        click.echo(f"  {china(step.at_ms)} {step.kind} {step.source}")
    for name, value in _flat(sheets):
        click.echo(printable(f"  {name}: {value}"))
    return 0


@desk.command()
@conf_option
@unit_option()
@actor_option
@click.option("--to", "target", type=click.Path(path_type=Path, dir_okay=False), required=True,
              help="保存到此文件 / the file that it is written to")  # fmt: skip
@click.option("--why", required=True, help="依据，随该件留存 / on what ground, for the record")
@click.argument("number", shell_complete=completed_number)
@click.argument("file_id", metavar="FILE")
def file(conf: Path, unit: str, actor: str, target: Path, why: str, number: str, file_id: str) -> int:
    """取出一份材料文件。 Write one file of the materials to disk; an entry of the log says who took it."""

    async def work(gateway: Gateway) -> bytes:
        line = await named(gateway, number, unit)
        content = await gateway.papers.file(line.work.exchange_id, file_id)
        await show_values(gateway.exchanges, "desk file", [line.exchange], actor=actor, reason=why)
        return content

    try:
        with refused_as_stop(number):
            content = run(work, conf)
    except MaterialMissing as error:
        raise Stop(f"{file_id}: 没有此文件 / no such file", 1) from error
    target.write_bytes(content)
    return 0


@desk.command()
@conf_option
@unit_option()
@actor_option
@click.argument("number", shell_complete=completed_number)
def seen(conf: Path, unit: str, actor: str, number: str) -> int:
    """已阅收件地后来送来的补正、撤回。 What the caller sent later has been read, and leaves the list."""

    async def work(gateway: Gateway) -> int:
        later = [each.work for each in await works(gateway, number, unit) if each.work.operation != SUBMIT]
        return sum([await read_by(gateway.store, each, staff=actor, unit=unit) for each in later])

    with refused_as_stop(number):
        count = run(work, conf)
    click.echo(f"{count} 项已阅 / seen", err=True)
    return 0 if count else 1


def _line(line: Line) -> str:
    shown = _document(line)
    until = shown["due_on"] or (f"unknown:{shown['due_unknown']}" if shown["due_unknown"] else "-")
    facts = {
        "unit": shown["unit"] or "-", "item": shown["item"], "from": shown["from"],
        "state": f"{shown['state']}（{TEXTS[line.life.state][0]}）", "placed": shown["placed_at"],
        "acts": shown["acts"], "next": shown["next"] or "-", "due": until,
    }  # fmt: skip
    said = " ".join(f"{name}={value}" for name, value in facts.items())
    if shown["operation"] != SUBMIT:  # its sheet and its files are found by this one
        said += f" exchange={shown['exchange']}"
    return f"{shown['number']} {shown['operation']} {shown['platform']} {said}"


def _document(line: Line) -> Mapping[str, Any]:
    due, work = line.due, line.work
    return {
        "number": work.number, "exchange": work.exchange_id, "case": work.case_id, "operation": work.operation,
        "platform": work.platform, "unit": work.unit, "item": line.exchange.item_there, "from": line.exchange.here,
        "state": line.life.state, "placed_at": china(work.placed_ms), "acts": line.life.acts,
        "duties": sorted(line.life.duties), "next": due.what if due else None,
        "due_on": due.on.isoformat() if due and due.on else None, "due_unknown": due.why if due else None,
    }  # fmt: skip


def _flat(part: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every value of a sheet with the names that lead to it."""
    if isinstance(part, Mapping):
        for key, each in part.items():
            yield from _flat(each, f"{name}.{key}" if name else str(key))
    elif isinstance(part, list):
        for place, each in enumerate(part, 1):
            yield from _flat(each, f"{name}[{place}]" if name else "")
    else:
        yield name, str(part)
