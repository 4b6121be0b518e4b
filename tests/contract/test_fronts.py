"""The simulated fronts as declared: samples mean what they say, targets are columns, a gateway fills them."""

import json
import os
from pathlib import Path

import pytest

from adapters.base import Adapter
from adapters.build import build
from adapters.coherence import declare
from adapters.message import Access, Response
from gateway.releases.compiled import compile_release
from mappings.bundle import gather
from mappings.problems import Unreadable
from mappings.source import read
from tests.adapters.fronts import NOWHERE
from tests.fakes.fixtures import case
from tests.fakes.fronts import FARS, address_of
from tests.forked import python
from tests.installation import EXAMPLES, Installation, installed
from tests.waiting import looks

FILES = gather([EXAMPLES])
SAMPLES = sorted(path for name in FARS for path in (EXAMPLES / name / "samples").glob("case.*.*.json"))
DIVISIONS = {"sim-table": "440281", "sim-folder": "440282"}
ADDRESSES = {"sim-table": "sqlite:////nowhere/front.db", "sim-folder": "/nowhere"}


def adapter(name: str) -> Adapter:
    tree = read("platform.yaml", FILES[f"{name}/platform.yaml"]).tree
    assert isinstance(tree, dict)
    return build(
        declare(tree),
        access=Access(ADDRESSES[name]),
        transport=NOWHERE,
        clock_ms=lambda: 1_600_000_000_000,
        random=os.urandom,
    )


@pytest.mark.parametrize("name", FARS)
def test_a_front_says_that_it_is_simulated(name: str) -> None:
    assert adapter(name).platform.title.startswith("模拟")
    assert (EXAMPLES / name / "interface.md").read_text("utf-8").startswith("# 模拟")


@pytest.mark.parametrize("path", SAMPLES, ids=[f"{path.parts[-3]} {path.stem}" for path in SAMPLES])
def test_every_sample_has_the_verdict_that_its_name_says(path: Path) -> None:
    sample = json.loads(path.read_text("utf-8"))
    answer = sample["response"]
    response = Response(answer["status"], answer["headers"], answer["body"].encode())
    reply = adapter(path.parts[-3]).judged(response, sample["operation"], sample.get("probes"))
    assert path.stem.split(".")[2].split("-")[0] == sample["verdict"] == reply.verdict
    assert "cause" not in sample or reply.cause == sample["cause"]


@pytest.mark.parametrize("name", FARS)
def test_every_verdict_has_its_sample(name: str) -> None:
    found = {path.stem.split(".")[2].split("-")[0] for path in SAMPLES if path.parts[-3] == name}
    assert found == {"taken", "already", "refused", "barred", "unknown", "landed", "absent"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("      address: applicant", "      addres: applicant", ":22:1: no column 'pro_accept.addres' is declared"),
        ("      remark: note ?", "      fb_msg: note ?", ":26:1: 'pro_accept.fb_msg' is theirs to write"),
        ('      cd_operation: ="I"\n', "", ":1:1: the required column 'pro_accept.cd_operation' is not fed"),
        (
            "      applyer_name: applicant.name |", "      applyer_name: applicant.name ? |",
            ":16:1: the required column 'pro_accept.applyer_name' may be left out",
        ),
        ("  pro_material:\n    each", "  pro_materials:\n    each", ": no column 'pro_materials.seq' is declared"),
    ],
)  # fmt: skip
def test_a_target_that_is_no_declared_column_is_a_finding_with_its_line(
    old: str, new: str, said: str
) -> None:
    file = "sim-table/case.submit.yaml"
    assert old in FILES[file]
    with pytest.raises(Unreadable) as findings:
        compile_release({**FILES, file: FILES[file].replace(old, new, 1)})
    assert any(said in str(each) for each in findings.value.findings)


@pytest.mark.parametrize("name", FARS)
async def test_a_case_goes_through_an_installed_gateway_and_back(name: str, tmp_path: Path) -> None:
    far = FARS[name](address_of(name, tmp_path))
    far.make()
    async with installed(tmp_path, python=python()) as installation, far.running():
        await installation.start_gateway()
        status, done, _ = await installation.submit(
            {**case("gd-person"), "division": DIVISIONS[name]}, "key-0001"
        )
        assert (status, done.get("state")) == (201, "delivered"), done
        [number] = far.numbers()
        progress = await taken_up(installation, done["links"]["case"])
        assert (progress["state"], progress["reference"][2:]) == ("handed_over", number)
        far.move(number, "09")
        _, answer, _ = await installation.call("GET", f"{done['links']['case']}/progress")
        assert answer["progress"]["state"] == "served"


async def taken_up(installation: Installation, case_link: str) -> dict[str, str]:
    async for _ in looks():
        _, answer, _ = await installation.call("GET", f"{case_link}/progress")
        if "reference" in answer["progress"]:
            progress: dict[str, str] = answer["progress"]
            return progress
    raise AssertionError(answer)
