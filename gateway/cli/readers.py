"""tongban case readers: who looked at a case, from the log of cases and from that of auditors' readings."""

from operator import itemgetter
from pathlib import Path
from typing import Any

import click
import orjson

from audit import log as audit_log
from audit.records import read_record
from audit.reports.unusual_readers import READINGS, reader_of
from gateway.boot import Gateway
from gateway.cli.asking import conf_option
from gateway.cli.opened import run
from gateway.store.connection import Connection

Row = dict[str, Any]
_ALL = 1_000_000


@click.command("readers")
@conf_option
@click.option("--json", "as_json", is_flag=True, help="机器可读 / one JSON document")
@click.argument("case_id", metavar="CASE")
def readers(conf: Path, case_id: str, *, as_json: bool) -> int:
    """谁查看过此办件。 Who looked at a case, and when: auditors, other people, callers who read its results."""

    async def work(gateway: Gateway) -> list[Row]:
        found = []
        for name, store in (("cases", gateway.store), ("readings", gateway.readings.store)):
            found += await store.read(lambda connection, name=name: _found(connection, case_id, name))  # type: ignore[misc]
        return sorted(found, key=itemgetter("at"))

    found = run(work, conf)
    if as_json:
        click.echo(orjson.dumps({"case": case_id, "readings": found}, option=orjson.OPT_INDENT_2).decode())
        return 0
    for each in found:
        click.echo(f"{each['at']} {each['who']} {each['kind']} log={each['log']} entry={each['entry']}")
    click.echo(f"{len(found)} 次查看 / readings", err=True)
    return 0


def _found(connection: Connection, case_id: str, name: str) -> list[Row]:
    told = audit_log.entries_of_case(connection, case_id)
    looked = audit_log.looks_at_case(connection, case_id, _ALL)
    rows = ((place, read_record(body)) for place, body in (*told, *looked))
    return [
        {"at": each.at, "who": reader_of(each), "kind": each.kind, "log": name, "entry": place}
        for place, each in rows
        if each.kind in READINGS
    ]
