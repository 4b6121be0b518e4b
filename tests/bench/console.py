"""How long people at the console wait: searches by every key and pages, over HTTP, on full stores."""

import os
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import psycopg
import sqlalchemy as sa
from aiohttp import ClientSession, DummyCookieJar

from gateway.accounts.sessions import digest_of
from gateway.identity import ALPHABET
from gateway.settings.conf import load
from gateway.store import accounts
from gateway.store.accounts import AccountRow, SessionRow
from gateway.store.connection import Connection
from gateway.store.database import file_of, is_embedded, open_connection
from gateway.store.vault import NONCE_BYTES, DataKey, Vault, WrongKey
from tests.bench import figures, plans
from tests.bench.fill import BULK
from tests.bench.outcomes import spread
from tests.bench.processes import cpu_us, family_cpu_us
from tests.bench.stored import _filled, _place
from tests.installation import Installation
from tests.postgres import Server, running

SEARCH_MS, PAGE_MS = 60, 200
TIMES = 60
SEEDED = 7
DEEP = 0.9  # of all cases are newer than where a deep page begins
TOKEN = "5" * 64
NARROW_TOKEN = "6" * 64
NARROW = "440105"  # a county: one of the thirty-two codes that cases are spread over
FLAT = 1.5  # what a deep page may cost of the first one
DESKS = ("deferred", "unsigned", "health", "review", "agreements", "releases", "checkpoints", "saved")
SERVER = {"shared_buffers": "256MB", "max_wal_size": "4GB"}


_SOME = sa.text(
    "SELECT id, here, division, item, caller FROM cases WHERE id >= :least ORDER BY id LIMIT 1"
).bindparams(least="")
_ENDS = sa.text("SELECT min(id), max(id), count(*) FROM cases")
_NAMED = sa.text("UPDATE cases SET person = :person, name = :name WHERE id = :id").bindparams(
    person="", name="", id=""
)
_NUMBER = sa.text("SELECT number FROM case_numbers WHERE case_id = :id LIMIT 1").bindparams(id="")


_COUNTS = sa.text(
    "SELECT (SELECT count(*) FROM exchanges WHERE state = 'held' AND state <> 'delivered'),"
    " (SELECT count(*) FROM case_clocks)"
)
_HELD = sa.text(
    "SELECT due_ms, id FROM exchanges WHERE state = 'held' AND due_ms > 0 ORDER BY due_ms, id LIMIT 1 OFFSET :place"
).bindparams(place=0)
_CLOCK = sa.text(
    "SELECT due_on, case_id, name FROM case_clocks ORDER BY due_on, case_id, name LIMIT 1 OFFSET :place"
).bindparams(place=0)
_KEYS = sa.text("SELECT exchange_id, key_id, wrapped FROM body_keys ORDER BY exchange_id DESC LIMIT 10")
_SHOWN = sa.text(
    "SELECT id FROM exchanges WHERE case_id = :case_id UNION ALL"
    " SELECT id FROM exchanges WHERE state = 'held' AND state <> 'delivered' AND :case_id = ''"
).bindparams(case_id="")
_PAPERS = sa.text(
    "INSERT INTO bodies (exchange_id, name, sealed) SELECT :id, name, sealed FROM bodies WHERE exchange_id = :like"
    " ON CONFLICT DO NOTHING"
).bindparams(id="", like="")
_WRAPPED = sa.text("UPDATE body_keys SET wrapped = :wrapped WHERE exchange_id = :id").bindparams(
    wrapped=b"", id=""
)


@dataclass(frozen=True, slots=True)
class Some:
    """A case that is stored, and what it is sought by."""

    id: str
    keys: Mapping[str, str]


class Deep(NamedTuple):
    """Behind which rows deep pages begin: a case's id, cursors of the desks held and overdue."""

    case: str
    held: str
    overdue: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Milliseconds of one request: until its answer was there, and of processors, the database's too."""

    wall_ms: float
    cpu_ms: float


@dataclass(slots=True)
class Waits:
    """What each kind of request took. cpu: microseconds that the gateway and the database have used so far."""

    cpu: Callable[[], float]
    of: dict[str, list[Wait]] = field(default_factory=dict)

    def rows(self, most_ms: int) -> Iterator[str]:
        for name, each in self.of.items():
            wall, cpu = [one.wall_ms for one in each], [one.cpu_ms for one in each]
            shares = (*_shares(wall), max(wall), *_shares(cpu))
            said = " | ".join(f"{one:.1f}" for one in shares)
            yield f"| {name} | {said} | {figures.met(shares[1] < most_ms)} |"

    def deeper(self) -> tuple[float, str]:
        """The greatest ratio of a deep page's processor time to that of the first one, and of what."""
        ratios = [
            (self._median(f"{name}, deep") / self._median(name), name)
            for name in self.of
            if f"{name}, deep" in self.of
        ]
        return max(ratios)

    def _median(self, name: str) -> float:
        return figures.share([each.cpu_ms for each in self.of[name]], 0.5)


def _shares(each: list[float]) -> tuple[float, float]:
    return figures.share(each, 0.5), figures.share(each, 0.95)


async def measured(count: int) -> list[str]:
    lines: list[str] = []
    for name in ("SQLite", "PostgreSQL"):
        with (
            tempfile.TemporaryDirectory() as folder,
            running(**SERVER) if name != "SQLite" else nullcontext() as server,
        ):
            written = {"database": server.database()} if server else {}
            async with _place(Path(folder) / "console", **written) as place:
                await _filled(place, count)
                lines += [f"### {name}, {count:,} exchanges", "", *await measure(place, server)]
    return lines


async def measure(place: Installation, server: Server | None = None) -> list[str]:
    """Of a place that is filled and not served yet."""
    with closing(open_connection(place.address_of_database)) as connection:
        some, deep = _made_ready(connection, place)
        _settled(place.address_of_database)
        whole = plans.whole(connection, some[0].keys, deep.case, NARROW)
    await place.start_gateway()
    assert place.gateway and place.gateway.child
    pid = place.gateway.child.pid
    cpu = (lambda: cpu_us(pid) + family_cpu_us(server.pid)) if server else (lambda: cpu_us(pid))
    searches, pages = Waits(cpu), Waits(cpu)
    async with ClientSession(cookie_jar=DummyCookieJar()) as client:
        for each in some:
            await _searched(client, place.address, each, deep.case, searches)
            await _looked(client, place.address, each, deep, pages)
    await place.gateways.pop().end()
    ratio, name = max(searches.deeper(), pages.deeper())
    return [
        *_table("search by", searches, SEARCH_MS), *_table("page", pages, PAGE_MS),
        f"- a deep page costs at most **{ratio:.2f}** of the first one ({name}), asked ≤ {FLAT}: "
        f"{figures.met(ratio <= FLAT)}",
        f"- statements that read a whole table: {', '.join(whole) or 'none'}: {figures.met(not whole)}", "",
    ]  # fmt: skip


def _table(what: str, waits: Waits, most_ms: int) -> list[str]:
    head = f"| {what} | p50 ms | p95 ms | longest ms | processor p50 ms | p95 ms | asked < {most_ms} ms |"
    return [head, "|---|---|---|---|---|---|---|", *waits.rows(most_ms), ""]


def _made_ready(connection: Connection, place: Installation) -> tuple[list[Some], Deep]:
    """Outcomes; some cases with a person; two sessions. (some of them, where deep pages begin)"""
    _unhurried(connection)
    spread(connection)
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
    return some, _deep(connection, _between(first, last, 1 - DEEP))


def _settled(address: str) -> None:
    """As a store is that grew over months: what was written is on the disk, and the server has looked after it."""
    if is_embedded(address):
        with closing(sqlite3.connect(file_of(address))) as driver:
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    else:
        with psycopg.connect(address, autocommit=True) as server:
            server.execute("VACUUM (ANALYZE)")
            server.execute("CHECKPOINT")


def _unhurried(connection: Connection) -> None:
    for statement in BULK[connection.dialect]:
        connection.run(sa.text(statement))


def _deep(connection: Connection, case: str) -> Deep:
    count = connection.row(_COUNTS)
    assert count
    held, clocks = (int(each * DEEP) for each in count)
    due, clock = connection.row(_HELD, {"place": held}), connection.row(_CLOCK, {"place": clocks})
    assert due and clock
    return Deep(case, ".".join(map(str, due)), ".".join(clock))


def _unlock(connection: Connection, vault: Vault, cases: list[str]) -> None:
    """The papers of copies are the pattern's, whose key was wrapped for itself alone: those that are shown open."""
    keys = connection.rows(_KEYS)
    like, pattern = next((row[0], key) for row in keys if (key := _opened(vault, row)))
    wrapping = vault._wrapping[pattern.key_id]
    for shown in {row[0] for case in (*cases, "") for row in connection.rows(_SHOWN, {"case_id": case})}:
        nonce = os.urandom(NONCE_BYTES)
        wrapped = nonce + wrapping.encrypt(nonce, pattern.plain, shown.encode())
        connection.run(_PAPERS, {"id": shown, "like": like})
        connection.run(_WRAPPED, {"wrapped": wrapped, "id": shown})


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


async def _looked(client: ClientSession, address: str, some: Some, deep: Deep, waits: Waits) -> None:
    for name, path, token in (
        ("case", f"/cases/{some.id}", TOKEN), ("newest", "/search", TOKEN),
        ("newest, deep", f"/search?behind={deep.case}", TOKEN),
        ("newest of one county", "/search", NARROW_TOKEN),
        ("newest of one county, deep", f"/search?behind={deep.case}", NARROW_TOKEN),
        ("held", "/held", TOKEN), ("held, deep", f"/held?behind={deep.held}", TOKEN),
        ("overdue", "/overdue", TOKEN), ("overdue, deep", f"/overdue?behind={deep.overdue}", TOKEN),
        ("overdue in one county", "/overdue", NARROW_TOKEN),
        ("figures of 30 days", "/figures", TOKEN), ("figures of 90 days", "/figures?days=90", TOKEN),
        ("figures, before and after", "/figures?days=90&boundary=1", TOKEN),
        ("figures of one county", "/figures?days=90", NARROW_TOKEN),
        ("health of a platform", "/health/sim-gd", TOKEN),
        *((desk, f"/{desk}", TOKEN) for desk in DESKS),
    ):  # fmt: skip
        await _ask(waits, name, client, address, path, token=token)


async def _ask(
    waits: Waits, name: str, client: ClientSession, address: str, path: str, *,
    form: Mapping[str, str] | None = None, token: str = TOKEN,
) -> None:  # fmt: skip
    sent = None if form is None else {**form, "seal": sha256(f"form\0{token}".encode()).hexdigest()}
    headers = {"Cookie": f"tongban-console={token}"}
    used_us, started = waits.cpu(), time.perf_counter()
    async with client.request(
        "GET" if sent is None else "POST", f"{address}/console{path}", data=sent, headers=headers,
        allow_redirects=False,
    ) as response:  # fmt: skip
        await response.read()
    took = Wait((time.perf_counter() - started) * 1000, (waits.cpu() - used_us) / 1000)
    waits.of.setdefault(name, []).append(took)
    if response.status != 200:
        raise RuntimeError(f"{path}: {response.status}")
