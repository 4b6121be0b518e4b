"""The profile: what each stage of one exchange costs when it runs alone and warm, in microseconds.

In a real run the same stages cost about twice as much, because every one of them finds the processor's caches
filled by the others; the table shows where the work is, and `exchanges` what the whole costs.
"""

import asyncio
import os
import sqlite3
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from time import thread_time_ns
from typing import Any

import orjson

from adapters.message import Response
from audit import log as audit_log
from audit.commitments import commit, flatten
from audit.entries import encode
from gateway.boot import Gateway, boot
from gateway.cli.serve.serve import first_start
from gateway.exchange import admission, entries
from gateway.exchange.asked import Asked
from gateway.identity import new_id
from gateway.items.align import Question, find
from gateway.settings.conf import load
from gateway.store import exchanges
from gateway.store.connection import Connection
from gateway.store.database import open_connection
from gateway.web.edge.reading import parse_object
from gateway.web.views.cases import exchange_view
from mappings import canonical
from tests.bench.bodies import bodies
from tests.bench.exchanges import DIALECTS
from tests.fakes import gd, gx
from tests.installation import Installation

RUNS = 300
ROUNDS = 9


@dataclass(frozen=True, slots=True)
class Stage:
    """times: how often an exchange goes through it."""

    name: str
    us: float
    times: float = 1

    @property
    def share_us(self) -> float:
        return self.us * self.times


def cost_us(run: Callable[[], object]) -> float:
    """Median over rounds of the thread's own CPU time for one run."""
    run()
    rounds = []
    for _ in range(ROUNDS):
        started = thread_time_ns()
        for _ in range(RUNS):
            run()
        rounds.append((thread_time_ns() - started) / RUNS / 1000)
    return sorted(rounds)[ROUNDS // 2]


async def stages(dialect: str) -> list[Stage]:
    platform, fixture, _ = DIALECTS[dialect]
    with tempfile.TemporaryDirectory() as folder:
        installation = Installation(Path(folder))
        installation.write()
        for name in ("sim-gd", "sim-gx"):
            installation.point(name, "http://127.0.0.1:9/nowhere")
        gateway = boot(load(installation.conf))
        await gateway.start()
        await first_start(gateway)
        try:
            return [*_taking_in(gateway, fixture), *await _through(gateway, fixture, platform)]
        finally:
            await gateway.stop()


def _taking_in(gateway: Gateway, fixture: str) -> list[Stage]:
    raw = bodies(fixture, 0, 1)[0]
    document = parse_object(raw)
    now_ms = gateway.clock_ms()
    receiving = document["receiving"]
    question = Question(
        document["item"]["code"], receiving["division"], document["division"], None, "1", date.today()
    )
    reader = open_connection(gateway.settings.database)
    sort = orjson.OPT_SORT_KEYS
    return [
        Stage("read JSON, keys once", cost_us(lambda: parse_object(raw))),
        Stage("digest for the key", cost_us(lambda: sha256(orjson.dumps(document, option=sort)).hexdigest())),
        Stage("canonical check", cost_us(lambda: canonical.check(document, now_ms))),
        Stage("names of personal fields", cost_us(lambda: canonical.personal_fields(document))),
        Stage("alignment (when not remembered)", cost_us(lambda: find(reader, question)), 0),
    ]


async def _begun(database: str) -> Connection:
    """A transaction beside the gateway, as soon as what it does at a start is on the disk."""
    connection = open_connection(database)
    while True:
        try:
            connection.begin()
        except sqlite3.OperationalError:
            await asyncio.sleep(0.05)
        else:
            return connection


async def _through(gateway: Gateway, fixture: str, platform: str) -> list[Stage]:
    document = parse_object(bodies(fixture, 0, 1)[0])
    caller = gateway.settings.callers["guichi"]
    asked = Asked("case.submit", caller, "k1/", document, "bench-key", "0" * 64)
    prepared = await gateway.preparation.case(asked, "0" * 26)
    route, message = prepared.route, prepared.message
    now_ms, vault = gateway.clock_ms(), gateway.papers.vault
    key = vault.new_key("0" * 26)

    def admitted() -> Any:
        return admission.exchange_of(
            asked, prepared, exchange_id="0" * 26, case_id="1" * 26, now_ms=now_ms, owner="bench", lease_ms=1
        )

    exchange = admitted()
    entry = entries.admitted(exchange, prepared, key)
    fields = flatten(message.document)
    answer = _answer(platform)
    connection = await _begun(gateway.settings.database)
    serials = iter(range(10**9))
    found = [
        Stage("mapping", cost_us(lambda: route.mapping(dict(prepared.document)))),
        Stage("encoding", cost_us(lambda: route.adapter.encode(message))),
        Stage("a new data key, two bodies sealed", cost_us(lambda: _sealed(vault, prepared))),
        Stage(
            f"commitment over {len(fields)} fields",
            cost_us(lambda: commit(flatten(message.document), key.plain)),
        ),
        Stage("the rest of the entry", cost_us(lambda: encode(entry))),
        Stage("one row of a statement", cost_us(lambda: _row(connection, exchange, serials)), 10),
        Stage(
            "an entry into the tree (of 8 at once)",
            cost_us(lambda: audit_log.append(connection, [entry] * 8)) / 8,
            2,
        ),
        Stage("an id", cost_us(lambda: new_id(now_ms, os.urandom)), 2),
        Stage(
            "the answer decoded and classified", cost_us(lambda: route.adapter.judged(answer, "case.submit"))
        ),
        Stage("the view for the caller", cost_us(lambda: orjson.dumps(exchange_view(exchange)))),
    ]
    connection.rollback()
    connection.close()
    return found


def _sealed(vault: Any, prepared: Any) -> None:
    key = vault.new_key("0" * 26)
    vault.seal_tree(key, "document", prepared.document)
    vault.seal_tree(key, "message", prepared.message.document)


def _row(connection: Any, exchange: Any, serials: Any) -> None:
    exchanges.admit(connection, exchange._replace(id=f"{next(serials):026d}"))


def _answer(platform: str) -> Response:
    if platform == "sim-gd":
        return Response(200, {"Content-Type": "application/json"}, gd.Quiet._taken.body)
    return Response(200, {"Content-Type": "text/xml;charset=UTF-8"}, gx.Quiet._taken.body)


def measured(dialect: str) -> list[Stage]:
    return asyncio.run(stages(dialect))
