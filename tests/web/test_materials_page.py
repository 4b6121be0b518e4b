"""What docs/materials.md tells to type works as it stands, in both languages."""

import asyncio
import json
import os
import re

import pytest

from tests.shape.sources import CHECKOUT
from tests.web.service import Running, key_of
from tests.web.test_brought import file_of, using
from tests.web.test_uploads import PDF, brought

PAGES = {
    name: (CHECKOUT / "docs" / name).read_text("utf-8") for name in ("materials.md", "materials.zh-CN.md")
}


def blocks(page: str, kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGES[page], re.DOTALL)


@pytest.mark.parametrize("page", PAGES)
async def test_the_commands_work_one_after_another(service: Running, page: str) -> None:
    folder = service.folder / page
    folder.mkdir()
    (folder / "certificate.pdf").write_bytes(PDF)
    script = "set -euo pipefail\n" + "".join(blocks(page, "sh")).replace(
        "curl -sS", "curl -sS --fail-with-body"
    )
    child = await asyncio.create_subprocess_exec(
        "bash", "-c", script, cwd=folder, stdout=-1, stderr=-1,
        env={**os.environ, "HOST": service.address, "KEY": key_of("guichi"), "no_proxy": "127.0.0.1"},
    )  # fmt: skip
    results, talk = await child.communicate()
    assert (child.returncode, results, talk) == (0, b"", b"")
    assert ((folder / "whole.pdf").read_bytes(), (folder / "stretch").read_bytes()) == (PDF, b"%PDF-")


def test_both_pages_tell_to_type_the_same() -> None:
    first, second = PAGES
    for kind in ("sh", "json"):
        assert blocks(first, kind) == blocks(second, kind)
    assert len(blocks(first, "sh")) == 5


@pytest.mark.parametrize("page", PAGES)
async def test_a_file_as_it_is_shown_is_taken_by_the_preflight(service: Running, page: str) -> None:
    document = using(await brought(service), PDF)
    file, shown = file_of(document), json.loads(blocks(page, "json")[0])
    assert shown.keys() == file.keys()
    kept = {name: file[name] for name in ("size", "digest", "upload")}
    file.update({**shown, **kept})
    answer = await service.ask("POST", "/v1/preflight", body=document)
    assert answer.status == 200, answer.raw
