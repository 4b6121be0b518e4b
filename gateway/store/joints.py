"""Statements about joint cases (联办件) and the parts (分办件) that they consist of."""

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam

from gateway.store.connection import Connection, Found
from gateway.store.tables import metadata

joints = sa.Table(
    "joints",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("caller", sa.Text, nullable=False, server_default=""),
    sa.Column("standing", sa.Text, nullable=False, server_default=""),  # as of the newest change of a part
    sa.Column("admitted_ms", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("changed_ms", sa.BigInteger, nullable=False, server_default="0"),
    sqlite_with_rowid=False,
)
joint_parts = sa.Table(
    "joint_parts",
    metadata,
    sa.Column("joint_id", sa.Text, primary_key=True),
    sa.Column("part", sa.BigInteger, primary_key=True, autoincrement=False),  # 1, 2, 3 …
    sa.Column("case_id", sa.Text, nullable=False, server_default=""),
    sa.Index("ix_joint_parts_case_id", "case_id", unique=True),
    sqlite_with_rowid=False,
)
_J, _P = joints.c, joint_parts.c


class Joint(NamedTuple):
    """A joint case; `standing` as of the last change of one of its parts."""

    id: str
    caller: str
    standing: str
    admitted_ms: int
    changed_ms: int


INSERT = sa.insert(joints)
INSERT_PART = sa.insert(joint_parts)
BY_ID = sa.select(*_J).where(_J.id == bindparam("id"))
LOCKED = BY_ID.with_for_update()
OF_CASE = sa.select(_P.joint_id, _P.part).where(_P.case_id == bindparam("case_id"))
PARTS = sa.select(_P.case_id).where(_P.joint_id == bindparam("joint_id")).order_by(_P.part)
MOVE = (
    sa.update(joints)
    .where(_J.id == bindparam("id_"))
    .values(standing=bindparam("standing"), changed_ms=bindparam("changed_ms"))
)


def add(connection: Connection, joint: Joint, case_ids: list[str]) -> None:
    connection.put(INSERT, joint._asdict())
    rows = [
        {"joint_id": joint.id, "part": part, "case_id": case_id} for part, case_id in enumerate(case_ids, 1)
    ]
    connection.run_many(INSERT_PART, rows)


def by_id(connection: Connection, joint_id: str) -> Joint | None:
    row = connection.row(BY_ID, {"id": joint_id})
    return Joint._make(row) if row else None


def locked(connection: Connection, joint_id: str) -> Joint | None:
    """Nobody else moves it till the transaction ends. A case of it is locked before, never after."""
    row = connection.row(LOCKED, {"id": joint_id})
    return Joint._make(row) if row else None


def of_case(connection: Connection, case_id: str) -> tuple[str, int] | None:
    """(id of the joint case, number of the part) that the case is; None for a case by itself."""
    found = asked_of_case(connection, case_id)()
    return (found[0][0], found[0][1]) if found else None


def asked_of_case(connection: Connection, case_id: str) -> Found:
    """The same as rows, once they are looked at."""
    return connection.ask(OF_CASE, {"case_id": case_id})


def parts(connection: Connection, joint_id: str) -> list[str]:
    """Ids of the cases that it consists of, in the order in which they were asked for."""
    return [row[0] for row in connection.rows(PARTS, {"joint_id": joint_id})]


def move(connection: Connection, joint_id: str, standing: str, changed_ms: int) -> None:
    connection.put(MOVE, {"id_": joint_id, "standing": standing, "changed_ms": changed_ms})
