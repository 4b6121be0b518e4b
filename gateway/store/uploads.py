"""Statements about files that callers bring (上传): how much is there, who may use it, until when it is kept."""

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam

from gateway.store.connection import Connection
from gateway.store.tables import materials, metadata

uploads = sa.Table(
    "uploads",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("caller", sa.Text, nullable=False, server_default=""),
    sa.Column("length", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("received", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("turn", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column(
        "digest", sa.Text, nullable=False, server_default=""
    ),  # of the ciphertext; empty until it is whole
    sa.Column("size", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("expires_ms", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("used_ms", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("key_id", sa.Text, nullable=False, server_default=""),
    sa.Column("wrapped", sa.LargeBinary, nullable=False),
    sa.Column("told", sa.LargeBinary, nullable=False),  # sealed: name, media type, digest of the content
    sa.Index("ix_uploads_expires_ms", "expires_ms"),
    sa.Index("ix_uploads_digest", "digest"),
    sa.Index("ix_uploads_caller", "caller"),
)
upload_parts = sa.Table(
    "upload_parts",
    metadata,
    sa.Column("upload_id", sa.Text, primary_key=True),
    sa.Column("turn", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("received", sa.BigInteger, nullable=False, server_default="0"),  # of the content
    sa.Column(
        "stored", sa.BigInteger, nullable=False, server_default="0"
    ),  # of the file: what follows does not count
    sqlite_with_rowid=False,
)
_U, _P = uploads.c, upload_parts.c
INSERT = sa.insert(uploads)
_ROW = sa.select(*_U)
BY_ID = _ROW.where(_U.id == bindparam("id"), _U.caller == bindparam("caller"))
KEPT = sa.select(sa.func.coalesce(sa.func.sum(_U.length), 0)).where(
    _U.caller == bindparam("caller"), _U.used_ms == 0
)
_OPEN = (_U.id == bindparam("id_"), _U.digest == "")
BEGIN = (
    sa.update(uploads)
    .where(*_OPEN, _U.received == bindparam("offset"))
    .values(turn=_U.turn + 1, expires_ms=bindparam("expires"))
)
COME = (
    sa.update(uploads)
    .where(*_OPEN, _U.turn == bindparam("turn_"))
    .values(received=_U.received + bindparam("more", type_=sa.BigInteger), expires_ms=bindparam("expires"))
)
WHOLE = (
    sa.update(uploads)
    .where(*_OPEN, _U.turn == bindparam("turn_"))
    .values(
        received=_U.length, digest=bindparam("is_now"), size=bindparam("stored_"), told=bindparam("told_"),
        expires_ms=bindparam("expires"),
    )
)  # fmt: skip
_PART = (_P.upload_id == bindparam("upload_id_"), _P.turn == bindparam("turn_"))
GROW_PART = (
    sa.update(upload_parts)
    .where(*_PART)
    .values(
        received=_P.received + bindparam("more", type_=sa.BigInteger), stored=bindparam("stored_")
    )
)  # fmt: skip
NEW_PART = sa.insert(upload_parts)
PARTS = sa.select(_P.turn, _P.received, _P.stored).where(_P.upload_id == bindparam("id")).order_by(_P.turn)
NO_PARTS = sa.delete(upload_parts).where(_P.upload_id == bindparam("id"))
USE = (
    sa.update(uploads)
    .where(_U.id == bindparam("id_"), _U.caller == bindparam("caller_"), _U.digest == bindparam("digest_"))
    .values(used_ms=bindparam("now_ms"))
)
# rows that somebody is using at this moment are passed over, and looked at again next time
OVER = (
    sa.select(_U.id, _U.digest, _U.used_ms)
    .where(_U.expires_ms <= bindparam("now_ms"))
    .order_by(_U.expires_ms)
    .limit(bindparam("most", type_=sa.Integer))
    .with_for_update(skip_locked=True)
)
IS_OVER = sa.select(_U.id).where(_U.expires_ms <= bindparam("now_ms")).limit(1)
LOCKED = _ROW.where(_U.id == bindparam("id"), _U.caller == bindparam("caller")).with_for_update()
FORGET = sa.delete(uploads).where(_U.id == bindparam("id"))
KEYS = sa.select(_U.key_id).distinct()
IS_MATERIAL = sa.select(materials.c.digest).where(materials.c.digest == bindparam("digest")).limit(1)
IS_UPLOAD = sa.select(_U.digest).where(_U.digest == bindparam("digest")).limit(1)
IS_COMING = sa.select(_U.id).where(_U.id == bindparam("id"), _U.digest == "")


class Upload(NamedTuple):
    """A file that a caller brings (上传).

    length:     bytes of the content, as announced.    received: how many of them are durable.
    turn:       how many have begun to bring it; only the newest may add to it.
    digest:     of the ciphertext, the name in the folder; empty until the file is whole and was checked.
    size:       of the ciphertext.
    expires_ms: from when on it may be swept away.     used_ms: when a case last used it; 0 if none has.
    told:       sealed: its name, media type and the digest of its content.
    """

    id: str
    caller: str
    length: int
    received: int
    turn: int
    digest: str
    size: int
    expires_ms: int
    used_ms: int
    key_id: str
    wrapped: bytes
    told: bytes

    @property
    def is_whole(self) -> bool:
        return bool(self.digest)


class Part(NamedTuple):
    """What came in one turn: `received` bytes of content, in the first `stored` bytes of its file."""

    turn: int
    received: int
    stored: int


def add(connection: Connection, upload: Upload) -> None:
    connection.put(INSERT, upload._asdict())


def by_id(connection: Connection, upload_id: str, caller: str) -> Upload | None:
    """Another caller's is as unknown as one that does not exist."""
    row = connection.row(BY_ID, {"id": upload_id, "caller": caller})
    return Upload(*row) if row else None


def keys_in_use(connection: Connection) -> set[str]:
    """Ids of the wrapping keys without which what callers have brought cannot be opened."""
    return {row[0] for row in connection.rows(KEYS)}


def kept(connection: Connection, caller: str) -> int:
    """Bytes of the caller's uploads that no case uses yet."""
    row = connection.row(KEPT, {"caller": caller})
    return int(row[0]) if row else 0


def begin(connection: Connection, upload_id: str, offset: int, expires_ms: int) -> bool:
    """A new turn from here on: whoever was bringing it adds nothing any more. False if it stands elsewhere."""
    return connection.run(BEGIN, {"id_": upload_id, "offset": offset, "expires": expires_ms}) == 1


def come(connection: Connection, upload: Upload, part: Part, more: int, expires_ms: int) -> bool:
    """`more` bytes are durable, in the part as it is now; False if somebody else's turn began meanwhile."""
    fence = {"id_": upload.id, "turn_": part.turn}
    if connection.run(COME, {**fence, "more": more, "expires": expires_ms}) != 1:
        return False
    grown = {"upload_id_": upload.id, "turn_": part.turn, "more": more, "stored_": part.stored}
    if connection.run(GROW_PART, grown) == 0:
        connection.put(NEW_PART, {"upload_id": upload.id, **part._asdict()})
    return True


def whole(connection: Connection, was: Upload, now: Upload) -> bool:
    """It is whole and was checked; False if somebody else's turn began meanwhile."""
    fence = {"id_": was.id, "turn_": was.turn}
    values = {"is_now": now.digest, "stored_": now.size, "told_": now.told, "expires": now.expires_ms}
    if connection.run(WHOLE, fence | values) != 1:
        return False
    connection.put(NO_PARTS, {"id": was.id})
    return True


def parts(connection: Connection, upload_id: str) -> list[Part]:
    return [Part(*row) for row in connection.rows(PARTS, {"id": upload_id})]


def use(connection: Connection, upload: Upload, now_ms: int) -> bool:
    """A case uses it from this transaction on: its file is never swept away. False if it is gone."""
    where = {"id_": upload.id, "caller_": upload.caller, "digest_": upload.digest}
    return connection.run(USE, {**where, "now_ms": now_ms}) == 1


def forget(connection: Connection, upload_id: str, caller: str) -> Upload | None:
    """It is not kept any longer; what it was, None if there is none."""
    row = connection.row(LOCKED, {"id": upload_id, "caller": caller})
    if row is None:
        return None
    _drop(connection, upload_id)
    return Upload(*row)


def is_over(connection: Connection, now_ms: int) -> bool:
    return connection.row(IS_OVER, {"now_ms": now_ms}) is not None


def forget_over(connection: Connection, now_ms: int, most: int) -> Sequence[tuple[str, str]]:
    """Forget what is kept no longer: (id, digest of a file that nobody uses or empty). Their rows were locked."""
    over = connection.rows(OVER, {"now_ms": now_ms, "most": most})
    for upload_id, _, _ in over:
        _drop(connection, upload_id)
    return [(upload_id, "" if used_ms else digest) for upload_id, digest, used_ms in over]


def _drop(connection: Connection, upload_id: str) -> None:
    connection.put(NO_PARTS, {"id": upload_id})
    connection.put(FORGET, {"id": upload_id})


def unnamed(connection: Connection, digests: Sequence[str]) -> list[str]:
    """Those of the digests that no row names: neither a material of an exchange nor an upload."""
    asked = ({"digest": each} for each in digests)
    return [each["digest"] for each in asked if not _is_named(connection, each)]


def _is_named(connection: Connection, digest: dict[str, str]) -> bool:
    return any(connection.row(statement, digest) for statement in (IS_MATERIAL, IS_UPLOAD))


def not_coming(connection: Connection, names: Sequence[str]) -> list[str]:
    """Those of the part files (`UPLOAD.TURN`) that belong to no upload that is still being brought."""
    asked = ((name, {"id": name.partition(".")[0]}) for name in names)
    return [name for name, upload in asked if connection.row(IS_COMING, upload) is None]
