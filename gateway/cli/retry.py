"""tongban exchange retry: what waits for its next try has it now, one by one, for as long as the command runs."""

import asyncio
import logging
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import orjson
from pydantic_core import PydanticCustomError

from adapters.errors import Unbuildable
from adapters.notation import duration_s
from gateway import logs
from gateway.boot import Gateway
from gateway.cli.asking import Stop, actor_option, conf_option, progress
from gateway.cli.opened import run
from gateway.exchange.commits import Moved
from gateway.exchange.papers import Erased
from gateway.exchange.said import hasten
from gateway.model import Exchange
from gateway.settings.conf import Unconfigured
from gateway.store import stuck
from gateway.store.stuck import WORDS, Standing
from gateway.web.views.cases import china
from mappings.problems import nearest

STATES = ("deferred", "waiting")
OLDER = "older"
STANDS = {
    "later": ("等待下次发送，可提前", "wait for their next try, which may be made now"),
    "due": ("已到时间，等空位、窗口或配额", "are due: they wait for a slot, a window or the quota"),
    "told": ("对方要求稍后再来，未到时间", "were told to come back later than now"),
    "probe": ("将在查询结果可信时查询", "will be asked after when the answer counts"),
    "held": ("待人工核实，不催办", "are held, never retried: see tongban exchange held, settle"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be made due. words: of exchanges; older_ms: since admission; every_s: between two of them."""

    words: Mapping[str, str]
    older_ms: int
    most: int
    every_s: float
    go: bool
    actor: str
    reason: str


@dataclass(slots=True)
class Done:
    """What was found, and what came of it. moved: went on by itself meanwhile; nothing was done to it."""

    standing: Sequence[Standing]
    chosen: Sequence[Exchange]
    closed: Mapping[str, str]  # platforms to which nothing is sent now, and why
    hastened: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)

    @property
    def left(self) -> int:
        """How many of those chosen were left as they were because the command was stopped."""
        return len(self.chosen) - len(self.hastened) - len(self.moved)


def _seconds(_: click.Context, option: click.Parameter, said: str) -> float:
    return _duration(said, option)


def _duration(said: str, option: click.Parameter | None) -> float:
    try:
        return duration_s(said)
    except PydanticCustomError as error:
        raise click.BadParameter(f"{said}: 写作 / write it as 30s, 10m, 24h", param=option) from error


def _filter(_: click.Context, option: click.Parameter, said: str | None) -> dict[str, str]:
    """key=value,key=value"""
    found: dict[str, str] = {}
    for part in said.split(",") if said else ():
        key, _equals, value = (each.strip() for each in part.partition("="))
        if key not in (*WORDS, OLDER) or not value or key in found:
            keys = ",".join(f"{name}=…" for name in (*WORDS, OLDER))
            raise click.BadParameter(f"{part}: 写作 / write it as {keys}", param=option)
        found[key] = value
    if OLDER in found:
        _duration(found[OLDER], option)
    if found.get("state") == "held":
        raise click.BadParameter("held: {}。 They {}".format(*STANDS["held"]), param=option)
    _known("state", found, STATES)
    return found


def _known(key: str, words: Mapping[str, str], valid: Sequence[str]) -> None:
    if key in words and words[key] not in valid:
        meant = nearest(words[key], valid, "")
        raise click.BadParameter(
            f"{key}={words[key]}: 可用 / there are {', '.join(valid)}; {meant}".rstrip("; ")
        )


@click.command()
@conf_option
@actor_option
@click.option(
    "--filter", "words", callback=_filter,
    help="state=,platform=,operation=,cause=,older= (10m：受托已满 / admitted so long ago)",
)  # fmt: skip
@click.option(
    "--go/--dry-run", default=False, show_default=True,
    help="逐件提前；不加则只预览 / make them due; without it, only show them",
)  # fmt: skip
@click.option(
    "--most", type=click.IntRange(1, 10_000), default=100, show_default=True, help="最多几件 / at most"
)
@click.option(
    "--every", "every_s", default="2s", show_default=True, callback=_seconds, help="每隔 / one every so often"
)
@click.option("--reason", default="", help="与 --go 同用：依据 / with --go: on what ground, sealed with each")
@click.option("--json", "as_json", is_flag=True, help="机器可读 / one JSON document")
def retry(
    conf: Path, actor: str, words: dict[str, str], most: int, every_s: float, reason: str,
    *, go: bool, as_json: bool,
) -> int:  # fmt: skip
    """催办：把等待下次发送的交换提前。 Have the next try of what waits made now, one by one.

    Ctrl-C ends it: what had its turn is due, the rest stays as it was. Slots, windows, circuit and quota
    hold as for everything. What is held is never retried.
    """
    if go != bool(reason.strip()):
        raise click.UsageError("--go --reason TEXT")
    logs.configure(logging.WARNING)
    chosen = {key: word for key, word in words.items() if key != OLDER}
    older_ms = int(_duration(words[OLDER], None) * 1000) if OLDER in words else 0
    order = Order(chosen, older_ms, most, every_s, go, actor, reason.strip())

    def say(each: Exchange) -> None:
        if not as_json:
            click.echo(_line(each))

    try:
        done = run(lambda gateway: _work(gateway, order, say), conf)
    except (Unconfigured, Unbuildable) as error:
        raise Stop(str(error)) from error
    if as_json:
        click.echo(orjson.dumps(_document(order, done), option=orjson.OPT_INDENT_2).decode())
    _summary(order, done)
    return 1 if go and done.left else 0


async def _work(gateway: Gateway, order: Order, say: Callable[[Exchange], None]) -> Done:
    done = await _look(gateway, order)
    if order.go:
        await _hasten(gateway, order, done, say)
    else:
        for each in done.chosen:
            say(each)
    return done


async def _look(gateway: Gateway, order: Order) -> Done:
    """Nothing is changed by it."""
    await gateway.shelf.activate()
    await gateway.refresh_gates()
    await gateway.gates.leave()
    now_ms = gateway.clock_ms()
    until_ms = now_ms - order.older_ms
    everything = await gateway.store.read(lambda c: stuck.standing(c, until_ms=now_ms, now_ms=now_ms))
    _check(gateway, order.words, everything)
    standing = await gateway.store.read(lambda c: stuck.standing(c, until_ms=until_ms, now_ms=now_ms))
    chosen = await gateway.store.read(
        lambda c: stuck.later(c, order.words, until_ms=until_ms, now_ms=now_ms, most=order.most)
    )
    found = [each for each in standing if each.matches(_words_of(each, order.words))]
    closed = {each.platform: gateway.gates.gates[each.platform].closed_because(now_ms) for each in found}
    return Done(found, chosen, {name: why for name, why in closed.items() if why})


def _words_of(standing: Standing, words: Mapping[str, str]) -> Mapping[str, str]:
    """What is held is counted whatever state was asked for, so that nobody overlooks it."""
    return {key: word for key, word in words.items() if key != "state" or standing.stands != "held"}


def _check(gateway: Gateway, words: Mapping[str, str], everything: Sequence[Standing]) -> None:
    """A platform and an operation are declared or open; any cause may be asked for, but a new one is told."""
    declared = gateway.routes.active.platforms.values() if gateway.routes.loaded else ()
    operations = {name for platform in declared for name in platform.declared.operations}
    _known("platform", words, sorted({each.name for each in declared} | {s.platform for s in everything}))
    _known("operation", words, sorted(operations | {each.operation for each in everything}))
    causes = sorted({each.cause for each in everything if each.cause})
    if causes and "cause" in words and words["cause"] not in causes:
        click.echo(f"cause={words['cause']}: 现有 / there are now {', '.join(causes)}", err=True)


async def _hasten(gateway: Gateway, order: Order, done: Done, say: Callable[[Exchange], None]) -> None:
    """One after the other, each in a transaction of its own, until all had their turn or somebody stops it."""
    stopped, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    with progress("逐件提前 / retrying") as told:
        for place, was in enumerate(done.chosen):
            told(place, len(done.chosen))
            if place:
                await _pause(stopped, order.every_s)
            if stopped.is_set():
                return
            try:
                now = await hasten(gateway.exchanges, was, actor=order.actor, reason=order.reason)
            except (Moved, Erased):
                done.moved.append(was.id)
            else:
                done.hastened.append(now.id)
                say(now)


async def _pause(stopped: asyncio.Event, for_s: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(for_s):
            await stopped.wait()


def _line(each: Exchange) -> str:
    return (
        f"{each.id} {each.platform} {each.operation} state={each.state} cause={each.cause or '-'}"
        f" attempts={each.attempt} admitted={china(each.admitted_ms)} due={china(each.due_ms)}"
    )


def _document(order: Order, done: Done) -> dict[str, Any]:
    return {
        "go": order.go,
        "standing": [each._asdict() for each in done.standing],
        "closed": done.closed,
        "chosen": [
            {
                "exchange": each.id, "platform": each.platform, "operation": each.operation, "state": each.state,
                "cause": each.cause or None, "attempts": each.attempt, "admitted_at": china(each.admitted_ms),
                "due_at": china(each.due_ms),
            }
            for each in done.chosen
        ],
        "hastened": done.hastened,
        "moved": done.moved,
        "left": done.left if order.go else len(done.chosen),
    }  # fmt: skip


def _summary(order: Order, done: Done) -> None:
    """The table, and what it comes to."""
    for each in done.standing:
        row = f"{each.exchanges:>7}  {each.platform}  {each.state}  {each.operation}  {each.cause or '-'}"
        click.echo(f"{row}  [{each.stands}]", err=True)
    for stands in STANDS:
        count = sum(each.exchanges for each in done.standing if each.stands == stands)
        if count:
            chinese, english = STANDS[stands]
            click.echo(f"{count} 件{chinese} / {count} {english}", err=True)
    for platform, why in done.closed.items():
        click.echo(f"{platform}: 现在不发送 / nothing is sent now: {why}", err=True)
    if order.go:
        click.echo(
            f"提前 {len(done.hastened)} 件，自行变化 {len(done.moved)} 件，未动 {done.left} 件 / "
            f"{len(done.hastened)} due now, {len(done.moved)} moved on by themselves, {done.left} left alone",
            err=True,
        )
    else:
        click.echo(
            f"预览 {len(done.chosen)} 件，未作更改；加 --go --reason 执行 / "
            f"{len(done.chosen)} shown, nothing was changed; --go --reason TEXT does it",
            err=True,
        )
