"""One running gateway for all tests of this folder that do not disturb it."""

from collections.abc import AsyncIterator
from itertools import count

import pytest

from tests.web.service import Running, serving

_KEYS = count(1)


@pytest.fixture(scope="session")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    async with serving(tmp_path_factory.mktemp("web")) as running:
        yield running


@pytest.fixture
async def service(shared: Running) -> AsyncIterator[Running]:
    """The shared gateway; whatever a test told the platforms to do is forgotten afterwards."""
    yield shared
    for platform in shared.platforms.values():
        platform.programme.clear()


@pytest.fixture
def key() -> str:
    """An Idempotency-Key that no other test uses."""
    return f"test-key-{next(_KEYS):06d}"
