"""tongban case joint | parcels, while the gateway of the installation runs."""

import asyncio
import json
import subprocess
from functools import partial
from typing import Any

from tests.forked import CHECKOUT, python
from tests.waiting import LONGEST_S
from tests.web.joint import joint_of_somebody, part_reached, submit_joint
from tests.web.service import Running
from tests.web.test_agency import ask, parcel, submitted_case


async def typed(service: Running, *words: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, beside the gateway."""
    command = [*python(), "-m", "gateway.cli", "case", *words, "--conf", str(service.folder / "conf")]
    run = partial(
        subprocess.run, command, cwd=CHECKOUT, capture_output=True, text=True, timeout=LONGEST_S, check=False
    )
    return await asyncio.to_thread(run)


async def test_a_joint_case_is_shown_with_its_parts_by_its_id_or_by_a_parts(
    service: Running, key: str
) -> None:
    submitted: dict[str, Any] = (await submit_joint(service, joint_of_somebody(), key)).document
    first, second = submitted["parts"]
    said = await typed(service, "joint", submitted["joint"])
    assert said.returncode == 0, said.stderr
    head, *parts = said.stdout.splitlines()
    assert head.startswith(f"{submitted['joint']} under_way（各分办件在办） parts=2 acts=deciding")
    assert [f"case={each['case']} platform={each['platform']}" in line and each["unit"] in line
            for each, line in zip((first, second), parts, strict=True)] == [True, True]  # fmt: skip
    await part_reached(service, first, "signed", "not_accepted", "served")
    said = await typed(service, "joint", second["case"], "--json")
    shown = json.loads(said.stdout)
    assert (said.returncode, shown["standing"], shown["joint"]) == (1, "broken", submitted["joint"])
    assert [each["outcome"] for each in shown["parts"]] == ["failed", "open"]


async def test_the_parcels_of_a_case_are_shown_both_ways_and_a_lost_one_is_one(
    service: Running, key: str
) -> None:
    submitted = await submitted_case(service, key, "gd-person")
    said = await typed(service, "parcels", submitted["case"])
    assert (said.returncode, said.stdout) == (0, "")
    await ask(service, submitted, "parcels", parcel("gd-person", "sent"))
    await ask(service, submitted, "parcels", parcel("gd-person", "received", "back", "EB987654321CN"))
    said = await typed(service, "parcels", submitted["case"])
    there, back = said.stdout.splitlines()
    assert (said.returncode, said.stderr.endswith("2 个寄件 / parcels\n")) == (0, True)
    begins = (
        "EB123456789CN 中国邮政 there on_its_way（在途） acts=deciding contents=M01:original:1 told=sent@"
    )
    assert there.startswith(begins) and there.endswith("(guichi) findings=-")
    assert "back received（已签收） acts=nobody contents=- " in back and back.endswith("findings=never_sent")
    await ask(service, submitted, "parcels", parcel("gd-person", "lost"))
    said = await typed(service, "parcels", submitted["case"], "--json")
    assert (said.returncode, json.loads(said.stdout)["parcels"][0]["state"]) == (1, "lost")


async def test_what_is_neither_is_said_so(service: Running, key: str) -> None:
    submitted = await submitted_case(service, key, "gx-person")
    for words, why in (
        (("joint", submitted["case"]), "不是联办件"), (("joint", "x"), "不是联办件"),
        (("parcels", "x"), "没有此办件"),
    ):  # fmt: skip
        said = await typed(service, *words)
        assert (said.returncode, why in said.stderr) == (1, True)
