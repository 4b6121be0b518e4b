"""tongban case erase, hold, holds: ending contents on order, and keeping them from being ended."""

import re
from pathlib import Path

import click
import orjson

from gateway.boot import Gateway
from gateway.cli.asking import Stop, actor_option, conf_option
from gateway.cli.opened import run
from gateway.erasure import holding
from gateway.erasure.erasing import Ground
from gateway.erasure.ordered import Forbidden, Part, erase_case, planned
from gateway.erasure.periods import GROUNDS, HOLDS
from gateway.store import holds as stored
from gateway.store.holds import CASE, PERSON, Hold
from gateway.web.views.cases import china

# it stands in entries that can never be amended: fifteen digits in a row could be a person's number
_DOCUMENT = re.compile(r"(?!.*[0-9]{15})[^\x00-\x20\x7f]{1,100}")
_WHY = {
    "unknown": "没有此办件 / no such case",
    "held": "保全中，不得销毁 / under a hold: nothing of it may be erased",
    "open": "有尚未终结的交换，须先办结或撤回 / an exchange of it is open: settle or withdraw it first",
    "erased": "内容已销毁，无可再销毁 / its content is erased already",
}


def _document(_: click.Context, option: click.Parameter, said: str) -> str:
    if not _DOCUMENT.fullmatch(said):
        raise click.BadParameter(
            "文号 1 至 100 个字符，不含空白与个人号码 / a document's number, no blanks, no person's number",
            param=option,
        )
    return said


_document_option = click.option(
    "--document", required=True, callback=_document, metavar="NUMBER",
    help="所依据文书的文号，记入存证 / number of the document that orders it; stands in the log",
)  # fmt: skip


@click.command("erase")
@conf_option
@actor_option
@click.argument("case_id", metavar="CASE")
@click.option("--ground", type=click.Choice([*GROUNDS]), required=True, help="销毁依据 / on what ground")
@_document_option
@click.option("--dry-run", is_flag=True, help="只列出将销毁的内容 / only tell what would be erased")
@click.option("--json", "as_json", is_flag=True, help="机器可读 / one JSON document")
def erase(
    conf: Path, actor: str, case_id: str, ground: str, document: str, *, dry_run: bool, as_json: bool
) -> int:
    """销毁一个办件的内容，不可恢复。 Erase what a case says, for good; that it existed stays provable.

    Keys, salts, messages, answers, reasons, results and files go; entries, numbers and times stay.
    """
    order = Ground(ground, document=document, actor=actor)

    async def work(gateway: Gateway) -> list[Part]:
        parts = await planned(gateway.store, case_id)
        if not dry_run:
            await erase_case(gateway.store, gateway.folder, case_id, order)
        return parts

    try:
        parts = run(work, conf)
    except Forbidden as error:
        what = f" ({error.what})" if error.what else ""
        raise Stop(f"{case_id}: {_WHY[error.why]}{what}", 1) from error
    if as_json:
        shown = {"case": case_id, "erased": not dry_run, "exchanges": [each._asdict() for each in parts]}
        click.echo(orjson.dumps(shown, option=orjson.OPT_INDENT_2).decode())
    else:
        for each in parts:
            click.echo(
                f"{each.exchange} {each.operation} bodies={each.bodies} files={each.files}"
                f" file_bytes={each.file_bytes} results={each.results}"
            )
    what = "将销毁 / would be erased" if dry_run else "已销毁 / erased"
    click.echo(f"{case_id}: {len(parts)} 次交换{what}", err=True)
    return 0


@click.command("hold")
@conf_option
@actor_option
@click.argument("case_id", metavar="[CASE]", default="")
@click.option("--person", metavar="TYPE", default="",
              help="某人的全部办件：证件类型代码，号码在终端输入 / all cases of a person: the code of their"
                   " certificate's type; its number is asked for at the terminal")  # fmt: skip
@click.option("--ground", type=click.Choice([*HOLDS]), required=True, help="保全事由 / why")
@_document_option
@click.option("--lift", is_flag=True, help="解除该文号的保全 / lift the hold of that document")
def hold(conf: Path, actor: str, case_id: str, person: str, ground: str, document: str, *, lift: bool) -> int:
    """保全：期间不得销毁。 Keep a case, or all of a person, from being erased; or lift that."""
    if bool(case_id) == bool(person):
        raise click.UsageError("CASE | --person TYPE")
    number = click.prompt("证件号码 / its number", hide_input=True) if person else ""

    async def work(gateway: Gateway) -> bool:
        subject = gateway.papers.vault.person(person, number.strip().upper()) if person else case_id
        asked = Hold(PERSON if person else CASE, subject, ground, document, actor, 0)
        return await (holding.lift if lift else holding.place)(gateway.store, asked)

    try:
        changed = run(work, conf)
    except holding.NoCase as error:
        raise Stop(f"{case_id}: {_WHY['unknown']}", 1) from error
    if not changed:
        said = "未以此文号保全 / is not held by it" if lift else "已以此文号保全 / is held by it already"
        raise Stop(f"{document}: {said}", 1)
    click.echo(f"{case_id or person} {document} {'lifted' if lift else 'held'}")
    return 0


@click.command("holds")
@conf_option
@click.option("--json", "as_json", is_flag=True, help="机器可读 / one JSON document")
def holds(conf: Path, *, as_json: bool) -> int:
    """列出保全。 List what is held; a person stands there as a keyed digest."""

    async def work(gateway: Gateway) -> list[Hold]:
        return await gateway.store.read(stored.everything)

    found = run(work, conf)
    if as_json:
        shown = [each._asdict() | {"at": china(each.at_ms)} for each in found]
        click.echo(orjson.dumps({"holds": shown}, option=orjson.OPT_INDENT_2).decode())
        return 0
    for each in found:
        click.echo(
            f"{each.kind} {each.subject} ground={each.ground} document={each.document}"
            f" actor={each.actor} since={china(each.at_ms)}"
        )
    return 0
