"""A gateway of its own for one platform at its test address: the way of real cases, of which nothing stays."""

import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from gateway.boot import Gateway, boot
from gateway.cli.asking import Stop
from gateway.cli.serve import first_start
from gateway.exchange.asked import Asked
from gateway.hooks import SecretSource
from gateway.installation import Installation
from gateway.model import Exchange
from gateway.settings import Caller, PlatformAccess, Reached, Rights, Settings
from gateway.world import World

CALLER = "workbench"
_ENDS = frozenset({"delivered", "refused", "abandoned", "withdrawn", "held"})


@contextmanager
def apart(settings: Settings, folder: Path) -> Iterator[Settings]:
    """An installation that knows one platform, at its test address, and that is gone afterwards. Raises Stop."""
    access = settings.platforms.get(folder.name)
    if access is None or access.test is None:
        raise Stop(
            f"conf/platforms/{folder.name}.yaml 没有测试地址 / has no test address: write test: {{address: …}}"
        )
    installation = settings.installation
    with tempfile.TemporaryDirectory(prefix="tongban-apart-") as place:
        yield Settings(
            root=Path(place),
            installation=Installation(
                name="workbench.tongban.invalid/log",
                platforms=(folder.resolve(),),
                catalogue=tuple(settings.path(path).resolve() for path in installation.catalogue),
                bounds=installation.bounds,
            ),
            platforms={folder.name: _test_access(settings, folder.name, access.test)},
        )


def _test_access(settings: Settings, name: str, test: Reached) -> PlatformAccess:
    """Files of secrets stand where this installation has them."""
    secrets = {
        key: SecretSource(file=settings.path(source.file).resolve()) if source.file else source
        for key, source in test.secrets.items()
    }
    return PlatformAccess(platform=name, address=test.address, settings=test.settings, secrets=secrets)


@asynccontextmanager
async def running(settings: Settings, world: World | None = None) -> AsyncIterator[Gateway]:
    """Started, with its catalogue and the platform's release in force."""
    gateway = boot(settings, world)
    await gateway.start()
    try:
        await first_start(gateway)
        yield gateway
    finally:
        await gateway.stop()


async def submitted(gateway: Gateway, document: dict[str, Any], key: str, wait_s: float) -> Exchange:
    """A case at its end, or as it is after wait_s seconds. Raises Refusal."""
    started_s = time.monotonic()
    asked = Asked("case.submit", caller_of(document), f"{CALLER}/{CALLER}", document, key, key)
    exchange, _ = await gateway.exchanges.admit(asked)
    while exchange.state not in _ENDS and time.monotonic() - started_s < wait_s:
        exchange = await gateway.exchanges.wait(exchange, 1.0)
    return exchange


def caller_of(document: dict[str, Any]) -> Caller:
    """A caller that may do everything, for the place that receives this case."""
    receiving = document.get("receiving")
    division = str(receiving.get("division", "")) if isinstance(receiving, dict) else ""
    every = ("*",)
    return Caller(
        caller=CALLER, title=CALLER, speaks_for=(division,), keys=(),
        rights=Rights(operations=every, divisions=every, items=every),
    )  # fmt: skip
