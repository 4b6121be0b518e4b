"""A gateway of its own for one platform at its test address: the way of real cases, of which nothing stays."""

import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from gateway.boot import Gateway, boot
from gateway.cli.asking import Stop
from gateway.cli.platform.sample_items import lists
from gateway.cli.platform.sampled import as_asked
from gateway.cli.platform.serials import FILE, SerialsApart
from gateway.cli.serve.serve import first_start
from gateway.errors import CODES, Refusal
from gateway.exchange.asked import Asked
from gateway.model import Exchange
from gateway.settings.callers import Caller, Rights
from gateway.settings.conf import Settings
from gateway.settings.hooks import SecretSource
from gateway.settings.installation import Installation
from gateway.settings.platforms import PlatformAccess, Reached
from gateway.store.connection import StorageUnavailable
from gateway.web.problems import fault_of, text_of
from gateway.world import World

CALLER = "workbench"
_ENDS = frozenset({"delivered", "refused", "abandoned", "withdrawn", "held"})


@contextmanager
def apart(
    settings: Settings, folder: Path, documents: Sequence[Mapping[str, Any]] = ()
) -> Iterator[Settings]:
    """An installation that knows one platform, at its test address, and that is gone afterwards. Raises Stop.

    It knows the items of conf's lists, and those that the documents bring along.
    """
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
                catalogue=(
                    *(settings.path(path).resolve() for path in installation.catalogue),
                    *lists(documents, Path(place)),
                ),
                bounds=installation.bounds,
            ),
            platforms={folder.name: _test_access(settings, folder.name, access.test)},
        )


def world_apart(settings: Settings) -> World:
    """The world of a gateway apart: what it numbers stays numbered in this installation's state.

    Raises Stop.
    """
    state = settings.path(settings.installation.state)
    try:
        cases = SerialsApart(state)
    except StorageUnavailable as error:
        what = f"测试流水号无法写入 / serials of test cases cannot be written: {error}"
        raise Stop(f"{state / FILE}: {what}") from error
    return World(serials=lambda _: cases)


def _test_access(settings: Settings, name: str, test: Reached) -> PlatformAccess:
    """Files of secrets stand where this installation has them."""
    secrets = {
        key: SecretSource(file=settings.path(source.file).resolve()) if source.file else source
        for key, source in test.secrets.items()
    }
    return PlatformAccess(platform=name, address=test.address, settings=test.settings, secrets=secrets)


@asynccontextmanager
async def running(settings: Settings, world: World) -> AsyncIterator[Gateway]:
    """Started, with its catalogue and the platform's release in force."""
    gateway = boot(settings, world)
    await gateway.start()
    try:
        await first_start(gateway)
        yield gateway
    finally:
        await gateway.stop()


def told(refusal: Refusal) -> list[str]:
    """Why it was refused here, a line for each place that is wrong; never a value of a person."""
    title = " / ".join(CODES[refusal.code].title)
    faults = (fault_of(each, "zh") | {"en": text_of(each, "en")} for each in refusal.problems)
    return [
        f"{refusal.code}: {title}",
        *(f"  {each['path']}: {each['what']} / {each['en']}" for each in faults),
    ]


async def submitted(gateway: Gateway, document: dict[str, Any], key: str, wait_s: float) -> Exchange:
    """A case at its end, or as it is after wait_s seconds. Raises Refusal."""
    started_s = time.monotonic()
    document = as_asked(document)
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
