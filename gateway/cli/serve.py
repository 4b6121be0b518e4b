"""tongban serve: one process, one file to configure."""

import asyncio
import contextlib
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click
import orjson
import uvloop
from aiohttp import web

from gateway import logs
from gateway.activation import activate, checked, sources
from gateway.boot import Gateway, World, boot
from gateway.cli.asking import Stop, conf_option, settings_of
from gateway.cli.heap import give_back_large_blocks
from gateway.items.catalogue import Imported, import_alignments, import_items
from gateway.items.files import read_csv
from gateway.items.remembered import changed
from gateway.settings import Settings, Unconfigured
from gateway.store.migrate import NewerSchema
from gateway.store.store import Transaction
from gateway.store.vault import WrongKey
from gateway.web.app import Service
from mappings.problems import Unreadable

log = logs.get("serve")


@click.command()
@conf_option
@click.option(
    "--port", type=click.IntRange(0, 65535), help="端口，0 为任意空闲端口 / port, 0 for any free one"
)
@click.option(
    "--watch", is_flag=True, help="声明文件改动即发布（开发用） / activate changed declarations at once"
)
def serve(conf: Path, port: int | None, *, watch: bool) -> int:
    """运行网关。 Run the gateway until SIGTERM or SIGINT; what is on the wire comes to its end first."""
    logs.configure()
    give_back_large_blocks()
    settings = settings_of(conf)
    try:
        uvloop.run(serve_until_stopped(settings, port=port, watch=watch))
    except (Unconfigured, WrongKey, NewerSchema) as error:
        raise Stop(str(error)) from error
    except Unreadable as error:
        raise Stop("\n".join(map(str, error.findings)), 1) from error
    return 0


async def serve_until_stopped(
    settings: Settings, *, port: int | None = None, watch: bool = False, world: World | None = None
) -> None:
    """Boot, listen, print the address as one JSON line, and serve until a signal asks to stop."""
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    gateway = boot(settings, world)
    await gateway.start()
    await first_start(gateway)
    runner = Service(gateway).runner()
    await runner.setup()
    listen = settings.installation.listen
    site = web.TCPSite(runner, listen.host, listen.port if port is None else port, shutdown_timeout=60)
    await site.start()
    host, bound = runner.addresses[0][:2]
    click.echo(orjson.dumps({"address": f"http://{host}:{bound}", "log_key": gateway.signer.vkey}).decode())
    watching = asyncio.create_task(_watch(gateway)) if watch else None
    await stop.wait()
    gateway.stopping = True
    if watching:
        watching.cancel()
    await runner.cleanup()
    await gateway.stop()


async def first_start(gateway: Gateway) -> None:
    """An empty installation fills itself: the catalogue it names, and a first release."""
    for path in gateway.settings.installation.catalogue:
        rows = read_csv(gateway.settings.path(path))
        bring = import_alignments if rows and "here_code" in rows[0] else import_items
        done = await gateway.store.write(partial(_bring, bring, rows))
        log.info("catalogue.imported", file=path.name, added=done.added, problems=len(done.faults))
    if not gateway.routes.loaded:
        await _activate(gateway, "first start")
        await gateway.sign(now=True)


def _bring(bring: Callable[..., Imported], rows: list[dict[str, str]], tx: Transaction) -> Imported:
    changed(tx.connection)
    return bring(tx.connection, rows)


async def _activate(gateway: Gateway, why: str) -> None:
    release = checked(gateway, sources(gateway.settings))
    if await activate(gateway, release, actor="serve", why=why):
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
