"""SOAP headers that reach a simulated platform: held against the contract, their secrets against its own."""

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.message import Message
from gateway.releases.compiled import PlatformRelease, compile_release
from gateway.workbench.check import examine
from gateway.workbench.simulate.made import simulated
from tests.workbench.standing import SECRETS, Standing, standing

CONTRACT = (Path(__file__).parents[1] / "adapters" / "headers.wsdl").read_text("utf-8")
ANSWER = (
    '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><submitResponse xmlns="urn:headed">'
    "<code>{}</code></submitResponse></e:Body></e:Envelope>"
)
PLATFORM = """
platform: hd
title: 模拟
kind: regional
serves: [{division: "341702"}]
speaks: soap
contract: contract/headers.wsdl
auth: none
operations:
  case.submit:
    call: submit
    header:
      Auth.user: {setting: user}
      Auth.password: {secret: password}
    taken: {status: 200, body: {code: "0"}}
    refused: {status: 200, body: {code: "1"}}
    barred: {status: 200, body: {code: "9"}}
exempt: {probe: "none"}
"""
MAPPING = """
mapping: hd/case.submit
from: canonical/case@1
to: hd/case.submit@1
fields:
  sqrxm: applicant.name
examples:
  - {given: {}, refuse: ["sqrxm: applicant.name is absent"]}
"""
AUTH = {"Auth": {"@realm": "r"}, "Trace": "T-1"}


def release(platform: str = PLATFORM, contract: str = CONTRACT) -> PlatformRelease:
    verdicts = {"taken": "0", "refused": "1", "barred": "9"}
    samples = {
        f"hd/samples/case.submit.{verdict}.json": answered(verdict, code)
        for verdict, code in verdicts.items()
    }
    files = {
        "hd/platform.yaml": platform,
        "hd/case.submit.yaml": MAPPING,
        "hd/contract/headers.wsdl": contract,
    }
    return compile_release({**files, **samples}).platforms["hd"]


def answered(verdict: str, code: str) -> str:
    """One answer of theirs, as its sample is written."""
    response = {"status": 200, "headers": {"Content-Type": "text/xml"}, "body": ANSWER.format(code)}
    return json.dumps({"operation": "case.submit", "verdict": verdict, "response": response})


async def verdict(there: Standing, header: dict[str, Any]) -> str:
    reply = await there.sent("case.submit", {"#header": header, "sqrxm": "张"}, {})
    return reply.verdict


async def test_a_whole_header_with_the_right_secret_comes_in() -> None:
    async with standing(release()) as there:
        assert await verdict(there, AUTH) == "taken", there.told


async def test_a_wrong_secret_in_a_header_is_barred() -> None:
    async with standing(release(), secrets={**SECRETS, "password": "another"}) as there:
        assert await verdict(there, AUTH) == "barred"
        assert there.outcomes() == ["barred: wrong #header.Auth.password"]
        assert "another" not in str(there.told)


async def test_a_header_that_is_left_out_is_not_taken_unless_somebody_answers_for_it() -> None:
    async with standing(release()) as there:
        assert await verdict(there, {"Auth": AUTH["Auth"]}) == "refused"
        assert there.outcomes() == ["unfit", "- '#header.Trace' is required there"]
    exempt = PLATFORM.replace('"none"}', '"none", "case.submit/#header.Trace": "they do not read it"}')
    async with standing(release(exempt)) as there:
        assert await verdict(there, {"Auth": AUTH["Auth"]}) == "taken", there.told


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("<ns0:Trace>T-1</ns0:Trace>", "", "'#header.Trace' is required there"),
        ("</ns0:Auth>", "<ns0:level>two</ns0:level></ns0:Auth>", "'#header.Auth.level' is no int"),
        ("</ns0:Auth>", "<ns0:rank>2</ns0:rank></ns0:Auth>", "'#header.Auth.rank' is unknown there"),
        ("T-1</ns0:Trace>", "T-1</ns0:Trace><ns0:Trace>T-2</ns0:Trace>", "'#header.Trace' stands there once"),
        (
            "<ns0:user>demo</ns0:user><ns0:password>demo-password</ns0:password>",
            "<ns0:password>demo-password</ns0:password><ns0:user>demo</ns0:user>",
            "'#header.Auth.password' is not as the contract allows it (ELEMENT_CONTENT)",
        ),
        ("</soap-env:Header>", '<x:Security xmlns:x="urn:x">s</x:Security></soap-env:Header>', ""),
    ],
)
async def test_a_header_is_held_against_the_contract(old: str, new: str, told: str) -> None:
    async with standing(release()) as there:
        sound = there.speaker.encode(Message("case.submit", {"#header": AUTH, "sqrxm": "张"}))
        text = sound.body.decode()
        assert old in text, text
        request = type(sound)(sound.method, sound.url, sound.headers, text.replace(old, new).encode())
        assert [str(each) for each in there.made.terms.misfits("case.submit", request)] == (
            [told] if told else []
        )


def test_a_credential_that_is_made_up_may_be_any() -> None:
    """Whoever tries it out without a conf gets the word that stands for every secret; his own is as good."""
    made = simulated(release(), None)
    fed = {
        f"#header.{path}": each for path, each in release().declared.operations["case.submit"].header.items()
    }
    assert made.gate.wrong(fed, {"#header.Auth.user": "u", "#header.Auth.password": "p"}) == ""


def test_a_check_does_not_hold_made_up_secrets_against_the_types_of_a_header() -> None:
    contract = CONTRACT.replace('name="password" type="xsd:string"', 'name="password" type="xsd:int"')
    example = '{given: {applicant: {name: a}}, expect: {"#header": {Trace: "t"}, sqrxm: a}}'
    mapping = MAPPING.replace("fields:", 'header:\n  Trace: ="t"\nfields:').replace(
        "  - {", f"  - {example}\n  - {{"
    )
    files = {
        "hd/platform.yaml": PLATFORM,
        "hd/case.submit.yaml": mapping,
        "hd/contract/headers.wsdl": contract,
    }
    found = examine(compile_release(files).platforms["hd"])
    assert [each for each in found if "in the example" in str(each)] == []
