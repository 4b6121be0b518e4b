"""Which items over there are worth comparing with one here: those that share rare pairs of characters.

An inverted index in memory: pair of characters -> the places of the items that have it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from heapq import nlargest

from gateway.items.likeness.features import UNSEEN, Subject

_RAREST = 14  # pairs of characters of an item that are looked up
_MOST_HELD = 4000  # a pair that more items have says little, and costs much


class Index:
    """Of the items of one division."""

    def __init__(self, subjects: Sequence[Subject], rarity: Mapping[str, float]) -> None:
        self._subjects = subjects
        self._rarity = rarity
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        for place, each in enumerate(subjects):
            for gram in frozenset().union(*each.grams):
                self._places[gram].append(place)

    def nearest(self, asked: Subject, most: int) -> list[Subject]:
        """At most so many, those first that share most with it."""
        shared: defaultdict[int, float] = defaultdict(float)
        for gram in self._rarest(frozenset().union(*asked.grams)):
            weight = self._rarity.get(gram, UNSEEN)
            for place in self._places[gram]:
                shared[place] += weight
        best = nlargest(most, shared.items(), key=lambda each: (each[1], -each[0]))
        return [self._subjects[place] for place, _ in best]

    def _rarest(self, grams: Iterable[str]) -> list[str]:
        known = [gram for gram in grams if 0 < len(self._places.get(gram, ())) <= _MOST_HELD]
        return sorted(known, key=lambda gram: (len(self._places[gram]), gram))[:_RAREST]
