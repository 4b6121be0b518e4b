"""One running gateway, with every simulated platform declared, and the guide of one item."""

from collections.abc import AsyncIterator

import pytest

from tests.needs.guide import bring_guide
from tests.web.service import Running, serving


@pytest.fixture(scope="session")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    async with serving(tmp_path_factory.mktemp("needs")) as running:
        brought = await running.gateway.store.write(lambda tx: bring_guide(tx.connection, tx.now_ms))
        assert (brought.added, brought.faults, brought.remarks) == (4, (), ())
        await running.gateway.demands.refresh()
        yield running
