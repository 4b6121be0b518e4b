"""Joint cases: admitted whole or not at all, each part a case by itself, the parent never better than its parts."""

import json
from typing import Any

import pytest

from tests.fakes.checks import CHINA
from tests.web.joint import joint, joint_of_somebody, part_reached, submit_joint
from tests.web.service import Running, changed
from tests.web.test_later import by, correction, withdrawal
from tests.web.test_life import entries_of_case, view


async def submitted_joint(service: Running, key: str, **more: Any) -> dict[str, Any]:
    answer = await submit_joint(service, joint_of_somebody(**more), key)
    assert answer.status == 201, answer.text
    document: dict[str, Any] = answer.document
    return document


async def test_every_part_arrives_at_its_place_and_is_a_case_by_itself(service: Running, key: str) -> None:
    submitted = await submitted_joint(service, key)
    assert (submitted["standing"], submitted["open"], submitted["acts"]) == ("under_way", True, ["deciding"])
    assert [each["platform"] for each in submitted["parts"]] == ["sim-gd", "sim-gx"]
    for each in submitted["parts"]:
        shown = await view(service, each["case"])
        assert (shown["state"], shown["acts"], shown["joint"]["joint"], shown["joint"]["part"]) == (
            "handed_over", "deciding", submitted["joint"], each["part"],
        )  # fmt: skip
        assert {"owner": "tongban", "kind": "joint", "number": submitted["joint"]} in shown["numbers"]
    found = (await service.ask("GET", f"/v1/cases?number={submitted['joint']}")).document["cases"]
    assert {each["case"] for each in found} == {each["case"] for each in submitted["parts"]}
