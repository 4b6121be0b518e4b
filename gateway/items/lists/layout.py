"""Which column of a file feeds which field of the catalogue; worked out once for each set of headings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter

from gateway.items.lists.frame import FRAME
from gateway.items.lists.profile import FIELDS, Profile, fold_heading

Pick = Callable[[Sequence[str]], tuple[str, ...]]
OWN = tuple(field for field in FIELDS if field not in FRAME)  # what each row says for itself


@dataclass(frozen=True, slots=True)
class Layout:
    """frame, own: from the cells and one empty cell behind them those of FRAME and of OWN, in their order.

    fields: of each column, empty if it feeds none. unknown: headings that nobody knows; elsewhere: those that
    belong to guides.
    """

    width: int
    frame: Pick
    own: Pick
    fields: tuple[str, ...]
    unknown: tuple[str, ...]
    elsewhere: tuple[str, ...]


class Layouts:
    """Layouts by headings: a table has one, objects of JSON may differ."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._known: dict[tuple[str, ...], Layout] = {}
        self._last: tuple[tuple[str, ...], Layout] | None = None

    def of(self, headings: tuple[str, ...]) -> Layout:
        last = self._last
        if last is not None and last[0] is headings:
            return last[1]
        layout = self._known.get(headings)
        if layout is None:
            layout = self._known[headings] = layout_of(self._profile, headings)
        self._last = headings, layout
        return layout

    @property
    def unknown(self) -> list[str]:
        """Headings of all rows so far that feed nothing, and that the profile does not know."""
        return list(dict.fromkeys(each for layout in self._known.values() for each in layout.unknown))

    @property
    def elsewhere(self) -> list[str]:
        return list(dict.fromkeys(each for layout in self._known.values() for each in layout.elsewhere))


def layout_of(profile: Profile, headings: tuple[str, ...]) -> Layout:
    """Where several columns feed one field, the one that the profile names first."""
    places = {fold_heading(heading): place for place, heading in reversed([*enumerate(headings)])}
    feeding: dict[str, int] = {}
    for heading, field in profile.folded.items():
        if heading in places:
            feeding.setdefault(field, places[heading])
    width = len(headings)
    fields = {place: field for field, place in feeding.items()}
    left = [heading for place, heading in enumerate(headings) if place not in fields and heading.strip()]
    known = {fold_heading(heading) for heading in profile.elsewhere}
    return Layout(
        width=width,
        frame=itemgetter(*(feeding.get(field, width) for field in FRAME)),
        own=itemgetter(*(feeding.get(field, width) for field in OWN)),
        fields=tuple(fields.get(place, "") for place in range(width)),
        unknown=tuple(heading for heading in left if fold_heading(heading) not in known),
        elsewhere=tuple(heading for heading in left if fold_heading(heading) in known),
    )
