"""The log's own tables. Every one is append-only: no statement of this package updates or deletes a row."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, Table, Text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_BIG = BigInteger().with_variant(Integer, "sqlite")  # on SQLite the row's own number, hence no second index

ENTRIES = Table(
    "audit_entries",
    metadata,
    Column("position", _BIG, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("exchange_id", Text, index=True),
    Column("case_id", Text, index=True),
    Column("leaf", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

BATCHES = Table(
    "audit_batches",
    metadata,
    Column("size", _BIG, primary_key=True, autoincrement=False),
    Column("previous", BigInteger, nullable=False),
    Column("frontier", LargeBinary, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)

TILES = Table(
    "audit_tiles",
    metadata,
    Column("level", BigInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),  # stands before `hashes`: read without their pages
    Column("hashes", LargeBinary, nullable=False),
)

CHECKPOINTS = Table(
    "audit_checkpoints",
    metadata,
    Column("size", _BIG, primary_key=True, autoincrement=False),
    Column("previous", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)

# What witnesses say of checkpoints comes after these were signed, so it stands beside them.
COSIGNATURES = Table(
    "audit_cosignatures",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),
    Column("line", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
