"""tongban item, tongban caller: lists and keys."""

import secrets
from hashlib import sha256
from pathlib import Path

import click

from gateway.boot import Gateway
from gateway.cli.asking import Stop, actor_option, conf_option
from gateway.cli.lazy import Lazy
from gateway.cli.opened import run
from gateway.items.lists.apply import Word
from gateway.items.lists.bring import bring_alignments, file_sha256
from gateway.items.lists.catalogue import Imported
from gateway.items.lists.formats import read_csv
from gateway.items.problems import UnreadableFile

_ITEM = {
    "import": "gateway.cli.item.importing:import_",
    "code": "gateway.cli.item.code:code",
    "findings": "gateway.cli.item.findings:findings",
    "suggest": "gateway.cli.item.suggest:suggest",
    "review": "gateway.cli.item.review:review",
    "coverage": "gateway.cli.item.coverage:coverage",
    "materials": "gateway.cli.item.materials:materials",
}


@click.group(cls=Lazy, lazy=_ITEM)
def item() -> None:
    """事项清单与对码。 The item catalogue and its alignments."""


@item.command("align")
@conf_option
@actor_option
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def align(conf: Path, actor: str, file: Path) -> int:
    """导入对码表 CSV。 Import declared alignments: which item here is which item there, since when."""
    try:
        rows, digest = read_csv(file), file_sha256(file)
    except UnreadableFile as error:
        raise Stop(f"{error.problem().text('zh')} / {error}") from error

    async def work(gateway: Gateway) -> Imported:
        return await gateway.store.write(lambda tx: bring_alignments(tx, rows, Word(digest, actor)))

    done = run(work, conf)
    for each in (*done.faults, *done.remarks):
        said = f"{each.problem.text('zh')} / {each.problem.text('en')}"
        click.echo(f"{file}:{each.row}: {each.problem.path}: {said}")
    click.echo(
        f"新增 {done.added}，变更 {done.changed}，未变 {done.unchanged}，有误 {len(done.faults)} / "
        f"{done.added} added, {done.changed} changed, {done.unchanged} unchanged, {len(done.faults)} bad",
        err=True,
    )
    return 1 if done.faults else 0


@click.group()
def caller() -> None:
    """接入方。 Local platforms that call the gateway."""


@caller.command("key")
@click.argument("key_id")
def key(key_id: str) -> int:
    """生成一把密钥。 Make a bearer key: the key for the caller, and the line for conf/callers/NAME.yaml."""
    made = secrets.token_urlsafe(32)
    click.echo(made)
    click.echo(f'  - {{id: "{key_id}", sha256: "{sha256(made.encode()).hexdigest()}"}}', err=True)
    return 0
