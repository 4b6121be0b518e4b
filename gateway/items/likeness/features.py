"""What two items have in common: a few numbers from 0 to 1 that a person can follow. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import log
from sys import intern
from typing import NamedTuple

from rapidfuzz import fuzz

from gateway.items.item import Item
from gateway.items.likeness.departments import departments
from gateway.items.likeness.words import Form, read

_CLOSE = 0.75  # main items as alike as this are taken for the same
_SLIGHT = 0.2  # a share of a name that says nothing of its own: an order of words, a word of filling
UNSEEN = 1.0  # weight of a pair of characters that no list has


class Subject(NamedTuple):
    """An item made ready for comparison.

    grams:       pairs of characters of the matter: of the name (empty for a bare one), and of main item and name
    departments: numbers, empty where unknown
    """

    item: Item
    form: Form
    grams: tuple[frozenset[str], ...]
    heading: frozenset[str]
    departments: frozenset[str]
    basis: str = ""


class Features(NamedTuple):
    """Of a pair. In pairs of `same`/`differ` both are 0 where one side does not say."""

    alike: float  # the names fold alike
    matter: float  # likeness of the matter, rare characters count more
    held: float  # how much of the one's matter the other holds, the better of both directions
    heading: float  # likeness of the main items
    piece: float  # the one is undivided, and named like the other's main item
    rest: (
        float  # how much of a name the other side leaves without a counterpart, the worse of both directions
    )
    clear: float  # nothing tells them apart: see _clear
    letters: float  # likeness of the whole names, character by character
    acts_same: float
    acts_wide: float  # only one side names acts, or one of them more, and their main items are unlike
    acts_differ: float
    kind_differ: float
    objects_differ: float  # in some group of objects they name different ones
    objects_extra: float  # in how many groups only one side names one, or one more; at most 3
    marks_differ: float  # how many words that tell items apart only one side has, at most 2
    cases_differ: float  # both have something in brackets, and it is unlike
    department_same: float
    department_differ: float
    type_same: float
    type_differ: float
    service_differ: float
    basis_same: float


def subject(item: Item, main: str = "", basis: str = "") -> Subject:
    """main: the name of the item's main item; basis: its legal basis (设定依据), both empty if unknown."""
    form = read(item.name, main)
    own = () if form.bare else (grams(form.own),)
    both = () if own and form.with_main == form.own else (grams(form.with_main),)
    numbers = departments(item.basic_code, item.unit_name)
    return Subject(item, form, own + both, grams(form.heading), numbers, basis)


def grams(text: str) -> frozenset[str]:
    """Pairs of neighbouring characters; a single character is its own."""
    places = range(max(1, len(text) - 1)) if text else ()
    return frozenset(intern(text[place : place + 2]) for place in places)


def weights(subjects: Iterable[Subject]) -> dict[str, float]:
    """How much a pair of characters tells: the rarer, the more (log of the inverse frequency, smoothed)."""
    counted: Counter[str] = Counter()
    total = 0
    for each in subjects:
        total += 1
        counted.update(frozenset().union(*each.grams))
    return {gram: log((total + 1) / count) for gram, count in counted.items()}


def compare(here: Subject, there: Subject, rarity: Mapping[str, float]) -> Features:
    matter, held = _best(here.grams, there.grams, rarity)
    acts = _acts(here.form.acts, there.form.acts)
    differ, extra = _objects(here.form.objects, there.form.objects)
    kinds = here.form.kind, there.form.kind
    heading = _shared(here.heading, there.heading, rarity)[0]
    rest = max(_alone(here, there, rarity), _alone(there, here, rarity))
    divided = bool(here.form.main.core), bool(there.form.main.core)
    return Features(
        alike=float(here.form.name.whole == there.form.name.whole and not here.form.bare),
        matter=matter,
        held=held,
        heading=heading,
        piece=heading if divided in ((True, False), (False, True)) and heading > _CLOSE else 0.0,
        rest=rest,
        clear=float(rest <= _SLIGHT and _clear(here.form, there.form)),
        letters=fuzz.ratio(here.form.name.whole, there.form.name.whole) / 100,
        acts_same=float(acts == "same"),
        acts_wide=float(acts == "wide" and heading <= _CLOSE),
        acts_differ=float(acts == "differ"),
        kind_differ=float(all(kinds) and kinds[0] != kinds[1]),
        objects_differ=float(differ > 0),
        objects_extra=min(3, extra) / 3,
        marks_differ=min(2, len(here.form.marks ^ there.form.marks)) / 2,
        cases_differ=_cases(here.form.name.cases, there.form.name.cases),
        **_given("department", here.departments, there.departments),
        **_given("type", _one(here.item.type), _one(there.item.type)),
        service_differ=_given("service", _each(here.item), _each(there.item))["service_differ"],
        basis_same=_given("basis", _one(here.basis), _one(there.basis))["basis_same"],
    )


def _best(
    here: Sequence[frozenset[str]], there: Sequence[frozenset[str]], rarity: Mapping[str, float]
) -> tuple[float, float]:
    """The best likeness of any reading of the one with any of the other; and how far one holds the other."""
    return max((_shared(a, b, rarity) for a in here for b in there), default=(0.0, 0.0))


def _shared(a: frozenset[str], b: frozenset[str], rarity: Mapping[str, float]) -> tuple[float, float]:
    """What both have, by the mean of both, and by the smaller of both; weighted."""
    both, one, other = (sum(rarity.get(gram, UNSEEN) for gram in each) for each in (a & b, a, b))
    return (2 * both / (one + other), both / min(one, other)) if both else (0.0, 0.0)


def _alone(one: Subject, other: Subject, rarity: Mapping[str, float]) -> float:
    """How much of the one's name stands nowhere in the other's; weighted. A bare one is read with its main item."""
    said = one.grams[0] if one.grams else frozenset[str]()
    total = sum(rarity.get(gram, UNSEEN) for gram in said)
    alone = said.difference(*(other.grams if one.form.bare or other.form.bare else other.grams[:1]))
    return sum(rarity.get(gram, UNSEEN) for gram in alone) / total if total else 0.0


def _clear(here: Form, there: Form) -> bool:
    """Whether acts, kinds, objects, marks and words of pieces are the same, and brackets alike where both have any.

    Pieces of one item (首次, 变更, 补发; by object, by situation) differ in just one of these, and so does a piece
    from the whole, however alike their names are.
    """
    return (
        here.acts == there.acts
        and (here.kind == there.kind or not (here.kind and there.kind))
        and here.objects == there.objects
        and here.marks == there.marks
        and here.pieces == there.pieces
        and _cases(here.name.cases, there.name.cases) <= 1 - _CLOSE
    )


def _acts(here: frozenset[str], there: frozenset[str]) -> str:
    if here == there:
        return "same" if here else "none"
    if not here or not there or here & there:
        return "wide"
    return "differ"


def _objects(here: Mapping[str, frozenset[str]], there: Mapping[str, frozenset[str]]) -> tuple[int, int]:
    both = here.keys() & there.keys()
    differ = sum(here[group].isdisjoint(there[group]) for group in both)
    return differ, len(here.keys() ^ there.keys()) + sum(
        here[group] != there[group] for group in both
    ) - differ


def _cases(here: Sequence[str], there: Sequence[str]) -> float:
    if not here or not there:
        return 0.0
    return 1 - fuzz.ratio("".join(here), "".join(there)) / 100


def _given(name: str, here: frozenset[str], there: frozenset[str]) -> dict[str, float]:
    told = bool(here and there)
    same = told and not here.isdisjoint(there)
    return {f"{name}_same": float(same), f"{name}_differ": float(told and not same)}


def _one(text: str) -> frozenset[str]:
    return frozenset({text.zfill(2)}) if text else frozenset()


def _each(item: Item) -> frozenset[str]:
    return frozenset(filter(None, item.service_objects.split("^")))
