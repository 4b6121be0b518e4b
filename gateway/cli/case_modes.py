"""tongban case joint | parcels: what comes of the mode of a case. Nothing of it is personal."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import orjson

from gateway.boot import Gateway
from gateway.cases.parcels import parcels_of
from gateway.cli.asking import Stop, conf_option
from gateway.cli.opened import run
from gateway.clock import china_day
from gateway.shown import printable
from gateway.store import cases, joints, parcels
from gateway.store.connection import Connection
from gateway.web.views.joint import joint_view
from gateway.web.views.parcels import parcels_view

json_option = click.option("--json", "as_json", is_flag=True, help="机器可读 / one JSON document")


@click.command("joint")
@conf_option
@json_option
@click.argument("identity", metavar="ID")
def joint(conf: Path, identity: str, *, as_json: bool) -> int:
    """显示联办件及各分办件；ID 为联办件或其任一分办件。 A joint case and its parts, by its id or a part's.

    1 if a part of it has failed or was withdrawn.
    """

    async def work(gateway: Gateway) -> dict[str, Any]:
        today, agreements = china_day(gateway.clock_ms()), gateway.settings.agreements

        def look(connection: Connection) -> dict[str, Any]:
            part = joints.of_case(connection, identity)
            found = joints.by_id(connection, part[0] if part else identity)
            if found is None:
                raise Stop(f"{identity}: 不是联办件，也不是其分办件 / no joint case, nor a part of one", 1)
            return joint_view(connection, found, agreements, today)

        return await gateway.store.read(look)

    found = run(work, conf)
    if as_json:
        click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
    else:
        _tell(found)
    return 1 if found["outcomes"]["failed"] or found["outcomes"]["withdrawn"] else 0


def _tell(found: Mapping[str, Any]) -> None:
    standing = f"{found['standing']}（{found['standing_text']['zh']}）"
    acts = ",".join(found["acts"]) or "nobody"
    click.echo(
        f"{found['joint']} {standing} parts={len(found['parts'])} acts={acts} caller={found['caller']}"
    )
    for each in found["parts"]:
        facts = {
            "case": each["case"], "platform": each["platform"], "to": each["division"], "unit": each["unit"] or "-",
            "item": each["item"], "state": f"{each['state']}（{each['state_text']['zh']}）",
            "outcome": each["outcome"], "acts": each["acts"], "due": _due(each["due"]),
        }  # fmt: skip
        click.echo(
            printable(f"  {each['part']} " + " ".join(f"{name}={value}" for name, value in facts.items()))
        )
    click.echo(found["standing_text"]["en"], err=True)


def _due(due: Mapping[str, Any] | None) -> str:
    if due is None:
        return "-"
    return f"{due['for']}:{due['on'] or 'unknown:' + str(due['why'])}"


@click.command("parcels")
@conf_option
@json_option
@click.argument("case_id", metavar="CASE")
def parcels_(conf: Path, case_id: str, *, as_json: bool) -> int:
    """列出一件的寄件，两个方向。 The parcels of a case, both ways; 1 if one of them is lost or came back."""

    async def work(gateway: Gateway) -> list[dict[str, Any]]:
        def look(connection: Connection) -> list[dict[str, Any]]:
            if cases.by_id(connection, case_id) is None:
                raise Stop(f"{case_id}: 没有此办件 / no such case", 1)
            return parcels_view(parcels_of(parcels.of_case(connection, case_id)))

        return await gateway.store.read(look)

    found = run(work, conf)
    if as_json:
        document = {"case": case_id, "parcels": found}
        click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
    else:
        for each in found:
            click.echo(printable(_parcel(each)))
    click.echo(f"{len(found)} 个寄件 / parcels", err=True)
    return 1 if any(each["state"] in ("lost", "returned") for each in found) else 0


def _parcel(each: Mapping[str, Any]) -> str:
    holds = ",".join(f"{one['code']}:{one['form']}:{one['count']}" for one in each["contents"]) or "-"
    told = ",".join(f"{one['event']}@{one['at'][:19]}({one['source']})" for one in each["events"])
    state = f"{each['state']}（{each['state_text']['zh']}）"
    said = (
        f"{each['number']} {each['carrier']} {each['direction']} {state} acts={each['acts']} contents={holds}"
    )
    return f"{said} told={told} findings={','.join(each['findings']) or '-'}"
