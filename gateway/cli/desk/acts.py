"""tongban desk sign | accept | correct | …: one command for each act that people record."""

import base64
import mimetypes
import re
from collections.abc import Mapping
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import click

from gateway.boot import Gateway
from gateway.cases.life import Life
from gateway.cases.states import TEXTS
from gateway.cli.asking import actor_option, conf_option
from gateway.cli.desk.work import completed_number, one, refused_as_stop, unit_option
from gateway.cli.moments import moment
from gateway.cli.opened import run
from gateway.desk.acts import ACTS, DOCUMENTS, REASONS, Act, lacking, reason_fits, reasons_of
from gateway.desk.records import Record, Said, record

MOST_BYTES = 8 * 1024 * 1024  # of one document; what is larger goes by the parcel
_OPTIONS = {"words": "--words", "materials": "--material", "due_on": "--due-on"}
_UNDONE = re.compile(r"[a-z_]{1,40}@[0-9]{1,15}")


def _materials(
    _: click.Context, option: click.Parameter, said: tuple[str, ...]
) -> tuple[Mapping[str, str], ...]:
    """`居民身份证=影像不清`, as often as needed."""
    found = [each.partition("=") for each in said]
    if not all(name.strip() for name, _, _ in found):
        raise click.BadParameter("写 材料=原因 / write MATERIAL=WHY", param=option)
    return tuple(
        {"name": name.strip(), **({"why": why.strip()} if why.strip() else {})} for name, _, why in found
    )


def _documents(
    _: click.Context, option: click.Parameter, said: tuple[str, ...]
) -> tuple[Mapping[str, Any], ...]:
    """`correction_notice=NUMBER` or `correction_notice=NUMBER=FILE`, as often as needed."""
    made = []
    for each in said:
        kind, _equals, rest = each.partition("=")
        number, _equals, path = rest.partition("=")
        if kind not in DOCUMENTS or (path and not Path(path).is_file()):
            raise click.BadParameter(f"KIND=NUMBER[=FILE], KIND: {', '.join(DOCUMENTS)}", param=option)
        document: dict[str, Any] = {"kind": kind, "name": DOCUMENTS[kind][0]}
        made.append(document | ({"number": number} if number else {}) | (_file(path, option) if path else {}))
    return tuple(made)


def _file(path: str, option: click.Parameter) -> dict[str, Any]:
    content = Path(path).read_bytes()
    if not 0 < len(content) <= MOST_BYTES:
        raise click.BadParameter(f"{path}: 1–{MOST_BYTES >> 20} MB", param=option)
    media = mimetypes.guess_type(path)[0] or "application/octet-stream"
    digest = f"sha-256:{sha256(content).hexdigest()}"
    file = {"name": Path(path).name, "media_type": media, "digest": digest}
    return {"file": file | {"content": base64.b64encode(content).decode()}}


def _undone(_: click.Context, option: click.Parameter, said: str) -> str:
    if said and not _UNDONE.fullmatch(said):
        raise click.BadParameter(
            "写登记编号 / the number of a record, like accepted@1795337436000", param=option
        )
    return said


_SAID = (
    click.option("--words", default="", help="告知申请人的理由，加密留存 / why, for the applicant; kept sealed"),
    click.option("--reason", default="", type=click.Choice(("", *REASONS)), metavar="CODE",
                 help="办结理由代码 / code of the reason, as in canonical/result"),
    click.option("--due-on", type=click.DateTime(["%Y-%m-%d"]), help="截止日期 / until which day"),
    click.option("--material", "materials", multiple=True, callback=_materials, metavar="NAME=WHY",
                 help="须补正或后补的材料与原因 / what is to be corrected or is owed, and why"),
    click.option("--document", "documents", multiple=True, callback=_documents, metavar="KIND=NUMBER[=FILE]",
                 help="文书种类、文号与文件 / a document: kind, number, file"),
    click.option("--at", "at_ms", callback=moment, metavar="MOMENT",
                 help="何时办理，默认现在 / when it was done, like 2026-12-01T09:30+08:00; now by default"),
    click.option("--undoes", default="", callback=_undone, metavar="RECORD",
                 help="更正先前的登记 / the record that this one corrects"),
)  # fmt: skip


def _command(verb: str, act: Act) -> click.Command:
    def recording(
        conf: Path, unit: str, actor: str, number: str, at_ms: int | None, undoes: str, due_on: datetime | None,
        **said: Any,
    ) -> int:  # fmt: skip
        day = due_on.date() if due_on else None
        _require(act, said, day)

        async def work(gateway: Gateway) -> tuple[Life, Record]:
            line = await one(gateway, number, unit)
            told = Said(**said, due_on=day.isoformat() if day else "")
            what = Record(act.kind, at_ms or gateway.clock_ms(), actor, unit, told, undoes)
            return await record(gateway.store, gateway.papers, line.work, what), what

        with refused_as_stop(number):
            life, what = run(work, conf)
        click.echo(f"{number} {what.number} {life.state}")
        click.echo(f"{act.text[0]}；现为{TEXTS[life.state][0]} / it is {TEXTS[life.state][1]}", err=True)
        return 0

    text = f"{act.text[0]}。 {act.text[1][0].upper()}{act.text[1][1:]}."
    command = click.argument("number", shell_complete=completed_number)(recording)
    for option in reversed((conf_option, unit_option(), actor_option, *_SAID)):
        command = option(command)
    return click.command(verb, help=text)(command)


def _require(act: Act, said: Mapping[str, Any], due_on: date | None) -> None:
    """What must be said with an act, all of it at once."""
    day = due_on.isoformat() if due_on else ""
    if missing := lacking(act, words=said["words"], materials=said["materials"], due_on=day):
        raise click.UsageError(f"还须写明 / also say: {', '.join(_OPTIONS[each] for each in missing)}")
    if said["reason"] and not reason_fits(act.kind, said["reason"]):
        known = ", ".join(reasons_of(act.kind))
        wrong = f"--reason {said['reason']} 不是{act.text[0]}的理由 / is no reason to {act.text[1]}"
        raise click.UsageError(f"{wrong}: {known or '此项不写理由代码 / it takes none'}")


COMMANDS = tuple(_command(verb, act) for verb, act in ACTS.items())
