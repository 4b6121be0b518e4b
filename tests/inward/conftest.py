"""One running gateway, and a platform that calls in."""

from collections.abc import AsyncIterator
from itertools import count

import pytest

from tests.inward.platform import Lingnan
from tests.web.service import Running, serving

_KEYS = count(1)
AGREEMENT = """\
agreement: lingnan-guishan
title: 模拟岭南省与桂山区通办协议
document: 模通办〔2026〕9号
between: [["440000"], ["450000"]]
modes: [full_online, collect_for]
valid_from: 2026-01-01
openings: [{batch: 2026-1, items: ["*"], valid_from: 2026-01-01}]
"""


@pytest.fixture(scope="session")
async def shared_inward(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    folder = tmp_path_factory.mktemp("inward")
    (folder / "conf" / "agreements").mkdir(parents=True)
    (folder / "conf" / "agreements" / "lingnan-guishan.yaml").write_text(AGREEMENT)
    async with serving(folder) as running:
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
