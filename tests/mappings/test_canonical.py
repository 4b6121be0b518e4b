"""The canonical case: everything wrong with it is told at once, by pointer, without a value."""

import base64
import hashlib
import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings import canonical
from mappings.problems import TEXTS
from tests.mappings.cases import AT, NOW_MS, PROPERTY, THERE, a_case, a_file, a_material

Case = dict[str, Any]


def faults(case: Any, now_ms: int = NOW_MS) -> list[tuple[str, str]]:
    return [(problem.path, problem.code) for problem in canonical.check(case, now_ms)]


def changed(**changes: Any) -> Case:
    """A sound case with values set at paths such as `applicant__sex`; ... drops one."""
    case = a_case()
    for path, value in changes.items():
        *above, last = [int(step) if step.isdigit() else step for step in path.split("__")]
        holder: Any = case
        for step in above:
            holder = holder[step]
        if value is ...:
            del holder[last]
        else:
            holder[last] = value
    return case


def test_a_sound_case_passes() -> None:
    assert faults(a_case()) == []
    assert faults(changed(item__version=0, item__situation="新办")) == []


ADULT = {"name": "李四", "id_type": "111", "id_number": "11010519491231002X"}
MINOR_NUMBER = "341702202001052722"
MINOR = {"kind": "person", "name": "小明", "id_type": "111", "id_number": MINOR_NUMBER}
PERSON = {"kind": "person", "name": "张三"}
SHOP = {"kind": "organization", "name": "某公司", "id_type": "001", "id_number": "114403006939513773"}

UNDATED = [("birth_date", "birth_date_missing")]  # whether a guardian is needed cannot be known


@pytest.mark.parametrize(
    "applicant, expected",
    [
        ({**PERSON, "id_type": "111", "id_number": "11010519491231002X"}, []),
        ({**PERSON, "id_type": "111", "id_number": "11010519491231002x"}, [("id_number", "not_upper_case")]),
        ({**PERSON, "id_type": "111", "id_number": "110105194912310021"}, [("id_number", "bad_check_digit")]),
        ({**PERSON, "id_type": "111", "id_number": "110105491231002"}, [("id_number", "old_identity_number")]),
        ({**PERSON, "id_type": "111", "id_number": "810000199408230021"}, [("id_number", "is_residence_permit")]),
        ({**PERSON, "id_type": "154", "id_number": "810000199408230021"}, []),
        ({**PERSON, "id_type": "154", "id_number": "830000199201300022"}, []),
        ({**PERSON, "id_type": "154", "id_number": "11010519491231002X"}, [("id_number", "not_this_certificate")]),
        ({**PERSON, "id_type": "553", "id_number": "ABC110105491231"}, UNDATED),  # until 2023
        ({**PERSON, "id_type": "553", "id_number": "11010519491231002X"}, [("id_number", "not_this_certificate")]),
        ({**PERSON, "id_type": "414", "id_number": "E12345678"}, UNDATED),
        ({**PERSON, "id_type": "414", "id_number": "E12345678", "birth_date": "1990-01-01"}, []),
        ({**PERSON, **ADULT, "sex": "1"}, [("sex", "sex_differs")]),
        ({**PERSON, **ADULT, "sex": "9"}, []),
        ({**PERSON, "id_type": "414", "id_number": "E-1"}, [("id_number", "not_this_certificate"), *UNDATED]),
        ({**PERSON, "id_type": "516", "id_number": "H12345678"}, UNDATED),
        ({**PERSON, "id_type": "516", "id_number": "X12345678"},
         [("id_number", "not_this_certificate"), *UNDATED]),
        ({**PERSON, "id_type": "511", "id_number": "12345678"}, UNDATED),
        ({**PERSON, "id_type": "114", "id_number": "军字第123号"}, UNDATED),  # no form is known: taken as it is
        ({**PERSON, "id_type": "001", "id_number": THERE}, [("id_type", "person_with_organization_number")]),
        (SHOP, []),
        ({**SHOP, "id_number": "114403006939513774"}, [("id_number", "bad_check_digit")]),
        ({**SHOP, "id_number": "440300693951377"}, [("id_number", "not_uscc")]),
        ({**SHOP, "id_type": "990"}, [("id_type", "organization_without_uscc")]),
        ({**SHOP, "legal_representative": ADULT}, []),
        (
            {**SHOP, "legal_representative": {**ADULT, "id_number": "110105194912310021"}},
            [("legal_representative/id_number", "bad_check_digit")],
        ),
        (
            {**SHOP, "person_in_charge": {**ADULT, "id_type": "001"}},
            [("person_in_charge/id_type", "person_with_organization_number")],
        ),
        (MINOR, [("guardian", "guardian_missing")]),
        ({**MINOR, "guardian": {**ADULT, "relation": "母"}}, []),
        (
            {**MINOR, "guardian": {**ADULT, "id_number": MINOR_NUMBER, "relation": "母"}},
            [("guardian/id_number", "guardian_is_minor"), ("guardian/id_number", "same_person")],
        ),
        ({**PERSON, "id_type": "414", "id_number": "E12345678", "birth_date": "2015-01-01"},
         [("guardian", "guardian_missing")]),
        ({**PERSON, **ADULT, "birth_date": "1949-12-30"}, [("birth_date", "birth_date_differs")]),
        ({**PERSON, **ADULT, "birth_date": "1949-02-30"}, [("birth_date", "no_such_date")]),
        ({**PERSON, "id_type": "414", "id_number": "E12345678", "birth_date": "2030-01-01"},
         [("birth_date", "in_the_future")]),
    ],
)  # fmt: skip
def test_who_applies_is_checked_by_the_kind_of_certificate(
    applicant: Case, expected: list[tuple[str, str]]
) -> None:
    case = {key: value for key, value in changed(applicant=applicant).items() if key != "agent"}
    assert faults(case) == [(f"/applicant/{path}", code) for path, code in expected]


def test_a_foreigners_new_number_begins_with_nine() -> None:
    body = "91110019900101001"
    (number,) = [body + check for check in "0123456789X" if not faults_of_number("553", body + check)]
    assert faults_of_number("111", number) == ["is_foreigner_number"]


def faults_of_number(id_type: str, number: str) -> list[str]:
    applicant = {**PERSON, "id_type": id_type, "id_number": number}
    return [code for path, code in faults(changed(applicant=applicant)) if path == "/applicant/id_number"]


@pytest.mark.parametrize(
    "born, is_minor",
    [
        ("2008-11-21", False),
        ("2008-11-22", True),
        ("2008-02-29", False),
    ],  # today is 2026-11-21: 18 on the birthday
)
def test_one_is_of_age_on_the_eighteenth_birthday(born: str, is_minor: bool) -> None:
    applicant = {**PERSON, "id_type": "414", "id_number": "E12345678", "birth_date": born}
    assert (("/applicant/guardian", "guardian_missing") in faults(changed(applicant=applicant))) == is_minor


@pytest.mark.parametrize(
    "changes, expected",
    [
        ({"agent__expires_on": "2026-11-20"}, [("/agent/expires_on", "expired")]),
        ({"agent__expires_on": "2026-11-21"}, []),  # the last day still counts
        ({"agent__expires_on": "2026-02-30"}, [("/agent/expires_on", "no_such_date")]),
        ({"agent__id_type": "111", "agent__id_number": "11010519491231002X"},
         [("/agent/id_number", "same_person")]),
        ({"receiving__received_at": "2026-11-21T20:10:00+08:00"}, []),  # now is 20:00
        ({"receiving__received_at": "2026-11-21T20:10:01+08:00"}, [("/receiving/received_at", "in_the_future")]),
        ({"receiving__received_at": "2026-10-22T20:00:00+08:00"}, []),  # thirty days back
        ({"receiving__received_at": "2026-10-22T19:59:59+08:00"}, [("/receiving/received_at", "too_long_ago")]),
        ({"receiving__received_at": "2026-11-21T25:00:00+08:00"}, [("/receiving/received_at", "no_such_time")]),
        ({"receiving__unit": "11440100007482575J"}, [("/receiving/unit", "bad_check_digit")]),
        ({"unit": "11440100007483172T"}, [("/unit", "bad_check_digit")]),
        ({"receiving__identity_check": ...}, [("/receiving/identity_check", "identity_check_missing")]),
        ({"receiving__form_check": ...}, [("/receiving/form_check", "form_check_missing")]),
        ({"receiving__identity_check": ..., "mode": "full_online"}, []),
        ({"receiving__identity_check__at": "2027-01-01T00:00:00Z"},
         [("/receiving/identity_check/at", "in_the_future")]),
        ({"receiving__division": "440232000000"}, [("/receiving/division", "same_division")]),
        ({"receiving__division": "440232", "mode": "joint"}, []),
        ({"authorisation": {"reference": "A1", "kind": "本人", "at": "2027-01-01T00:00:00Z"}},
         [("/authorisation/at", "in_the_future")]),
        ({"materials__0__files": []}, [("/materials/0/files", "no_files")]),
        ({"materials__0__files": [], "materials__0__form": "paper"}, []),
        ({"materials__0__verification": ...}, [("/materials/0/verification", "verification_missing")]),
        ({"materials__0__verification": ..., "materials__0__trust": "C"}, []),
        ({"materials__0__verification__unit": "11440100007482575J"},
         [("/materials/0/verification/unit", "bad_check_digit")]),
        ({"materials__0__files": [a_file("x"), a_file("x")]}, [("/materials/0/files/1/id", "duplicate_file")]),
        ({"materials__0__files__0__content": "eA=="}, []),  # "x"
        ({"materials__0__files__0__content": "eA==\r\n"}, []),  # Java wraps base64 at 76
        ({"materials__0__files__0__content": "?"}, [("/materials/0/files/0/content", "not_base64")]),
        ({"materials__0__files__0__content": "eQ=="}, [("/materials/0/files/0/digest", "digest_differs")]),
        ({"materials__0__files__0__content": "eHg="},
         [("/materials/0/files/0/size", "size_differs"), ("/materials/0/files/0/digest", "digest_differs")]),
    ],
)  # fmt: skip
def test_what_a_schema_cannot_say_is_checked(changes: Case, expected: list[tuple[str, str]]) -> None:
    assert faults(changed(**changes)) == expected


@pytest.mark.parametrize(
    "changes, expected",
    [
        ({"purpose": ...}, ("/purpose", "missing")),
        ({"applicant__name": ...}, ("/applicant/name", "missing")),
        ({"applicant__nmae": "x"}, ("/applicant/nmae", "unknown_field")),
        ({"extra": 1}, ("/extra", "unknown_field")),
        ({"mode": "somehow"}, ("/mode", "not_one_of")),
        ({"item__version": "3"}, ("/item/version", "wrong_type")),
        ({"item__version": -1}, ("/item/version", "wrong_number")),
        ({"item__version": 10**15}, ("/item/version", "wrong_number")),
        ({"division": 440232}, ("/division", "wrong_type")),
        ({"division": "44023"}, ("/division", "wrong_form")),
        ({"applicant__mobile": "12"}, ("/applicant/mobile", "wrong_form")),
        ({"applicant__id_type": "10"}, ("/applicant/id_type", "not_one_of")),
        ({"applicant__name": " "}, ("/applicant/name", "wrong_form")),
        ({"purpose": ""}, ("/purpose", "wrong_length")),
        ({"purpose": "x" * 501}, ("/purpose", "wrong_length")),
        ({"materials__0__count": 0}, ("/materials/0/count", "wrong_number")),
        ({"materials__0__count": "1"}, ("/materials/0/count", "wrong_type")),
        ({"materials__0__files__0__digest": "sha-256:00"}, ("/materials/0/files/0/digest", "wrong_form")),
        ({"materials__0__files__0__size": 0}, ("/materials/0/files/0/size", "wrong_number")),
        ({"materials": {}}, ("/materials", "wrong_type")),
        ({"form": {"a b": "1"}}, ("/form", "wrong_name")),
        ({"form": {"a": None}}, ("/form/a", "wrong_type")),
        ({"form": {"a": [[]]}}, ("/form/a/0", "wrong_type")),
        ({"receiving__received_at": "yesterday"}, ("/receiving/received_at", "wrong_form")),
    ],
)
def test_a_wrong_shape_is_told_by_pointer(changes: Case, expected: tuple[str, str]) -> None:
    found = faults(changed(**changes))
    assert found == [expected]
    assert expected[1] in canonical.STRUCTURAL


def test_the_name_of_an_unknown_field_is_shown_only_if_it_is_plain() -> None:
    assert faults(changed(**{"applicant__张三 13800000000": "x"})) == [("/applicant/?", "unknown_field")]


def test_too_many_of_something_hides_no_fault_inside_it() -> None:
    found = faults(
        changed(materials=[a_material(index) | {"trust": "C", "files": []} for index in range(201)])
    )
    assert found[0] == ("/materials", "wrong_length")
    assert ("/materials/200/files", "no_files") in found


def test_faults_of_shape_and_of_sense_are_told_together() -> None:
    case = changed(
        purpose=..., applicant__id_number="110105194912310021", agent__expires_on="2026-01-01", mode="x"
    )
    assert set(faults(case)) == {
        ("/purpose", "missing"),
        ("/mode", "not_one_of"),
        ("/applicant/id_number", "bad_check_digit"),
        ("/agent/expires_on", "expired"),
    }


@pytest.mark.parametrize("document", [None, [], "case", 1, {}])
def test_what_is_no_case_at_all_is_told_so(document: Any) -> None:
    found = canonical.check(document, NOW_MS)
    assert found and all(problem.code in canonical.STRUCTURAL for problem in found)


CANARY = "CANARY"
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from([CANARY, "", AT, "111"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id_type", "x y", "unit"]), inner)
    ),
    max_leaves=6,
)


def paths(document: Any) -> list[tuple[str | int, ...]]:
    below: list[tuple[str | int, Any]] = []
    if isinstance(document, dict):
        below = list(document.items())
    elif isinstance(document, list):
        below = list(enumerate(document))
    return [(), *((key, *rest) for key, value in below for rest in paths(value))]


@PROPERTY
@given(st.data())
def test_whatever_stands_anywhere_in_a_case_is_judged_and_never_repeated(data: st.DataObject) -> None:
    case: Any = a_case()
    *above, last = data.draw(st.sampled_from(paths(case)[1:]))
    holder = case
    for step in above:
        holder = holder[step]
    holder[last] = data.draw(JSON)
    found = canonical.check(case, NOW_MS)
    for problem in found:
        for language in ("zh", "en"):
            assert CANARY not in problem.path + problem.text(language) + repr(problem.facts)  # type: ignore[arg-type]


def test_a_file_inline_is_compared_with_its_size_and_digest() -> None:
    content = bytes(range(256)) * 40
    file = a_file("big") | {
        "content": base64.b64encode(content).decode(),
        "size": len(content),
        "digest": "sha-256:" + hashlib.sha256(content).hexdigest(),
    }
    assert faults(changed(materials__0__files=[file])) == []


def test_personal_fields_are_named_without_list_indexes() -> None:
    case = a_case(materials=2)
    assert canonical.personal_fields(case) == [
        "agent.id_number", "agent.name", "applicant.address", "applicant.birth_date", "applicant.id_number",
        "applicant.mobile", "applicant.name", "applicant.nationality", "applicant.sex", "form.copies", "form.kinds",
        "form.reason", "materials.files.name", "materials.verification.by", "note", "receiving.staff",
    ]  # fmt: skip
    assert canonical.personal_fields({}) == []


def test_only_what_is_present_is_named_as_personal() -> None:
    assert canonical.personal_fields({"applicant": {"name": "x"}, "form": {}, "materials": []}) == [
        "applicant.name"
    ]


@pytest.mark.parametrize("name", sorted(canonical.NAMES))
def test_every_property_of_our_vocabulary_has_a_chinese_title(name: str) -> None:
    def untitled(part: Any, at: str) -> list[str]:
        below = part.get("properties", {})
        found = [f"{at}.{key}" for key, value in below.items() if value.get("title", "").isascii()]
        for key, value in [*below.items(), *(("[]", part[key]) for key in ("items",) if key in part)]:
            found += untitled(value, f"{at}.{key}")
        return found

    assert untitled(canonical.schema(name), name) == []


@pytest.mark.parametrize("name", sorted(canonical.NAMES))
def test_every_object_of_our_vocabulary_is_closed(name: str) -> None:
    def objects(part: Any) -> list[Any]:
        below = part.values() if isinstance(part, dict) else part if isinstance(part, list) else []
        mine = [part] if isinstance(part, dict) and "properties" in part and "type" in part else []
        return mine + [one for value in below for one in objects(value)]

    schema = canonical.schema(name)
    jsonschema_rs.meta.validate(schema)
    assert all(one.get("additionalProperties") is False for one in objects(schema))


def test_every_problem_has_a_text_in_both_languages_with_the_same_facts() -> None:
    def facts(template: str) -> set[str]:
        return {part.split("}")[0] for part in template.split("{")[1:]}

    for code, (chinese, english) in TEXTS.items():
        assert facts(chinese) == facts(english), code


def test_a_check_changes_nothing() -> None:
    case = a_case()
    before = json.dumps(case)
    canonical.check(case, NOW_MS)
    canonical.personal_fields(case)
    assert json.dumps(case) == before


BY = {"at": "2026-11-20T10:00:00+08:00"}
FILE = a_case()["materials"]


@pytest.mark.parametrize(
    ("name", "document", "expected"),
    [
        ("correction", {"form": {"summary": "x"}, "by": BY}, []),
        ("correction", {"materials": FILE, "by": BY}, []),
        ("correction", {"by": BY}, [("/materials", "nothing_corrected")]),
        ("correction", {"materials": [], "form": {}, "by": BY}, [("/materials", "nothing_corrected")]),
        ("correction", {"form": {"summary": "x"}}, [("/by", "missing")]),
        ("correction", {"form": {"a": 1}, "answers": "", "by": BY}, [("/answers", "wrong_form")]),
        ("supplement", {"materials": FILE, "by": BY}, []),
        ("supplement", {"materials": [], "by": BY}, [("/materials", "wrong_length")]),
        ("supplement", {"form": {"a": 1}, "materials": FILE, "by": BY}, [("/form", "unknown_field")]),
        ("withdrawal", {"reason": "x", "by": BY}, []),
        ("withdrawal", {"reason": "", "by": BY}, [("/reason", "wrong_length")]),
        (
            "withdrawal",
            {"reason": "x", "by": {**BY, "unit": "11341702MB1A023170"}},
            [("/by/unit", "bad_check_digit")],
        ),
        (
            "withdrawal",
            {"reason": "x", "by": {"at": "2027-11-20T10:00:00+08:00"}},
            [("/by/at", "in_the_future")],
        ),
        (
            "withdrawal",
            {"reason": "x", "by": {"at": "2026-02-30T10:00:00+08:00"}},
            [("/by/at", "no_such_time")],
        ),
    ],
)
def test_what_comes_to_a_case_later_is_checked_as_the_case_is(name, document, expected) -> None:
    found = canonical.check(document, NOW_MS, f"canonical/{name}@1")
    assert [(problem.path, problem.code) for problem in found] == expected


@pytest.mark.parametrize("name", sorted(canonical.LATER))
def test_a_schema_that_takes_parts_of_another_is_whole_and_carries_nothing_that_it_does_not_use(name) -> None:
    schema = canonical.schema(name)
    text = json.dumps(schema)
    assert "canonical/case@1" not in text
    assert {each for each in schema["$defs"] if f'"#/$defs/{each}"' in text} == schema["$defs"].keys()
