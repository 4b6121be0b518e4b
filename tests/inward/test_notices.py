"""A platform tells over REST how its cases stand: who may, about which, and what comes of it."""

import json
from typing import Any

import pytest

from gateway.exchange.following import MOST_TOLD, known_of
from gateway.exchange.noticed import beside, noticed
from gateway.store import cases
from mappings.canonical.schema import structure_problems
from tests.inward.platform import UNIT, Lingnan, moment, signed, submitted, view
from tests.web.checked import Answer
from tests.web.people import case_of_somebody
from tests.web.service import Running


def codes(answer: Answer) -> tuple[str, list[str]]:
    """(code of the package, codes of its records)."""
    document = answer.document
    return document["code"], [each["code"] for each in document["data"]["lb"]]


async def stored(service: Running) -> dict[str, int]:
    return await service.rows()


async def test_what_is_told_is_committed_before_the_answer_and_moves_the_case(
    service: Running, lingnan: Lingnan, key: str
) -> None:
    case = await submitted(service, key)
    answer = await lingnan.tell({"sblsh": case["numbers"]["ours"], "zt": "30", "jbr": "LN0031"})
    assert (answer.status, codes(answer)) == (200, ("200", ["200"]))
    shown = await view(service, case["case"])
    assert (shown["state"], shown["timeline"][-1]["source"]) == ("accepted", "sim-gd")
    told = next(each for each in shown["exchanges"] if each["operation"] == "case.notify")
    assert told["exchange"] == answer.document["data"]["jhbs"]
    assert told["state_text"]["zh"] == "已接收对方来函"


async def test_a_case_is_known_by_either_number(service: Running, lingnan: Lingnan, key: str) -> None:
    case = await submitted(service, key)
    ours, theirs = case["numbers"]["ours"], case["numbers"]["theirs"]
    for numbers, state, zt in (
        ({"caseNo": theirs}, "signed", "26"), ({"sblsh": ours, "caseNo": theirs}, "accepted", "30")
    ):  # fmt: skip
        assert codes(await lingnan.tell({**numbers, "zt": zt})) == ("200", ["200"])
        assert (await view(service, case["case"]))["state"] == state


async def test_the_same_notice_told_a_thousand_times_is_answered_the_same_and_kept_once(
    service: Running, lingnan: Lingnan, key: str
) -> None:
    case = await submitted(service, key)
    body = {
        "fsdw": UNIT,
        "lb": [{"tzbh": "TZ-AGAIN", "sblsh": case["numbers"]["ours"], "zt": "30", "sj": moment()}],
    }
    sent = json.dumps(body).encode()
    first = await lingnan.send(sent)
    before = await stored(service)
    for _ in range(1000):
        assert (await lingnan.send(sent)).raw == first.raw
    assert await stored(service) == before


async def test_what_is_told_again_in_other_bytes_is_the_same_notice(
    service: Running, lingnan: Lingnan, key: str
) -> None:
    case = await submitted(service, key)
    record = {"tzbh": "TZ-BYTES", "sblsh": case["numbers"]["ours"], "zt": "30", "sj": moment()}
    first = await lingnan.send(json.dumps({"fsdw": UNIT, "lb": [record]}).encode())
    again = await lingnan.send(json.dumps({"lb": [record], "fsdw": UNIT}, indent=3).encode())
    assert again.document == first.document


async def test_several_cases_in_one_package_move_together(
    service: Running, lingnan: Lingnan, key: str
) -> None:
    cases = [await submitted(service, f"{key}-{number}") for number in range(3)]
    records = [{"sblsh": each["numbers"]["ours"], "zt": "30"} for each in cases]
    assert codes(await lingnan.tell(*records)) == ("200", ["200"] * 3)
    assert [(await view(service, each["case"]))["state"] for each in cases] == ["accepted"] * 3


async def test_who_has_told_beyond_all_measure_hears_that_more_of_it_changes_nothing(
    service: Running, lingnan: Lingnan, key: str
) -> None:
    case = await submitted(service, key)
    number = {"sblsh": case["numbers"]["ours"]}
    flood = await lingnan.tell(*({**number, "zt": "26"} for _ in range(MOST_TOLD)))
    assert codes(flood) == ("200", ["200"] * MOST_TOLD)
    assert codes(await lingnan.tell({**number, "zt": "30"}))[1] == ["201"]
    assert (await view(service, case["case"]))["state"] == "signed"


async def test_of_a_package_that_is_partly_wrong_nothing_is_taken_and_each_record_has_its_code(
    service: Running, lingnan: Lingnan, key: str
) -> None:
    case = await submitted(service, key)
    good = {"sblsh": case["numbers"]["ours"], "zt": "30"}
    answer = await lingnan.tell(good, {"sblsh": "0" * 43, "zt": "30"}, good)
    assert codes(answer) == ("6006", ["6011", "6006", "6011"])
    shown = await view(service, case["case"])
    assert (shown["state"], len(shown["exchanges"])) == ("handed_over", 1)
    misread = await lingnan.tell(good, {"sblsh": case["numbers"]["ours"], "zt": "31"})
    assert codes(misread) == ("6002", ["6011", "6002"])


async def test_what_was_refused_is_recorded_once_and_may_be_right_when_it_is_told_again(
    service: Running, lingnan: Lingnan, key: str
) -> None:
    case = await submitted(service, key)
    ahead = {"tzbh": "TZ-EARLY", "sblsh": case["numbers"]["ours"], "zt": "30", "sj": moment(3 * 86_400)}
    first = await lingnan.tell(ahead)
    before = await stored(service)
    assert codes(first) == ("6010", ["6010"])
    assert (await lingnan.tell(ahead)).raw == first.raw
    assert await stored(service) == before
    assert codes(await lingnan.tell({**ahead, "sj": moment()})) == ("200", ["200"])
    assert (await view(service, case["case"]))["state"] == "accepted"


async def test_a_clock_that_is_some_hours_ahead_is_asked_to_tell_it_when_it_has_happened(
    service: Running, lingnan: Lingnan, key: str
) -> None:
    case = await submitted(service, key)
    before = await stored(service)
    answer = await lingnan.tell({"sblsh": case["numbers"]["ours"], "zt": "30", "sj": moment(3_600)})
    assert (answer.status, codes(answer)) == (503, ("5031", ["5031"]))
    assert await stored(service) == before
    near = await lingnan.tell({"sblsh": case["numbers"]["ours"], "zt": "30", "sj": moment(200)})
    assert codes(near) == ("200", ["200"])


async def test_a_notice_of_another_platforms_case_is_of_no_case(
    service: Running, lingnan: Lingnan, key: str
) -> None:
    elsewhere = (await service.submit(case_of_somebody("gx-person"), key)).document
    for numbers in ({"sblsh": elsewhere["numbers"]["ours"]}, {"caseNo": elsewhere["numbers"]["theirs"]}):
        assert codes(await lingnan.tell({**numbers, "zt": "90"})) == ("6006", ["6006"])
    assert (await view(service, elsewhere["case"]))["state"] == "handed_over"


@pytest.mark.parametrize(
    ("unit", "code"),
    [
        ("11450000007565209D", "6008"),  # a unit for which this channel does not speak
        ("11440233007340219M", "6009"),  # 岭南二县, about a case of 岭南一县
        ("某局", "6002"),
    ],
)
async def test_the_unit_must_be_one_of_the_channel_and_of_the_place_of_the_case(
    service: Running, lingnan: Lingnan, key: str, unit: str, code: str
) -> None:
    case = await submitted(service, key)
    answer = await lingnan.tell({"sblsh": case["numbers"]["ours"], "zt": "30"}, unit=unit)
    assert codes(answer) == (code, [code])
    assert (await view(service, case["case"]))["state"] == "handed_over"


@pytest.mark.parametrize(
    "headers",
    [
        signed(appkey="another-key"),
        signed("s_sim_0001"),
        signed(ahead_s=-900),
        {name: value for name, value in signed().items() if not name.endswith("sign")},
        {"Authorization": "Bearer test-key-of-guichi-k1"},
    ],
    ids=["wrong key", "another service", "a quarter of an hour ago", "no signature", "a caller's key"],
)
async def test_who_is_not_let_in_is_told_so_in_the_envelope_and_changes_nothing(
    service: Running, lingnan: Lingnan, key: str, headers: dict[str, str]
) -> None:
    case = await submitted(service, key)
    lingnan.headers = headers
    answer = await lingnan.tell({"sblsh": case["numbers"]["ours"], "zt": "30"})
    assert (answer.status, codes(answer)) == (401, ("401", []))
    assert (await view(service, case["case"]))["state"] == "handed_over"


async def test_whoever_knocks_without_being_let_in_leaves_one_entry_a_minute(
    service: Running, lingnan: Lingnan
) -> None:
    lingnan.headers = signed(appkey="another-key")
    await lingnan.tell({"zt": "30"})
    before = await stored(service)
    for _ in range(20):
        await lingnan.tell({"zt": "30"})
    assert await stored(service) == before


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "6001"),
        (b"{", "6001"),
        (b"[]", "6001"),
        (b'"text"', "6001"),
        (b"\xff\xfe", "6001"),
        (b"[" * 5000 + b"]" * 5000, "6001"),
        (b'{"fsdw": "11440232007340216X"}', "6003"),
        (b'{"fsdw": "11440232007340216X", "lb": []}', "6003"),
        (b'{"fsdw": "11440232007340216X", "lb": "x"}', "6002"),
        (b'{"fsdw": "11440232007340216X", "lb": [[], 1, null]}', "6002"),
        (b'{"lb": [{"tzbh": {"a": 1}, "zt": ["30"], "sj": 20261120}]}', "6002"),
        (b'{"lb": [' + b",".join([b"{}"] * 201) + b"]}", "6004"),
    ],
)
async def test_what_cannot_be_read_is_refused_with_its_reason(
    service: Running, lingnan: Lingnan, body: bytes, code: str
) -> None:
    answer = await lingnan.send(body)
    assert (answer.status, answer.document["code"]) == (200, code)


@pytest.mark.parametrize(
    "path", ["/inbound/sim-gd/case", "/inbound/sim-gd/x/y", "/inbound/none/cases/notices", "/soap/sim-gd",
             "/inbound/sim-sj/cases/notices"],
)  # fmt: skip
async def test_what_is_not_declared_is_no_address(service: Running, lingnan: Lingnan, path: str) -> None:
    lingnan.path = path
    answer = await lingnan.tell({"zt": "30"})
    assert (answer.status, answer.code) == (404, "no_route")


async def test_what_comes_in_an_impossible_order_is_recorded_and_changes_nothing(
    service: Running, lingnan: Lingnan, key: str
) -> None:
    case = await submitted(service, key)
    ours = case["numbers"]["ours"]
    for zt, ago_s in (("30", 7200), ("50", 3600), ("90", 1800)):
        await lingnan.tell({"sblsh": ours, "zt": zt, "sj": moment(-ago_s)})
    for zt in ("28", "98", "32"):
        assert codes(await lingnan.tell({"sblsh": ours, "zt": zt})) == ("200", ["201"])
    shown = await view(service, case["case"])
    assert (shown["state"], shown["open"]) == ("served", False)
    assert {"correction_needed", "withdrawn", "suspended"} <= {each["event"] for each in shown["findings"]}


async def test_a_record_that_takes_an_earlier_one_back_undoes_it(
    service: Running, lingnan: Lingnan, key: str
) -> None:
    case = await submitted(service, key)
    ours = case["numbers"]["ours"]
    await lingnan.tell({"sblsh": ours, "zt": "91", "tzbh": "TZ-WRONG"})
    assert (await view(service, case["case"]))["state"] == "returned"
    await lingnan.tell({"sblsh": ours, "zt": "30", "gzbh": "TZ-WRONG"})
    assert (await view(service, case["case"]))["state"] == "accepted"


async def test_nothing_personal_of_a_notice_stands_in_the_log(
    service: Running, lingnan: Lingnan, key: str, caplog: Any, capfd: Any
) -> None:
    case = await submitted(service, key)
    await lingnan.tell({"sblsh": case["numbers"]["ours"], "zt": "30", "sm": "金雀丝之言", "jbr": "金雀丝"})
    await lingnan.tell({"sblsh": "金雀丝", "zt": "金雀丝"}, unit="金雀丝")

    def bodies(connection: Any) -> list[bytes]:
        return [row[0] for row in connection._driver.execute("SELECT body FROM audit_entries").fetchall()]

    entries = await service.gateway.store.read(bodies)
    assert not any("金雀丝".encode() in bytes(each) for each in entries)
    assert "金雀丝" not in "".join(capfd.readouterr())


async def test_what_a_notice_asks_for_is_read_with_the_progress_and_who_reads_it_leaves_an_entry(
    service: Running, lingnan: Lingnan, key: str
) -> None:
    case, other = await submitted(service, key), await submitted(service, f"{key}-2")
    at = moment(-60)
    told = await lingnan.tell(
        {"sblsh": other["numbers"]["ours"], "zt": "28", "sj": at, "sm": "另一件的说明"},
        {"sblsh": case["numbers"]["ours"], "zt": "28", "sj": at, "sm": "请补交离职证明", "bzqx": "20990301"},
    )
    assert told.document["code"] == "200", told.text
    known = await service.gateway.store.read(
        lambda connection: known_of(connection, cases.by_id(connection, case["case"]))  # type: ignore[arg-type]
    )
    found = await noticed(service.gateway.exchanges, known, actor="k1")
    assert found is not None
    said = found.progress
    assert (said["state"], said["words"]) == ("correction_needed", "请补交离职证明")
    days = [(each["state"], each.get("due_on")) for each in said["events"]]
    assert days == [("correction_needed", "2099-03-01")]
    assert not structure_problems("canonical/progress@1", said)
    silent = {"state": "correction_needed", "at": "2026-11-20T10:15:00+08:00"}
    assert beside(silent, found)["words"] == "请补交离职证明"
    assert beside({"state": "accepted"}, found) == {"state": "accepted"}
    answer = await service.ask("GET", f"/v1/cases/{case['case']}/progress")
    assert answer.status == 200, (
        answer.text
    )  # their platform knows nothing of a correction: that is what it says
    assert (answer.document["progress"]["state"], "words" in answer.document["progress"]) == (
        "handed_over",
        False,
    )
    ask = "SELECT body FROM audit_entries WHERE kind = 'notice.read'"
    rows = await service.gateway.store.read(lambda connection: connection._driver.execute(ask).fetchall())
    entries = [json.loads(body) for (body,) in rows]
    read = [each for each in entries if each["case"] == case["case"]]
    assert [each["by"] for each in read] == [found.exchange_id] * 2 and "离职" not in str(rows)


async def test_an_extension_is_told_with_its_day_and_its_ground(
    service: Running, lingnan: Lingnan, key: str
) -> None:
    ours = (case := await submitted(service, key))["numbers"]["ours"]
    assert codes(await lingnan.tell({"sblsh": ours, "zt": "30", "sj": moment(-120)}))[0] == "200"
    assert codes(await lingnan.tell({"sblsh": ours, "zt": "34"}))[0] == "6002"  # until when?
    said = await lingnan.tell({"sblsh": ours, "zt": "34", "bzqx": "20990105", "yqly": "2"})
    assert codes(said)[0] == "200", said.text
    shown = await view(service, case["case"])
    clocks = {each["clock"]: each["on"] for each in shown["clocks"]}
    assert (shown["state"], clocks["statutory"], clocks["promised"]) == (
        "accepted",
        "2099-01-05",
        "2099-01-05",
    )
    ask = "SELECT body FROM audit_entries WHERE case_id = ? AND kind = 'case.event'"
    rows = await service.gateway.store.read(
        lambda connection: connection._driver.execute(ask, (case["case"],)).fetchall()
    )
    told = [json.loads(body) for (body,) in rows]
    assert [each.get("reason") for each in told if each["event"] == "extended"] == ["examination"]
