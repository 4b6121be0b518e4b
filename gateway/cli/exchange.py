"""tongban exchange: what is stuck and why, and the buttons for it."""

from pathlib import Path

import click

from gateway.boot import Gateway
from gateway.cli.asking import Stop, actor_option, conf_option
from gateway.cli.disclose import disclose
from gateway.cli.opened import run
from gateway.cli.retry import retry
from gateway.cli.tickets import tickets
from gateway.cli.trace import trace
from gateway.errors import CODES, Refusal
from gateway.exchange import said
from gateway.exchange.commits import Moved
from gateway.exchange.facts import number_of
from gateway.model import Exchange, FactKind
from gateway.store import exchanges
from gateway.web.views.cases import STATES, china


@click.group()
def exchange() -> None:
    """交换。 Exchanges: what is stuck and why, and the buttons for it."""


exchange.add_command(disclose)
exchange.add_command(retry)
exchange.add_command(tickets)
exchange.add_command(trace)


@exchange.command()
@conf_option
def held(conf: Path) -> int:
    """列出结果待人工核实的交换。 List what waits for a person; 1 if there is any."""

    async def work(gateway: Gateway) -> list[Exchange]:
        return await gateway.store.read(exchanges.held)

    found = run(work, conf)
    for each in found:
        click.echo(
            f"{each.id} {each.platform} {each.operation} ours={each.ours} cause={each.cause}"
            f" since={china(each.changed_ms)} settle_by={china(each.due_ms)}"
        )
    click.echo(f"{len(found)} 件待核实 / held", err=True)
    return 1 if found else 0


@exchange.command()
@conf_option
@click.argument("exchange_id")
def show(conf: Path, exchange_id: str) -> int:
    """显示一个交换的经过。 Show an exchange and everything that became known about it."""

    async def work(gateway: Gateway) -> None:
        found = await gateway.store.read(lambda connection: exchanges.by_id(connection, exchange_id))
        if found is None:
            raise Stop(f"{exchange_id}: 没有此交换 / no such exchange", 1)
        click.echo(f"{found.id} {found.platform} {found.operation} {found.state} ({STATES[found.state][0]})")
        for fact in await gateway.store.read(lambda connection: exchanges.facts_of(connection, exchange_id)):
            click.echo(
                f"  {china(fact.at_ms)} attempt={fact.attempt} {fact.kind}"
                f" {fact.cause} {fact.code} {fact.reference}".rstrip()
            )

    run(work, conf)
    return 0


@exchange.command()
@conf_option
@actor_option
@click.argument("exchange_id")
@click.option(
    "--taken", "reference", metavar="REFERENCE", help="对方已收，附对方编号 / they have it, under this number"
)
@click.option("--not-taken", is_flag=True, help="对方未收 / they do not have it")
@click.option("--send-again", is_flag=True, help="与 --not-taken 同用：重新发送 / send it again")
@click.option("--stop", is_flag=True, help="与 --not-taken 同用：到此为止 / end it here")
@click.option("--reason", required=True, help="依据 / on what ground, for the record")
def settle(
    conf: Path, actor: str, exchange_id: str, reference: str | None, reason: str,
    *, not_taken: bool, send_again: bool, stop: bool,
) -> int:  # fmt: skip
    """人工核实一个交换的结果。 Settle an unknown outcome after asking the other platform."""
    kind = _kind(reference, not_taken=not_taken, send_again=send_again, stop=stop)

    async def work(gateway: Gateway) -> Exchange:
        return await said.settle(
            gateway.exchanges, exchange_id, kind, reference=reference or "", actor=actor, reason=reason
        )

    settled = _said(work, conf)
    click.echo(f"{settled.id} {settled.state}")
    return 0


@exchange.command()
@conf_option
@actor_option
@click.argument("exchange_id")
def withdraw(conf: Path, actor: str, exchange_id: str) -> int:
    """撤回尚未发出的交换。 Take back an exchange of which no byte has left."""

    async def work(gateway: Gateway) -> Exchange:
        return await said.withdraw(gateway.exchanges, exchange_id, actor=actor)

    click.echo(f"{exchange_id} {_said(work, conf).state}")
    return 0


def _said(work: object, conf: Path) -> Exchange:
    try:
        return run(work, conf)  # type: ignore[arg-type]
    except Moved as error:
        raise Stop(
            "状态已变，未作更改；请重新查看 / it has moved on; look again, nothing was changed", 1
        ) from error
    except Refusal as refusal:
        chinese, english = CODES[refusal.code].title
        raise Stop(f"{chinese} / {english}", 1) from refusal


def _kind(reference: str | None, *, not_taken: bool, send_again: bool, stop: bool) -> FactKind:
    said = (reference is not None, not_taken, send_again, stop)
    kinds: dict[tuple[bool, ...], FactKind] = {
        (True, False, False, False): "settled_taken",
        (False, True, True, False): "settled_again",
        (False, True, False, True): "settled_stop",
    }
    if said not in kinds:
        raise click.UsageError("--taken REFERENCE | --not-taken --send-again | --not-taken --stop")
    if reference is not None and not number_of(reference):
        raise click.UsageError(
            "--taken: 编号为 1 至 100 个字符，不含空白 / a number of 1 to 100 characters, no blanks"
        )
    return kinds[said]
