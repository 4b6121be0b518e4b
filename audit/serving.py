"""The files of C2SP tlog-tiles made from the tables, as far as a checkpoint covers them."""

import re

from sqlalchemy import bindparam, select

from audit.checkpoints import parse_checkpoint
from audit.connection import Connection
from audit.heads import newest_checkpoint
from audit.tables import ENTRIES
from audit.tilefiles import bundle_path, tile_path, write_bundle
from audit.tiles import WIDTH, tile_hashes

_PATH = re.compile(r"(entries|0|[1-9])/((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")
_BODIES = (
    select(ENTRIES.c.body)
    .where(ENTRIES.c.position >= bindparam("first"), ENTRIES.c.position < bindparam("end"))
    .order_by(ENTRIES.c.position)
)


def tile_file(connection: Connection, path: str) -> bytes | None:
    """The bytes of `tile/PATH`; None for what is no such file, or not whole under the newest checkpoint."""
    found = _PATH.fullmatch(path)
    note = newest_checkpoint(connection)
    if found is None or note is None:
        return None
    number, width = int(re.sub("[x/]", "", found[2])), int(found[3] or WIDTH)
    level = 0 if found[1] == "entries" else int(found[1])
    is_bundle = found[1] == "entries"
    due = bundle_path(number, width) if is_bundle else tile_path(level, number, width)
    if (
        f"tile/{path}" != due
        or width > WIDTH
        or (number * WIDTH + width) * WIDTH**level > parse_checkpoint(note).size
    ):
        return None
    if is_bundle:
        first = number * WIDTH
        rows = connection.rows(_BODIES, {"first": first, "end": first + width})
        return write_bundle([body for (body,) in rows])
    return b"".join(tile_hashes(connection, level, number)[:width])
