"""A gateway opened without being started, for commands that look at the installation's database or write there."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from gateway.boot import Gateway, boot
from gateway.cli.asking import Stop, settings_of
from gateway.opening import CANNOT_START
from gateway.settings.conf import Settings
from gateway.store.connection import StorageUnavailable

Result = TypeVar("Result")


def cannot_start(error: Exception) -> Stop:
    """Why an installation does not start, for people."""
    if isinstance(error, StorageUnavailable):
        return Stop(
            f"数据库不可用，请检查 conf/gateway.yaml 的 database / the database cannot be used: {error}"
        )
    return Stop(str(error))


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Gateway]:
    """A gateway whose store is open and whose worker is not started: it may look and write, it sends nothing."""
    try:
        gateway = boot(settings)
    except CANNOT_START as error:
        raise cannot_start(error) from error
    gateway.open()
    try:
        yield gateway
    finally:
        await gateway.close()


def run(work: Callable[[Gateway], Awaitable[Result]], conf: Path) -> Result:
    """Run one piece of work on the installation's database."""
    settings = settings_of(conf)

    async def inside() -> Result:
        async with opened(settings) as gateway:
            return await work(gateway)

    return asyncio.run(inside())
