"""Databases with the schema and nothing else. It is made once of each kind, and copied: all migrations take longer
than most tests."""

import tempfile
from functools import cache
from pathlib import Path

from gateway.store.migrate import upgrade
from tests.postgres import Server


def new_file(path: Path) -> str:
    """A new file at `path`; its address."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_schema())
    return f"sqlite:///{path}"


@cache
def _schema() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        upgrade(f"sqlite:///{folder}/empty.db")
        return (Path(folder) / "empty.db").read_bytes()


def new_on(server: Server) -> str:
    """A new database on this server; its address."""
    if not server.empty:
        server.empty = server.database()
        upgrade(server.empty)
    return server.database(like=server.empty)
