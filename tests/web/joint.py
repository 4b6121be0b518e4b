"""Joint cases over two dialects: 失业登记 at a REST platform, a certificate at a SOAP platform, for one person."""

from typing import Any

from tests.fakes.fixtures import case
from tests.web.checked import Answer
from tests.web.people import case_of_somebody
from tests.web.service import Running

_ONCE = ("applicant", "receiving", "form", "purpose", "authorisation", "agent", "note")


def joint_of_somebody(**more: Any) -> dict[str, Any]:
    """A joint case of a person whom no other test knows: its parts use one material each, and one both."""
    first, second = case_of_somebody("gd-person"), case("gx-person")
    document = {name: first[name] for name in _ONCE if name in first}
    for number, file in enumerate(each for material in second["materials"] for each in material["files"]):
        file["id"] = f"second-{number}"
    document["materials"] = [*first["materials"], *second["materials"]]
    document["parts"] = [
        {"item": first["item"], "division": first["division"], "materials": ["M01", "M02"]},
        {"item": second["item"], "division": second["division"], "form": second["form"],
         "materials": ["M02", "H01"]},
    ]  # fmt: skip
    return {**document, **more}


async def submit_joint(service: Running, document: Any, key: str, **headers: str) -> Answer:
    return await service.ask("POST", "/v1/joint-cases", body=document, Idempotency_Key=key, **headers)


async def joint(service: Running, submitted: dict[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = (await service.ask("GET", submitted["link"])).document
    return shown


async def part_reached(service: Running, part: dict[str, Any], *states: str) -> None:
    """The platform goes on with one part, and is asked how it stands."""
    shown = (await service.ask("GET", part["link"])).document
    ours = next(
        each["number"] for each in shown["numbers"] if each["owner"] == "tongban" and each["kind"] == "case"
    )
    for state in states:
        service.platforms[part["platform"]].ledger.move(ours, state)
    answer = await service.ask("GET", f"{part['link']}/progress")
    assert answer.status == 200, answer.text
