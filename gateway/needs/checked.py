"""What the canonical checks and the guide over there ask of a case, put upon the places of its form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from gateway.needs import persons
from gateway.needs.demand import UNKNOWN, Demand
from gateway.needs.limits import Limits
from gateway.needs.places import Place, Schema, Unsaid
from gateway.needs.ranges import CLOCK, DAY, since, up_to
from gateway.needs.readings import Reading, Steps
from gateway.needs.required import element_rules, list_rules, situation_rules

_MOMENTS: tuple[Steps, ...] = (
    ("receiving", "identity_check", "at"),
    ("receiving", "form_check", "at"),
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


class Checked:
    """Asked once the places of a form and the limits of its mapping are known.

    is_carried: whether the mapping can say that something stands for a material.
    """

    def __init__(self, root: Place, known: Known, readings: Sequence[Reading], *, is_carried: bool) -> None:
        self._root = root
        self._known = known
        self._readings = readings
        self._is_carried = is_carried

    def ask(self) -> None:
        self._moments()
        self._persons()
        self._materials()

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
            "mode",
            "collect_for",
            {"properties": {"receiving": {"required": ["identity_check", "form_check"]}}},
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

    def unsaid(self) -> list[Unsaid]:
        """What no schema can say of it, as the codes of the checks."""
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
                (("materials", "files", "media_type"), "media_type_differs"),
                (("materials", "files", "upload"), "upload_unknown"),
                (("materials", "files", "upload"), "upload_unfinished"),
            ]
        if any(not each.code for each in self._known.demand.listed):
            found.append((("materials", "name"), "material_by_name"))
        return [*found, (("materials", "files", "id"), "duplicate_file")]


def _when_is(name: str, code: str, then: Schema) -> Schema:
    return {"if": {"properties": {name: {"const": code}}, "required": [name]}, "then": then}
