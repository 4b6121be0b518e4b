"""Schema versions: Alembic migrations, run at boot under a lock, so that processes may start together."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import NullPool

from gateway.store.connection import StorageUnavailable
from gateway.store.database import is_embedded

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION = sa.text("SELECT version_num FROM alembic_version")
_LOCK = 7_317_001  # of PostgreSQL's advisory locks: held while the schema is brought up


class NewerSchema(Exception):
    """The database was written by a newer version of this program; start that one, or restore a backup."""


def upgrade(address: str, to: str = "head") -> None:
    """Bring the schema up to this program's; does nothing (and costs milliseconds) when it is there already.

    address: `sqlite:///PATH` or `postgresql://…`. Raises NewerSchema, StorageUnavailable.
    """
    try:
        _upgrade(address, to)
    except sa.exc.OperationalError as error:
        raise StorageUnavailable(type(error.orig).__name__, lost=True) from error


def newest() -> str:
    """The revision of this program, from the names of its migrations: `v0012_followed_cases.py` is 0012."""
    return max(path.name[1:5] for path in (MIGRATIONS / "versions").glob("v[0-9]*.py"))


def _upgrade(address: str, to: str) -> None:
    engine = engine_of(address)
    if to == "head" and _version(engine) == newest():
        return
    from alembic import command  # every start and every command would pay for it
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with _locked(engine) as connection:
        current = MigrationContext.configure(connection).get_current_revision()
        known = {each.revision for each in ScriptDirectory.from_config(config).walk_revisions()}
        if current is not None and current not in known:
            raise NewerSchema(f"schema {current} is not known to this program")
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def _version(engine: Engine) -> str | None:
    """None where there is no schema yet."""
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        version: str | None = connection.execute(VERSION).scalar()
        return version


@contextmanager
def _locked(engine: Engine) -> Iterator[sa.Connection]:
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        yield connection


def engine_of(address: str) -> Engine:
    """An engine whose transactions take the write lock of SQLite at once, as ours do everywhere."""
    if not is_embedded(address):
        import psycopg  # only where it is used

        return create_engine(
            "postgresql+psycopg://", creator=lambda: psycopg.connect(address), poolclass=NullPool
        )
    engine = create_engine(address, poolclass=NullPool)

    @event.listens_for(engine, "begin")
    def begin(connection: object) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # type: ignore[attr-defined]

    @event.listens_for(engine, "connect")
    def connect(driver: object, record: object) -> None:
        driver.isolation_level = None  # type: ignore[attr-defined]

    return engine
