"""Contracts and platforms made up for the tests of the workbench."""

import asyncio
import copy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from adapters.contract import Contract, Offer, Part
from gateway.releases.compiled import PlatformRelease, compile_release
from mappings.bundle import gather
from tests.forked import python
from tests.installation import CHECKOUT

EXAMPLES = Path(__file__).parents[2] / "mappings" / "examples"


def text(name: str, title: str = "", *, required: bool = False, **more: object) -> Part:
    return Part(name, "text", required=required, title=title, **more)  # type: ignore[arg-type]


def message(*parts: Part) -> Part:
    return Part("", "object", parts=parts)


SUBMIT = message(
    text("lsh", "业务流水号", required=True, longest=50),
    text("sqrxm", "申请人姓名", required=True, longest=50),
    text("zjlx", "申请人证件类型 10身份证 20护照", required=True, among=("10", "20")),
    text("sqrzjhm", "证件号码", required=True, longest=18),
    text("lxdh", "联系电话", longest=20),
    text("hylb", "行业类别", required=True),
    text("byzd1", "备用字段1"),
    Part("clList", "object", many=True, title="材料列表", parts=(text("clmc", "材料名称", required=True),)),
)
ANSWER = message(
    text("code", "返回码", required=True),
    text("msg", "返回信息"),
    Part("data", "object", parts=(text("slbh", "受理编号"),)),
)
CONTRACT = Contract("openapi", (Offer("POST /api/cases", "报送办件", SUBMIT, ANSWER, "typed"),))


def example(name: str, **changed: str) -> PlatformRelease:
    """A simulated platform with some files changed: path with `__` for `/` and `.` as it is -> text."""
    files = copy.copy(gather([EXAMPLES / name]))
    for path, written in changed.items():
        files[f"{name}/{path}"] = written
    return compile_release(files).platforms[name]


@asynccontextmanager
async def simulated(folder: Path, *more: str) -> AsyncIterator[str]:
    """The address of `tongban platform simulate` for a folder; more: its further arguments."""
    process = await asyncio.create_subprocess_exec(
        *python(), "-m", "gateway.cli", "platform", "simulate", str(folder), *more, cwd=CHECKOUT,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.terminate()
        await process.wait()
