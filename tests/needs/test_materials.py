"""What is required over there against what is at hand: told by preflight and by submit, with everything else."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.fakes.checks import CHINA
from tests.needs.guide import EMPLOYEE, FREELANCE
from tests.web.checked import Answer
from tests.web.people import case_of_somebody
from tests.web.service import Running, changed

LATER = (datetime.now(CHINA).date() + timedelta(days=30)).isoformat()


def a_case(situation: str = EMPLOYEE, **values: Any) -> dict[str, Any]:
    """One that has all: an identity card, the proof under the code of this place, the original booklet."""
    case = changed(case_of_somebody(), division="440233", item__situation=situation, **values)
    card, proof = case["materials"]
    booklet = {**card, "code": "M03", "name": "就业创业证", "form": "original", "files": []}
    case["materials"] = [card, {**proof, "code": "H02"}, booklet]
    return case


def without(case: dict[str, Any], code: str) -> dict[str, Any]:
    return {**case, "materials": [each for each in case["materials"] if each["code"] != code]}


def instead(code: str, kind: str, **more: str) -> dict[str, Any]:
    name = {"M01": "居民身份证", "M03": "就业创业证", "M05": "社会保险缴费证明"}.get(code, "材料")
    made = {"code": code, "name": name, "form": "electronic", "count": 1, "trust": "A", "files": []}
    return {**made, "instead": {"kind": kind, **more}}


def told(answer: Answer) -> set[tuple[str, str]]:
    return {(each["path"], each["code"]) for each in answer.document.get("problems", ())}


async def preflight(service: Running, case: dict[str, Any], language: str = "zh") -> Answer:
    return await service.ask("POST", "/v1/preflight", body=case, Accept_Language=language)


async def test_who_has_all_materials_passes_and_is_told_so(service: Running) -> None:
    answer = await preflight(service, a_case())
    assert (answer.status, answer.document["materials"]) == (200, "sufficient")


async def test_where_no_guide_is_known_nothing_is_claimed_and_nothing_refused(service: Running) -> None:
    answer = await preflight(service, without(case_of_somebody(), "M01"))
    assert (answer.status, answer.document["materials"]) == (200, "unknown")


async def test_everything_that_is_missing_is_told_at_once_with_all_other_faults(service: Running) -> None:
    case = changed(a_case(), form__project_type="9")
    answer = await preflight(service, {**case, "materials": []})
    assert answer.code == "invalid_case"
    found = [each for each in answer.document["problems"] if each["code"] == "material_missing"]
    assert len(found) == 3, "identity card, proof and booklet; neither what is exempt nor what was cancelled"
    assert ("/form/project_type", "not_in_table") in told(answer)
    said = " ".join(each["what"] for each in found)
    assert "就业创业证）；可以代替：owed" in said
    assert "M04" not in said and "M06" not in said and "M07" not in said


async def test_what_could_stand_for_it_is_said_in_english_too(service: Running) -> None:
    answer = await preflight(service, without(a_case(), "M01"), "en")
    (problem,) = answer.document["problems"]
    assert problem["what"].endswith("is missing; what could stand for it: licence")


@pytest.mark.parametrize(
    "place, values, code, where",
    [
        (0, {"trust": "C"}, "material_trust", "trust"),  # C is not sent where B is asked
        (0, {"trust": "D"}, "material_trust", "trust"),
        (2, {"form": "copy"}, "material_form", "form"),  # an original is asked for
        (2, {"form": "electronic", "files": None}, "material_form", "form"),
        (1, {"form": "copy", "files": []}, "material_form", "files"),  # electronic: there have to be files
    ],
)  # fmt: skip
async def test_what_is_not_good_enough_is_refused(
    service: Running, place: int, values: dict[str, Any], code: str, where: str
) -> None:
    case = a_case()
    material = case["materials"][place]
    card = case["materials"][0]
    case["materials"][place] = {**material, **values, "files": values.get("files", material["files"]) or (
        [] if values.get("form") == "copy" else [{**card["files"][0], "id": "f9"}])}  # fmt: skip
    answer = await preflight(service, case)
    assert (f"/materials/{place}/{where}", code) in told(answer)


async def test_fewer_sheets_than_are_asked_for_are_too_few(service: Running) -> None:
    case = a_case()
    photo = {**case["materials"][2], "code": "M07", "name": "照片", "form": "copy", "count": 1}
    assert (
        await preflight(service, {**case, "materials": [*case["materials"], photo]})
    ).code == "invalid_case"
    two = {**photo, "count": 2}
    assert (await preflight(service, {**case, "materials": [*case["materials"], two]})).status == 200


async def test_only_what_may_be_owed_may_be_owed(service: Running) -> None:
    owed = without(a_case(), "M03")
    owed["materials"].append(instead("M03", "owed", until=LATER))
    answer = await preflight(service, owed)
    assert answer.status == 200
    assert answer.document["message"]["clxx"][2]["sqfs"] == "4"  # 容缺后补, in their own word
    wrong = without(a_case(), "M01")
    wrong["materials"].append(instead("M01", "owed", until=LATER))
    assert ("/materials/2/instead/kind", "material_owed_not_allowed") in told(await preflight(service, wrong))


async def test_a_row_lets_data_stand_for_a_proof_and_nothing_else(service: Running) -> None:
    case = without(a_case(FREELANCE), "H02")
    case["materials"].append(instead("M05", "data", reference="SB-2026-1"))
    answer = await preflight(service, case)
    assert answer.status == 200
    assert (
        answer.document["message"]["clxx"][2] | {"sqfs": "3", "dtbh": "SB-2026-1"}
        == (answer.document["message"]["clxx"][2])
    )
    case["materials"][-1]["instead"]["kind"] = "licence"
    answer = await preflight(service, case)
    assert ("/materials/2/instead/kind", "material_instead_not_allowed") in told(answer)


async def test_what_is_owed_or_named_says_until_when_and_by_what(service: Running) -> None:
    case = a_case()
    case["materials"] += [
        instead("X1", "owed"),
        instead("X2", "pledge"),
        instead("X3", "owed", until="2020-01-01"),
    ]
    assert {
        ("/materials/3/instead/until", "until_missing"),
        ("/materials/4/instead/reference", "reference_missing"),
        ("/materials/5/instead/until", "until_past"),
    } <= told(await preflight(service, case))


async def test_situations_must_be_chosen_where_materials_depend_on_them(service: Running) -> None:
    case = a_case()
    del case["item"]["situation"]
    assert ("/item/situation", "situation_missing") in told(await preflight(service, case))
    case["item"]["situation"] = "别的情形"
    answer = await preflight(service, case)
    (problem,) = (each for each in answer.document["problems"] if each["code"] == "situation_unknown")
    assert problem["expected"] == f"{EMPLOYEE}, {FREELANCE}"


async def test_what_a_message_cannot_say_never_gets_lost_in_it(service: Running) -> None:
    case = case_of_somebody("gx-person")
    case["materials"].append(instead("M09", "owed", until=LATER))
    place = len(case["materials"]) - 1
    answer = await preflight(service, case)
    assert told(answer) == {(f"/materials/{place}/instead/kind", "material_instead_not_carried")}


async def test_submitting_refuses_and_sends_as_preflight_says(service: Running) -> None:
    answer = await service.submit(without(a_case(), "M03"), "needs-refused-0001")
    assert (answer.status, told(answer)) == (422, {("/materials", "material_missing")})
    owed = without(a_case(), "M03")
    owed["materials"].append(instead("M03", "owed", until=LATER))
    answer = await service.submit(owed, "needs-refused-0001")
    assert answer.status == 201, answer.text


async def test_the_form_lists_the_materials_of_the_situation(service: Running) -> None:
    path = "/v1/items/11341702003279130M4002014007000/form?division=440233"
    open_ = (await service.ask("GET", path)).document
    assert open_["situations"] == [EMPLOYEE, FREELANCE]
    chosen = (await service.ask("GET", f"{path}&situation={FREELANCE}")).document
    assert [each["code"] for each in chosen["materials"]] == ["M01", "M03", "M05", "M06", "M07"]
    by_code = {each["code"]: each for each in open_["materials"]}
    assert by_code["M02"]["here"] == ["H02"]
    assert (by_code["M06"]["asked"], by_code["M07"]["asked"]) == (False, False)
    assert by_code["M05"]["instead"] == ["data"]
    answer = await service.ask("GET", f"{path}&situation=x")
    assert (answer.code, answer.document["name"]) == ("bad_parameter", "situation")
