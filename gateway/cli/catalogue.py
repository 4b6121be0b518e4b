"""tongban item, tongban caller: lists and keys."""

import secrets
from hashlib import sha256
from pathlib import Path

import click

from gateway.boot import Gateway
from gateway.cli.asking import conf_option
from gateway.cli.lazy import Lazy
from gateway.cli.opened import run
from gateway.items.catalogue import Imported, import_alignments, import_items
from gateway.items.codes import faults, parse, parts, remarks
from gateway.items.files import read_csv
from gateway.items.remembered import changed
from gateway.store.store import Transaction

_ITEM = {
    "suggest": "gateway.cli.item_suggest:suggest",
    "review": "gateway.cli.item_review:review",
    "coverage": "gateway.cli.item_coverage:coverage",
    "materials": "gateway.cli.item_materials:materials",
}


@click.group(cls=Lazy, lazy=_ITEM)
def item() -> None:
    """事项清单与对码。 The item catalogue and its alignments."""


@item.command("import")
@conf_option
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def import_(conf: Path, file: Path) -> int:
    """导入事项清单 CSV。 Import a list of items; bad rows are told by number, good rows are kept."""
    return _import(conf, file, "items")


@item.command("align")
@conf_option
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def align(conf: Path, file: Path) -> int:
    """导入对码表 CSV。 Import declared alignments: which item here is which item there, since when."""
    return _import(conf, file, "alignments")


@item.command("code")
@click.argument("code")
def code(code: str) -> int:
    """逐段解释一个事项编码。 Explain an item code part by part, and what is wrong with it."""
    parsed = parse(code)
    for part in parts(parsed):
        click.echo(f"{part.name:<12} {part.text} {part.meaning}".rstrip())
    wrong = faults(parsed)
    for problem in (*wrong, *remarks(parsed)):
        click.echo(f"{problem.text('zh')} / {problem.text('en')}", err=True)
    return 1 if wrong else 0


def _import(conf: Path, file: Path, what: str) -> int:
    rows = read_csv(file)

    async def work(gateway: Gateway) -> Imported:
        bring = import_items if what == "items" else import_alignments

        def import_rows(tx: Transaction) -> Imported:
            changed(tx.connection)
            return bring(tx.connection, rows)

        return await gateway.store.write(import_rows)

    done = run(work, conf)
    for each in (*done.faults, *done.remarks):
        click.echo(f"{file}:{each.row}: {each.problem.text('zh')} / {each.problem.text('en')}")
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
