"""A recorded answer: whose values are taken out of it, and in which bytes it is kept."""

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.message import Reply, Response
from gateway.replay.answered import answered
from gateway.shown import MASK
from gateway.workbench.check import built
from gateway.workbench.persons import answered_persons, given_persons
from gateway.workbench.recorder import Heard, Sample, kept, recorded, sample
from gateway.workbench.redacted import Redactor
from gateway.workbench.samples import named, read
from tests.fakes import fixtures
from tests.workbench.made import EXAMPLES, example

PERSON = fixtures.case("gx-person")["applicant"]
GBK = f'<?xml version="1.0" encoding="GBK"?><R><code>00</code><msg>{PERSON["name"]}已接收</msg></R>'
NAMES = ("sim-gd", "sim-gx", "sim-sj", "sim-yb", "sim-yh", "sim-table", "sim-folder")


def redactor(operation: str, given: dict[str, Any]) -> Redactor:
    return Redactor(given_persons(operation, given))


@pytest.mark.parametrize(
    ("operation", "given"),
    [
        ("case.submit", {"applicant": {"name": "欧阳娜娜"}}),
        ("case.submit", {"applicant": {"guardian": {"name": "欧阳娜娜"}}}),
        ("case.submit", {"form": {"spouse": {"name": "欧阳娜娜"}}}),
        ("case.withdraw", {"reason": "欧阳娜娜"}),
        ("case.withdraw", {"reason": "申请人欧阳娜娜要求撤回，欧阳娜娜，已另行办理"}),
        ("case.correct", {"case": {"applicant": {"name": "欧阳娜娜"}}}),
        ("case.correct", {"by": {"staff": "欧阳娜娜"}}),
    ],
)
def test_whoever_stands_in_what_was_given_is_taken_out(operation: str, given: dict[str, Any]) -> None:
    assert redactor(operation, given)("补正人：欧阳娜娜。") == f"补正人：{MASK}。"


@pytest.mark.parametrize("name", NAMES)
def test_every_sample_is_judged_as_before_once_it_is_redacted(name: str) -> None:
    release = example(name)
    adapter, given = (
        built(release),
        json.loads((EXAMPLES / name / "samples" / "case.json").read_text("utf-8")),
    )
    for file, text in release.files.items():
        if named(file) is None:
            continue
        one = read(file, text)
        if one.probes is None:
            heard = Heard(one.response, adapter.judged(one.response, one.operation))
            assert sample(release, adapter, one.operation, heard, given).judged == one.verdict, file


@pytest.mark.parametrize(
    ("name", "file", "personal"),
    [
        ("sim-gd", "case.result.taken.json", "不符合第三条"),  # a text of JSON
        ("sim-gx", "case.result.taken.json", "模决字〔2026〕0001号"),  # of XML in a string
        ("sim-table", "case.progress.taken-refused.json", "申请人不符合条件"),  # of a column
        (
            "sim-folder",
            "case.progress.taken-refused.json",
            "申请人不符合条件",
        ),  # of a file in GB 18030, in base64
    ],
)
def test_what_the_answer_to_a_read_says_of_persons_is_known_by_the_fields_that_it_is_mapped_to(
    name: str, file: str, personal: str
) -> None:
    release = example(name)
    one = read(f"samples/{file}", release.files[f"samples/{file}"])
    adapter = built(release)
    reply = adapter.judged(one.response, one.operation)
    assert personal in set(answered_persons(release, one.operation, reply.document))
    made = sample(release, adapter, one.operation, Heard(one.response, reply), {})
    again = adapter.judged(answered(made.response), one.operation)
    assert (made.judged, again.verdict) == ("taken", "taken")
    assert personal not in made.text + str(again.document)


@pytest.mark.parametrize(
    "kind", ["", "text/xml", "application/xml;charset=ISO-8859-1", "text/xml;charset=gbk"]
)
def test_xml_is_kept_in_the_charset_that_it_declares(kind: str) -> None:
    response = Response(200, {"Content-Type": kind}, GBK.encode("gbk"))
    made = recorded(response, redactor("case.submit", {"applicant": PERSON}))
    assert made["body"] == GBK.replace(PERSON["name"], MASK)
    assert answered(made).body == made["body"].encode("gbk")


@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
def test_bytes_that_are_no_text_are_kept_as_bytes_without_the_person(charset: str) -> None:
    raw = b"<m>\xff\xff" + PERSON["name"].encode(charset) + PERSON["id_number"].encode() + b"\xff</m>"
    made = recorded(Response(200, {}, raw), redactor("case.submit", {"applicant": PERSON}))
    body = bytes.fromhex(made["body_hex"])
    assert body.startswith(b"<m>\xff\xff")
    assert body.endswith(b"\xff</m>")
    assert PERSON["name"].encode(charset) not in body
    assert PERSON["id_number"].encode() not in body


def test_a_charset_that_nobody_knows_is_kept_as_bytes() -> None:
    response = Response(200, {"Content-Type": "text/plain;charset=x-none"}, b"ok")
    assert bytes.fromhex(recorded(response, Redactor([]))["body_hex"]) == b"ok"


def test_the_same_sample_is_kept_once_and_another_one_beside_it(tmp_path: Path) -> None:
    one = Sample("case.submit", "taken", "taken", {"status": 200, "body": "1"})
    other = Sample("case.submit", "taken", "taken", {"status": 200, "body": "2"})
    files = [kept(tmp_path, each).name for each in (one, other, one, other)]
    first, second = "case.submit.taken-recorded.json", "case.submit.taken-recorded-2.json"
    assert files == [first, second, first, second]
    assert named(f"samples/{second}") == ("case.submit", "taken")


def test_a_sample_that_the_mask_makes_another_verdict_says_so() -> None:
    release = example("sim-yh")
    body = GBK.replace("00", "21").replace("<msg>", "<datas><BJBH>YH1</BJBH></datas><msg>").encode("gbk")
    heard = Heard(Response(200, {}, body), Reply("already"))
    assert sample(release, built(release), "case.submit", heard, {}).judged == "already"
    masked = sample(release, built(release), "case.submit", heard, {"note": "BJBH"})
    assert (masked.verdict, masked.judged == "already") == ("already", False)
