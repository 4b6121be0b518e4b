"""What an agreement lets pass, through the API: shown, counted by the day, and named in every entry."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from audit.log import entries_of
from gateway.evidence.agreed import note
from gateway.settings.conf import load
from mappings.problems import Unreadable
from tests.web.declared import JOBLESS
from tests.web.people import case_of_somebody
from tests.web.service import Running, changed

CAPPED = {"item__code": JOBLESS, "receiving__division": "341708"}


def submission(**values: str) -> dict[str, Any]:
    document: dict[str, Any] = changed(case_of_somebody(), **values)
    return document


async def test_a_caller_sees_what_may_pass_from_here_to_there(service: Running) -> None:
    answer = await service.ask("GET", "/v1/agreements?here=341706&there=440232")
    [agreement] = answer.document["agreements"]
    assert (agreement["agreement"], agreement["document"]) == ("few-items", "模通办〔2026〕3号")
    [opening] = agreement["openings"]
    assert (opening["items"], opening["per_day"], opening["left_today"]) == (["0001*"], None, None)


@pytest.mark.parametrize(
    ("query", "count"),
    [("", 5), ("?here=341706&there=440232", 1), ("?there=440232", 5), ("?here=110105&there=110106", 0)],
)
async def test_agreements_are_found_by_either_place(service: Running, query: str, count: int) -> None:
    answer = await service.ask("GET", f"/v1/agreements{query}")
    assert len(answer.document["agreements"]) == count


@pytest.mark.parametrize("query", ["agreements?here=1", "agreements?there=4402320", "items?division=44"])
async def test_what_is_no_place_is_told_and_not_taken_for_everywhere(service: Running, query: str) -> None:
    answer = await service.ask("GET", f"/v1/{query}")
    assert (answer.status, answer.code) == (400, "bad_parameter")


async def test_preflight_says_on_what_ground_a_case_would_pass(service: Running) -> None:
    answer = await service.ask("POST", "/v1/preflight", body=case_of_somebody())
    assert answer.document["agreement"] == {
        "agreement": "everything", "document": "模通办〔2026〕1号", "batch": "first", "left_today": None,
    }  # fmt: skip


async def test_every_entry_of_a_hand_over_names_its_agreement(service: Running, key: str) -> None:
    submitted = (await service.submit(case_of_somebody(), key)).document
    assert submitted["agreement"] == "everything"
    kept = await service.gateway.store.read(lambda connection: entries_of(connection, submitted["exchange"]))
    entries = [json.loads(body) for _, body in kept]
    assert [entry["kind"] for entry in entries] == ["exchange.admitted", "exchange.delivered"]
    assert {entry["agreement"] for entry in entries} == {"everything"}


async def test_of_many_at_once_no_more_pass_than_the_batch_lets_pass_on_a_day(
    service: Running, key: str
) -> None:
    async def submit(place: int) -> Any:
        return await service.ask(
            "POST",
            "/v1/cases",
            caller="agreeing",
            body=submission(**CAPPED),
            Idempotency_Key=f"{key}-{place}",
        )

    answers = await asyncio.gather(*(submit(place) for place in range(6)))
    codes = [answer.code for answer in answers if answer.status == 429]
    shown = (await service.ask("GET", "/v1/agreements?here=341708")).document["agreements"]
    assert [opening["left_today"] for opening in shown[-1]["openings"]] == [0]
    assert set(codes) == {"batch_full"}
    assert len(codes) >= 5, "one at most in this day, and none if another test was before"
    full = next(answer for answer in answers if answer.status == 429)
    assert 0 < int(full.headers["Retry-After"]) <= 86_400
    preflight = await service.ask("POST", "/v1/preflight", caller="agreeing", body=submission(**CAPPED))
    assert (preflight.status, preflight.code) == (429, "batch_full")


async def test_what_was_refused_over_the_cap_left_nothing_behind(service: Running, key: str) -> None:
    await service.ask(
        "POST", "/v1/cases", caller="agreeing", body=submission(**CAPPED), Idempotency_Key=f"{key}-0"
    )
    before = await service.rows()
    await service.ask(
        "POST", "/v1/cases", caller="agreeing", body=submission(**CAPPED), Idempotency_Key=f"{key}-1"
    )
    assert await service.rows() == before


async def test_a_start_records_agreements_only_where_they_have_changed(service: Running) -> None:
    agreements = service.gateway.settings.agreements
    before = (await service.rows())["audit_entries"]
    assert not await service.gateway.store.write(note(agreements))
    assert (await service.rows())["audit_entries"] == before
    assert await service.gateway.store.write(note(agreements[1:]))
    assert await service.gateway.store.write(note(agreements))
    assert (await service.rows())["audit_entries"] == before + 2


async def form(service: Running, here: str, more: str = "") -> Any:
    return await service.ask(
        "GET", f"/v1/items/{JOBLESS}/form?division=440232&here={here}{more}", caller="agreeing"
    )


@pytest.mark.parametrize(
    ("here", "modes", "delegated"),
    [
        ("341705", ["full_online", "collect_for"], True),  # joint is not agreed
        ("341707", ["full_online"], False),  # collecting needs the power to receive
        ("341708", ["full_online", "collect_for", "joint"], True),
    ],
)
async def test_the_form_offers_just_the_modes_that_are_agreed(
    service: Running, here: str, modes: list[str], delegated: bool
) -> None:
    shown = (await form(service, here)).document
    assert [each["mode"] for each in shown["agreed"]] == modes
    mode = shown["schema"]["properties"]["mode"]
    said = (
        [each["const"] for each in mode["oneOf"]]
        if "oneOf" in mode
        else mode.get("enum", [mode.get("const")])
    )
    assert said == modes
    assert [each["code"] == "power_not_delegated" for each in shown["unsaid"]].count(True) == (not delegated)


@pytest.mark.parametrize(
    ("here", "more", "code"),
    [
        ("341704", "", "no_agreement"),
        ("341705", "&mode=joint", "mode_not_agreed"),
        ("341706", "", "item_not_open"),
        ("341707", "&mode=collect_for", "power_not_delegated"),
    ],
)
async def test_what_no_agreement_covers_has_no_form_and_the_answer_is_that_of_the_case(
    service: Running, here: str, more: str, code: str
) -> None:
    answer = await form(service, here, more)
    case = submission(
        item__code=JOBLESS, receiving__division=here, mode=more.partition("=")[2] or "full_online",
        receiving__form_check={"at": "2026-11-20T10:00:00+08:00"},
    )  # fmt: skip
    refused = await service.ask("POST", "/v1/preflight", caller="agreeing", body=case)
    assert answer.code == refused.code == code
    assert (answer.status, answer.document.get("document")) == (
        refused.status,
        refused.document.get("document"),
    )


def test_two_agreements_of_one_name_are_a_finding(service: Running, tmp_path: Path) -> None:
    conf = service.folder / "conf"
    text = (conf / "agreements" / "everything.yaml").read_text("utf-8")
    (tmp_path / "agreements").mkdir()
    (tmp_path / "gateway.yaml").write_text((conf / "gateway.yaml").read_text("utf-8"))
    for name in ("one", "two"):
        (tmp_path / "agreements" / f"{name}.yaml").write_text(text, "utf-8")
    with pytest.raises(Unreadable, match="everything"):
        load(tmp_path)
