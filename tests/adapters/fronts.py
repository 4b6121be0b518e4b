"""An invented front database: its declaration, the tables as their side has made them, on a server or in a file."""

import asyncio
import os
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg

from adapters.base import Adapter
from adapters.build import build
from adapters.coherence import declare
from adapters.message import Access, Message, Reply

NOW_MS = 1_600_000_000_000
TABLE: dict[str, Any] = {
    "platform": "sim-front",
    "title": "模拟前置库",
    "kind": "regional",
    "serves": [{"division": "441500"}],
    "speaks": "table",
    "limits": {"timeout_s": "2", "connect_s": "2", "in_flight": "4"},
    "database": {
        "charset": "gbk",
        "tables": {
            "pro_accept": {
                "key": "PROJECT_NO",
                "columns": {
                    "PROJECT_NO": {"length": "50", "required": "true"},
                    "NAME": {"length": "10", "bytes": "12", "required": "true"},
                    "AMOUNT": {"type": "decimal"},
                    "PAGES": {"type": "integer"},
                    "DAY": {"type": "date"},
                    "AT": {"type": "timestamp"},
                    "KIND": {"type": "char", "values": ["1", "2"]},
                    "STATUS": {"values": ["0", "1", "2", "9"], "by": "both", "required": "true"},
                    "REPLY_NO": {"by": "them"},
                },
            },
            "pro_material": {
                "key": "PROJECT_NO",
                "order": "SEQ",
                "columns": {
                    "PROJECT_NO": {"required": "true"},
                    "SEQ": {"type": "integer", "required": "true"},
                    "NAME": {"length": "100"},
                    "CONTENT": {"type": "blob"},
                    "TEXT": {},
                },
            },
        },
    },
    "operations": {
        "case.submit": {
            "call": "INSERT pro_accept, pro_material",
            "taken": {"body": {"outcome": "written"}},
            "already": {"body": {"outcome": "there"}},
            "refused": {"body": {"outcome": "conflict"}, "code": "outcome"},
            "barred": {"body": {"outcome": "rejected"}, "code": "error"},
            "probe": {
                "ask": "case.progress",
                "landed": {"body": {"outcome": "found"}},
                "absent": {"body": {"outcome": "absent"}},
            },
            "repeatable": {
                "by": "pro_accept.PROJECT_NO",
                "because": "their document 2.1: rows stay for a year",
            },
        },
        "case.progress": {
            "call": "SELECT pro_accept, pro_material",
            "taken": {"body": {"outcome": "found"}, "reference": "pro_accept.REPLY_NO"},
            "refused": {"body": {"outcome": "absent"}, "code": "outcome"},
            "barred": {"body": {"outcome": "rejected"}, "code": "error"},
        },
    },
}
MADE = """
create table pro_accept ("PROJECT_NO" varchar(50) not null {unique}, "NAME" varchar(10) not null,
    "AMOUNT" numeric(12, 2), "PAGES" integer, "DAY" date, "AT" timestamp, "KIND" char(3),
    "STATUS" varchar(1) not null, "REPLY_NO" varchar(20));
create table pro_material ("PROJECT_NO" varchar(50) not null, "SEQ" integer not null, "NAME" varchar(100),
    "CONTENT" {blob}, "TEXT" text);
"""
ROW = {
    "PROJECT_NO": "A-0001", "NAME": "汤念念", "AMOUNT": "12.50", "PAGES": "3", "DAY": "2026-11-20",
    "AT": "2026-11-20 09:31:00", "KIND": "1", "STATUS": "0",
}  # fmt: skip
MATERIALS = [
    {
        "PROJECT_NO": "A-0001",
        "SEQ": "1",
        "NAME": "户口簿.jpg",
        "CONTENT": {"$material": "f1", "as": "base64"},
    },
    {"PROJECT_NO": "A-0001", "SEQ": "2", "NAME": "委托书.pdf", "TEXT": {"$material": "f2", "as": "base64"}},
]
FILES = {"f1": b"\x00\xff\x89JPG" * 3, "f2": b"%PDF-1"}


@dataclass
class Front:
    """Their database as they see it themselves; statements with `?`."""

    address: str
    unique: bool = True

    def make(self) -> None:
        on_server = self.address.startswith("postgresql")
        made = MADE.format(unique="unique" if self.unique else "", blob="bytea" if on_server else "blob")
        for each in made.split(";")[:-1]:
            self.ask(each)

    def open(self) -> Any:
        if self.address.startswith("sqlite"):
            return sqlite3.connect(self.address.removeprefix("sqlite:///"), timeout=10, isolation_level=None)
        return psycopg.connect(self.address, autocommit=True)

    def ask(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        connection = self.open()
        try:
            if not self.address.startswith("sqlite"):
                question = question.replace("?", "%s")
            done = connection.execute(question, values)
            return list(done.fetchall()) if done.description else []
        finally:
            connection.close()

    def rows(self) -> int:
        return int(self.ask("select count(*) from pro_accept")[0][0])


def adapter(address: str, document: Mapping[str, Any] = TABLE, **secrets: str) -> Adapter:
    return build(
        declare(document),
        access=Access(address, {}, secrets),
        transport=NOWHERE,
        clock_ms=lambda: NOW_MS,
        random=os.urandom,
    )


class Nowhere:
    """The installation's own transport: a front has another one."""


NOWHERE: Any = Nowhere()


def message(**changes: Any) -> Message:
    """A case with its materials; one with other numbers has none."""
    materials = [] if "PROJECT_NO" in changes else MATERIALS
    return Message("case.submit", {"pro_accept": {**ROW, **changes}, "pro_material": materials})


def question(number: str = "A-0001", **more: Any) -> Message:
    return Message("case.progress", {"pro_accept": {"PROJECT_NO": number}}, **more)


async def material(name: str) -> bytes:
    return FILES[name]


async def send(speaker: Adapter, sent: Message, go: Callable[[], None] = lambda: None) -> Reply:
    return await speaker.send(sent, materials=material, go=go)


@dataclass
class Wire:
    """Between us and their server: passes everything on, and meddles with what carries a COMMIT.

    at_commit: "" (passes), `lost` (never reaches them), `unheard` (reaches them, the answer does not come back),
    `stalls` (the same, and nobody hangs up).
    """

    target: str
    at_commit: str = ""
    commits: int = 0
    _deaf: set[Any] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs, ours = await asyncio.open_unix_connection(self.target)
        back = asyncio.create_task(self._back(theirs, writer))
        try:
            while sent := await reader.read(65536):
                if b"COMMIT" in sent:
                    self.commits += 1
                    if self.at_commit == "lost":
                        break
                    self._deaf |= {writer} if self.at_commit else set()
                ours.write(sent)
                await ours.drain()
                if b"COMMIT" in sent and self.at_commit == "unheard":
                    await asyncio.sleep(0.3)
                    break
        finally:
            back.cancel()
            for each in (ours, writer):
                each.transport.abort()

    async def _back(self, theirs: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while said := await theirs.read(65536):
            if writer not in self._deaf:
                writer.write(said)


@asynccontextmanager
async def wired(address: str, at_commit: str) -> AsyncIterator[tuple[str, Wire]]:
    """A way to the server on which COMMIT meets a fault: (its address, the wire).

    Its socket lies in a folder of its own: a path of more than a hundred characters is none for a socket.
    """
    where = parse_qs(urlsplit(address).query)["host"][0]
    wire = Wire(f"{where}/.s.PGSQL.5432", at_commit)
    with tempfile.TemporaryDirectory(prefix="tongban-wire-") as folder:
        listening = await asyncio.start_unix_server(wire.serve, f"{folder}/.s.PGSQL.5432")
        try:
            yield address.replace(where, folder), wire
        finally:
            listening.close()
