"""tongban item materials: what stands for the materials that are required over there."""

from pathlib import Path

import click

from gateway.boot import Gateway
from gateway.cli.asking import Stop, conf_option
from gateway.cli.opened import run
from gateway.items.lists.formats import read_csv
from gateway.items.problems import UnreadableFile
from gateway.needs.importing import Brought, bring
from gateway.store.store import Transaction


@click.command("materials")
@conf_option
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def materials(conf: Path, file: Path) -> int:
    """导入材料对应表（CSV、XLSX）。 Import what stands for the materials that are required over there.

    \b
    id, there_division, there_item, there_code, here_division, means, here_code, valid_from, valid_to, source
    means: file, licence, data, pledge, exempt, owed
    """
    try:
        rows = read_csv(file)
    except UnreadableFile as error:
        raise Stop(f"{error.problem().text('zh')} / {error}") from error

    async def work(gateway: Gateway) -> Brought:
        def kept(tx: Transaction) -> Brought:
            return bring(tx.connection, rows, tx.now_ms)

        return await gateway.store.write(kept)

    done = run(work, conf)
    for each in (*done.faults, *done.remarks):
        click.echo(f"{file}:{each.row}: {each.lack.text('zh')} / {each.lack.text('en')}")
    click.echo(
        f"新增 {done.added}，变更 {done.changed}，未变 {done.unchanged}，有误 {len(done.faults)} / "
        f"{done.added} added, {done.changed} changed, {done.unchanged} unchanged, {len(done.faults)} bad",
        err=True,
    )
    return 1 if done.faults else 0
