"""The form of an item over there as a JSON Schema (2020-12) of the canonical case, as of one day.

Whatever fits it passes preflight, but for what `unsaid` names; whatever the mapping or the message would refuse
does not fit it, wherever JSON Schema can say so. What nobody reads and no check asks for is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from gateway.needs import persons
from gateway.needs.carried import KIND
from gateway.needs.demand import UNKNOWN, Demand
from gateway.needs.limits import Limits, limits, passes
from gateway.needs.places import Place, Schema, Unsaid, Writer, holds, nested
from gateway.needs.ranges import CLOCK, DAY, since, up_to
from gateway.needs.readings import Condition, Reading, Steps, readings
from gateway.needs.required import element_rules, list_rules, situation_rules
from gateway.needs.there import message_of
from gateway.needs.titles import names_of, title_of
from gateway.releases import PlatformRelease
from mappings.canonical import shape
from mappings.mapping import Mapping as Mapped

DIALECT = "https://json-schema.org/draft/2020-12/schema"
CASE = "canonical/case@1"
_FILE_WORDS = frozenset({"material", "material_uri"})
_MOMENTS: tuple[Steps, ...] = (
    ("receiving", "identity_check", "at"),
    ("authorisation", "at"),
    ("materials", "verification", "at"),
)
_BASE64 = "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"


@dataclass(frozen=True, slots=True)
class Known:
    """What is settled before anybody is asked. fixed: the only texts of a place.

    received_on: the China day of receipt; today: the China day on which the form is asked for.
    unit_name: what stands for the name of the receiving unit where a case has none.
    demand: the materials that are required; situation: 情形, "" where it is still to be chosen or there is none.
    """

    received_on: date
    today: date
    fixed: Mapping[Steps, tuple[str, ...]]
    unit_name: str = ""
    demand: Demand = UNKNOWN
    situation: str = ""

    @property
    def received_at(self) -> str:
        """As dated code tables are asked."""
        return f"{self.received_on.isoformat()}T12:00:00+08:00"


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
        found = shape.written(CASE)
        assert found is not None
        self._root = Place((), found)
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
        self._moments()
        self._persons()
        self._materials()
        self._require_open()
        writer = Writer()
        schema = {"$schema": DIALECT, **writer.written(self._root)}
        if writer.definitions:
            schema["$defs"] = writer.definitions
        return Form(schema, tuple(dict.fromkeys((*writer.unsaid, *self._unsaid()))))

    # ---- which places there are -----------------------------------------------------------------------------

    def _touch(self, reading: Reading) -> None:
        field = reading.field
        place = self._root.touch(reading.place)
        if field is None:
            if reading.at_least or reading.there.many or place.many:
                place.many, place.least = True, max(place.least, reading.at_least)
            return
        if field.takes == "object":
            if any(bound.word in _FILE_WORDS for bound in field.words):
                place.touch(("content",)).required = True
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

    # ---- what the checks ask --------------------------------------------------------------------------------

    def _moments(self) -> None:
        day = self._known.received_on.isoformat()
        self._also(("receiving", "received_at"), f"^{day}{CLOCK}$")
        past = up_to(self._known.today.isoformat())
        for steps in _MOMENTS:
            self._also(steps, f"^{DAY}{CLOCK}$", f"^{past}{CLOCK}$")
        self._also(("applicant", "birth_date"), f"^{DAY}$", f"^{past}$", f"^{since('1850-01-01')}$")
        self._also(("agent", "expires_on"), f"^{DAY}$", f"^{since(self._known.today.isoformat())}$")
        units: tuple[Steps, ...] = (("unit",), ("receiving", "unit"), ("materials", "verification", "unit"))
        for steps in units:
            if place := self._root.find(steps):
                place.limits.append(Limits(checks=("uscc",)))

    def _also(self, steps: Steps, *patterns: str) -> None:
        place = self._root.find(steps)
        if place is not None:
            place.limits.append(Limits(all_of=tuple({"pattern": each} for each in patterns)))

    def _persons(self) -> None:
        today = self._known.today
        for steps in persons.PERSONS:
            place = self._root.find(steps)
            if place is None:
                continue
            if steps != ("applicant",):
                no_person = tuple(
                    each for each in self._codes((*steps, "id_type")) if each != persons.ORGANIZATION
                )
                place.touch(("id_type",)).limits.append(Limits(no_person))
            types = self._codes((*steps, "id_type"))
            place.rules += persons.number_rules(types, today, adult=steps[-1] == "guardian")
            if steps == ("applicant",):
                self._applicant(place, types)

    def _applicant(self, place: Place, types: tuple[str, ...]) -> None:
        kinds = self._codes(("applicant", "kind"))
        is_read = any(each.place == ("applicant", "birth_date") for each in self._readings)
        place.rules += persons.organization_rules(kinds, types)
        if "person" in kinds:
            place.rules += persons.birth_rules(types, is_read=is_read)
            place.rules += persons.guardian_rules(types, self._known.today)

    def _codes(self, steps: Steps) -> tuple[str, ...]:
        place = self._root.touch(steps)
        among = tuple(place.shape.part.get("enum", ()))
        for each in place.limits:
            among = among if each.among is None else tuple(code for code in among if code in each.among)
        return among

    def _materials(self) -> None:
        materials = self._root.touch(("materials",))
        materials.rules += [
            _when_is("trust", "B", {"required": ["verification"]}),
            {"if": {"properties": {"form": {"const": "electronic"}}, "not": {"required": ["instead"]}},
             "then": {"properties": {"files": {"minItems": 1}}}},
        ]  # fmt: skip
        self._required()
        self._instead()
        if content := self._root.find(("materials", "files", "content")):
            content.limits.append(Limits(all_of=({"pattern": _BASE64},)))
        collected = _when_is(
            "mode", "collect_for", {"properties": {"receiving": {"required": ["identity_check"]}}}
        )
        if "collect_for" in self._codes(("mode",)):
            self._root.rules.append(collected)
            self._root.rules.append(_when_is("mode", "collect_for", self._elsewhere()))

    def _required(self) -> None:
        """What the guide over there asks for."""
        demand, materials = self._known.demand, self._root.touch(("materials",))
        if demand.known and demand.situations and not self._known.situation:
            self._root.rules += situation_rules(demand)
        elif demand.known:
            wanted = demand.wanted(self._known.situation)
            materials.rules += element_rules(wanted)
            materials.together += list_rules(wanted)

    def _instead(self) -> None:
        """Only where the mapping has a word for it."""
        place = self._root.find(("materials", "instead"))
        if place is None or not self._is_carried:
            self._root.touch(("materials",)).below.pop("instead", None)
            return
        until = f"^{DAY}$", f"^{since(self._known.today.isoformat())}$"
        place.touch(("until",)).limits.append(Limits(all_of=tuple({"pattern": each} for each in until)))
        place.touch(("reference",))
        named = {"kind": {"enum": ["licence", "data", "pledge"]}}
        place.rules += [
            {"if": {"properties": named}, "then": {"required": ["reference"]}},
            _when_is("kind", "owed", {"required": ["until"]}),
        ]

    def _elsewhere(self) -> Schema:
        """Collecting for another place is not done in that place."""
        (division,) = self._known.fixed.get(("division",), ("",))
        forms = sorted({division, division.ljust(9, "0"), division.ljust(12, "0")})
        return {"properties": {"receiving": {"properties": {"division": {"not": {"enum": forms}}}}}}

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

    def _unsaid(self) -> list[Unsaid]:
        found: list[Unsaid] = []
        for steps in persons.PERSONS:
            if self._root.find(steps) is not None:
                found.append(((*steps, "id_number"), "bad_check_digit"))
        applicant = self._root.touch(("applicant",)).below
        for name, code in (("birth_date", "birth_date_differs"), ("sex", "sex_differs")):
            if name in applicant:
                found.append((("applicant", name), code))
        for steps in (("applicant", "guardian"), ("agent",)):
            if self._root.find(steps) is not None:
                found.append(((*steps, "id_number"), "same_person"))
        found += [
            (steps, "in_the_future")
            for steps in (("receiving", "received_at"), *_MOMENTS)
            if self._root.find(steps)
        ]
        if self._root.find(("materials", "files", "content")):
            found += [
                (("materials", "files", "size"), "size_differs"),
                (("materials", "files", "digest"), "digest_differs"),
            ]
        return [*found, (("materials", "files", "id"), "duplicate_file")]


def _of_list(reading: Reading) -> Limits:
    """Of a list of texts: only what its first word asks of each of them."""
    assert reading.field is not None
    first, call = reading.field.words[0], reading.field.expression.calls[0]
    rest = tuple(bound.word for bound in reading.field.words[1:])
    if first.word == "join" and len(sign := str(call.arguments[0])) == 1:
        return Limits(all_of=({"pattern": f"^[^\\u{ord(sign):04x}]*$"},), unsaid=rest)
    if first.word in ("count", "texts", "distinct"):
        return Limits(unsaid=rest)
    return Limits(unsaid=(first.word, *rest))


def _when_is(name: str, code: str, then: Schema) -> Schema:
    return {"if": {"properties": {name: {"const": code}}, "required": [name]}, "then": then}
