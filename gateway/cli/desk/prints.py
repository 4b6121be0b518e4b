"""tongban desk print, tongban desk verify: paper for people, and whether a paper is genuine."""

from pathlib import Path

import click

from gateway.boot import Gateway
from gateway.cli.asking import Stop, actor_option, conf_option
from gateway.cli.desk.work import completed_number, one, refused_as_stop, unit_option
from gateway.cli.opened import run
from gateway.model import Exchange
from gateway.prints.making import known, make
from gateway.prints.stamp import PRINTS, Print, Stamp


@click.command("print")
@conf_option
@unit_option()
@actor_option
@click.option("--to", "target", type=click.Path(path_type=Path, dir_okay=False), required=True,
              help="保存到此文件，供浏览器打印 / the HTML file that it is written to")  # fmt: skip
@click.argument("number", shell_complete=completed_number)
@click.argument("print_", metavar="receipt|handover", type=click.Choice(PRINTS))
def print_(conf: Path, unit: str, actor: str, target: Path, number: str, print_: Print) -> int:
    """打印收件凭证或材料交接清单。 Print the receipt, or the list that goes with the papers."""

    async def work(gateway: Gateway) -> str:
        line = await one(gateway, number, unit)
        contact = gateway.settings.installation.contact
        return await make(gateway.exchanges, line.exchange, print_, actor=actor, contact=contact)

    with refused_as_stop(number):
        page = run(work, conf)
    target.write_text(page, encoding="utf-8")
    click.echo(str(target))
    return 0


@click.command()
@conf_option
@click.argument("text")
def verify(conf: Path, text: str) -> int:
    """核验打印件二维码的内容。 Whether the text of a print's QR code was made here; 1 if not."""

    async def work(gateway: Gateway) -> tuple[Stamp, Exchange] | None:
        return await known(gateway.exchanges, text)

    found = run(work, conf)
    if found is None:
        raise Stop("不是本网关的打印件 / it was not made by this gateway", 1)
    stamp, exchange = found
    click.echo(f"{stamp.print} {stamp.number} exchange={exchange.id} case={exchange.case_id}")
    click.echo("是本网关的打印件 / made by this gateway", err=True)
    return 0


COMMANDS = (print_, verify)
