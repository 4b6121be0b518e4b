"""A platform simulated from its declaration: spoken to by the real adapter over a real connection."""

import json
import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.base import Adapter
from adapters.build import build
from adapters.declared import NumberForm
from adapters.message import Access, Message, Reply
from adapters.transport import HttpTransport
from gateway.workbench.check import built
from gateway.workbench.simulate.numbers import found, pattern
from gateway.workbench.simulate.play import FAULTS, Play, samples_of, shares
from gateway.workbench.simulate.serve import serving
from mappings.bundle import compile_platform
from tests.fakes import fixtures
from tests.installation import CHECKOUT
from tests.workbench.made import EXAMPLES, example

SIM = example("sim-gx")


@asynccontextmanager
async def simulated(**faults: float) -> AsyncIterator[tuple[Play, Adapter]]:
    play = Play(
        SIM.declared,
        built(SIM),
        samples_of(SIM.files),
        faults,
        random.Random(1),
        pattern(SIM.declared.numbers.ours),
    )
    async with serving(play, port=0, said=lambda *_: None) as address, HttpTransport() as transport:
        access = Access(address, {}, {"licence": "any"})
        yield (
            play,
            build(
                SIM.declared,
                access=access,
                transport=transport,
                clock_ms=lambda: time.time_ns() // 10**6,
                random=bytes,
                contract=SIM.files,
            ),
        )


async def submitted(speaker: Adapter) -> tuple[Reply, dict[str, object]]:
    document = fixtures.admitted("gx-person")
    files = fixtures.files(document)
    mappings, _, _ = compile_platform("sim-gx", SIM.files)

    async def material(identity: str) -> bytes:
        return files[identity]

    message = Message("case.submit", mappings["case.submit"](document))
    return await speaker.send(message, materials=material, go=lambda: None), document


async def asked(speaker: Adapter, document: dict[str, object], probes: str | None = None) -> Reply:
    mappings, _, _ = compile_platform("sim-gx", SIM.files)
    question = mappings["case.progress"](fixtures.asking(document))

    async def material(identity: str) -> bytes:
        raise AssertionError(identity)

    return await speaker.send(
        Message("case.progress", question, probes=probes), materials=material, go=lambda: None
    )


async def test_a_case_is_taken_counted_and_found_again_under_its_number() -> None:
    async with simulated() as (play, speaker):
        before = await asked(speaker, fixtures.admitted("gx-person"), "case.submit")
        assert before.verdict == "absent"
        reply, document = await submitted(speaker)
        assert reply.verdict == "taken"
        assert play.taken == {document["numbers_ours"]: reply.reference}
        probed = await asked(speaker, document, "case.submit")
        assert (probed.verdict, probed.reference) == ("landed", reply.reference)


async def test_what_comes_twice_is_counted_as_doubled_where_nothing_is_deduplicated() -> None:
    async with simulated() as (play, speaker):
        for _ in range(2):
            await submitted(speaker)
        assert play.counts == Counter({"taken": 1, "doubled": 1})


@pytest.mark.parametrize(
    ("fault", "verdict", "took"),
    [
        ("refused", "refused", False),
        ("later", "later", False),
        ("barred", "barred", False),
        ("reset", "unknown", False),
        ("drop", "unknown", True),
        ("bad_gateway", "unknown", False),
        ("garbage", "unknown", True),
    ],
)
async def test_every_fault_is_what_it_says(fault: str, verdict: str, took: bool) -> None:
    async with simulated(**{fault: 1.0}) as (play, speaker):
        reply, _ = await submitted(speaker)
        assert (reply.verdict, bool(play.taken)) == (verdict, took)


def test_the_same_seed_gives_the_same_faults() -> None:
    def drawn(seed: int) -> list[str]:
        play = Play(
            SIM.declared, built(SIM), samples_of(SIM.files), {"drop": 0.3, "later": 0.2},
            random.Random(seed), pattern(None),
        )  # fmt: skip
        return [play.act("case.submit", "").outcome for _ in range(50)]

    assert drawn(7) == drawn(7) != drawn(8)


@pytest.mark.parametrize("said", ["drop", "drop=x", "fire=3", "drop=60,later=60", "drop=-1"])
def test_faults_that_make_no_sense_are_told(said: str) -> None:
    with pytest.raises(ValueError, match=r"no fault|no share|more than"):
        shares(said)
    assert set(shares(",".join(f"{name}=1" for name in FAULTS))) == set(FAULTS)


@given(
    st.integers(0, 999999),
    st.sampled_from(["{x}", "<a>{x}</a>", "&lt;a&gt;{x}&lt;/a&gt;", "biz=%7B%22n%22%3A%22{x}%22%7D"]),
)
def test_our_number_is_found_wherever_it_stands(serial: int, around: str) -> None:
    form = pattern(NumberForm(form="{division}{yyyymmdd}{serial:6}"))
    number = f"45000020261122{serial:06d}"
    assert found(form, "/", around.replace("{x}", number).encode()) == number
    assert found(form, f"/cases/{number}", b"") == number
    assert found(form, "/", b"nothing here") == ""


def test_the_command_serves_until_it_is_ended_and_tells_its_counts() -> None:
    command = [sys.executable, "-m", "gateway.cli", "platform", "simulate", str(EXAMPLES / "sim-gx")]
    with subprocess.Popen(
        command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        address = process.stdout.readline().strip()
        with urllib.request.urlopen(f"{address}/-/counts") as answer:
            assert json.load(answer) == {}
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out.strip()) == (0, "{}"), err
