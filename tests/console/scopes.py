"""Scopes for tests of what the console finds: a store with cases between several places, and the rule itself."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from gateway.accounts.account import account_of
from gateway.store.accounts import AccountRow
from gateway.store.connection import Connection
from gateway.store.database import open_connection
from gateway.store.scoped import Scoped
from tests.empty import new_file

UNITS = ("11440232007340216X", "11440283007341131X")
PLACES = (("341702", "440232"), ("330282", "440232"), ("341702001", "450102"), ("520102", "522701"))


def ident(place: int) -> str:
    return f"01M7C{place:021d}"


def scope(divisions: str = "*", units: str = "") -> Scoped:
    covered = account_of(AccountRow("x", "auditor", divisions, units, "", "")).scope
    return covered.places, covered.units


SCOPES = [
    scope(), scope("341702"), scope("340000"), scope("440232 520000"), scope("522700"), scope("110000"),
    scope("*", UNITS[0]), scope("341702 330282", " ".join(UNITS)), scope("341702", UNITS[1]),
]  # fmt: skip


def paged(look: Callable[[Any], list[Any]], first: Any, after: Callable[[Any], Any]) -> list[Any]:
    rows: list[Any] = []
    behind = first
    while page := look(behind):
        rows += page
        behind = after(page[-1])
    return rows


def filled(request: Any, folder: Path, fill: Callable[[Connection], None]) -> Iterator[Connection]:
    """A database of the kind that the parameter of a fixture says, filled in one transaction."""
    on_file = request.param == "sqlite"
    address = new_file(folder / "x.db") if on_file else request.getfixturevalue("on_server")()
    with closing(open_connection(address)) as opened:
        opened.begin()
        fill(opened)
        opened.commit()
        yield opened
