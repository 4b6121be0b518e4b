"""The count of what differs: bounded by the fields of the mappings, however many documents were replayed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.replay.differ import KINDS, Difference
from gateway.replay.documents import Document

MOST_EXAMPLES = 3
Key = tuple[str, str, str, str, str]  # platform, stem, path, kind, code


@dataclass(frozen=True, slots=True)
class Example:
    """One document in which something differs."""

    where: str
    difference: Difference


@dataclass(slots=True)
class Row:
    """In how many documents something differs, and the first few of them."""

    documents: int = 0
    examples: list[Example] = field(default_factory=list)


@dataclass(slots=True)
class Tally:
    """lacking: why documents could not be replayed -> how many.

    unwritten: platforms of which no adapter could be built, so that only what the mappings make was compared.
    """

    replayed: int = 0
    differ: int = 0
    lacking: Counter[str] = field(default_factory=Counter)
    rows: dict[Key, Row] = field(default_factory=dict)
    unwritten: set[str] = field(default_factory=set)

    def add(self, document: Document, differences: Sequence[Difference]) -> None:
        """What one replayed document came to; what differs in several elements of a list counts once."""
        self.replayed += 1
        self.differ += bool(differences)
        seen: set[Key] = set()
        for each in differences:
            key = _key(document, each)
            if key not in seen:
                seen.add(key)
                row = self.rows.setdefault(key, Row())
                row.documents += 1
                if len(row.examples) < MOST_EXAMPLES:
                    row.examples.append(Example(document.where, each))

    def has_room(self, document: Document, difference: Difference) -> bool:
        """Whether this document would be one of the examples."""
        row = self.rows.get(_key(document, difference))
        return row is None or len(row.examples) < MOST_EXAMPLES

    @property
    def ordered(self) -> list[tuple[Key, Row]]:
        """By platform, mapping and path; of one path in the order of the kinds."""
        order = list(KINDS)
        return sorted(self.rows.items(), key=lambda one: (*one[0][:3], order.index(one[0][3]), one[0][4]))  # type: ignore[arg-type]

    @property
    def shown(self) -> list[str]:
        """Where the values come from that the examples hold."""
        return sorted(
            {
                example.where
                for row in self.rows.values()
                for example in row.examples
                if example.difference.old or example.difference.new
            }
        )


def _key(document: Document, difference: Difference) -> Key:
    return document.platform, document.stem, difference.path, difference.kind, difference.code
