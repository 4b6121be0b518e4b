"""What is suggested and not decided, over all places of an account, the surest first; page by page."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from gateway.items.likeness.stored import Kept
from gateway.items.likeness.tables import suggestions
from gateway.store.connection import Connection
from gateway.store.scoped import Look, Scoped, named

_S = suggestions.c


def _text(name: str) -> sa.BindParameter[str]:
    return bindparam(name, type_=sa.Text)


_SURE = (_S.permille, _S.here_division, _S.there_division, _S.here_code, _S.there_code)
_LESS_SURE = sa.tuple_(*_SURE) < sa.tuple_(
    bindparam("permille", type_=sa.BigInteger),
    _text("here"),
    _text("there"),
    _text("here_code"),
    _text("there_code"),
)
SUGGESTED = Look(
    sa.select(*(_S[name] for name in Kept._fields))
    .where(
        sa.text("suggestions.decision = ''"),  # literal, as in the partial index
        _LESS_SURE,
        named(_S.here_division, "from"),
        named(_S.there_division, "to"),
    )
    .order_by(*(column.desc() for column in _SURE))
    .limit(bindparam("most", type_=sa.Integer)),
    (_S.here_division, _S.there_division),
)


def suggested(
    connection: Connection, scope: Scoped, behind: tuple[int, str, str, str, str], where: Mapping[str, Any]
) -> list[Kept]:
    """Suggestions that nobody has decided, the surest first; behind: permille, places and codes of the last one."""
    names = ("permille", "here", "there", "here_code", "there_code")
    after = dict(zip(names, behind, strict=True))
    return [Kept._make(row) for row in SUGGESTED.rows(connection, scope, {**where, **after})]
