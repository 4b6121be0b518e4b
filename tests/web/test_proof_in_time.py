"""A proof of an exchange's end verifies offline within two seconds of that end, while others are under way."""

import asyncio
import time
from pathlib import Path

from audit.notes import Key
from audit.verify import verify_proof
from tests.web.people import case_of_somebody
from tests.web.service import Running, serving

ASKED_S = 2.0
CASES, APART_S = 24, 0.25  # light load: four cases a second, each with its own poll
LOOK_S = 0.05


async def proven_after_s(service: Running, number: int) -> float:
    """From the answer that says an exchange has ended to a proof of that end which holds."""
    answer = await service.submit(case_of_somebody(), f"in-time-{number:04d}")
    ended_s, told = time.monotonic(), answer.document
    assert (answer.status, told["state"]) == (201, "delivered")
    key, path = Key.parse(service.gateway.signer.vkey), f"/v1/exchanges/{told['exchange']}/proof"
    while True:
        answer = await service.ask("GET", path)
        if answer.status == 200:
            verdict = verify_proof("p", answer.text, [key], {})
            assert verdict.findings == ()
            if verdict.record is not None and verdict.record.kind == "exchange.delivered":
                assert verdict.record.text("exchange") == told["exchange"]
                return time.monotonic() - ended_s
        else:
            assert answer.document["code"] == "proof_not_ready"
        await asyncio.sleep(LOOK_S)


async def test_a_proof_of_the_end_holds_within_two_seconds_of_it(tmp_path: Path) -> None:
    async with serving(tmp_path) as service:
        await service.submit(case_of_somebody(), "in-time-first")
        asked = []
        for number in range(CASES):
            asked.append(asyncio.create_task(proven_after_s(service, number)))
            await asyncio.sleep(APART_S)
        waited_s = await asyncio.gather(*asked)
    print(f"a proof holds after {sorted(waited_s)[CASES // 2]:.2f} s, at most {max(waited_s):.2f} s")
    assert max(waited_s) < ASKED_S
