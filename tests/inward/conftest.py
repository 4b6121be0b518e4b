"""One running gateway, and a platform that calls in."""

from collections.abc import AsyncIterator
from itertools import count

import pytest

from tests.inward.platform import Lingnan
from tests.web.service import Running, serving

_KEYS = count(1)


@pytest.fixture(scope="session")
async def shared_inward(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    async with serving(tmp_path_factory.mktemp("inward")) as running:
        yield running


@pytest.fixture
async def service(shared_inward: Running) -> AsyncIterator[Running]:
    yield shared_inward
    for platform in shared_inward.platforms.values():
        platform.programme.clear()


@pytest.fixture
def key() -> str:
    return f"inward-key-{next(_KEYS):06d}"


@pytest.fixture
def lingnan(service: Running) -> Lingnan:
    return Lingnan(service)
