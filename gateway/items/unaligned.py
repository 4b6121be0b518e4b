"""Why a declared alignment does not lead to an item: what people have to mend in the lists, each its own error.

Facts hold codes, divisions, ids of rows, dates and situations; never anything about a person.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gateway.items.problems import CancelledItem, ItemError, NotAligned, UnknownItem

if TYPE_CHECKING:
    from gateway.items.item import Declared, Item


def named(rows: Sequence["Declared"]) -> str:
    """The ids of rows, each once, for a person."""
    return ", ".join(sorted({row.id for row in rows}))


class AlignmentConflict(ItemError):
    """Rows of equal rank lead to different items, and nothing that a caller could say decides: end one of them."""

    code = "item_alignment_conflict"

    def __init__(self, candidates: "tuple[Item, ...]", **facts: str) -> None:
        codes = ", ".join(sorted({item.code for item in candidates}))
        super().__init__(**facts, candidates=codes)
        self.candidates = candidates


class AlignmentGap(NotAligned):
    """The day lies between two rows: none holds in [`from`, `until`)."""

    code = "item_alignment_gap"


class AlignmentEnded(NotAligned):
    """The last row ended on the day `since`, and none follows; the item here goes on."""

    code = "item_alignment_ended"


class TargetMissing(UnknownItem):
    """A row leads to a code that the catalogue of the other place does not have."""

    code = "item_target_missing"


class TargetCancelled(CancelledItem):
    """The item over there is cancelled, and nothing took its place."""

    code = "item_target_cancelled"


class TargetSuperseded(CancelledItem):
    """The item over there is cancelled; what took its place is another item, or is done in another place."""

    code = "item_target_superseded"


def target_ended(error: CancelledItem, alignment: str) -> TargetCancelled | TargetSuperseded:
    """What is said of a cancelled item when an alignment leads to it."""
    kind = TargetSuperseded if error.superseded_by else TargetCancelled
    return kind(**error.facts, alignment=alignment)
