"""What witnesses have cosigned of this log: kept beside its checkpoints, and found again for whoever reads them."""

from sqlalchemy import bindparam, insert, select

from audit.checkpoints import parse_checkpoint
from audit.connection import Connection
from audit.tables import CHECKPOINTS, COSIGNATURES

_LOOKED_AT = 64  # so many of the newest cosignatures are weighed against each other for one proof
_ADD = insert(COSIGNATURES)
_LINES = (
    select(COSIGNATURES.c.line).where(COSIGNATURES.c.size == bindparam("size")).order_by(COSIGNATURES.c.name)
)
_THERE = select(COSIGNATURES.c.size).where(
    COSIGNATURES.c.size == bindparam("size"), COSIGNATURES.c.name == bindparam("name")
)
_LAST = (
    select(COSIGNATURES.c.size)
    .where(COSIGNATURES.c.name == bindparam("name"))
    .order_by(COSIGNATURES.c.size.desc())
    .limit(1)
)
_COVERING = (
    select(COSIGNATURES.c.size)
    .where(COSIGNATURES.c.size > bindparam("position"))
    .order_by(COSIGNATURES.c.size.desc())
    .limit(_LOOKED_AT)
)
_AFTER = (
    select(CHECKPOINTS.c.at_ms)
    .where(CHECKPOINTS.c.size > bindparam("size"))
    .order_by(CHECKPOINTS.c.size)
    .limit(1)
)
_NOTE = select(CHECKPOINTS.c.note).where(CHECKPOINTS.c.size == bindparam("size"))


def keep_cosignature(connection: Connection, *, size: int, name: str, line: str, at_ms: int) -> None:
    """Keep the line of a witness below the checkpoint over `size` entries; the first of each witness stays."""
    if connection.row(_THERE, {"size": size, "name": name}) is None:
        connection.run(_ADD, {"size": size, "name": name, "line": line, "at_ms": at_ms})


def cosigned_up_to(connection: Connection, name: str) -> int:
    """Over how many entries the newest checkpoint is that this witness has cosigned; 0 for none."""
    last = connection.row(_LAST, {"name": name})
    return last[0] if last else 0


def not_cosigned_since(connection: Connection, name: str) -> int:
    """When the first checkpoint was signed that this witness has not gone along with (epoch ms); 0 for none."""
    found = connection.row(_AFTER, {"size": cosigned_up_to(connection, name)})
    return found[0] if found else 0


def whole_note(connection: Connection, note: str) -> str:
    """A stored checkpoint with the lines of those who cosigned it."""
    lines = connection.rows(_LINES, {"size": parse_checkpoint(note).size})
    return note + "".join(line for (line,) in lines)


def best_cosigned(connection: Connection, position: int) -> str | None:
    """Of the checkpoints that cover an entry the newest of those that most witnesses cosigned; None if none."""
    sizes = [size for (size,) in connection.rows(_COVERING, {"position": position})]
    best = max(sizes, key=lambda size: (sizes.count(size), size), default=None)
    stored = None if best is None else connection.row(_NOTE, {"size": best})
    return whole_note(connection, stored[0]) if stored else None
