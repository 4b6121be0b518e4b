"""The example platforms as declared: they compile, their examples run, their samples mean what they say.

Then every made-up case goes through mapping, adapter and a simulated platform that shares no code with them.
"""

import json
import os
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from adapters.base import Adapter
from adapters.build import build
from adapters.codecs.charset import charset_of
from adapters.coherence import declare
from adapters.declared import Platform
from adapters.message import Access, Message, Reply, Response
from adapters.transport import HttpTransport
from gateway.guides.canonical import guide_of
from mappings import canonical
from mappings.bundle import compile_platform, gather
from mappings.examples import check_examples
from mappings.problems import Unmappable
from mappings.source import read
from tests.fakes import fixtures, gd, guides, gx, sj, yb, yh
from tests.fakes.control import application
from tests.fakes.server import Simulator, running

EXAMPLES = Path(__file__).parents[2] / "mappings" / "examples"
PLATFORMS = ("sim-gd", "sim-gx", "sim-sj", "sim-yb", "sim-yh")
SIMULATORS = {"sim-gd": gd, "sim-gx": gx, "sim-sj": sj, "sim-yb": yb, "sim-yh": yh}
GUIDES = {  # these tell their guides: the code that is asked by, and codes that there are
    "sim-gd": ("implementation_code", guides.LINGNAN),
    "sim-gx": ("handling_code", guides.GUISHAN),
}
WRITTEN_LATER = ["case.correct", "case.supplement", "case.withdraw"]
LATER = {
    "sim-gd": WRITTEN_LATER,
    "sim-gx": ["case.change", *WRITTEN_LATER],
}  # these take corrections and the like
RESULTS = {"sim-gd", "sim-gx"}  # these tell what became of a case
ASKED = {"sim-gx", "sim-yb"}  # these do not deduplicate: they are asked
SETTINGS = {"rid": gd.RID, "paasid": sj.PAASID, "user": yb.USER, "app_key": yh.APP_KEY}
SECRETS = {
    "appkey": gd.APPKEY, "licence": gx.LICENCE, "token": sj.TOKEN, "password": yb.PASSWORD,
    "app_secret": yh.APP_SECRET,
}  # fmt: skip
FILES = gather([EXAMPLES])
SAMPLES = sorted(path for name in PLATFORMS for path in (EXAMPLES / name / "samples").glob("*.*.*.json"))


def of(name: str) -> dict[str, str]:
    """The files of one platform by their path inside its folder."""
    return {
        path.removeprefix(f"{name}/"): text for path, text in FILES.items() if path.startswith(f"{name}/")
    }


# what these cannot show: TIF knows no session, the typed answer of the ministry has no records, and most UTF-8
# is also some GBK (its codes are ASCII, so the verdict is right all the same)
ODD = {"sj-person": {"expire_secret"}, "yb-person": {"partly"}, "yh-person": {"wrong_charset"}}


def submit(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    mappings, _, _ = compile_platform(name, of(name))
    return mappings["case.submit"]


def declared(name: str) -> Platform:
    tree = read("platform.yaml", of(name)["platform.yaml"]).tree
    assert isinstance(tree, dict)
    return declare(tree)


@dataclass
class Session:
    """A credential of one process: fetches a session secret once and forgets it when it is spoilt."""

    known: list[str] = field(default_factory=list)

    async def secret(self, refresh: Callable[[str], Awaitable[tuple[str, int]]]) -> str:
        if not self.known:
            self.known.append((await refresh(""))[0])
        return self.known[0]

    async def spoil(self, secret: str) -> None:
        self.known.clear()


def adapter(name: str, address: str, transport: Any = None) -> Adapter:
    """The adapter of an example as an installation with the demo's secrets builds it."""
    return build(
        declared(name),
        access=Access(address, SETTINGS, SECRETS),
        transport=transport,
        clock_ms=lambda: time.time_ns() // 1_000_000,
        random=os.urandom,
        contract=of(name),
        credential=Session(),
    )


@asynccontextmanager
async def world(name: str) -> AsyncIterator[tuple[Simulator, Adapter]]:
    """A simulated platform and an adapter that speaks to it."""
    platform = SIMULATORS[name].simulator()
    async with running(platform, application), HttpTransport() as transport:
        yield platform, adapter(name, platform.address, transport)


async def sent(speaker: Adapter, operation: str, document: dict[str, Any], **more: Any) -> Reply:
    """Map nothing, send once; `more`: files by id, probes."""
    files: Mapping[str, bytes] = more.pop("files", {})

    async def material(identity: str) -> bytes:
        return files[identity]

    message = Message(operation, document, **more)
    return await speaker.send(message, materials=material, go=lambda: None)


@pytest.mark.parametrize("name", PLATFORMS)
def test_an_example_platform_compiles_without_findings(name: str) -> None:
    mappings, tables, findings = compile_platform(name, of(name))
    assert findings == []
    lists = ["case.list", "case.list.reply"] if name == "sim-gd" else []
    guides = ["guide.get", "guide.get.reply"] if name in GUIDES else []
    ended = ["case.result", "case.result.reply"] if name in RESULTS else []
    outward = [each for each in mappings if not each.endswith((".in", ".in.reply"))]
    always = ["case.progress", "case.progress.reply", "case.submit"]
    assert sorted(outward) == sorted([*lists, *guides, *ended, *LATER.get(name, []), *always])
    assert {"id_type", "progress"} <= tables.keys()


@pytest.mark.parametrize("name", PLATFORMS)
def test_the_examples_of_every_mapping_run(name: str) -> None:
    mappings, _, _ = compile_platform(name, of(name))
    assert [str(finding) for each in mappings.values() for finding in check_examples(each)] == []


@pytest.mark.parametrize("name", PLATFORMS)
def test_an_example_platform_says_that_it_is_simulated(name: str) -> None:
    assert declared(name).title.startswith("模拟")
    assert (EXAMPLES / name / "interface.md").read_text("utf-8").startswith("# 模拟")


@pytest.mark.parametrize("path", SAMPLES, ids=[f"{path.parts[-3]} {path.stem}" for path in SAMPLES])
def test_every_sample_has_the_verdict_that_its_name_says(path: Path) -> None:
    sample = json.loads(path.read_text("utf-8"))
    answer = sample["response"]
    charset = charset_of(answer["headers"].get("Content-Type", "")) or "utf-8"
    response = Response(answer["status"], answer["headers"], answer["body"].encode(charset))
    speaker = adapter(path.parts[-3], "http://127.0.0.1:1")
    reply = speaker.judged(response, sample["operation"], sample.get("probes"))
    assert path.stem.split(".")[2].split("-")[0] == sample["verdict"] == reply.verdict
    for fact in ("reference", "code", "cause"):
        assert fact not in sample or getattr(reply, fact) == sample[fact]


@pytest.mark.parametrize("name", PLATFORMS)
def test_every_verdict_has_its_sample(name: str) -> None:
    found = {path.stem.split(".")[2].split("-")[0] for path in SAMPLES if path.parts[-3] == name}
    other = {"landed", "absent"} if name in ASKED else {"already"}
    assert found == {"taken", "refused", "barred", "later", "unknown"} | other


@pytest.mark.parametrize("name", sorted(fixtures.THERE))
def test_a_made_up_case_passes_the_canonical_checks(name: str) -> None:
    assert canonical.check(fixtures.case(name), time.time_ns() // 1_000_000) == []


@pytest.mark.parametrize("name", sorted(fixtures.THERE))
async def test_a_made_up_case_is_taken_and_found_again(name: str) -> None:
    platform = f"sim-{name.removeprefix('canary-')[:2]}"
    document = fixtures.admitted(name)
    mappings, _, _ = compile_platform(platform, of(platform))
    async with world(platform) as (there, speaker):
        files = fixtures.files(document)
        reply = await sent(speaker, "case.submit", mappings["case.submit"](document), files=files)
        assert (reply.verdict, reply.reason) == ("taken", None)
        [kept] = there.ledger.cases()
        assert (kept["number"], kept["reference"]) == (document["numbers_ours"], reply.reference)
        question = mappings["case.progress"](fixtures.asking(document))
        found = await sent(speaker, "case.progress", question)
        assert found.document is not None
        assert (found.verdict, found.reference) == ("taken", reply.reference)
        progress = mappings["case.progress.reply"](found.document)
        assert (progress["state"], progress["reference"]) == ("handed_over", reply.reference)


@pytest.mark.parametrize("name", sorted(GUIDES))
async def test_every_made_up_guide_is_asked_for_and_is_one_in_our_own_form(name: str) -> None:
    asked_by, known = GUIDES[name]
    mappings, _, _ = compile_platform(name, of(name))
    async with world(name) as (_, speaker):
        for code in known:
            question = mappings["guide.get"]({"division": code[2:8], "item": {"there": {asked_by: code}}})
            reply = await sent(speaker, "guide.get", question)
            assert reply.verdict == "taken"
            document = mappings["guide.get.reply"](reply.document)
            assert guide_of(document, code[2:8], as_of_ms=1, source=name).code == code


async def test_what_comes_twice_is_known_there_or_shows_as_double() -> None:
    for platform in PLATFORMS:
        name, expected = f"{platform[4:]}-person", ["taken", "taken" if platform in ASKED else "already"]
        document = fixtures.admitted(name)
        async with world(platform) as (there, speaker):
            mapped, files = submit(platform)(document), fixtures.files(document)
            replies = [await sent(speaker, "case.submit", mapped, files=files) for _ in range(2)]
            assert [reply.verdict for reply in replies] == expected
            assert bool(there.ledger.counts()["doubled"]) == (platform in ASKED)


@pytest.mark.parametrize("name", ["gx-organization", "yb-minor"])
async def test_a_probe_settles_what_was_taken_without_an_answer(name: str) -> None:
    document, platform = fixtures.admitted(name), f"sim-{name[:2]}"
    mappings, _, _ = compile_platform(platform, of(platform))
    question = mappings["case.progress"](fixtures.asking(document))
    async with world(platform) as (there, speaker):
        before = await sent(speaker, "case.progress", question, probes="case.submit")
        assert before.verdict == "absent"
        await _tell(there, do="take_then_drop")
        files = fixtures.files(document)
        lost = await sent(speaker, "case.submit", mappings["case.submit"](document), files=files)
        assert lost.verdict == "unknown"
        after = await sent(speaker, "case.progress", question, probes="case.submit")
        assert (after.verdict, there.ledger.counts()["takings"]) == ("landed", 1)


@pytest.mark.parametrize(
    ("step", "rest", "soap"),
    [
        ({"do": "refuse"}, "refused", "refused"),
        ({"do": "later", "after_s": 7}, "later", "later"),
        ({"do": "busy"}, "later", "later"),
        ({"do": "bar"}, "barred", "barred"),
        ({"do": "status", "code": 502}, "unknown", "unknown"),
        ({"do": "status", "code": 504}, "unknown", "unknown"),
        ({"do": "status", "code": 500}, "unknown", "unknown"),
        ({"do": "redirect"}, "unknown", "unknown"),
        ({"do": "reset_before"}, "unknown", "unknown"),
        ({"do": "reset_after"}, "unknown", "unknown"),
        ({"do": "take_then_drop"}, "unknown", "unknown"),
        ({"do": "half_answer"}, "unknown", "unknown"),
        ({"do": "garbage"}, "unknown", "unknown"),
        ({"do": "empty"}, "unknown", "unknown"),
        ({"do": "corrupt"}, "unknown", "unknown"),
        ({"do": "wrong_charset"}, "unknown", "unknown"),
        ({"do": "slow", "seconds": 0.1}, "taken", "taken"),
        ({"do": "already"}, "already", None),
        ({"do": "expire_secret"}, "barred", None),
        ({"do": "partly"}, None, "refused"),
    ],
)
async def test_every_behaviour_has_its_verdict(
    step: dict[str, object], rest: str | None, soap: str | None
) -> None:
    cases = {
        "gd-organization": rest,
        "gx-minor": soap,
        "sj-person": rest,
        "yb-person": soap,
        "yh-person": rest,
    }
    for name, expected in cases.items():
        if expected is None or step["do"] in ODD.get(name, ()):
            continue
        document = fixtures.admitted(name)
        async with world(f"sim-{name[:2]}") as (there, speaker):
            await _tell(there, **step)
            mapped = submit(f"sim-{name[:2]}")(document)
            reply = await sent(speaker, "case.submit", mapped, files=fixtures.files(document))
            assert reply.verdict == expected
            assert reply.retry_after_s == (7 if "after_s" in step else None)


def test_a_name_that_gb2312_cannot_write_is_named_before_anything_is_sent() -> None:
    document = fixtures.admitted("gx-person")
    document["applicant"]["name"] = "汤喆"
    with pytest.raises(Unmappable) as refusal:
        submit("sim-gx")(document)
    [problem] = refusal.value.problems
    assert (problem.path, problem.code, problem.facts["character"]) == (
        "DATA.YWJL.SQRXM",
        "not_writable",
        "喆",
    )


def test_made_up_item_codes_of_the_catalogue_are_well_formed() -> None:
    rows = fixtures.CATALOGUE.read_text("utf-8").splitlines()
    assert len(rows) > 30
    assert all(re.fullmatch(r"\d{6}", row.split(",")[0]) for row in rows[1:])


async def _tell(platform: Simulator, **step: object) -> None:
    """Programme a behaviour without the control port."""
    from tests.fakes.ledger import now_ms
    from tests.fakes.programme import step as told

    platform.programme.add(told(step, platform.dialect.behaviours, now_ms()))
