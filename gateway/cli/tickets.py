"""tongban exchange tickets: what asks for a person, who has to see to it and by when."""

from pathlib import Path

import click
import orjson

from gateway.boot import Gateway
from gateway.cli.asking import Stop, actor_option, conf_option
from gateway.cli.opened import run
from gateway.cli.platform.owed import document_of, line_of
from gateway.errors import CODES, Refusal
from gateway.exchange.commits import Moved
from gateway.exchange.said import close_tickets
from gateway.releases.changeover import owed
from gateway.store.approvals import FollowUp
from gateway.store.cases import Ticket, open_tickets
from gateway.web.views.cases import china

_NONE = (
    "没有可关闭的工单；待核实的请用 tongban exchange settle / no ticket to close; "
    "what is held is closed by tongban exchange settle"
)


@click.command()
@conf_option
@actor_option
@click.option(
    "--close", "exchange_id", metavar="EXCHANGE_ID",
    help="关闭其 abandoned、contradiction 工单 / close its tickets that are abandoned or contradiction",
)  # fmt: skip
@click.option("--reason", default="", help="与 --close 同用：如何办结 / with --close: what was done about it")
@click.option("--json", "as_json", is_flag=True, help="机器可读 / one JSON document")
def tickets(conf: Path, actor: str, exchange_id: str | None, reason: str, *, as_json: bool) -> int:
    """列出未关闭的工单，最急的在前。 List open tickets, the nearest deadline first; 1 if there is any.

    After them the approvals that are owed since an emergency; they end with tongban platform approve.
    """
    if bool(exchange_id) != bool(reason.strip()):
        raise click.UsageError("--close EXCHANGE_ID --reason TEXT")
    if exchange_id:
        for kind in _closed(conf, exchange_id, actor=actor, reason=reason.strip()):
            click.echo(f"{exchange_id} {kind} closed")
        return 0
    return _listed(conf, as_json=as_json)


def _listed(conf: Path, *, as_json: bool) -> int:
    async def work(gateway: Gateway) -> tuple[list[Ticket], list[FollowUp], int]:
        store = gateway.store
        return await store.read(open_tickets), await store.read(owed), gateway.clock_ms()

    found, follow_ups, now_ms = run(work, conf)
    if as_json:
        shown = [_document(each) | {"overdue": each.due_ms <= now_ms} for each in found]
        late = [document_of(each, now_ms) for each in follow_ups]
        document = {"tickets": shown, "follow_ups": late}
        click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
    else:
        for each in found:
            click.echo(_line(each) + (" overdue" if each.due_ms <= now_ms else ""))
        for one in follow_ups:
            click.echo(line_of(one) + (" overdue" if one.due_ms <= now_ms else ""))
    click.echo(f"{len(found) + len(follow_ups)} 张未关闭 / open", err=True)
    return 1 if found or follow_ups else 0


def _closed(conf: Path, exchange_id: str, *, actor: str, reason: str) -> list[str]:
    async def work(gateway: Gateway) -> list[str]:
        return await close_tickets(gateway.exchanges, exchange_id, actor=actor, reason=reason)

    try:
        return run(work, conf)
    except Moved as error:
        raise Stop(f"{exchange_id}: {_NONE}", 1) from error
    except Refusal as refusal:
        chinese, english = CODES[refusal.code].title
        raise Stop(f"{exchange_id}: {chinese} / {english}", 1) from refusal


def _line(each: Ticket) -> str:
    return (
        f"{each.exchange} {each.kind} {each.platform} {each.operation} state={each.state}"
        f" cause={each.cause or '-'} owner={each.owner} opened={china(each.opened_ms)} due={china(each.due_ms)}"
    )


def _document(each: Ticket) -> dict[str, str | bool | None]:
    return {
        "exchange": each.exchange, "case": each.case, "kind": each.kind, "platform": each.platform,
        "operation": each.operation, "state": each.state, "cause": each.cause or None, "owner": each.owner,
        "opened_at": china(each.opened_ms), "due_at": china(each.due_ms),
    }  # fmt: skip
