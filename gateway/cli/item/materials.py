"""tongban item materials: what stands for the materials that are required over there."""

from functools import partial
from pathlib import Path

import click

from gateway.boot import Gateway
from gateway.cli.asking import Stop, actor_option, conf_option
from gateway.cli.item.likely import Unguided, suggest_materials
from gateway.cli.item.pair import division
from gateway.cli.opened import run
from gateway.items.lists.apply import Word
from gateway.items.lists.bring import file_sha256
from gateway.items.lists.formats import read_csv
from gateway.items.lists.problems import MissingColumns
from gateway.items.problems import ItemError, UnreadableFile
from gateway.needs.importing import Brought, bring_list, require_columns


@click.command("materials")
@conf_option
@actor_option
@click.option(
    "--suggest",
    "code",
    metavar="CODE",
    help="写出对应建议的清单到 FILE / write suggestions for an item to FILE",
)
@click.option("--here", callback=division, metavar="DIVISION", help="本地区划，用于 --suggest / this place")
@click.option(
    "--there", callback=division, metavar="DIVISION", help="对方区划，用于 --suggest / the other place"
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def materials(
    conf: Path, actor: str, file: Path, *, code: str | None, here: str | None, there: str | None
) -> int:  # fmt: skip
    """导入材料对应表（CSV、XLSX）；或写出建议，由人员确认后再导入。

    Import what stands for the materials that are required over there; or write suggestions, which count once a
    person has confirmed them and brings them back.

    \b
    id, there_division, there_item, there_code, here_division, means, here_code, valid_from, valid_to, source
    means: file, licence, data, pledge, exempt, owed
    decision: y | n (建议清单 / in a list of suggestions)
    """
    if code is not None:
        if here is None or there is None:
            raise click.UsageError("--suggest CODE --here DIVISION --there DIVISION FILE")
        return _suggested(conf, code, (here, there), file)
    if not file.is_file():
        raise Stop(f"{file}: 没有这个文件 / no such file")
    return _brought(conf, actor, file)


def _suggested(conf: Path, code: str, pair: tuple[str, str], out: Path) -> int:
    here, there = pair
    try:
        count = run(partial(suggest_materials, here=here, there=there, code=code, out=out), conf)
    except ItemError as error:
        raise Stop(f"{error.problem().text('zh')} / {error}", 1) from error
    except Unguided as error:
        raise Stop(f"没有指南 / no guide: {error}", 1) from error
    click.echo(f"{out}: {count}")
    return 0


def _brought(conf: Path, actor: str, file: Path) -> int:
    try:
        rows, word = read_csv(file), Word(file_sha256(file), actor)
        require_columns(rows)
    except (UnreadableFile, MissingColumns) as error:
        raise Stop(f"{error.problem().text('zh')} / {error}") from error

    async def work(gateway: Gateway) -> Brought:
        return await gateway.store.write(lambda tx: bring_list(tx, rows, word))

    done = run(work, conf)
    for each in (*done.faults, *done.remarks):
        click.echo(f"{file}:{each.row}: {each.lack.text('zh')} / {each.lack.text('en')}")
    click.echo(
        f"新增 {done.added}，变更 {done.changed}，未变 {done.unchanged}，有误 {len(done.faults)} / "
        f"{done.added} added, {done.changed} changed, {done.unchanged} unchanged, {len(done.faults)} bad",
        err=True,
    )
    return 1 if done.faults else 0
