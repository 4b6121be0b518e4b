"""Lists as files, and a store of either kind to bring them into."""

import csv
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from audit import log
from gateway.items.item import Item
from gateway.items.lists.apply import Word, apply
from gateway.items.lists.bring import file_sha256
from gateway.items.lists.formats import lines, recognised
from gateway.items.lists.preview import Preview, Scope, Told, preview
from gateway.items.lists.profile import Profile, fitting, named
from gateway.items.lists.rows import ItemReader
from gateway.items.statements import ITEM_COLUMNS
from gateway.items.tables import items
from gateway.store.database import connect, open_engine
from gateway.store.store import Store
from tests.empty import new_file

DAY = "2026-11-20"
UNIT = "11440232MB2D06811W"
OTHER_UNIT = "11440232MB2D07320M"


@dataclass
class Desk:
    """A store, and a list brought into it as the command does."""

    store: Store

    async def look(
        self, path: Path, profile: Profile | str = "", *, states: str = "", **scope: str
    ) -> Preview:
        self.told: list[Told] = []
        listed = recognised(path)
        first = next(lines(listed))
        known = named(profile) if profile and isinstance(profile, str) else profile
        reader = ItemReader(known or fitting(first.headings), division="440232", states=states)
        read = ((line, reader.read(line)) for line in lines(listed))
        return await preview(self.store, read, Scope(day=DAY, **scope), self.told.append)

    async def bring(self, path: Path, profile: Profile | str = "", **scope: str) -> Preview:
        found = await self.look(path, profile, **scope)
        await apply(self.store, found, Word(file_sha256(path), "clerk-7"))
        return found

    async def items(self) -> dict[str, Item]:
        rows = await self.store.read(lambda c: c.rows(items.select().with_only_columns(*ITEM_COLUMNS)))
        return {row[1]: Item._make(row) for row in rows}

    @property
    def faults(self) -> list[tuple[int, str, str]]:
        return [(t.place, p.path, p.code) for t in self.told for p in t.problems if not t.is_odd]

    @property
    def odd(self) -> list[tuple[int, str, str]]:
        return [(t.place, p.path, p.code) for t in self.told for p in t.problems if t.is_odd]


@pytest_asyncio.fixture(params=["SQLite", "PostgreSQL"])
async def desk(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Desk]:
    on_server = request.param == "PostgreSQL"
    address = request.getfixturevalue("on_server")() if on_server else new_file(tmp_path / "store.db")
    engine = open_engine(
        address, log.append, log.holds, connect=connect, clock_ms=lambda: 1_000, heard=lambda at: at
    )
    store = Store(engine)
    store.start()
    yield Desk(store)
    await store.stop()


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """A CSV of rows of texts, the headings first."""

    def write(rows: Sequence[Sequence[Any]], name: str = "list.csv", charset: str = "utf-8") -> Path:
        path = tmp_path / name
        with path.open("w", encoding=charset, newline="") as file:
            csv.writer(file).writerows(rows)
        return path

    return write


def national(*rows: Sequence[str]) -> list[Sequence[str]]:
    """Rows of a national list: implementation code, name, state."""
    return [("task_code", "task_name", "task_state"), *rows]
