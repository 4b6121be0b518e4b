"""What docs/items/needs.md shows is answered, and what it tells to type prints what is shown."""

import asyncio
import json
import os
import re
from typing import Any
from urllib.parse import quote

from audit.tables import ENTRIES
from gateway.needs.problems import OF_CASES
from mappings.texts import TEXTS as CANONICAL
from tests.forked import python
from tests.needs.guide import bring_guide
from tests.web.service import CHECKOUT, Running

PAGES = [(CHECKOUT / "docs" / "items" / name).read_text("utf-8") for name in ("needs.md", "needs.zh-CN.md")]


def block(kind: str, page: str = PAGES[0]) -> str:
    found = re.search(rf"```{kind}\n(.*?)```", page, re.DOTALL)
    assert found
    return found[1]


async def test_the_request_answers_what_is_shown(service: Running) -> None:
    assert block("http") == block("http", PAGES[1])
    method, path = block("http").split()
    answer = await service.ask(method, quote(path, safe="/?=&"))
    assert answer.status == 200
    assert_holds(answer.document, json.loads(block("json")), "")


def assert_holds(found: Any, shown: Any, at: str) -> None:
    """Everything that is shown is there; what is not shown may be, too."""
    if isinstance(shown, dict):
        for name, part in shown.items():
            assert name in found, f"{at}/{name}"
            assert_holds(found[name], part, f"{at}/{name}")
    else:
        assert found == shown, at


async def test_the_command_prints_what_is_shown(service: Running) -> None:
    (service.folder / "materials.csv").write_text(block("csv"), "utf-8")
    program, *words = block("sh").split()
    assert program == "tongban" and block("sh") == block("sh", PAGES[1])
    child = await asyncio.create_subprocess_exec(
        *python(), "-m", "gateway.cli", *words, cwd=service.folder,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)}, stdout=-1, stderr=-1,
    )  # fmt: skip
    results, talk = await child.communicate()
    assert (await child.wait(), results.decode()) == (0, block("text"))
    assert "2 added, 0 changed, 3 unchanged, 0 bad" in talk.decode()
    query = ENTRIES.select().with_only_columns(ENTRIES.c.body).where(ENTRIES.c.kind == "materials.imported")
    ((body,),) = await service.gateway.store.read(lambda connection: connection.rows(query))
    entry = json.loads(body)
    assert (entry["added"], entry["refused"]) == (2, 0), entry
    await service.gateway.store.write(lambda tx: bring_guide(tx.connection, tx.now_ms))


def test_every_code_about_materials_is_explained_on_both_pages() -> None:
    told = set(OF_CASES)
    told |= {code for code in CANONICAL if code.startswith(("until_", "reference_"))}
    for page in PAGES:
        assert {code for code in told if f"`{code}`" not in page} == set()
