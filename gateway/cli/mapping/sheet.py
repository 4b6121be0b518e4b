"""tongban mapping sheet: the field-by-field sheet that both sides sign."""

import logging
from pathlib import Path

import click
import orjson

from gateway import logs
from gateway.boot import Gateway
from gateway.cli.asking import Stop, conf_option
from gateway.cli.opened import run
from gateway.releases.meant import ACTIVE, NotMeant, meant
from gateway.sheet.sheet import NoSuchPlatform, Sheet
from gateway.sheet.sheet import sheet as made
from mappings.problems import Unreadable


@click.command()
@conf_option
@click.option(
    "--xlsx", type=click.Path(path_type=Path, dir_okay=False), help="写成工作簿 / write it as a workbook"
)
@click.option(
    "--release", default=ACTIVE, show_default=True,
    help="发布摘要（开头即可）、active 或 files / a digest (its beginning), active, or files as they are now",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="机器可读 / one JSON document")
@click.argument("name")
def sheet(conf: Path, xlsx: Path | None, release: str, name: str, *, as_json: bool) -> int:
    """字段对照表，供双方签字。 Field by field what platform NAME is sent, and what comes back, to be signed."""
    if xlsx is None and not as_json:
        raise click.UsageError("--xlsx FILE | --json")
    logs.configure(logging.WARNING)
    found = _made(conf, release, name)
    if xlsx is not None:
        _write(found, xlsx)
    if as_json:
        click.echo(orjson.dumps(found.document, option=orjson.OPT_INDENT_2).decode())
    fields = sum(len(each.lines) for each in found.operations)
    click.echo(
        f"{len(found.operations)} 个映射，{fields} 个字段，{len(found.codes)} 张代码表 / "
        f"{len(found.operations)} mappings, {fields} fields, {len(found.codes)} code tables",
        err=True,
    )
    return 0


def _write(found: Sheet, path: Path) -> None:
    from gateway.sheet.book import workbook  # only where it is used: it takes long to import

    try:
        path.write_bytes(workbook(found))
    except OSError as error:
        raise Stop(str(error)) from error


def _made(conf: Path, release: str, name: str) -> Sheet:
    async def work(gateway: Gateway) -> Sheet:
        roots = [gateway.settings.path(folder) for folder in gateway.settings.installation.platforms]
        found = await meant(gateway.store, roots, release, platform=name)
        return made(found, name, gateway.clock_ms())

    try:
        return run(work, conf)
    except (NotMeant, NoSuchPlatform) as error:
        raise Stop(str(error)) from error
    except Unreadable as error:
        raise Stop("\n".join(map(str, error.findings))) from error
