"""Every refusal that a caller can meet, by stable code: what it says, who must act, and at which stage.

`docs/errors.md` is printed from this table and a test provokes every row. A refusal never holds a value
of a personal field.
"""

from collections.abc import Mapping

from gateway.errors.code import Code, NotActive, Party, Refusal, Texts
from gateway.errors.exchange import EXCHANGE
from gateway.errors.items import ITEMS
from gateway.errors.materials import MATERIALS
from gateway.errors.request import REQUEST

__all__ = ["CODES", "Code", "NotActive", "Party", "Refusal", "Texts"]

CODES: Mapping[str, Code] = {**REQUEST, **MATERIALS, **ITEMS, **EXCHANGE}
