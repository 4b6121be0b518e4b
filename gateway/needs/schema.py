"""The form of an item over there as a JSON Schema (2020-12) of the canonical case, as of one day.

Whatever fits it passes preflight, but for what `unsaid` names; whatever the mapping or the message would refuse
does not fit it, wherever JSON Schema can say so. What nobody reads and no check asks for is left out.
"""

from dataclasses import dataclass

from gateway.needs.carried import KIND
from gateway.needs.checked import Checked, Known
from gateway.needs.limits import Limits, limits, passes
from gateway.needs.places import Place, Schema, Unsaid, Writer, holds, nested
from gateway.needs.readings import Condition, Reading, Steps, readings
from gateway.needs.there import message_of
from gateway.needs.titles import names_of, title_of
from gateway.releases.compiled import PlatformRelease
from mappings.canonical import schema
from mappings.canonical.shape import Shape
from mappings.mapping import Mapping as Mapped

DIALECT = "https://json-schema.org/draft/2020-12/schema"
CASE = "canonical/case@1"
_CONTENT: Schema = {
    "oneOf": [{"required": ["content"]}, {"required": ["upload"]}]
}  # inline, or brought before
_FILE_WORDS = frozenset({"material", "material_uri"})


@dataclass(frozen=True, slots=True)
class Form:
    """schema: of the case. unsaid: places of which it cannot say everything, each with the code of what is left."""

    schema: Schema
    unsaid: tuple[Unsaid, ...]


class Closed(Exception):
    """The platform takes none of the texts that a required place may have: no case gets there."""

    def __init__(self, place: Steps, target: str) -> None:
        super().__init__(".".join(place))
        self.place = place
        self.target = target


def form_of(release: PlatformRelease, mapping: Mapped, known: Known) -> Form:
    """Of the mapping that the item has, overlays already chosen. Raises Closed."""
    return _Form(release, mapping, known).made()


class _Form:
    def __init__(self, release: PlatformRelease, mapping: Mapped, known: Known) -> None:
        self._files = release.files
        self._known = known
        self._is_carried = KIND in mapping.sources
        self._readings = readings(mapping.plan.nodes, message_of(release, mapping.operation))
        self._root = Place((), Shape(schema(CASE), schema(CASE)))
        self._lists: frozenset[Steps] = frozenset()

    def made(self) -> Form:
        for each in self._readings:
            self._touch(each)
        self._always()
        self._root.complete()
        self._lists = frozenset(each.steps for each in self._root.walk() if each.many)
        for each in self._readings:
            self._limit(each)
        self._fix()
        checked = Checked(self._root, self._known, self._readings, is_carried=self._is_carried)
        checked.ask()
        self._require_open()
        writer = Writer()
        made = {"$schema": DIALECT, **writer.written(self._root)}
        if writer.definitions:
            made["$defs"] = writer.definitions
        return Form(made, tuple(dict.fromkeys((*writer.unsaid, *checked.unsaid()))))

    # ---- which places there are -----------------------------------------------------------------------------

    def _touch(self, reading: Reading) -> None:
        field = reading.field
        place = self._root.touch(reading.place)
        if field is None:
            place.many = place.many or reading.is_list
            place.least = max(place.least, reading.at_least)
            return
        if field.takes == "object":
            if any(bound.word in _FILE_WORDS for bound in field.words):
                place.touch(("content",))
                place.touch(("upload",))
                place.rules.append(_CONTENT)
            return
        place.texts = field.takes == "list" and place.shape.kind in ("open", "plain")
        place.there += [] if reading.target in place.there else [reading.target]
        place.names |= names_of(field.words, self._files)
        if not place.title:
            place.title = title_of(field, self._files, reading.there.title)

    def _always(self) -> None:
        """What the gateway and the checks themselves ask for, whoever reads it."""
        always: tuple[Steps, ...] = (("item", "code"), ("division",), ("receiving", "received_at"))
        for steps in always:
            self._root.touch(steps)
        self._root.touch(("materials", "verification"))
        if "person" in self._among(("applicant", "kind")):
            self._root.touch(("applicant", "guardian"))
            self._root.touch(("applicant", "birth_date"))
        if "collect_for" in self._among(("mode",)):
            self._root.touch(("receiving", "identity_check"))
            self._root.touch(("receiving", "form_check"))
        for steps in self._known.fixed:
            self._root.touch(steps).required = True

    def _among(self, steps: Steps) -> tuple[str, ...]:
        if steps in self._known.fixed:
            return self._known.fixed[steps]
        return tuple(self._root.touch(steps).shape.part.get("enum", ()))

    # ---- what they may hold ---------------------------------------------------------------------------------

    def _limit(self, reading: Reading) -> None:
        """Of one reading: needed or not, and what it may be, always or under its conditions."""
        field = reading.field
        if field is None:
            return
        place = self._root.touch(reading.place)
        conditions = tuple(each for each in reading.conditions if not each.is_implied_by(reading.place))
        above = self._rule_place(conditions, reading.place)
        if reading.needed:
            self._need(reading, conditions if above is not None else (), above or ())
        if field.takes == "object":
            unread = [bound.word for bound in field.words if bound.word not in _FILE_WORDS]
            place.limits.append(Limits(unsaid=tuple(unread)))
            return
        if place.texts:
            place.limits.append(_of_list(reading))
            return
        found = limits(field, self._texts_of(place), reading.there, self._known.received_at)
        if above is None or not conditions:
            place.limits.append(found)
        else:
            self._rule(conditions, above, reading.place, found)

    def _texts_of(self, place: Place) -> tuple[str, ...] | None:
        if place.steps in self._known.fixed:
            return self._known.fixed[place.steps]
        among = place.shape.part.get("enum")
        return tuple(map(str, among)) if among is not None else None

    def _rule_place(self, conditions: tuple[Condition, ...], place: Steps) -> Steps | None:
        """The element (or the case, ()) of which a rule can be said; None where no schema can compare the two."""
        around = {self._root.lists_above(each.place) for each in conditions}
        if len(around) > 1:
            return None
        above = next(iter(around), ())
        return above if place[: len(above)] == above else None

    def _need(self, reading: Reading, conditions: tuple[Condition, ...], above: Steps) -> None:
        if conditions:
            rest = reading.place[len(above) :]
            then = nested(rest, {}, self._lists, above, needed=True)
            self._when(conditions, above, then)
            return
        implied = [each.place for each in reading.conditions if each.is_implied_by(reading.place)]
        start = max([len(self._root.lists_above(reading.place)), *map(len, implied)])
        for length in range(start + 1, len(reading.place) + 1):
            self._root.touch(reading.place[:length]).required = True
        if reading.place == ("receiving", "unit_name") and reading.field is not None:
            self._name_of_unit(reading)

    def _name_of_unit(self, reading: Reading) -> None:
        """Where a case names no receiving unit, the caller's own title stands for it."""
        field, title = reading.field, self._known.unit_name
        if field and title and passes(field, title, reading.there, self._known.received_at):
            self._root.touch(reading.place).required = False

    def _rule(self, conditions: tuple[Condition, ...], above: Steps, place: Steps, found: Limits) -> None:
        leaf: Schema = {"allOf": list(found.all_of)} if found.all_of else {}
        if found.among is not None:
            leaf["enum"] = list(found.among)
        self._root.touch(place).limits.append(Limits(checks=found.checks, unsaid=found.unsaid))
        if leaf:
            self._when(conditions, above, nested(place[len(above) :], leaf, self._lists, above))

    def _when(self, conditions: tuple[Condition, ...], above: Steps, then: Schema) -> None:
        asked = [holds(each, above, self._lists) for each in conditions]
        self._root.touch(above).rules.append(
            {"if": asked[0] if len(asked) == 1 else {"allOf": asked}, "then": then}
        )

    def _fix(self) -> None:
        for steps, texts in self._known.fixed.items():
            self._root.touch(steps).limits.append(Limits(texts))

    def _require_open(self) -> None:
        for place in self._root.walk():
            empty = any(each.among is not None for each in place.limits) and not self._open(place)
            if empty and self._is_asked(place):
                raise Closed(place.steps, place.there[0] if place.there else "")

    def _open(self, place: Place) -> bool:
        kept: set[str] | None = None
        for each in place.limits:
            if each.among is not None:
                kept = set(each.among) if kept is None else kept & set(each.among)
        return bool(kept)

    def _is_asked(self, place: Place) -> bool:
        """Whether no case can do without it."""
        return all(
            found is not None and found.required and not found.many
            for found in (self._root.find(place.steps[:length]) for length in range(1, len(place.steps) + 1))
        )


def _of_list(reading: Reading) -> Limits:
    """Of a list of texts: only what its first word asks of each of them."""
    if reading.field is None or not reading.field.words:
        return Limits()
    first, call = reading.field.words[0], reading.field.expression.calls[0]
    rest = tuple(bound.word for bound in reading.field.words[1:])
    if first.word == "join" and len(sign := str(call.arguments[0])) == 1:
        return Limits(all_of=({"pattern": f"^[^\\u{ord(sign):04x}]*$"},), unsaid=rest)
    if first.word in ("count", "texts", "distinct"):
        return Limits(unsaid=rest)
    return Limits(unsaid=(first.word, *rest))
