"""A platform whose contract declares SOAP headers: its mapping's `header:` is read, drafted, checked."""

from pathlib import Path

import pytest

from adapters.contract import read
from gateway.releases.compiled import PlatformRelease, compile_release
from gateway.workbench.check import examine
from gateway.workbench.draft.folder import chosen, draft
from mappings.mapping import compile_mapping
from mappings.problems import Unreadable

CONTRACT = (Path(__file__).parents[1] / "adapters" / "headers.wsdl").read_text("utf-8")
PLATFORM = """
platform: hd
title: 模拟
kind: regional
serves: [{division: "341702"}]
speaks: soap
contract: contract/headers.wsdl
operations:
  case.submit:
    call: submit
    taken: {status: 200, body: {code: "0"}}
"""
HEAD = "mapping: hd/case.submit\nfrom: canonical/case@1\nto: hd/case.submit@1\n"
EXAMPLE = '{given: {}, refuse: ["sqrxm: applicant.name is absent"]}'
BODY = f"fields:\n  sqrxm: applicant.name\nexamples:\n  - {EXAMPLE}\n"


def release(header: str, platform: str = PLATFORM) -> PlatformRelease:
    files = {
        "hd/platform.yaml": platform,
        "hd/case.submit.yaml": f"{HEAD}{header}{BODY}",
        "hd/contract/headers.wsdl": CONTRACT,
    }
    return compile_release(files).platforms["hd"]


def told(header: str, platform: str = PLATFORM) -> list[str]:
    found = [each.finding for each in examine(release(header, platform)) if "eader" in each.finding.what]
    return [f"{each.line}: {each.what}" for each in found]


def test_a_header_that_is_fed_whole_gives_no_finding() -> None:
    written = 'header:\n  Auth:\n    fields:\n      user: ="u"\n      password: ="p"\n  Trace: ="t"\n'
    assert told(written) == []


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            'header:\n  Auth.user: ="u"\n  Trace: ="t"\n',
            ["5: '#header.Auth.password' is required there and not fed"],
        ),
        (
            'header:\n  Auth.usr: ="u"\n  Trace: ="t"\n',
            [
                "5: the contract has no '#header.Auth.usr'",
                "5: '#header.Auth.user' is required there and not fed",
                "5: '#header.Auth.password' is required there and not fed",
            ],
        ),
        (
            'header:\n  Auth:\n    fields:\n      user: ="123456789"\n      password: ="p"\n  Trace: ="t"\n',
            ["7: '#header.Auth.user' takes 8 characters, and this may be longer"],
        ),
        ('header:\n  Trace: ="t"\n', ["9: the contract declares the SOAP header 'Auth', and nothing feeds it"]),
    ],
)  # fmt: skip
def test_a_header_is_checked_like_the_body(header: str, expected: list[str]) -> None:
    assert told(header) == expected


def test_what_platform_yaml_feeds_the_mapping_need_not() -> None:
    platform = (
        f"{PLATFORM}    header: {{Auth.user: {{setting: user}}, Auth.password: {{secret: password}}}}\n"
    )
    assert told('header:\n  Trace: ="t"\n', platform) == []
    half = f"{PLATFORM}    header: {{Auth.user: {{setting: user}}, Trace: {{value: t}}}}\n"
    [found] = told("", half)
    assert found.endswith("'#header' is required there and not fed")


def test_only_soap_has_a_header() -> None:
    platform = PLATFORM.replace("soap", "rest").replace("contract: contract/headers.wsdl\n", "")
    assert "4: only SOAP has a header" in told(
        'header:\n  a: ="u"\n', platform.replace("call: submit", "call: POST /")
    )


def test_a_header_extends_what_it_stands_upon() -> None:
    part = 'mapping: hd/_head\nheader:\n  Auth.user: ="u"\n  Auth.password: ="p"\n'
    own = f'{HEAD}extends: _head\nheader:\n  Auth.password: ="q"\n{BODY}'
    mapping = compile_mapping("hd/case.submit.yaml", own, {}, {"_head.yaml": part})
    written = mapping({"applicant": {"name": "张"}})
    assert written == {"#header": {"Auth": {"user": "u", "password": "q"}}, "sqrxm": "张"}
    assert mapping.targets["#header.Auth.password"][0].line == 6


def test_a_fault_in_a_header_is_told_at_its_line() -> None:
    with pytest.raises(Unreadable) as caught:
        release("header:\n  Auth.user: note | uper\n")
    assert [(each.line, each.what) for each in caught.value.findings] == [(5, "no word 'uper'")]


def test_a_draft_asks_about_every_place_of_a_header() -> None:
    files = {"contract/headers.wsdl": CONTRACT}
    offered = read("contract/headers.wsdl", files)
    offers = chosen(offered, {"case.submit": "Headed/Headed/submit"})
    made = draft("hd", "341702", offered, offers, path="contract/headers.wsdl", files=files)
    head, _, body = made.files["case.submit.yaml"].partition("\nfields:")
    for name in ("Auth:", "user:", "password:", "level:", '"@realm":', "Trace:"):
        assert name in head
    assert "sqrxm:" in body and "Auth" not in body


def test_an_example_whose_header_cannot_be_written_is_told_once_and_at_its_field() -> None:
    """What stands in the header is held against the header: it is not unknown in the body."""
    expected = '{"#header": {Auth: {user: "123456789"}}, sqrxm: a}'
    example = f'{{given: {{applicant: {{name: a}}, note: "123456789"}}, expect: {expected}}}\n  - '
    refused = '{given: {}, refuse: ["#header.Auth.user: note is absent", "sqrxm: applicant.name is absent"]}'
    platform = f"{PLATFORM}    header: {{Auth.password: {{secret: password}}, Trace: {{value: t}}}}\n"
    header = "header:\n  Auth.user: note | at_most(9)\n"
    files = {
        "hd/platform.yaml": platform,
        "hd/case.submit.yaml": f"{HEAD}{header}{BODY.replace(EXAMPLE, example + refused)}",
        "hd/contract/headers.wsdl": CONTRACT,
    }
    found = [each.finding for each in examine(compile_release(files).platforms["hd"])]
    told_ = [f"{each.line}: {each.what}" for each in found if "in the example" in each.what]
    assert told_ == ["5: '#header.Auth.user' is longer than 8 in the example at case.submit.yaml:9"]


def test_a_draft_refuses_by_a_source_that_feeds_one_target_only() -> None:
    """Else the header, which takes the number as well, is refused too, and the example does not say so."""
    name = '<xsd:element name="sqrxm" type="xsd:string"/>'
    wsdl = CONTRACT.replace('name="user"', 'name="lsh"')
    told = "<xsd:annotation><xsd:documentation>{}</xsd:documentation></xsd:annotation></xsd:element>"
    number = f'<xsd:element name="ywlsh" type="xsd:string">{told.format("业务流水号")}'
    wsdl = wsdl.replace(name, f"{number}{name[:-2]}>{told.format('申请人姓名')}")
    offered = read("c.wsdl", {"c.wsdl": wsdl})
    offers = chosen(offered, {"case.submit": "Headed/Headed/submit"})
    made = draft("hd", "341702", offered, offers, path="c.wsdl", files={"c.wsdl": wsdl}).files
    mapping = made["case.submit.yaml"]
    assert "lsh: numbers_ours" in mapping.partition("\nfields:")[0]
    assert 'drop: [applicant.name]}, refuse: ["sqrxm: applicant.name is absent"]' in mapping


def test_a_field_that_stands_in_a_header_of_http_is_not_held_against_the_contract() -> None:
    stands = "    http_header: {X-Place: {field: place}}\n"
    fields = 'fields:\n  place: ="440232"\n  sqrxm: applicant.name\n'
    found = {}
    for platform in (PLATFORM, PLATFORM + stands):
        files = {
            "hd/platform.yaml": platform,
            "hd/case.submit.yaml": f"{HEAD}{fields}examples:\n  - {EXAMPLE}\n",
            "hd/contract/headers.wsdl": CONTRACT,
        }
        graded = examine(compile_release(files).platforms["hd"])
        found[platform] = [each.finding.what for each in graded if "place" in each.finding.what]
    assert found[PLATFORM] and not found[PLATFORM + stands]
