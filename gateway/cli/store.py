"""tongban store: the database as a whole."""

from contextlib import closing
from pathlib import Path

import click
import psycopg
from rich.console import Console
from rich.progress import Progress

from audit import log as audit_log
from audit.entries import Entry
from gateway.cli.asking import Stop, actor_option, conf_option, settings_of
from gateway.clock import wall_ms
from gateway.evidence.readings import address_of, make_tables
from gateway.settings.conf import Unconfigured
from gateway.store.connection import Connection, StorageUnavailable
from gateway.store.database import is_embedded, open_connection
from gateway.store.migrate import NewerSchema
from gateway.store.move import CannotMove, Move


@click.group()
def store() -> None:
    """数据库。 The database as a whole."""


@store.command("move")
@conf_option
@actor_option
@click.argument("source", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def move(conf: Path, actor: str, source: Path) -> int:
    """从 SQLite 文件迁至 conf 所写的 PostgreSQL。 Move FILE to the empty PostgreSQL database that conf names.

    Stop the gateway first. The log goes on where it was. The file is kept, and no gateway starts on it again.
    """
    now_ms = wall_ms()

    def record(file: Connection) -> None:
        audit_log.append(file, [Entry("store.moved", now_ms, {"to": "postgresql", "actor": actor})])

    try:
        settings = settings_of(conf)
        target, readings = settings.database, source.with_name("readings.db")
        if readings.exists() and not is_embedded(target):
            make_tables(address_of(settings))
        work = Move(f"sqlite:///{source.resolve()}", target, now_ms, readings if readings.exists() else None)
        rows = _moved(work, record)
        with closing(open_connection(target)) as connection:
            head = audit_log.head(connection)
    except (CannotMove, NewerSchema, Unconfigured) as error:
        raise Stop(str(error)) from error
    except (psycopg.Error, StorageUnavailable) as error:
        raise Stop(f"PostgreSQL: {type(error).__name__}; 什么都没有迁移 / nothing was moved") from error
    for name, count in rows.items():
        click.echo(f"{name} {count}")
    click.echo(f"日志 {head.size} 条，根 {head.root.hex()} / entries and root of the log", err=True)
    return 0


def _moved(work: Move, record: object) -> dict[str, int]:
    with Progress(console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, object] = {}

        def progress(table: str, done: int, whole: int) -> None:
            if table not in tasks:
                tasks[table] = bar.add_task(table, total=max(whole, 1))
            bar.update(tasks[table], completed=done)  # type: ignore[arg-type]

        return work.run(record, progress)  # type: ignore[arg-type]
