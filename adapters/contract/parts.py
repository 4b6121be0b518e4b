"""From kinds, which may contain themselves, to parts, which end: what is given once, and what is cut."""

from dataclasses import replace
from functools import partial

from adapters.contract.kinds import BUILTIN, Facets, Kind, Place
from adapters.contract.model import LARGEST, NO_RANGE, Part, Range

_DEEPEST = 40
_SHALLOW = 1  # what was cut for its size is given again only where it stands as near to the top of a message
_NEVER = 1 << 30


class Parts:
    """Makes parts of kinds; what it has made once it gives again."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[Kind, Part]] = {}
        self._left = LARGEST

    def root(self, kind: Kind) -> Part:
        """The content of a message of this kind."""
        self._left = LARGEST
        return self._of_kind(kind, [])[0]

    def message(self, places: tuple[Place, ...]) -> Part:
        """The content of a message that consists of these places."""
        self._left = LARGEST
        return Part("", "object").holding(tuple(self._of_place(each, [])[0] for each in places))

    def place(self, place: Place) -> Part:
        self._left = LARGEST
        return self._of_place(place, [])[0]

    def _of_place(self, place: Place, within: list[int]) -> tuple[Part, int]:
        inside, reach = self._of_kind(place.kind(), within)
        return (
            replace(
                inside,
                name=place.key,
                namespace=place.namespace,
                required=(place.required or place.needed) and (place.many or not place.nillable),
                many=place.many,
                title=place.title or inside.title,
                choice=f"choice {place.choice}" if place.choice else "",
                among=inside.among or ((place.fixed,) if place.fixed else ()),
            ),
            reach,
        )

    def _of_kind(self, kind: Kind, within: list[int]) -> tuple[Part, int]:
        """The part without name, and how far up it points back: the lowest depth of a kind given there."""
        if known := self._made.get(id(kind)):
            return known[1], _NEVER
        plain = _plain(kind)
        if id(kind) in within:
            return replace(plain, recursive=True), within.index(id(kind))
        if not kind.members:
            return plain, _NEVER
        self._left -= len(kind.places) + 1
        if self._left < 0 or len(within) >= _DEEPEST:
            return replace(plain, open=True, cut=True), _SHALLOW
        found = [self._of_place(each, [*within, id(kind)]) for each in kind.members]
        reach = min((each for _, each in found), default=_NEVER)
        whole = replace(plain, recursive=reach == len(within)).holding(
            (*_text_of(kind), *(each for each, _ in found))
        )
        if reach >= len(within):  # complete in itself
            self._made[id(kind)] = (kind, whole)
            reach = _NEVER
        return whole, reach


def _plain(kind: Kind) -> Part:
    """Everything about a kind but what is inside it."""
    sort = "object"
    if not kind.members:
        sort = BUILTIN.get(kind.base, "text") if kind.base else "any" if kind.open else "object"
    facets = kind.facets
    return Part(
        "",
        sort,
        title=kind.title,
        among=facets.among,
        shortest=None if facets.many else facets.shortest,
        longest=None if facets.many else facets.longest,
        pattern=facets.pattern,
        range=_range(facets) if sort in ("integer", "decimal") else NO_RANGE,
        limits=facets.limits,
        form=kind.base if sort != "object" else "",
        open=kind.open,
        type=kind.name,
        types=() if kind.open and not kind.members else tuple(kind.choices()),
        abstract=kind.abstract,
        chosen=partial(_chosen, kind),
    )


def _range(facets: Facets) -> Range:
    said = dict(facets.limits)
    names = ("minInclusive", "maxInclusive", "minExclusive", "maxExclusive")
    return Range(*(_bound(said.get(name)) for name in names))


def _bound(text: str | None) -> float | None:
    try:
        return float(text) if text is not None else None
    except ValueError:
        return None


def _chosen(kind: Kind, name: str) -> Part | None:
    found = kind.chosen(name)
    return Parts().root(found) if found is not None else None


def _text_of(kind: Kind) -> tuple[Part, ...]:
    """The text of an element that has attributes or children beside it."""
    if not kind.base:
        return ()
    facets = kind.facets
    text = replace(
        _plain(replace(kind, places=(), item=None, choices=dict, abstract=False)),
        name="#text",
        title="",
        type="",
        open=False,
    )
    return (replace(text, required=kind.base != "string", among=facets.among),)
