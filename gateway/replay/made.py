"""What a mapping made of a document, value by value, each with where it came from."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.model import Problem
from gateway.replay.trees import flat, targets
from gateway.shown import is_plain, shown
from mappings import canonical
from mappings.mapping import Mapping as Mapped
from mappings.problems import Unmappable
from mappings.trace import Step

Problems = Sequence[Problem]


@dataclass(frozen=True, slots=True)
class Made:
    """One value. step: where it came from; None if the mapping does not make it (any more).

    is_plain: whether it tells of nobody, so that it may be shown as it stands.
    """

    target: str
    value: Any = field(repr=False)
    step: Step | None
    is_plain: bool

    def shown(self, *, values: bool) -> Any:
        """values: whoever looks may see what is personal."""
        return self.value if values else shown(self.value, is_plain=self.is_plain)

    def row(self, *, values: bool) -> str | None:
        """FILE:LINE of the row of a code table; which row it was tells the value, so it is masked like it."""
        row = self.step.table_row if self.step else None
        if row is None or values or self.is_plain:
            return row
        return f"{row.rpartition(':')[0]}:*"


def run(mapping: Mapped, document: Any) -> tuple[dict[str, Any], Problems]:
    """(what it made, nothing) or (nothing, what it could not carry)"""
    try:
        return mapping(document), ()
    except Unmappable as error:
        return {}, error.problems


def made(mapping: Mapped, document: Any, tree: Any) -> dict[str, Made]:
    """The values of `tree`, which the mapping (or its overlay for the document's item) made of the document."""
    mapping = mapping.for_item(document)
    steps = {step.target: step for step in mapping.trace(document)}
    return {
        target: Made(target, value, steps.get(target), _tells_of_nobody(mapping, target, steps.get(target)))
        for target, value in flat(tree, targets(mapping)).items()
    }


def _tells_of_nobody(mapping: Mapped, target: str, step: Step | None) -> bool:
    if mapping.writes in canonical.NAMES:
        return is_plain(mapping.writes, target)
    if step is None:
        return False
    written = step.source.startswith("=") or step.source.endswith(" ?")  # a literal; a default
    return written or step.source.startswith("position of ") or is_plain(mapping.reads, step.source)
