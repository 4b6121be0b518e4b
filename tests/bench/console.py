"""How long people at the console wait: searches by every key and pages, over HTTP, on full stores."""

import os
import random
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from aiohttp import ClientSession, DummyCookieJar

from gateway.accounts.sessions import digest_of
from gateway.identity import ALPHABET
from gateway.settings import load
from gateway.store import accounts, sought
from gateway.store.accounts import AccountRow, SessionRow
from gateway.store.connection import Connection
from gateway.store.database import open_connection
from gateway.store.sought import Wanted
from gateway.store.vault import NONCE_BYTES, DataKey, Vault, WrongKey
from tests.bench import figures
from tests.bench.stored import _filled, _place
from tests.installation import Installation
from tests.postgres import running

SEARCH_MS, PAGE_MS = 60, 200
TIMES = 60
SEEDED = 7
DEEP = 0.9  # of all cases are newer than where a deep page begins
TOKEN = "5" * 64
NARROW_TOKEN = "6" * 64
NARROW = "440105"  # a county: one of the thirty-two codes that cases are spread over
WHOLE = ("Seq Scan on cases", "Seq Scan on exchanges", "SCAN cases", "SCAN exchanges")


def _codes(province: str) -> list[str]:
    return [f"{province}{number // 8 + 1:02d}{number % 8 + 1:02d}" for number in range(32)]


def _by_letter(place: int, codes: list[str]) -> str:
    """SQL: one of 32 codes by a random letter of the id."""
    cases = " ".join(f"WHEN '{letter}' THEN '{code}'" for letter, code in zip(ALPHABET, codes, strict=True))
    return f"CASE substr(id, {place}, 1) {cases} END"


SPREAD = (
    f"UPDATE cases SET here = {_by_letter(24, _codes('34'))}, division = {_by_letter(25, _codes('44'))},"
    " item = item || '-' || substr(id, 22, 2), caller = 'caller-' || substr(id, 26, 1)",
    "UPDATE exchanges SET state = 'refused', code = 'E' || substr(id, 26, 1), cause = 'refused'"
    " WHERE substr(id, 25, 1) = 'A'",
    "UPDATE exchanges SET state = 'abandoned', cause = 'patience' WHERE substr(id, 24, 2) = 'BB'",
    "ANALYZE",
)
_SOME = sa.text(
    "SELECT id, here, division, item, caller FROM cases WHERE id >= :least ORDER BY id LIMIT 1"
).bindparams(least="")
_ENDS = sa.text("SELECT min(id), max(id), count(*) FROM cases")
_NAMED = sa.text("UPDATE cases SET person = :person, name = :name WHERE id = :id").bindparams(
    person="", name="", id=""
)
_NUMBER = sa.text("SELECT number FROM case_numbers WHERE case_id = :id LIMIT 1").bindparams(id="")


_KEYS = sa.text("SELECT exchange_id, key_id, wrapped FROM body_keys ORDER BY exchange_id DESC LIMIT 10")
_EXCHANGES = sa.text("SELECT case_id, id FROM exchanges WHERE operation = 'case.submit'")
_WRAPPED = sa.text("UPDATE body_keys SET wrapped = :wrapped WHERE exchange_id = :id").bindparams(
    wrapped=b"", id=""
)


@dataclass(frozen=True, slots=True)
class Some:
    """A case that is stored, and what it is sought by."""

    id: str
    keys: Mapping[str, str]


@dataclass(slots=True)
class Waits:
    """Milliseconds of each kind of request."""

    of: dict[str, list[float]] = field(default_factory=dict)

    def rows(self, most_ms: int) -> Iterator[str]:
        for name, each in self.of.items():
            p50, p95 = figures.share(each, 0.5), figures.share(each, 0.95)
            yield f"| {name} | {p50:.1f} | {p95:.1f} | {max(each):.1f} | {figures.met(p95 < most_ms)} |"


async def measured(count: int) -> list[str]:
    lines: list[str] = []
    for name in ("SQLite", "PostgreSQL"):
        with (
            tempfile.TemporaryDirectory() as folder,
            running() if name != "SQLite" else nullcontext() as server,
        ):
            written = {"database": server.database()} if server else {}
            async with _place(Path(folder) / "console", **written) as place:
                await _filled(place, count)
                lines += [f"### {name}, {count:,} exchanges", "", *await _measure(place)]
    return lines


async def _measure(place: Installation) -> list[str]:
    with closing(open_connection(place.address_of_database)) as connection:
        some, deep = _made_ready(connection, place)
        plans = _plans(connection, some[0], deep)
    await place.start_gateway()
    searches, pages = Waits(), Waits()
    async with ClientSession(cookie_jar=DummyCookieJar()) as client:
        for each in some:
            await _searched(client, place.address, each, deep, searches)
            await _looked(client, place.address, each, deep, pages)
    await place.gateways.pop().end()
    head = ["| p50 ms | p95 ms | longest ms | asked |", "|---|---|---|---|---|"]
    return [
        f"| search by {head[0]}", head[1], *searches.rows(SEARCH_MS), "",
        f"| page {head[0]}", head[1], *pages.rows(PAGE_MS), "",
        f"- statements that read a whole table: {', '.join(plans) or 'none'}: {figures.met(not plans)}", "",
    ]  # fmt: skip


def _made_ready(connection: Connection, place: Installation) -> tuple[list[Some], str]:
    """Cases spread over places, items and callers; some with a person; two sessions. (some of them, deep behind)"""
    for statement in SPREAD:
        connection._driver.execute(statement)
    settings = load(place.folder / "conf")
    keys = settings.installation.keys
    vault = Vault.load([settings.path(each) for each in keys.wrapping], settings.path(keys.person))
    chance = random.Random(SEEDED)
    row = connection.row(_ENDS)
    assert row
    first, last = row[0], row[1]
    connection.begin()
    some = [_some(connection, vault, number, chance, (first, last)) for number in range(TIMES)]
    _unlock(connection, vault, [each.id for each in some])
    now_ms = int(time.time() * 1000)
    for name, division, token in (("bench-01", "*", TOKEN), ("bench-02", NARROW, NARROW_TOKEN)):
        accounts.add(connection, AccountRow(name, "auditor", division, "", "", "", made_ms=now_ms))
        accounts.begin(connection, SessionRow(digest_of(token), name, now_ms, now_ms), 0)
    connection.commit()
    return some, _between(first, last, 1 - DEEP)


def _unlock(connection: Connection, vault: Vault, cases: list[str]) -> None:
    """The papers of copies are the pattern's, whose key was wrapped for itself alone: wrapped for these, too."""
    keys = connection.rows(_KEYS)
    of_case: dict[str, str] = {row[0]: row[1] for row in connection.rows(_EXCHANGES)}
    pattern = next(key for row in keys if (key := _opened(vault, row)))
    for case in cases:
        nonce = os.urandom(NONCE_BYTES)
        wrapped = nonce + vault._wrapping[pattern.key_id].encrypt(
            nonce, pattern.plain, of_case[case].encode()
        )
        connection.run(_WRAPPED, {"wrapped": wrapped, "id": of_case[case]})


def _opened(vault: Vault, row: tuple[str, str, bytes]) -> DataKey | None:
    try:
        return vault.open_key(*row)
    except WrongKey:
        return None


def _some(
    connection: Connection, vault: Vault, number: int, chance: random.Random, ends: tuple[str, str]
) -> Some:
    found_ = connection.row(_SOME, {"least": _between(*ends, chance.random())})
    assert found_
    case_id, here, division, item, caller = found_
    person, name = f"34170219{60 + number % 40}0315{number % 1000:03d}X", f"测试{number}号"
    digests = {"person": vault.person("111", person), "name": vault.person_name(name)}
    connection.run(_NAMED, {**digests, "id": case_id})
    known = connection.row(_NUMBER, {"id": case_id})
    assert known
    return Some(case_id, {
        "number": known[0], "person": person, "name": name, "here": here, "division": division, "item": item,
        "caller": caller, "code": f"E{ALPHABET[number % 32]}",
        "state": ("refused", "abandoned", "delivered")[number % 3],
    })  # fmt: skip


def _between(first: str, last: str, part: float) -> str:
    """An id of that moment between two others."""
    numbers = [int("".join(f"{ALPHABET.index(each):05b}" for each in one), 2) for one in (first, last)]
    number = numbers[0] + int((numbers[1] - numbers[0]) * part)
    return "".join(ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


async def _searched(client: ClientSession, address: str, some: Some, deep: str, waits: Waits) -> None:
    for name, keys in _sought(some).items():
        await _ask(waits, name, client, address, "/search", form=keys)
        await _ask(waits, f"{name}, deep", client, address, "/search", form={**keys, "behind": deep})
    await _ask(waits, "a key, within one county", client, address, "/search", form={"caller": some.keys["caller"]},
               token=NARROW_TOKEN)  # fmt: skip


def _sought(some: Some) -> dict[str, dict[str, str]]:
    keys = dict(some.keys)
    one = {name: {name: value} for name, value in keys.items()}
    return {
        **one,
        "division pair": {name: keys[name] for name in ("here", "division")},
        "province": {"division": "440000"},
        "days": {"since": "2026-01-01", "until": "2026-12-31"},
        "item and end": {name: keys[name] for name in ("item", "state")},
        "nothing that there is": {"item": "no such item"},
        "a place without cases": {"here": "650000"},
    }


async def _looked(client: ClientSession, address: str, some: Some, deep: str, waits: Waits) -> None:
    for name, path, token in (
        ("case", f"/cases/{some.id}", TOKEN), ("newest", "/search", TOKEN),
        ("newest, deep", f"/search?behind={deep}", TOKEN),
        ("newest of one county", "/search", NARROW_TOKEN),
        ("newest of one county, deep", f"/search?behind={deep}", NARROW_TOKEN), ("held", "/held", TOKEN),
        ("overdue", "/overdue", TOKEN),
    ):  # fmt: skip
        await _ask(waits, name, client, address, path, token=token)


async def _ask(
    waits: Waits, name: str, client: ClientSession, address: str, path: str, *,
    form: Mapping[str, str] | None = None, token: str = TOKEN,
) -> None:  # fmt: skip
    sent = None if form is None else {**form, "seal": sha256(f"form\0{token}".encode()).hexdigest()}
    headers = {"Cookie": f"tongban-console={token}"}
    started = time.perf_counter()
    async with client.request(
        "GET" if sent is None else "POST", f"{address}/console{path}", data=sent, headers=headers,
        allow_redirects=False,
    ) as response:  # fmt: skip
        await response.read()
    waits.of.setdefault(name, []).append((time.perf_counter() - started) * 1000)
    if response.status != 200:
        raise RuntimeError(f"{path}: {response.status}")


def _plans(connection: Connection, some: Some, deep: str) -> list[str]:
    """Keys whose statements read a whole table; each is asked of the database itself."""
    looking = _Explaining(connection)
    scopes = {"": (("",), ()), " within a county": ((NARROW,), ())}
    for where, scope in scopes.items():
        for name, keys in _wanted(some).items():
            looking.name = f"{name}{where}"
            sought.find(looking, scope, keys, deep, 26)
            sought.find(looking, scope, keys, sought.LAST_ID, 26)
    return sorted(looking.whole)


def _wanted(some: Some) -> dict[str, Wanted]:
    keys = some.keys
    return {
        "number": Wanted(number=keys["number"]), "person": Wanted(persons=("a", "b")), "name": Wanted(name="a"),
        "item": Wanted(item=keys["item"]), "caller": Wanted(caller=keys["caller"]),
        "here": Wanted(here=keys["here"]),
        "pair": Wanted(here=keys["here"], division=keys["division"]), "refused": Wanted(state="refused"),
        "delivered": Wanted(state="delivered"), "code": Wanted(code=keys["code"]),
        "days": Wanted(first=some.id, last=sought.LAST_ID), "newest": Wanted(),
    }  # fmt: skip


class _Explaining(Connection):
    """Answers as the connection does, and asks for the plan of each statement before."""

    def __init__(self, inner: Connection) -> None:
        super().__init__(inner._driver, inner._dialect)
        self.name, self.whole = "", set[str]()

    def rows(self, statement: Any, parameters: Any = None) -> list[tuple[Any, ...]]:
        text, own, order = self._prepare(statement)
        given = {**own, **(parameters or {})}
        placed: Any = given if order is None else [given[name] for name in order]
        explain = "EXPLAIN QUERY PLAN " if self.dialect == "sqlite" else "EXPLAIN "
        plan = "\n".join(str(row) for row in self._driver.execute(explain + text, placed).fetchall())
        if any(each in plan and f"{each} USING" not in plan for each in WHOLE):
            self.whole.add(self.name)
        return super().rows(statement, parameters or {})
