"""tongban serve: one process, or several under a supervisor; one file to configure."""

import asyncio
import contextlib
import os
import signal
import socket
from pathlib import Path
from typing import Any

import click
import orjson
import uvloop
from aiohttp import web

from audit.epoch import NothingLost
from gateway import logs
from gateway.activation import activate, checked, sources
from gateway.boot import Gateway, boot
from gateway.cli.asking import Stop, actor_option, conf_option, settings_of
from gateway.cli.opened import cannot_start
from gateway.cli.serve.child import INHERIT
from gateway.cli.serve.process import leave_out_what_stays, suit_serving
from gateway.cli.serve.supervisor import Supervisor
from gateway.items.lists.apply import Word
from gateway.items.lists.bring import bring_alignments, bring_items, file_sha256
from gateway.items.lists.formats import lines, read_csv, recognised
from gateway.opening import CANNOT_START, go_on_after_restore
from gateway.settings.conf import Settings
from gateway.store.database import is_embedded
from gateway.store.store import Store
from gateway.web.app import Service
from gateway.web.edge.listening import LEAVING_S, Runner, address_of, listening_socket
from gateway.world import World
from mappings.problems import Unreadable

log = logs.get("serve")
STDIN = 0
IMPORT_S = 60.0  # for how long a list is tried again that another process holds up
LINGER_S = 5.0  # of one of several processes, where conf does not say
CLOSING_S = 5.0  # the last checkpoint, the database


@click.command()
@conf_option
@actor_option
@click.option(
    "--port", type=click.IntRange(0, 65535), help="端口，0 为任意空闲端口 / port, 0 for any free one"
)
@click.option(
    "--workers", type=click.IntRange(min=1), default=1, show_default=True,
    help="进程数，多于一个须用 PostgreSQL / how many processes serve; more than one need PostgreSQL",
)  # fmt: skip
@click.option(
    "--after-restore",
    is_flag=True,
    help="数据库来自备份：另起日志纪元，对账前不发送 / the database is a backup: a new epoch of the log, nothing is"
    " sent before each platform is reconciled",
)
@click.option(
    "--watch", is_flag=True, help="声明文件改动即发布（开发用） / activate changed declarations at once"
)
@click.option(INHERIT, "inherited", type=int, hidden=True)
def serve(
    conf: Path, actor: str, *, port: int | None, workers: int, after_restore: bool, watch: bool,
    inherited: int | None,
) -> int:  # fmt: skip
    """运行网关。 Run the gateway until SIGTERM or SIGINT; what is on the wire comes to its end first.

    With several workers SIGHUP replaces them, one after another.
    """
    logs.configure(pid=None if inherited is None else os.getpid())
    suit_serving()
    settings = settings_of(conf)
    several = workers > 1
    if several:
        _check_several(settings, workers, watch=watch)
    try:
        if after_restore and inherited is None:
            epoch = go_on_after_restore(settings, actor)
            log.warning("log.epoch", epoch=epoch.number, lost_from=epoch.lost_from, lost_to=epoch.lost_to)
        if several and inherited is None:
            with listen(settings, port) as listening:
                return asyncio.run(Supervisor(listening, workers).run())
        uvloop.run(serve_until_stopped(settings, port=port, watch=watch, inherited=inherited))
    except CANNOT_START as error:
        raise cannot_start(error) from error
    except NothingLost as error:
        raise Stop(
            "没有丢失任何存证，请去掉 --after-restore / nothing was lost: start without --after-restore"
        ) from error
    except Unreadable as error:
        raise Stop("\n".join(map(str, error.findings)), 1) from error
    return 0


def _check_several(settings: Settings, workers: int, *, watch: bool) -> None:
    """Raises what keeps several processes from serving this installation."""
    if watch:
        raise click.UsageError(
            "--watch 只用于单个进程 / --watch is for a single process: leave --workers out"
        )
    if is_embedded(settings.installation.database):
        raise Stop(
            f"--workers {workers}: SQLite 文件只供一个进程使用；请在 conf/gateway.yaml 写"
            " database: postgresql://用户@主机/库名，或去掉 --workers / a SQLite file serves one process;"
            " write `database: postgresql://USER@HOST/NAME` in conf/gateway.yaml, or leave --workers out"
        )


async def serve_until_stopped(
    settings: Settings, *, port: int | None = None, watch: bool = False, inherited: int | None = None,
    world: World | None = None,
) -> None:  # fmt: skip
    """Boot, listen, print the address as one JSON line, and serve until a signal asks to stop.

    inherited: the number of a listening socket that a supervisor shares out.
    """
    stop = _asked_to_stop(alone=inherited is None)
    gateway = boot(settings, world)
    await gateway.start()
    await first_start(gateway)
    runner = Service(gateway).runner()
    await runner.setup()
    listening = listen(settings, port) if inherited is None else socket.socket(fileno=inherited)
    said = {
        "address": address_of(listening), "log_key": gateway.signer.vkey,
        "witness_key": gateway.keeping.vkey,
    }  # fmt: skip
    leave_out_what_stays()
    gateway.shelf.loaded = leave_out_what_stays
    await web.SockSite(runner, listening).start()
    linger_s = _linger_s(settings, alone=inherited is None)
    _say(said if inherited is None else said | _leaving(gateway, linger_s))
    watching = asyncio.create_task(_watch(gateway)) if watch else None
    await stop.wait()
    if watching:
        watching.cancel()
    if inherited is not None:
        with contextlib.suppress(BrokenPipeError):  # the supervisor is gone: there is nobody to be told
            _say(_leaving(gateway, linger_s))  # another release may be in force by now
    await _leave(gateway, runner, linger_s)


async def _leave(gateway: Gateway, runner: Runner, linger_s: float) -> None:
    """Callers first, as long as there are any; then what is on the wire; then the end."""
    await runner.leave(linger_s)
    gateway.stopping = True
    await runner.cleanup()
    await gateway.stop()


def _leaving(gateway: Gateway, linger_s: float) -> dict[str, float]:
    """For the supervisor: how long leaving may take at most."""
    return {"leave_s": linger_s + LEAVING_S + gateway.drain_s + CLOSING_S}


def _linger_s(settings: Settings, *, alone: bool) -> float:
    declared = settings.installation.bounds.linger_s
    return (0 if alone else LINGER_S) if declared is None else declared


def _asked_to_stop(*, alone: bool) -> asyncio.Event:
    """Set by a signal, or by the end of the supervisor, with which standard input ends."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)

    def read() -> None:
        if not os.read(STDIN, 1024):
            loop.remove_reader(STDIN)
            stop.set()

    if not alone:
        loop.add_reader(STDIN, read)
    return stop


def listen(settings: Settings, port: int | None) -> socket.socket:
    """A listening socket on the address that conf names. Raises Stop."""
    declared = settings.installation.listen
    port = declared.port if port is None else port
    try:
        return listening_socket(declared.host, port)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise Stop(f"{declared.host}:{port}: 无法监听 / cannot listen there: {why}") from error


def _say(line: dict[str, Any]) -> None:
    click.echo(orjson.dumps(line).decode())


async def first_start(gateway: Gateway) -> None:
    """An empty installation fills itself: the catalogue it names, and a first release.

    Any number of processes may do so at once: they import one after another, and one of them activates.
    """
    for path in gateway.settings.installation.catalogue:
        added, problems = await _bring(gateway.store, gateway.settings.path(path))
        log.info("catalogue.imported", file=path.name, added=added, problems=problems)
    if not gateway.routes.loaded:
        await _activate(gateway, "first start", first=True)
        await gateway.shelf.activate()  # another process may have been faster
        await gateway.refresh_gates()
        await gateway.sign(now=True)


async def _bring(store: Store, path: Path) -> tuple[int, int]:
    """A list of items or of alignments, by its headings; how many rows were new, how many refused."""
    first = next(lines(recognised(path)), None)
    if first is None or "here_code" not in first.headings:
        found = await bring_items(store, path, actor="serve")
        return found.counts["added"], found.refused
    rows, word = read_csv(path), Word(file_sha256(path), "serve")
    done = await store.write(lambda tx: bring_alignments(tx, rows, word), insist_s=IMPORT_S)
    return done.added, len(done.faults)


async def _activate(gateway: Gateway, why: str, *, first: bool = False) -> None:
    release = checked(gateway, sources(gateway.settings))
    if await activate(gateway, release, actor="serve", why=why, first=first):
        await gateway.refresh_gates()
        log.info("release.activated", release=release.digest)


async def _watch(gateway: Gateway) -> None:
    """Development only: whatever is saved and sound is in force a second later."""
    while True:
        await asyncio.sleep(1)
        try:
            await _activate(gateway, "serve --watch")
        except Unreadable as error:
            click.echo("\n".join(map(str, error.findings)), err=True)
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(4)
