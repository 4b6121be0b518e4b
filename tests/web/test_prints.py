"""GET /v1/cases/{id}/prints/{print}: a page for paper, for nobody but whose case it is, and each with its entry."""

from typing import Any

import orjson
import pytest

from audit import log as audit_log
from tests.web.people import case_of_somebody
from tests.web.service import Running, changed


async def at_a_desk(service: Running, key: str) -> dict[str, Any]:
    document = changed(case_of_somebody(), division="440283")
    submitted = await service.submit(document, key)
    assert (submitted.status, submitted.document["state"]) == (201, "delivered"), submitted.document
    return {"document": document, **submitted.document}


@pytest.mark.parametrize("print_", ["receipt", "handover"])
async def test_a_caller_prints_what_its_applicant_takes_home(service: Running, key: str, print_: str) -> None:
    done = await at_a_desk(service, key)
    answer = await service.ask("GET", f"/v1/cases/{done['case']}/prints/{print_}")
    assert (answer.status, answer.media) == (200, "text/html")
    assert answer.headers["Cache-Control"] == "no-store"
    assert done["numbers"]["ours"] in answer.text and "<svg" in answer.text
    applicant = done["document"]["applicant"]
    assert applicant["name"] in answer.text and applicant["id_number"] not in answer.text

    def made(connection: Any) -> list[dict[str, Any]]:
        return [orjson.loads(body) for _, body in audit_log.entries_of(connection, done["exchange"])]

    *_, last = await service.gateway.store.read(made)
    assert (last["kind"], last["print"], last["actor"]) == ("print.made", print_, "k1")


async def test_another_caller_and_another_print_find_nothing(service: Running, key: str) -> None:
    done = await at_a_desk(service, key)
    for case, print_, caller in (
        (done["case"], "receipt", "cixi"),
        (done["case"], "passport", "guichi"),
        ("01M7ZWW086DT8J2JM6T0Y9RXRE", "receipt", "guichi"),
    ):
        answer = await service.ask("GET", f"/v1/cases/{case}/prints/{print_}", caller=caller)
        assert answer.code == "not_found"


async def test_progress_of_a_desk_is_what_its_people_recorded_and_asking_is_always_possible(
    service: Running, key: str
) -> None:
    done = await at_a_desk(service, key)
    answer = await service.ask("GET", f"/v1/cases/{done['case']}/progress")
    assert (answer.status, answer.document["progress"]["state"]) == (200, "handed_over")
    shown = (await service.ask("GET", f"/v1/cases/{done['case']}")).document
    assert (shown["state"], shown["acts"], shown["findings"]) == ("handed_over", "deciding", [])
