"""Schema versions: Alembic migrations, run at boot on the database file, under its write lock."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import NullPool

MIGRATIONS = Path(__file__).parent / "migrations"


class NewerSchema(Exception):
    """The database was written by a newer version of this program; start that one, or restore a backup."""


def upgrade(database: Path) -> None:
    """Bring the schema up to this program's; does nothing (and costs milliseconds) when it is there already."""
    config = configuration(database)
    engine = engine_of(database)
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    script = ScriptDirectory.from_config(config)
    if current == script.get_current_head():
        return
    if current is not None and current not in {each.revision for each in script.walk_revisions()}:
        raise NewerSchema(f"schema {current} is not known to this program")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def configuration(database: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", f"sqlite:///{database}")
    return config


def engine_of(database: Path) -> Engine:
    """An engine whose transactions take the write lock at once, as ours do everywhere."""
    engine = create_engine(f"sqlite:///{database}", poolclass=NullPool)

    @event.listens_for(engine, "begin")
    def begin(connection: object) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # type: ignore[attr-defined]

    @event.listens_for(engine, "connect")
    def connect(driver: object, record: object) -> None:
        driver.isolation_level = None  # type: ignore[attr-defined]

    return engine
