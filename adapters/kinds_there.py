"""A column's type in a real database, in the words in which columns are declared."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import DOMAIN

from adapters.fronts import Kind

_KINDS: tuple[tuple[type[Any], Kind], ...] = (
    (sa.CHAR, "char"),
    (sa.String, "text"),
    (sa.Integer, "integer"),
    (sa.Numeric, "decimal"),
    (sa.DateTime, "timestamp"),
    (sa.Date, "date"),
    (sa.LargeBinary, "blob"),
)


def kind_there(there: Any) -> Kind | None:
    """None for types that no declaration has."""
    there = _bare(there)
    if isinstance(there, sa.Enum):
        return None
    return next((kind for each, kind in _KINDS if isinstance(there, each)), None)


def length_there(there: Any) -> int | None:
    """Most characters; None for as many as one likes."""
    return getattr(_bare(there), "length", None)


def _bare(there: Any) -> Any:
    while isinstance(there, DOMAIN):
        there = there.data_type
    return there
