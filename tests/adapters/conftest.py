"""One real transport per test."""

from collections.abc import AsyncIterator

import pytest

from adapters.transport import HttpTransport


@pytest.fixture
async def transport() -> AsyncIterator[HttpTransport]:
    async with HttpTransport() as transport:
        yield transport
