"""What a schema cannot say about a case, and what comes to it later: check digits, ages, dates, files.

All faults together.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from mappings.canonical.certificates import certificate_fault, number_birth_date, number_sex, tells_birth_date
from mappings.canonical.schema import structure_problems
from mappings.china_time import CHINA, instant
from mappings.problems import Problem, Refused
from mappings.words.identity import uscc_fault

CASE = "canonical/case@1"
TOLERANCE_S = 600  # clocks of windows run ahead of ours
BACK_DAYS = 30  # a receipt (收件) older than this is not a new case
ADULT_YEARS = 18
Found = Iterator[Problem]
Part = dict[str, Any]


def check(document: Any, now_ms: int, name: str = CASE) -> list[Problem]:
    """Every fault of a case, or of what comes to it later, as JSON pointers; empty if it may pass.

    now_ms: epoch milliseconds, UTC. name: of its schema.

    Faults whose code is in STRUCTURAL are of the shape; the others are told as far as the shape allows.
    """
    found = structure_problems(name, document)
    if not isinstance(document, dict):
        return found
    misshapen = {problem.path for problem in found}
    now = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(CHINA)
    for rule in _RULES[name]:
        found += [problem for problem in rule(document, now) if problem.path not in misshapen]
    return found


def _applicant(document: Part, now: datetime) -> Found:
    applicant = _part(document, "applicant")
    is_organization = applicant.get("kind") == "organization"
    if is_organization and applicant.get("id_type") != "001":
        yield Problem("/applicant/id_type", "organization_without_uscc")
    elif not is_organization and applicant.get("id_type") == "001":
        yield Problem("/applicant/id_type", "person_with_organization_number")
    else:
        yield from _certificate(applicant, "/applicant")
    if not is_organization:
        yield from _birth(applicant, now)


def _birth(applicant: Part, now: datetime) -> Found:
    """Age, and so whether a guardian is needed, must be known: by the number, or else by what is stated."""
    id_type, number = _text(applicant, "id_type"), _text(applicant, "id_number")
    inside = number_birth_date(id_type, number)
    stated, born = _text(applicant, "birth_date"), inside
    if inside and applicant.get("sex") in ("1", "2") and applicant["sex"] != number_sex(number):
        yield Problem("/applicant/sex", "sex_differs")
    if id_type and number and "birth_date" not in applicant and not tells_birth_date(id_type, number):
        yield Problem("/applicant/birth_date", "birth_date_missing")
    if stated:
        born = _date(stated) or inside
        if _date(stated) is None:
            yield Problem("/applicant/birth_date", "no_such_date")
        elif inside and inside != born:
            yield Problem("/applicant/birth_date", "birth_date_differs")
    if born and born > now.date():
        yield Problem("/applicant/birth_date" if stated else "/applicant/id_number", "in_the_future")
    elif born and not _is_adult(born, now.date()) and "guardian" not in applicant:
        yield Problem("/applicant/guardian", "guardian_missing")


def _others(document: Part, now: datetime) -> Found:
    """Guardian, legal representative, person in charge, agent."""
    applicant = _part(document, "applicant")
    for key in ("guardian", "legal_representative", "person_in_charge"):
        yield from _natural_person(_part(applicant, key), f"/applicant/{key}")
    agent = _part(document, "agent")
    yield from _natural_person(agent, "/agent")
    expires_on = _text(agent, "expires_on")
    if expires_on:
        last = _date(expires_on)
        if last is None:
            yield Problem("/agent/expires_on", "no_such_date")
        elif last < now.date():
            yield Problem("/agent/expires_on", "expired")
    guardian = _part(applicant, "guardian")
    born = number_birth_date(_text(guardian, "id_type"), _text(guardian, "id_number"))
    if born and not _is_adult(born, now.date()):
        yield Problem("/applicant/guardian/id_number", "guardian_is_minor")
    number = _text(applicant, "id_number")
    for other, at in ((guardian, "/applicant/guardian/id_number"), (agent, "/agent/id_number")):
        if number and other.get("id_number") == number and other.get("id_type") == applicant.get("id_type"):
            yield Problem(at, "same_person")


def _natural_person(holder: Part, at: str) -> Found:
    if holder.get("id_type") == "001":
        yield Problem(f"{at}/id_type", "person_with_organization_number")
    elif holder:
        yield from _certificate(holder, at)


def _certificate(holder: Part, at: str) -> Found:
    id_type, number = _text(holder, "id_type"), _text(holder, "id_number")
    fault = certificate_fault(id_type, number) if id_type and number else None
    if fault:
        yield Problem(f"{at}/id_number", fault, {"id_type": id_type})


def _receiving(document: Part, now: datetime) -> Found:
    receiving = _part(document, "receiving")
    yield from _unit(document, "")
    yield from _unit(receiving, "/receiving")
    yield from _moment(receiving, "received_at", "/receiving", now)
    received = _instant(_text(receiving, "received_at"))
    if received and received < now - timedelta(days=BACK_DAYS):
        yield Problem("/receiving/received_at", "too_long_ago", {"days": BACK_DAYS})
    identity_check = _part(receiving, "identity_check")
    yield from _moment(identity_check, "at", "/receiving/identity_check", now)
    yield from _moment(_part(receiving, "form_check"), "at", "/receiving/form_check", now)
    yield from _moment(_part(document, "authorisation"), "at", "/authorisation", now)
    if document.get("mode") == "collect_for":
        if receiving:
            yield from _checked_here(receiving)
        here, there = _text(receiving, "division"), _text(document, "division")
        if here and here.ljust(12, "0") == there.ljust(12, "0"):
            yield Problem("/receiving/division", "same_division")


def _checked_here(receiving: Part) -> Found:
    """Who collects for another place answers for both checks (国办发〔2020〕35号): no agreement takes them away."""
    for name in ("identity_check", "form_check"):
        if not _part(receiving, name):
            yield Problem(f"/receiving/{name}", f"{name}_missing")


def _materials(document: Part, now: datetime) -> Found:
    seen: set[str] = set()
    for at, material in _each(document, "materials", ""):
        files = list(_each(material, "files", at))
        instead = _part(material, "instead")
        if material.get("form") == "electronic" and not files and not instead:
            yield Problem(f"{at}/files", "no_files")
        yield from _instead(instead, f"{at}/instead", now)
        verification = _part(material, "verification")
        if material.get("trust") == "B" and not verification:
            yield Problem(f"{at}/verification", "verification_missing")
        if verification:
            yield from _unit(verification, f"{at}/verification")
            yield from _moment(verification, "at", f"{at}/verification", now)
        for file_at, file in files:
            identity = _text(file, "id")
            if identity in seen:
                yield Problem(f"{file_at}/id", "duplicate_file")
            seen |= {identity} if identity else set()
            if "content" in file and "upload" in file:
                yield Problem(f"{file_at}/upload", "two_contents")
            elif "content" in file:
                yield from _content(file, file_at)


def _instead(instead: Part, at: str, now: datetime) -> Found:
    """What stands for a file is named: the licence, the query, the pledge; what is owed has its day."""
    kind, until = _text(instead, "kind"), _text(instead, "until")
    if kind in ("licence", "data", "pledge") and "reference" not in instead:
        yield Problem(f"{at}/reference", "reference_missing")
    if kind == "owed" and "until" not in instead:
        yield Problem(f"{at}/until", "until_missing")
    last = _date(until)
    if until and last is None:
        yield Problem(f"{at}/until", "no_such_date")
    elif last and last < now.date():
        yield Problem(f"{at}/until", "until_past")


def _content(file: Part, at: str) -> Found:
    try:
        content = base64.b64decode("".join(_text(file, "content").split()), validate=True)
    except (binascii.Error, ValueError):
        yield Problem(f"{at}/content", "not_base64")
        return
    if file.get("size") != len(content):
        yield Problem(f"{at}/size", "size_differs", {"length": len(content)})
    if _text(file, "digest") != "sha-256:" + hashlib.sha256(content).hexdigest():
        yield Problem(f"{at}/digest", "digest_differs")


def _by(document: Part, now: datetime) -> Found:
    """Who took in what comes later, and when."""
    by = _part(document, "by")
    yield from _unit(by, "/by")
    yield from _moment(by, "at", "/by", now)


def _correction(document: Part, now: datetime) -> Found:
    if not document.get("materials") and not document.get("form"):
        yield Problem("/materials", "nothing_corrected")


def _parts(document: Part, now: datetime) -> Found:
    """Each part names materials that are given, and each material is used by a part."""
    given = [_text(material, "code") for _, material in _each(document, "materials", "")]
    used: set[str] = set()
    for at, part in _each(document, "parts", ""):
        said = part.get("materials", given)
        named = [each for each in said if isinstance(each, str)] if isinstance(said, list) else []
        for index, code in enumerate(named):
            if code not in given:
                yield Problem(f"{at}/materials/{index}", "material_not_given")
        used.update(named)
    for at, material in _each(document, "materials", ""):
        if _text(material, "code") not in used:
            yield Problem(at, "material_unused")


def _parcel(document: Part, now: datetime) -> Found:
    if document.get("event") == "sent" and not document.get("contents"):
        yield Problem("/contents", "contents_missing")


def _service(document: Part, now: datetime) -> Found:
    yield from _moment(_part(document, "identity_check"), "at", "/identity_check", now)


def _visit(document: Part, now: datetime) -> Found:
    """Who is sent to another place's site is known here."""
    if "identity_check" not in _part(document, "receiving"):
        yield Problem("/receiving/identity_check", "visitor_unknown")


Rule = Callable[[Part, datetime], Found]
_RULES: Mapping[str, tuple[Rule, ...]] = {
    CASE: (_applicant, _others, _receiving, _materials),
    "canonical/correction@1": (_correction, _materials, _by),
    "canonical/supplement@1": (_materials, _by),
    "canonical/withdrawal@1": (_by,),
    "canonical/parcel@1": (_parcel, _by),
    "canonical/service@1": (_service, _by),
    "canonical/visit@1": (_applicant, _others, _receiving, _visit),
    "canonical/joint@1": (_applicant, _others, _receiving, _materials, _parts),
}


def _unit(holder: Part, at: str) -> Found:
    fault = uscc_fault(holder["unit"]) if _text(holder, "unit") else None
    if fault:
        yield Problem(f"{at}/unit", fault)


def _moment(holder: Part, key: str, at: str, now: datetime) -> Found:
    text = _text(holder, key)
    if text:
        moment = _instant(text)
        if moment is None:
            yield Problem(f"{at}/{key}", "no_such_time")
        elif moment > now + timedelta(seconds=TOLERANCE_S):
            yield Problem(f"{at}/{key}", "in_the_future")


def _each(holder: Part, key: str, at: str) -> Iterator[tuple[str, Part]]:
    elements = holder.get(key)
    for index, element in enumerate(elements if isinstance(elements, list) else ()):
        if isinstance(element, dict):
            yield f"{at}/{key}/{index}", element


def _part(holder: Part, key: str) -> Part:
    part = holder.get(key)
    return part if isinstance(part, dict) else {}


def _text(holder: Part, key: str) -> str:
    value = holder.get(key)
    return value if type(value) is str else ""


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _instant(text: str) -> datetime | None:
    try:
        return instant(text)
    except Refused:
        return None


def _is_adult(born: date, today: date) -> bool:
    """On the eighteenth birthday; born on 29 February: on 1 March of a common year (民法典 art. 17)."""
    return (today.year - born.year) - ((today.month, today.day) < (born.month, born.day)) >= ADULT_YEARS
