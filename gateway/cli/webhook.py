"""tongban webhook: events on their way to callers, and those that nobody took."""

from pathlib import Path
from typing import Any

import click
import orjson

from gateway.boot import Gateway
from gateway.cli.asking import Stop, actor_option, conf_option, settings_of
from gateway.cli.opened import run
from gateway.store.connection import Connection
from gateway.store.letters import Letter, standing
from gateway.web.views.cases import china
from gateway.webhooks.attended import by_id, found, retry
from gateway.webhooks.letters import body_of

_UNKNOWN = "没有这一投递，或已送达 / no such letter, or it was taken: see tongban webhook list"
_CALLER = click.option("--caller", default="", help="只看这一接入方 / of this caller only")


@click.group()
def webhook() -> None:
    """向接入方推送的动态。 Events on their way to callers."""


@webhook.command("list")
@conf_option
@_CALLER
@click.option("--dead", is_flag=True, help="只列死信 / dead letters only")
@click.option("--json", "as_json", is_flag=True, help="机器可读 / one JSON document")
def list_(conf: Path, caller: str, *, dead: bool, as_json: bool) -> int:
    """列出尚未送达的动态，死信须人工处理。 List what was not taken yet; 1 if there is any dead letter."""

    async def work(gateway: Gateway) -> tuple[list[Letter], list[tuple[str, bool, int]]]:
        def look(connection: Connection) -> tuple[list[Letter], list[tuple[str, bool, int]]]:
            known = [each for each in standing(connection) if caller in ("", each[0])]
            callers = sorted({name for name, _, _ in known})
            return found(connection, callers, dead=dead), known

        return await gateway.store.read(look)

    listed, known = run(work, conf)
    if as_json:
        document = {"letters": [_document(each) for each in listed]}
        click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
    else:
        for each in listed:
            click.echo(_line(each))
    for name, is_dead, count in known:
        click.echo(f"{name}: {count} {'死信 / dead' if is_dead else '待送 / on their way'}", err=True)
    return 1 if any(is_dead for _, is_dead, _ in known) else 0


@webhook.command("show")
@conf_option
@click.argument("letter_id", metavar="ID")
def show(conf: Path, letter_id: str) -> int:
    """显示一条动态将推送的内容。 Show one letter, with the body that is sent."""
    settings = settings_of(conf)

    async def work(gateway: Gateway) -> dict[str, Any] | None:
        def look(connection: Connection) -> dict[str, Any] | None:
            letter = by_id(connection, _callers(connection), letter_id)
            if letter is None:
                return None
            body = body_of(connection, letter, gateway.signer.name)
            return {**_document(letter), "body": orjson.loads(body) if body else None}

        return await gateway.store.read(look)

    document = run(work, conf)
    if document is None:
        raise Stop(f"{letter_id}: {_UNKNOWN}", 1)
    caller = settings.callers.get(str(document["caller"]))
    document["url"] = caller.webhook.url if caller and caller.webhook else None
    click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
    return 0


@webhook.command("retry")
@conf_option
@actor_option
@_CALLER
@click.argument("letter_ids", metavar="[ID]...", nargs=-1)
def retry_(conf: Path, actor: str, caller: str, letter_ids: tuple[str, ...]) -> int:
    """重新推送死信：指定的，或某接入方全部的。 Have dead letters told again: those named, or all of a caller."""
    if bool(caller) == bool(letter_ids):
        raise click.UsageError("ID … | --caller NAME")

    async def work(gateway: Gateway) -> tuple[list[str], list[Letter]]:
        def look(connection: Connection) -> list[tuple[str, Letter | None]]:
            if caller:
                return [(each.id, each) for each in found(connection, [caller], dead=True)]
            callers = _callers(connection)
            return [(each, by_id(connection, callers, each)) for each in letter_ids]

        chosen = await gateway.store.read(look)
        unknown = [letter_id for letter_id, letter in chosen if letter is None or not letter.dead]
        dead = [letter for _, letter in chosen if letter is not None]
        return unknown, await gateway.store.write(retry(dead, actor))

    unknown, revived = run(work, conf)
    for each in revived:
        click.echo(f"{each.id} {each.caller} due")
    for letter_id in unknown:
        click.echo(f"{letter_id}: 不是死信 / is no dead letter", err=True)
    return 1 if unknown else 0


def _callers(connection: Connection) -> list[str]:
    return sorted({caller for caller, _, _ in standing(connection)})


def _line(each: Letter) -> str:
    return (
        f"{each.id} {each.caller} {_state(each)} case={each.case_id} tries={each.tries}"
        f" cause={each.cause or '-'} since={china(each.since_ms) or '-'} due={china(each.due_ms) or '-'}"
    )


def _document(each: Letter) -> dict[str, Any]:
    return {
        "id": each.id, "caller": each.caller, "state": _state(each), "case": each.case_id, "tries": each.tries,
        "cause": each.cause or None, "since": china(each.since_ms), "due_at": china(each.due_ms),
    }  # fmt: skip


def _state(each: Letter) -> str:
    return "dead" if each.dead else "due" if each.due_ms else "behind"
