"""tongban exchange disclose: single fields as evidence, for somebody who may see these and no others."""

from pathlib import Path

import click

from audit.disclosures import write_disclosures
from gateway.boot import Gateway
from gateway.cli.asking import Stop, actor_option, conf_option
from gateway.cli.opened import run
from gateway.errors import CODES, Refusal
from gateway.exchange.disclosing import Evidence, NotDisclosable, NotSigned, evidence, paths_of
from gateway.exchange.papers import Erased
from gateway.exchange.said import show_values

COMMAND = "exchange disclose"


@click.command()
@conf_option
@actor_option
@click.option("--of", default="message", show_default=True, metavar="DOCUMENT",
              help="message 报文，reply/N 第 N 次的回执 / or reply/N, the answer to attempt N")  # fmt: skip
@click.option("--field", "fields", multiple=True, metavar="POINTER",
              help="字段（JSON Pointer），可重复；不写则只列出字段 / a field; none: only list them")  # fmt: skip
@click.option("--why", default="", help="依据，随该件留存 / on what ground, kept with it")
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), default=Path(), show_default=True,
              help="写入的文件夹 / the folder to write into")  # fmt: skip
@click.argument("exchange_id")
def disclose(
    conf: Path, actor: str, of: str, fields: tuple[str, ...], why: str, into: Path, exchange_id: str
) -> int:
    """披露单个字段并附证明。 Show single fields, with the proof that they are what was sent or answered.

    Writes ID.tlog-proof and ID.disclosure, which `python -m audit verify` checks offline. Every other field stays
    closed. Who disclosed what stands in the log, the reason is kept sealed with the exchange.
    """
    if fields and not why.strip():
        raise Stop("请写明依据 / say why: --why REASON")

    async def work(gateway: Gateway) -> Evidence | list[str]:
        story = gateway.exchanges
        was = await story.look_up(exchange_id)
        if not fields:
            return await paths_of(gateway.papers, was, of)
        found = await evidence(gateway.store, gateway.papers, was, of=of, paths=fields)
        await show_values(story, COMMAND, [was], actor=actor, reason=why)
        return found

    found = _said(work, conf, exchange_id)
    if isinstance(found, list):
        click.echo("\n".join(found))
        return 0
    into.mkdir(parents=True, exist_ok=True)
    for name, text in (("tlog-proof", found.proof), ("disclosure", write_disclosures(found.fields))):
        file = into / f"{exchange_id}.{name}"
        file.write_text(text, encoding="utf-8", newline="\n")
        click.echo(str(file))
    return 0


def _said(work: object, conf: Path, exchange_id: str) -> Evidence | list[str]:
    try:
        return run(work, conf)  # type: ignore[arg-type]
    except Refusal as refusal:
        chinese, english = CODES[refusal.code].title
        raise Stop(f"{exchange_id}: {chinese} / {english}") from refusal
    except Erased as error:
        raise Stop(
            f"{exchange_id}: 内容已销毁，不能再披露 / its content is erased: nothing can be disclosed", 1
        ) from error
    except NotDisclosable as error:
        raise Stop(str(error), 1) from error
    except NotSigned as error:
        raise Stop("尚未签名，请稍后再试 / not signed yet: try again in a second", 1) from error
