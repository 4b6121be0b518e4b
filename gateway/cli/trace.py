"""tongban exchange trace: where every value of a message came from, and of its answer."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import orjson

from audit.entries import china_time
from gateway import logs
from gateway.boot import Gateway
from gateway.cli.asking import Stop, actor_option, conf_option, values_options
from gateway.cli.opened import run
from gateway.errors import CODES, Refusal
from gateway.exchange.said import show_values
from gateway.releases.meant import NotMeant
from gateway.replay.blame import Blame, Part, blame
from gateway.replay.made import Made
from gateway.shown import printable
from mappings.problems import Unreadable
from mappings.trace import Step

COMMAND = "exchange trace"
ERASED = "内容已销毁，来源无从查起 / its content is erased: there is nothing left to trace"


@click.command()
@conf_option
@actor_option
@values_options
@click.option("--json", "as_json", is_flag=True, help="机器可读 / one JSON document")
@click.argument("exchange_id")
def trace(conf: Path, actor: str, why: str, exchange_id: str, *, values: bool, as_json: bool) -> int:
    """报文溯源：每个值从何而来。 Where every value of a message, and of its answer, came from.

    TARGET = VALUE <- SOURCE | WORDS <- FILE:LINE <- ROW OF A CODE TABLE. 1 if the content is erased.
    """
    logs.configure(logging.WARNING)

    async def work(gateway: Gateway) -> Blame:
        found = await blame(gateway, exchange_id)
        if values and found.has_values:
            await show_values(gateway.exchanges, COMMAND, [found.exchange], actor=actor, reason=why)
        return found

    try:
        found = run(work, conf)
    except Refusal as refusal:
        chinese, english = CODES[refusal.code].title
        raise Stop(f"{exchange_id}: {chinese} / {english}") from refusal
    except NotMeant as error:
        raise Stop(str(error)) from error
    except Unreadable as error:
        raise Stop("\n".join(map(str, error.findings))) from error
    if as_json:
        click.echo(orjson.dumps(_document(found, values=values), option=orjson.OPT_INDENT_2).decode())
    else:
        for line in _lines(found, values=values):
            click.echo(printable(line))
    if found.erased:
        click.echo(ERASED, err=True)
    return 1 if found.erased else 0


def _lines(found: Blame, *, values: bool) -> Iterator[str]:
    was, by = found.exchange, found.activated
    yield f"{was.id} {was.platform} {was.operation} admitted={china_time(was.admitted_ms)}"
    yield f"release {was.release}" + (f" activated={china_time(by.at_ms)} by={by.actor}" if by else "")
    for approval in found.approved:
        at = china_time(approval.at_ms)
        yield f"approved {approval.platform} {at} by={approval.actor} document={approval.document}"
    for name, part in (("报文 message", found.sent), ("回执 answer", found.answered)):
        if part is not None:
            yield f"{name} {part.mapping} {part.digest}"
            for each in part.values:
                yield f"  {_line(each, values=values, changed=each.target in part.changed)}"
            yield from (f"  {path}: {code}" for path, code in part.refused)
        elif not found.erased:
            yield f"{name}: 未留存或无映射 / none is kept, or nothing maps it"


def _line(each: Made, *, values: bool, changed: bool) -> str:
    text = f"{each.target} = {_text(each.shown(values=values))}"
    if each.step is None:
        return f"{text} <- ?"
    row = each.row(values=values)
    told = " (今再算不同 / differs when made again)" if changed else ""
    return f"{text} <- {_pipe(each.step)} <- {each.step.file}:{each.step.line}{f' <- {row}' if row else ''}{told}"


def _pipe(step: Step) -> str:
    return " | ".join((step.source, *step.words))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value, default=str).decode()


def _document(found: Blame, *, values: bool) -> dict[str, Any]:
    was, by = found.exchange, found.activated
    return {
        "exchange": was.id,
        "platform": was.platform,
        "operation": was.operation,
        "admitted_at": china_time(was.admitted_ms),
        "release": was.release,
        "activated": {"by": by.actor, "at": china_time(by.at_ms)} if by else None,
        "approved": [
            {"by": each.actor, "at": china_time(each.at_ms), "document": each.document}
            for each in found.approved
        ],
        "erased": found.erased,
        "message": _part(found.sent, values=values),
        "answer": _part(found.answered, values=values),
    }


def _part(part: Part | None, *, values: bool) -> dict[str, Any] | None:
    if part is None:
        return None
    return {
        "mapping": part.mapping,
        "digest": part.digest,
        "values": [_value(each, values=values, changed=each.target in part.changed) for each in part.values],
        "refused": [{"path": path, "code": code} for path, code in part.refused],
    }


def _value(each: Made, *, values: bool, changed: bool) -> dict[str, Any]:
    step = each.step
    return {
        "target": each.target,
        "value": each.shown(values=values),
        "source": step.source if step else None,
        "words": list(step.words) if step else [],
        "file": step.file if step else None,
        "line": step.line if step else None,
        "table_row": each.row(values=values),
        "changed": changed,
    }
