"""What the canonical checks ask of persons, said in JSON Schema as of one day: certificates, age, guardians.

Only a check digit, and whether two fields say the same, cannot be said; `UNSAID` names them.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from gateway.needs.ranges import DAY_DIGITS, adult_on, since, up_to
from mappings.canonical.certificates import NUMBER_FORMS

Schema = dict[str, Any]
PERSONS = (
    ("applicant",),
    ("applicant", "guardian"),
    ("applicant", "legal_representative"),
    ("applicant", "person_in_charge"),
    ("agent",),
)
ORGANIZATION = "001"
RESIDENT, RESIDENCE, FOREIGNER = ("111", "112"), ("154",), ("553",)
BORN_INSIDE = (*RESIDENT, *RESIDENCE, *FOREIGNER)
_FIRST = "18500101"
_AREAS = {RESIDENT: "(?:[0-7][0-9]|8[04-9])[0-9]{4}", RESIDENCE: "8[1-3][0-9]{4}", FOREIGNER: "9[0-9]{5}"}
_TAIL = "[0-9]{3}[0-9X]"
_OLD = "[A-Z]{3}[0-9]{12}"
# no lower case, no space: what holders of other certificates have, in the scripts that they are issued in
_OTHER = "^[\u0021-\u0060\u007b-\u007e\u00b7\u2e80-\u9fff\uff01-\uff40]{1,40}$"
UNSAID = {
    "identity_number": "bad_check_digit",
    "same_birth": "birth_date_differs",
    "same_sex": "sex_differs",
    "same_person": "same_person",
}


def number_rules(types: Sequence[str], today: date, *, adult: bool = False) -> Iterator[Schema]:
    """For each type of certificate that may be given: how its numbers look. adult: the holder is of age."""
    last = (adult_on(today) if adult else today.isoformat()).replace("-", "")
    for group in (RESIDENT, RESIDENCE, FOREIGNER):
        if kept := [each for each in types if each in group]:
            yield _if_type(kept, *_with_birth(group, last))
    for form in sorted({NUMBER_FORMS[each] for each in types if each in NUMBER_FORMS}):
        kept = [each for each in types if NUMBER_FORMS.get(each) == form]
        yield _if_type(kept, f"^(?:{form})$")
    known = {*BORN_INSIDE, *NUMBER_FORMS, ORGANIZATION}
    if rest := [each for each in types if each not in known]:
        yield _if_type(rest, _OTHER)


def _with_birth(group: tuple[str, ...], last: str) -> tuple[str, ...]:
    """A real day, not before 1850, not after the last."""
    area, tail = _AREAS[group], _TAIL
    days = (DAY_DIGITS, since(_FIRST), up_to(last))
    old = f"|{_OLD}" if group == FOREIGNER else ""
    return tuple(f"^(?:{area}{day}{tail}{old})$" for day in days)


def _if_type(types: Sequence[str], *patterns: str) -> Schema:
    return {
        "if": {"properties": {"id_type": {"enum": list(types)}}, "required": ["id_type"]},
        "then": {"properties": {"id_number": {"allOf": [{"pattern": each} for each in patterns]}}},
    }


def organization_rules(kinds: Sequence[str], types: Sequence[str]) -> Iterator[Schema]:
    """An organization has its credit code, and a person never has one."""
    if "organization" in kinds:
        yield {
            "if": {"properties": {"kind": {"const": "organization"}}, "required": ["kind"]},
            "then": {"properties": {"id_type": {"const": ORGANIZATION}}},
            "else": {"properties": {"id_type": {"not": {"const": ORGANIZATION}}}},
        }
    if ORGANIZATION in types:
        yield _if_type([ORGANIZATION], "^[0-9A-HJ-NPQRTUWXY]{18}$")


def birth_rules(types: Sequence[str], *, is_read: bool) -> Iterator[Schema]:
    """A birth date where the number does not tell it; where nobody reads it, nowhere else."""
    telling = [each for each in types if each in (*BORN_INSIDE, ORGANIZATION)]
    required: Schema = {"required": ["birth_date"]}
    if rest := [each for each in types if each not in telling]:
        yield {"if": {"properties": {"id_type": {"enum": rest}}, "required": ["id_type"]}, "then": required}
    if set(FOREIGNER) & set(types):
        old = {"id_type": {"enum": list(FOREIGNER)}, "id_number": {"pattern": f"^{_OLD}$"}}
        yield {"if": {"properties": old, "required": list(old)}, "then": required}
    if telling and not is_read:
        told: Schema = {"id_type": {"enum": telling}, "id_number": {"not": {"pattern": f"^{_OLD}$"}}}
        yield {
            "if": {"properties": told, "required": ["id_type"]},
            "then": {"properties": {"birth_date": False}},
        }


def guardian_rules(types: Sequence[str], today: date) -> Iterator[Schema]:
    """Who is under eighteen has a guardian, by the number or by the date."""
    first = _day_after(adult_on(today))
    inside = [each for each in types if each in BORN_INSIDE]
    minor = f"^[0-9]{{6}}{since(first.replace('-', ''))}{_TAIL}$"
    person: Schema = {"kind": {"const": "person"}}
    for properties in (
        {**person, "id_type": {"enum": inside}, "id_number": {"pattern": minor}} if inside else {},
        {**person, "birth_date": {"pattern": f"^{since(first)}$"}},
    ):
        if properties:
            yield {
                "if": {"properties": properties, "required": list(properties)},
                "then": {"required": ["guardian"]},
            }


def _day_after(day: str) -> str:
    """The next text in the order of digits is enough: nobody is born on a day that is none."""
    year, month, last = day.split("-")
    return f"{year}-{month}-{int(last) + 1:02d}"
