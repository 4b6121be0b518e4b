"""Bad input: one problem document with every fault by path, nothing sent, nothing half-stored."""

import asyncio
import base64
import gzip
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from tests.web.people import case_of_somebody
from tests.web.service import Running, changed

Case = dict[str, Any]


@pytest.fixture(autouse=True)
async def nothing_comes_of_it(shared: Running) -> AsyncIterator[None]:
    """Whatever a test of this file asks: no platform hears of it, and no table gains or loses a row."""
    sent, rows = shared.counts(), await shared.rows()
    yield
    await asyncio.sleep(0)
    assert (shared.counts(), await shared.rows()) == (sent, rows)


def sample() -> Case:
    return case_of_somebody("gd-person")


def written(document: Case) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


def nested(levels: int) -> bytes:
    return b'{"form": ' + b'{"a": ' * levels + b"1" + b"}" * levels + b"}"


UNREADABLE: dict[str, tuple[Callable[[], bytes], dict[str, str], int, str, dict[str, Any]]] = {
    "larger than allowed": (lambda: b"{" + b" " * 300_000 + b"}", {}, 413, "too_large", {"most": 200_000}),
    "no JSON": (lambda: b'{"item": {,}}', {}, 400, "not_json", {"line": 1, "column": 11}),
    "empty": (lambda: b"", {}, 400, "not_json", {}),
    "cut off": (lambda: written(sample())[:-20], {}, 400, "not_json", {}),
    "two documents": (lambda: b"{} {}", {}, 400, "not_json", {}),
    "NaN": (lambda: b'{"form": {"a": NaN}}', {}, 400, "not_json", {}),
    "half of a pair": (lambda: b'{"note": "\\ud800"}', {}, 400, "not_json", {}),
    "a list": (lambda: b"[1, 2]", {}, 400, "not_an_object", {}),
    "a text": (lambda: b'"case"', {}, 400, "not_an_object", {}),
    "GBK bytes": (lambda: json.dumps(sample(), ensure_ascii=False).encode("gbk"), {}, 400, "wrong_charset", {}),
    "GBK by name": (lambda: written(sample()), {"Content_Type": "application/json; charset=gbk"},
                    400, "wrong_charset", {}),
    "XML": (lambda: b"<case/>", {"Content_Type": "text/xml"}, 415, "wrong_media_type", {}),
    "a key twice": (lambda: b'{"purpose": "a", "note": "b", "purpose": "c"}', {}, 400, "duplicate_key",
                    {"path": "purpose"}),
    "a key twice, deep": (lambda: b'{"form": {"x": [{"name": 1, "name": 2}]}}', {}, 400, "duplicate_key", {}),
    "a key twice, one escaped": (lambda: b'{"note": "a", "n\\u006fte": "b"}', {}, 400, "duplicate_key",
                                 {"path": "note"}),
    "a personal key twice": (lambda: '{"金雀丝": 1, "金雀丝": 2}'.encode(), {}, 400, "duplicate_key",
                             {"path": "?"}),
    "25 levels": (lambda: nested(25), {}, 400, "too_deep", {"most": 24}),
    "5000 levels": (lambda: nested(5000), {}, 400, "too_deep", {"most": 24}),
    "5000 lists": (lambda: b'{"form": ' + b"[" * 5000 + b"]" * 5000 + b"}", {}, 400, "too_deep", {"most": 24}),
    "a number of 30 digits": (lambda: b'{"form": {"a": 123456789012345678901234567890}}', {}, 400,
                              "number_inexact", {}),
    "too fine a number": (lambda: b'{"form": {"a": 0.1234567890123456789}}', {}, 400, "number_inexact", {}),
    "no gzip": (lambda: b"this is no gzip", {"Content_Encoding": "gzip"}, 400, "body_unreadable", {}),
    "a bomb": (lambda: gzip.compress(b"{" + b" " * 20_000_000 + b"}"), {"Content_Encoding": "gzip"}, 413,
               "too_large", {}),
}  # fmt: skip


@pytest.mark.parametrize("path", ["/v1/cases", "/v1/preflight"])
@pytest.mark.parametrize("name", UNREADABLE)
async def test_a_body_that_cannot_be_read_is_one_problem(
    service: Running, key: str, name: str, path: str
) -> None:
    body, headers, status, code, facts = UNREADABLE[name]
    answer = await service.ask("POST", path, data=body(), Idempotency_Key=key, **headers)
    assert (answer.status, answer.code) == (status, code)
    assert facts.items() <= answer.document.items()
    assert "金雀丝" not in answer.text


FAULTS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "wrong check digits": (
        {"applicant__id_number": "341702198803151231", "receiving__unit": "11341702MB1A023178"},
        {"/applicant/id_number": "bad_check_digit", "/receiving/unit": "bad_check_digit"}),
    "a birth date that is not that of the number": (
        {"applicant__id_number": "34170219880315123X", "applicant__birth_date": "1988-03-16"},
        {"/applicant/birth_date": "birth_date_differs"}),
    "a minor without a guardian": (
        {"applicant__id_number": "341702202001052722", "applicant__birth_date": "2020-01-05"},
        {"/applicant/guardian": "guardian_missing"}),
    "unknown codes": (
        {"applicant__id_type": "777", "mode": "by_pigeon", "materials__0__trust": "E"},
        {"/applicant/id_type": "not_one_of", "/mode": "not_one_of", "/materials/0/trust": "not_one_of"}),
    "a digest and a size that do not match": (
        {"materials__0__files__0__digest": "sha-256:" + "0" * 64, "materials__0__files__1__size": 7},
        {"/materials/0/files/0/digest": "digest_differs", "/materials/0/files/1/size": "size_differs"}),
    "content that is no base64": (
        {"materials__0__files__0__content": "***"}, {"/materials/0/files/0/content": "not_base64"}),
    "an electronic material without its files": (
        {"materials__1__files": []}, {"/materials/1/files": "no_files"}),
    "a file without its content": (
        {"materials__0__files__0__content": None}, {"/materials/0/files/0/content": "missing"}),
    "no materials at all": ({"materials": None}, {"/materials": "missing"}),
    "fields that nobody knows": (
        {"applicnt": {}, "applicant__nmae": "x"},
        {"/applicnt": "unknown_field", "/applicant/nmae": "unknown_field"}),
    "times and dates that do not exist": (
        {"receiving__received_at": "2026-13-45T99:99:99+08:00", "applicant__birth_date": "1988-02-30"},
        {"/receiving/received_at": "no_such_time", "/applicant/birth_date": "no_such_date"}),
    "papers from tomorrow": (
        {"receiving__received_at": "2099-01-01T09:00:00+08:00"}, {"/receiving/received_at": "in_the_future"}),
    "papers of last year": (
        {"receiving__received_at": "2020-01-01T09:00:00+08:00"}, {"/receiving/received_at": "too_long_ago"}),
    "wrong types everywhere": (
        {"applicant__name": 7, "materials__0__count": "two", "form": []},
        {"/applicant/name": "wrong_type", "/materials/0/count": "wrong_type", "/form": "wrong_type"}),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
async def test_every_fault_of_a_case_is_told_by_path_in_one_answer(
    service: Running, key: str, name: str
) -> None:
    values, expected = FAULTS[name]
    answer = await service.submit(changed(sample(), **values), key)
    assert (answer.status, answer.code) == (422, "invalid_case")
    told = {each["path"]: each["code"] for each in answer.document["problems"]}
    assert expected.items() <= told.items()


async def test_faults_of_checks_and_of_the_mapping_come_together(service: Running, key: str) -> None:
    """A wrong check digit is found before mapping, a code that their table lacks in it."""
    values = {"receiving__unit": "11341702MB1A023178", "form__project_type": "9", "form__express": "也许"}
    answer = await service.submit(changed(sample(), **values), key)
    assert answer.code == "invalid_case"
    told = {each["path"]: each for each in answer.document["problems"]}
    assert {path: each["code"] for path, each in told.items()} == {
        "/receiving/unit": "bad_check_digit",
        "/form/project_type": "not_in_table",
        "/form/express": "not_a_boolean",
    }
    assert told["/form/project_type"]["there"] == "bjlx"
    assert answer.document["count"] == 3


async def test_a_character_that_gb2312_lacks_is_named_with_its_field_and_nothing_else(
    service: Running, key: str
) -> None:
    case = case_of_somebody("gx-person")
    case = changed(case, applicant__name="汤喆念", note="住址在䶮里", materials__0__name="身份证堃")
    answer = await service.submit(case, key, Accept_Language="en")
    assert (answer.status, answer.code) == (422, "unmappable")
    told = {each["path"]: (each["there"], each["what"]) for each in answer.document["problems"]}
    assert told == {
        "/applicant/name": ("DATA.YWJL.SQRXM", "character 2, '喆', cannot be written in gb2312"),
        "/note": ("DATA.YWJL.BZ", "character 4, '䶮', cannot be written in gb2312"),
        "/materials/0/name": ("DATA.CLJL[0].CLMC", "character 4, '堃', cannot be written in gb2312"),
    }
    assert "汤" not in answer.text and "住址" not in answer.text


async def test_a_name_that_the_envelope_cannot_carry_is_told_at_the_callers_own_field(
    service: Running, key: str
) -> None:
    """No word of the mapping looks at the file's extension or the latin name: the encoder finds it."""
    case = changed(case_of_somebody("gx-person"), receiving__unit_name="模拟䶮中心")
    answer = await service.submit(case, key, Accept_Language="en")
    assert answer.code == "unmappable"
    assert set(answer.paths()) == {"/receiving/unit_name"}
    assert all("'䶮'" in each["what"] for each in answer.document["problems"])


async def test_a_case_of_fifty_faults_is_still_one_answer(service: Running, key: str) -> None:
    file = sample()["materials"][0]["files"][0]
    files = [{**file, "id": "same", "digest": "sha-256:" + "1" * 64} for _ in range(50)]
    answer = await service.submit(changed(sample(), materials__0__files=files), key)
    assert answer.code == "invalid_case"
    assert answer.paths().count("/materials/0/files/0/digest") == 1
    assert len(answer.document["problems"]) == answer.document["count"] == 50 + 49  # digests, repeated ids


async def test_what_preflight_finds_is_what_submitting_finds(service: Running, key: str) -> None:
    case = changed(sample(), form__project_type="9", applicant__id_type="990")
    submitted, checked = (
        await service.submit(case, key),
        await service.ask("POST", "/v1/preflight", body=case),
    )
    assert submitted.document == checked.document
    assert submitted.document["problems"]


async def test_preflight_of_a_good_case_shows_the_message_and_keeps_nothing(service: Running) -> None:
    answer = await service.ask("POST", "/v1/preflight", body=sample())
    assert answer.status == 200
    assert answer.document["platform"] == "sim-gd"
    assert answer.document["message"]["sqrxm"] == "温若岚"
    assert answer.document["message"]["sblsh"].endswith("0000"), "no number is taken"
    assert answer.headers["Cache-Control"] == "no-store"


async def test_personal_fields_are_named_as_sent_only_if_they_are_sent(service: Running) -> None:
    """sim-gx asks for no agent's mobile, no verifier's name and nothing of a form but what its mapping reads."""
    case = case_of_somebody("gx-person")
    case["form"]["family_income"] = "3000"
    case["agent"] = {"name": "温若岚", "id_type": "111", "id_number": "34170219880315123X", "mobile": "19900000000",
                     "scope": "代为提交", "expires_on": "2099-12-31"}  # fmt: skip
    answer = await service.ask("POST", "/v1/preflight", body=case)
    named = set(answer.document["personal_fields"])
    assert {"applicant.name", "applicant.id_number", "agent.name", "materials.files.content"} <= named
    assert not {"agent.mobile", "materials.verification.by", "form.family_income"} & named


@pytest.mark.parametrize("key_", ["short", "x" * 129, "with space in it", "中文的键中文的键"])
async def test_a_bad_idempotency_key_is_refused(service: Running, key_: str) -> None:
    shown = base64.b64encode(key_.encode()).decode() if not key_.isascii() else key_
    answer = await service.submit(sample(), shown if key_.isascii() else key_)
    assert (answer.status, answer.code) == (400, "idempotency_key_bad")
