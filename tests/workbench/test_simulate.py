"""A platform simulated from its declaration: spoken to by the real adapter over a real connection."""

import json
import random
import signal
import subprocess
import time
import urllib.request
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from adapters.auth.scheme import Moment
from adapters.base import Adapter
from adapters.build import build
from adapters.contract.written import ENVELOPES
from adapters.declared import NumberForm
from adapters.errors import Unbuildable
from adapters.message import Access, Message, Reply, Request
from adapters.transport import HttpTransport
from gateway.workbench.check import built
from gateway.workbench.misfits import Misfit
from gateway.workbench.simulate.made import simulated as simulated_platform
from gateway.workbench.simulate.numbers import found, pattern
from gateway.workbench.simulate.play import FAULTS, Play, samples_of, shares
from gateway.workbench.simulate.serve import serving
from mappings.bundle import compile_platform
from tests.fakes import fixtures
from tests.forked import python
from tests.installation import CHECKOUT
from tests.waiting import LONGEST_S
from tests.workbench.made import EXAMPLES, example
from tests.workbench.standing import Standing, standing

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
    return await speaker.send(
        Message("case.progress", question, probes=probes), materials=nothing, go=lambda: None
    )


async def test_a_case_is_taken_counted_and_found_again_under_its_number() -> None:
    async with simulated() as (play, speaker):
        before = await asked(speaker, fixtures.admitted("gx-person"), "case.submit")
        assert before.verdict == "absent"
        reply, document = await submitted(speaker)
        assert reply.verdict == "taken"
        assert play.taken == {("case.submit", document["numbers_ours"]): reply.reference}
        probed = await asked(speaker, document, "case.submit")
        assert (probed.verdict, probed.reference) == ("landed", reply.reference)


async def test_what_comes_twice_is_counted_as_doubled_where_nothing_is_deduplicated() -> None:
    async with simulated() as (play, speaker):
        for _ in range(2):
            await submitted(speaker)
        assert play.counts == Counter({"taken": 1, "doubled": 1})


async def test_what_comes_to_a_case_later_is_taken_under_a_number_of_its_own() -> None:
    async with simulated() as (play, speaker):
        first, document = await submitted(speaker)
        mappings, _, _ = compile_platform("sim-gx", SIM.files)
        by = {"unit": document["sender"]["unit"], "at": document["received_at"]}  # type: ignore[index]
        said = {**document, "numbers_theirs": first.reference, "reason": "另行办理", "by": by}
        later = Message(
            "case.withdraw", mappings["case.withdraw"](said | {"exchange": "01M7ZWW098WV6KEWG1ESFRB4QH"})
        )
        reply = await speaker.send(later, materials=nothing, go=lambda: None)
        assert (reply.verdict, play.counts) == ("taken", Counter({"taken": 2}))
        assert reply.reference and reply.reference != first.reference
        assert (await asked(speaker, document)).reference == first.reference


async def nothing(identity: str) -> bytes:
    raise AssertionError(identity)


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


# ---- what does not fit -----------------------------------------------------------------------------------

YB = fixtures.admitted("yb-person")


async def test_what_the_contract_does_not_allow_is_refused_counted_and_told_without_a_value() -> None:
    release = example("sim-yb")
    async with standing(release) as there:
        sound = there.speaker.encode(Message("case.submit", release.mappings["case.submit"](YB)))
        name = YB["applicant"]["name"]
        wrong = [
            (f"<ns0:Name>{name}</ns0:Name>", "", "Case.Insured.Name' is required there"),
            (name, name * 40, "Case.Insured.Name' is longer than 100"),
            ('kind="01"', 'kind="77"', "Case.Insured.Certificate.@kind' is none of 01, 02, 03"),
            ("<ns0:Purpose>", "<ns0:Wozu>x</ns0:Wozu><ns0:Purpose>", "Case.Wozu' is unknown there"),
        ]
        for old, new, told in wrong:
            there.told.clear()
            body = sound.body.decode().replace(old, new)
            assert body != sound.body.decode()
            assert (await posted(there, replace(sound, body=body.encode()))).verdict == "refused"
            assert any(told in outcome for _, _, outcome in there.told), there.told
        assert there.made.play.counts == Counter({"unfit": len(wrong)})
        assert sum(there.made.play.unfit.values()) >= len(wrong)
        assert not there.made.play.taken
        everything = str([there.told, there.made.play.unfit])
        assert name not in everything and YB["applicant"]["id_number"] not in everything


async def posted(there: Standing, request: Request) -> Reply:
    """Signed, and sent as it is."""
    moment = Moment("", "", time.time_ns() // 10**6, bytes(16))
    signed = there.speaker.dressed(request, there.made.gate.scheme.sign(request, moment))
    async with HttpTransport() as transport:
        answer = await transport.exchange(
            replace(signed, holes=()), go=lambda: None, timeout_s=5, connect_s=2, reply_bytes=1 << 20
        )
    return there.speaker.judged(answer, "case.submit")


async def test_characters_that_their_charset_lacks_are_not_taken() -> None:
    release = example("sim-yh")
    document = fixtures.admitted("yh-person")
    async with standing(release) as there:
        sound = there.speaker.encode(Message("case.submit", release.mappings["case.submit"](document)))
        text = sound.body.decode("gbk")
        for written, told in (
            (
                text.replace('encoding="gbk"', 'encoding="utf-8"').encode(),
                "is written in utf-8, and gbk is read",
            ),
            (sound.body.replace(b"</XM>", b"\xff</XM>"), "cannot be read in its charset"),
            (
                text.replace("<BJ>", "<BK>").replace("</BJ>", "</BK>").encode("gbk"),
                "has BK as its root, and BJ",
            ),
            (b"<BJ", "is no XML that can be read"),
            (text.replace("<XM>", "<XM>&#x1F600;").encode("gbk"), "'XM' has a character at 1 that gbk lacks"),
        ):
            misfits = there.made.terms.misfits("case.submit", replace(sound, body=written))
            assert [each for each in misfits if told in str(each)], (told, misfits)
        assert there.made.terms.misfits("case.submit", sound) == []


@pytest.mark.parametrize(
    ("soap", "statuses"), [("", (400, 401)), (ENVELOPES[11], (500, 500)), (ENVELOPES[12], (400, 400))]
)
def test_a_platform_without_samples_says_no_as_its_dialect_does(soap: str, statuses: tuple[int, int]) -> None:
    play = simulated_platform(example("sim-gd"), None).play
    play.samples = {}
    refused = play.turn_down("case.submit", [Misfit("a.b", "is <none> of x")], soap).response
    barred = play.bar("case.submit", "not signed", soap).response
    assert refused is not None and barred is not None
    assert (refused.status, barred.status) == statuses
    if soap:
        fault = etree.fromstring(refused.body)[0][0]
        assert fault.tag == f"{{{soap}}}Fault"
        assert "'a.b' is <none> of x" in "".join(map(str, fault.itertext()))
    else:
        assert json.loads(refused.body)["message"] == "'a.b' is <none> of x"


async def test_a_question_that_does_not_fit_is_not_answered_as_if_they_had_no_such_case() -> None:
    release = example("sim-yb")
    play = simulated_platform(release, None).play
    answer = play.turn_down("case.progress", [Misfit("Serial", "has not the form")], ENVELOPES[12]).response
    assert answer is not None
    assert play.adapter.judged(answer, "case.progress", "case.submit").verdict == "unknown"


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


def test_what_has_no_interface_is_not_served() -> None:
    with pytest.raises(Unbuildable) as error:
        simulated_platform(example("sim-table"), None)
    assert "speaks table" in error.value.what


def test_the_command_tells_what_did_not_fit_and_whose_secrets_it_has() -> None:
    command = [*python(), "-m", "gateway.cli", "platform", "simulate", str(EXAMPLES / "sim-gd")]
    with subprocess.Popen(
        [*command, "--faults", "expired-secret=0"], cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    ) as process:  # fmt: skip
        assert process.stdout
        address = process.stdout.readline().strip()
        body = json.dumps({f"gjgxjhpt_{name}": "x" for name in ("rid", "sid", "rtime", "sign")}).encode()
        asking = urllib.request.Request(f"{address}/sysapi/auth/refreshappsecret", body, method="POST")
        with urllib.request.urlopen(asking) as answer:
            assert json.load(answer)["code"] == "E-106"
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=LONGEST_S)
    assert json.loads(out) == {"secret refused": 1}
    assert "each setting and secret that signs is the word simulated" in err
    assert "- - secret refused" in err


def test_the_command_serves_until_it_is_ended_and_tells_its_counts() -> None:
    command = [*python(), "-m", "gateway.cli", "platform", "simulate", str(EXAMPLES / "sim-gx")]
    with subprocess.Popen(
        command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        address = process.stdout.readline().strip()
        with urllib.request.urlopen(f"{address}/-/counts") as answer:
            assert json.load(answer) == {}
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=LONGEST_S)
    assert (process.returncode, out.strip()) == (0, "{}"), err
