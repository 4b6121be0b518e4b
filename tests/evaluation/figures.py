"""What the scorer reaches on pairs that nothing was fitted on. Pure; shown by __main__."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

from gateway.items.likeness.candidates import Index
from gateway.items.likeness.features import Features, Subject, weights
from gateway.items.likeness.propose import LOOKED_AT, ranked
from gateway.items.likeness.score import UNSURE, VERY_LIKELY, model
from tests.evaluation.fit import measured
from tests.evaluation.lists import Label, labels, subjects

FIRST = 3
THRESHOLDS = (0.5, VERY_LIKELY)
BINS = ((0.0, 0.05), (0.05, 0.2), (0.2, 0.35), (0.35, 0.5), (0.5, 0.95), (0.95, 1.01))
Z = 1.96  # of a two-sided interval of 95 %


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    good: int
    of: int

    @property
    def share(self) -> float:
        return self.good / self.of if self.of else 0.0

    @property
    def least(self) -> float:
        """Lower bound of the Wilson interval."""
        if not self.of:
            return 0.0
        p, n = self.share, self.of
        return (p + Z * Z / (2 * n) - Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))) / (1 + Z * Z / n)


@dataclass(frozen=True)
class Above:
    """What lies from a probability up.

    precision: of labelled pairs; strictly: where only `same` counts as true; reach: of true pairs those there.
    unread: suggestions there that nobody labelled.
    """

    least: float
    precision: Share
    strictly: Share
    reach: Share
    unread: int


@dataclass(frozen=True)
class Figures:
    """found: of true pairs those before which fewer than three false ones stand among all items of the other list.

    items: of items with a true pair those that have one among the first three.
    bins: mean probability, true of how many.
    """

    pairs: int
    above: tuple[Above, ...]
    found: Share
    items: Share
    bins: tuple[tuple[float, Share], ...]


Scored = tuple[Label, float]
Order = dict[tuple[str, str, str], list[tuple[float, str]]]


def figures(folder: Path, *sets: str) -> Figures:
    """Of one or several sets of labels together."""
    found, orders = _scored(folder, *sets)
    known = {(label.here, label.here_code, label.there, label.there_code): label for label in labels()}
    true = [label for label, _ in found if label.is_true]
    ranks = [_false_before(orders, known, label) for label in true]
    best: dict[tuple[str, str, str], int] = {}
    for label, rank in zip(true, ranks, strict=True):
        item = label.here, label.here_code, label.there
        best[item] = min(rank, best.get(item, rank))
    return Figures(
        pairs=len(found),
        above=tuple(_above(found, least, _unread(orders, known, least)) for least in THRESHOLDS),
        found=Share(sum(rank < FIRST for rank in ranks), len(true)),
        items=Share(sum(rank < FIRST for rank in best.values()), len(best)),
        bins=tuple(_bin(found, low, high) for low, high in BINS),
    )


def scored(folder: Path, *sets: str, plain: bool = False) -> list[Scored]:
    """The labelled pairs with what is said of them. plain: what the weights alone say."""
    return _scored(folder, *sets, plain=plain)[0]


def _scored(folder: Path, *sets: str, plain: bool = False) -> tuple[list[Scored], Order]:
    halves = sets == ("tune",)
    found = [each for which in sets for each in measured(folder, which, halves=halves)]
    orders = _orders(subjects(folder, halves=halves), [label for label, _ in found], plain=plain)
    return [(label, _said(orders, label, _alone(features, plain=plain))) for label, features in found], orders


def _alone(features: Features, *, plain: bool) -> float:
    """Of a pair that is no candidate nobody says it is very likely."""
    least = min(model().probability(features), UNSURE)
    return least if plain else model().calibrated(least)


def _above(scored: Sequence[Scored], least: float, unread: int) -> Above:
    sure = [label for label, probability in scored if probability >= least]
    good = sum(label.is_true for label in sure)
    return Above(
        least,
        precision=Share(good, len(sure)),
        strictly=Share(sum(label.label == "same" for label in sure), len(sure)),
        reach=Share(good, sum(label.is_true for label, _ in scored)),
        unread=unread,
    )


def _orders(known: Mapping[str, Mapping[str, Subject]], asked: Sequence[Label], *, plain: bool) -> Order:
    """For each item that has a labelled pair: the items over there, the most probable first."""
    orders: Order = {}
    for here, there in sorted({(label.here, label.there) for label in asked}):
        rarity = weights([*known[here].values(), *known[there].values()])
        index = Index(list(known[there].values()), rarity)
        codes = {label.here_code for label in asked if (label.here, label.there) == (here, there)}
        for code in sorted(codes):
            near = ranked(known[here][code], index, rarity)
            orders[here, code, there] = [
                (each.plain if plain else each.probability, each.subject.item.local_code) for each in near
            ]
    return orders


def _said(orders: Order, label: Label, alone: float) -> float:
    """What is said of the pair among its rivals, or of it alone where it is no candidate."""
    order = orders[label.here, label.here_code, label.there]
    return {code: said for said, code in order}.get(label.there_code, alone)


def _false_before(orders: Order, known: Mapping[tuple[str, ...], Label], asked: Label) -> int:
    """How many that are not true stand before it; beyond the end where it is no candidate at all."""
    false = 0
    for _, code in orders[asked.here, asked.here_code, asked.there]:
        if code == asked.there_code:
            return false
        label = known.get((asked.here, asked.here_code, asked.there, code))
        false += label is None or not label.is_true
    return LOOKED_AT


def _unread(orders: Order, known: Mapping[tuple[str, ...], Label], least: float) -> int:
    return sum(
        said >= least and (here, code, there, other) not in known
        for (here, code, there), order in orders.items()
        for said, other in order
    )


def _bin(scored: Sequence[Scored], low: float, high: float) -> tuple[float, Share]:
    inside = [(label, probability) for label, probability in scored if low <= probability < high]
    mean = sum(probability for _, probability in inside) / len(inside) if inside else (low + high) / 2
    return mean, Share(sum(label.is_true for label, _ in inside), len(inside))


def left_out(folder: Path, which: str) -> int:
    """Labelled pairs whose list is not in the folder."""
    return sum(label.set == which for label in labels()) - len(
        measured(folder, which, halves=which == "tune")
    )
