"""The log of auditors' readings (阅览日志): what they search and look at, in a tamper-evident log of its own.

The same code, the same tables, another database (a file, or a schema of the server), another key, another name: the
log of cases tells nothing of who audits them, and whoever looks after auditors needs to see nothing else. It is
verified like the other one.
"""

import asyncio
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from audit import log as audit_log
from audit.connection import LogBroken
from audit.entries import Entry
from audit.epoch import NothingLost, open_epoch
from audit.notes import Signer
from audit.succession import Epoch
from audit.tables import metadata
from gateway.evidence.continuity import Published, going_on
from gateway.settings.conf import Settings
from gateway.store.connection import StorageUnavailable
from gateway.store.database import (
    READINGS,
    Connect,
    file_of,
    in_schema,
    is_embedded,
    open_connection,
    open_engine,
    reaching,
)
from gateway.store.migrate import engine_of
from gateway.store.store import Store, Transaction

SUFFIX = "/readings"  # of the log's name
_MAKING = 7_317_002  # of PostgreSQL's advisory locks: held while the tables are made


@dataclass(slots=True)
class Readings:
    """The log of this installation. Whatever it cannot record is not shown: what it raises passes through."""

    store: Store
    signer: Signer
    published: Published

    async def record(self, kind: str, facts: dict[str, str | int | list[str] | None]) -> None:
        """Who read what; durable when this returns."""
        await self.store.write(lambda tx: tx.record(Entry(kind, tx.now_ms, facts)))

    async def sign(self) -> None:
        """Sign its head if it grew; the newest checkpoint stands beside that of the other log."""
        if not await self.store.read(audit_log.has_grown):
            return
        note, at_ms = await self.store.write(self._sign, alone=True)
        if note:
            await asyncio.to_thread(self.published.write, note, at_ms)

    def _sign(self, tx: Transaction) -> tuple[str | None, int]:
        return audit_log.checkpoint(tx.connection, self.signer, tx.now_ms), tx.now_ms


def address_of(settings: Settings) -> str:
    """Where it is kept: a file in the folder of the state, or a schema beside the tables of the server."""
    address, state = settings.database, settings.path(settings.installation.state)
    if is_embedded(address):
        return f"sqlite:///{state / 'readings.db'}"
    return in_schema(address, READINGS)


def published_of(settings: Settings) -> Published:
    return Published(settings.path(settings.installation.state) / "checkpoint-readings")


def key_of(settings: Settings) -> Path:
    return settings.path(settings.installation.keys.readings)


def make_tables(address: str) -> None:
    """Its tables, where they are not there yet. Raises StorageUnavailable."""
    if is_embedded(address) and file_of(address).exists() and file_of(address).stat().st_size:
        return
    engine = engine_of(address)
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MAKING)))
                if not sa.inspect(connection).has_schema(READINGS):  # else an administrator has made it
                    connection.execute(sa.text(f"CREATE SCHEMA {READINGS}"))
            metadata.create_all(connection)
    except sa.exc.DBAPIError as error:
        raise StorageUnavailable(type(error.orig).__name__, lost=True) from error


def open_readings(
    settings: Settings, *, connect: Connect, clock_ms: Callable[[], int], heard: Callable[[int], int]
) -> Readings:
    """Raises Restored, Discontinued, StorageUnavailable."""
    address, published = address_of(settings), published_of(settings)
    make_tables(address)
    with reaching(), closing(open_connection(address)) as connection:
        signer = going_on(connection, published, Signer.load(key_of(settings)))
    engine = open_engine(
        address, audit_log.append, audit_log.holds, connect=connect, clock_ms=clock_ms, heard=heard
    )
    return Readings(Store(engine), signer, published)


def readings_after_restore(settings: Settings, at_ms: int) -> Epoch | None:
    """A new epoch, where a backup lost what was signed; None where nothing was lost."""
    address, signer = address_of(settings), Signer.load(key_of(settings))
    make_tables(address)
    checkpoint = published_of(settings).read(signer)
    if checkpoint is None:
        return None
    with reaching(), closing(open_connection(address)) as connection, suppress(NothingLost, LogBroken):
        connection.begin()
        try:
            epoch = open_epoch(connection, checkpoint, at_ms)
            connection.commit()
        except BaseException:
            connection.rollback()
            raise
        return epoch
    return None
