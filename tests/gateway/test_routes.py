"""Which platform takes a case: items of one place first, then items wherever they are, then whole places."""

import os

import pytest

from adapters.base import Adapter
from adapters.build import build
from adapters.message import Access
from adapters.transport import HttpTransport
from gateway.errors import Refusal
from gateway.releases.compiled import PlatformRelease, compile_release
from gateway.releases.routes import Routes

DECLARED = """\
platform: {name}
title: 模拟平台
kind: ministry
serves: {serves}
speaks: rest
operations:
  case.submit: {{call: POST /cases, taken: {{status: 200, body: {{code: "0"}}}}}}
"""
MAPPING = """\
mapping: {name}/case.submit
from: canonical/case@1
to: {name}/case@1
fields: {{t: applicant.name}}
examples:
  - {{given: {{applicant: {{name: 张三}}}}, expect: {{t: 张三}}}}
  - {{given: {{}}, refuse: ["t: applicant.name is absent"]}}
"""
SERVES = {
    "county": '[{division: "440233"}]',
    "bureau": '[{division: "440233", items: ["0020*"]}]',
    "ministry": '[{items: ["0020*", "0005*"]}]',
    "other": '[{items: ["0020360*"]}]',
}


@pytest.fixture
def routed(transport_of_nothing: HttpTransport):
    """Which platform takes an item of this basic code in a division, when so many are declared."""

    def built(platform: PlatformRelease) -> Adapter:
        where, clock_ms = Access("http://127.0.0.1:9"), lambda: 0
        return build(
            platform.declared,
            access=where,
            transport=transport_of_nothing,
            clock_ms=clock_ms,
            random=os.urandom,
        )

    def find(names: str, division: str, basic_code: str) -> str:
        files = {}
        for name in names.split():
            files[f"{name}/platform.yaml"] = DECLARED.format(name=name, serves=SERVES[name])
            files[f"{name}/case.submit.yaml"] = MAPPING.format(name=name)
        release = compile_release(files)
        routes = Routes(built)
        routes.load(release)
        routes.put_in_force(release.digest)
        item = {"basic_code": basic_code}
        return routes.find(division=division, item=item, operation="case.submit").name

    return find


@pytest.fixture
async def transport_of_nothing():
    async with HttpTransport() as transport:
        yield transport


@pytest.mark.parametrize(
    ("names", "division", "basic_code", "expected"),
    [
        ("county ministry", "440233", "002036003000", "ministry"),
        ("county ministry", "440233000000", "000511012000", "ministry"),
        ("county ministry", "440233", "000117051000", "county"),
        ("county ministry", "530100", "002036003000", "ministry"),
        ("county bureau ministry", "440233", "002036003000", "bureau"),
        ("county bureau ministry", "530100", "002036003000", "ministry"),
        ("county bureau ministry", "440233", "000511012000", "ministry"),
    ],
)
def test_the_closest_declaration_takes_the_case(routed, names, division, basic_code, expected):
    assert routed(names, division, basic_code) == expected


def test_two_ministries_of_one_item_are_in_each_others_way(routed):
    with pytest.raises(Refusal) as caught:
        routed("ministry other", "440233", "002036003000")
    assert caught.value.code == "route_ambiguous"


def test_an_item_that_no_ministry_names_is_served_by_nobody_elsewhere(routed):
    with pytest.raises(Refusal) as caught:
        routed("county ministry", "530100", "000117051000")
    assert caught.value.code == "division_not_served"
