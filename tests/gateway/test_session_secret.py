"""The shared session secret: fetched once, sealed in the store, forgotten only by who knows that it is bad."""

import asyncio
import os
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio

from audit import log
from gateway.gates.credentials import SessionSecret
from gateway.store.sqlite import Embedded, open_sqlite
from gateway.store.store import Store
from gateway.store.vault import Vault
from tests.empty import new_file

LIFE_MS = 1_800_000


class Platform:
    """Gives out secrets, and counts them; every new one ends the one before."""

    def __init__(self) -> None:
        self.given = 0
        self.former = ""

    async def refresh(self, former: str) -> tuple[str, int]:
        self.given += 1
        self.former = former
        await asyncio.sleep(0.01)
        return f"secret-{self.given}", LIFE_MS


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    new_file(tmp_path / "store.db")
    made = Store(
        Embedded(
            open_sqlite(tmp_path / "store.db"), open_sqlite(tmp_path / "store.db"), log.append, lambda: 1
        )
    )
    made.start()
    yield made
    await made.stop()


@pytest.fixture
def vault() -> Vault:
    return Vault([os.urandom(32)], os.urandom(32))


PROCESSES = count()


def process(store: Store, vault: Vault, now_ms: int = 0) -> SessionSecret:
    """The secret as one process knows it; several share the store."""
    return SessionSecret("sim-gd", store, vault, lambda: now_ms, f"process-{next(PROCESSES)}")


async def test_many_at_once_fetch_one_secret(store, vault):
    platform, secret = Platform(), process(store, vault)
    got = await asyncio.gather(*(secret.secret(platform.refresh) for _ in range(20)))
    assert set(got) == {"secret-1"}
    assert platform.given == 1


async def test_another_process_uses_the_stored_one(store, vault):
    platform = Platform()
    await process(store, vault).secret(platform.refresh)
    assert await process(store, vault).secret(platform.refresh) == "secret-1"
    assert platform.given == 1


async def test_processes_that_start_at_once_fetch_one_secret_between_them(store, vault):
    platform = Platform()
    secrets = [process(store, vault) for _ in range(5)]
    assert set(await asyncio.gather(*(each.secret(platform.refresh) for each in secrets))) == {"secret-1"}
    assert platform.given == 1


async def test_it_is_stored_sealed(store, vault, tmp_path):
    await process(store, vault).secret(Platform().refresh)
    everything = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"secret-1" not in everything


async def test_one_that_is_about_to_end_is_replaced_in_time(store, vault):
    platform = Platform()
    await process(store, vault).secret(platform.refresh)
    assert await process(store, vault, LIFE_MS - 1_000).secret(platform.refresh) == "secret-2"
    assert platform.former == "secret-1"  # some schemes fetch the next one with it


async def test_a_bad_one_is_forgotten_and_fetched_once_by_all_who_met_it(store, vault):
    platform, secret = Platform(), process(store, vault)
    bad = await secret.secret(platform.refresh)

    async def barred() -> str:
        await secret.spoil(bad)
        return await secret.secret(platform.refresh)

    assert set(await asyncio.gather(*(barred() for _ in range(10)))) == {"secret-2"}
    assert (platform.given, platform.former) == (2, "")


async def test_who_met_the_old_one_does_not_throw_away_what_another_process_fetched(store, vault):
    platform, one, other = Platform(), process(store, vault), process(store, vault)
    bad = await one.secret(platform.refresh)
    assert await other.secret(platform.refresh) == bad
    await one.spoil(bad)
    assert await one.secret(platform.refresh) == "secret-2"
    await other.spoil(bad)
    assert await other.secret(platform.refresh) == "secret-2"
    assert platform.given == 2


async def test_one_that_does_not_open_any_more_is_fetched_anew(store, vault):
    platform = Platform()
    await process(store, vault).secret(platform.refresh)
    rewrapped = Vault([os.urandom(32)], os.urandom(32))
    assert await process(store, rewrapped).secret(platform.refresh) == "secret-2"


async def test_a_platform_that_gives_none_leaves_nothing_behind(store, vault):
    async def refused(former: str) -> tuple[str, int]:
        raise ConnectionError

    secret = process(store, vault)
    with pytest.raises(ConnectionError):
        await secret.secret(refused)
    assert await secret.secret(Platform().refresh) == "secret-1"
