"""One running gateway, with every simulated platform declared, for the tests of this folder."""

from collections.abc import AsyncIterator

import pytest

from tests.web.service import Running, serving


@pytest.fixture(scope="session")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    async with serving(tmp_path_factory.mktemp("needs")) as running:
        yield running
