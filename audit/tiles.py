"""Tiles (C2SP tlog-tiles): 256 hashes side by side, from which any proof is read with few look-ups.

A full tile of level 0 holds leaf hashes, one of level n + 1 the roots of 256 full tiles of level n. Only full
tiles are stored; what a partial one would hold stands in `audit_entries.leaf` or in the roots a level below.
"""

from collections.abc import Sequence

from sqlalchemy import bindparam, insert, select

from audit import tree
from audit.connection import Connection, LogBroken
from audit.tables import ENTRIES, TILES

HEIGHT = 8
WIDTH = 1 << HEIGHT

_LEAVES = (
    select(ENTRIES.c.leaf)
    .where(ENTRIES.c.position >= bindparam("first"), ENTRIES.c.position < bindparam("end"))
    .order_by(ENTRIES.c.position)
)
_ROOTS = (
    select(TILES.c.root)
    .where(
        TILES.c.level == bindparam("level"),
        TILES.c.number >= bindparam("first"),
        TILES.c.number < bindparam("end"),
    )
    .order_by(TILES.c.number)
)
_TILE = select(TILES.c.hashes).where(
    TILES.c.level == bindparam("level"), TILES.c.number == bindparam("number")
)
_ADD_TILE = insert(TILES)

_Tiles = dict[tuple[int, int], list[bytes]]


def write_full_tiles(connection: Connection, old: int, new: int) -> None:
    """Store every tile that became full as the log grew from `old` to `new` entries, lowest level first."""
    level, width = 0, WIDTH
    while old // width != new // width:
        for number in range(old // width, new // width):
            hashes = _row_of_hashes(connection, level, number)
            if len(hashes) != WIDTH:
                raise LogBroken(f"tile {number} of level {level} has {len(hashes)} hashes")
            tile = {
                "level": level,
                "number": number,
                "root": tree.root_of(hashes),
                "hashes": b"".join(hashes),
            }
            connection.run(_ADD_TILE, tile)
        level, width = level + 1, width * WIDTH


def span_roots(connection: Connection, spans: Sequence[tree.Span]) -> list[bytes]:
    """The root of every span of a proof. Raises LogBroken when a hash that must be stored is not."""
    seen: _Tiles = {}
    return [
        tree.fold([_perfect_root(connection, seen, *subtree) for subtree in tree.perfect_spans(span)])
        for span in spans
    ]


def _perfect_root(connection: Connection, seen: _Tiles, start: int, height: int) -> bytes:
    level, rest = divmod(height, HEIGHT)
    first, count = start >> (HEIGHT * level), 1 << rest
    number, offset = divmod(first, WIDTH)
    if (level, number) not in seen:
        seen[level, number] = tile_hashes(connection, level, number)
    hashes = seen[level, number][offset : offset + count]
    if len(hashes) != count:
        raise LogBroken(f"tile {number} of level {level} lacks hashes from {offset} on")
    return tree.root_of(hashes)


def tile_hashes(connection: Connection, level: int, number: int) -> list[bytes]:
    """The hashes of a tile as far as they are there, at most 256."""
    full = connection.row(_TILE, {"level": level, "number": number})
    return tree.split(full[0]) if full else _row_of_hashes(connection, level, number)


def _row_of_hashes(connection: Connection, level: int, number: int) -> list[bytes]:
    """At most 256 hashes that belong into the tile, from what stands below it."""
    bounds = {"first": number * WIDTH, "end": (number + 1) * WIDTH}
    rows = (
        connection.rows(_ROOTS, {**bounds, "level": level - 1}) if level else connection.rows(_LEAVES, bounds)
    )
    return [root for (root,) in rows]
