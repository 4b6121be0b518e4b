"""Forms of a mapping that has what the simulated ones lack: guards of all kinds, lists of texts, joined codes."""

import copy
from datetime import date, datetime
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from gateway.needs.checked import Known
from gateway.needs.schema import Closed, form_of
from gateway.releases.compiled import PlatformRelease, compile_release, gather
from mappings.mapping import Mapping
from mappings.problems import Unmappable
from tests.fakes import fixtures
from tests.fakes.checks import CHINA
from tests.needs.generated import Filled
from tests.web.service import CHECKOUT

TODAY = date(2026, 11, 20)
FILLED: dict[str, Filled] = {}
OWN = """\
  cybz: form.kinds ? | join("^")                        # 从业标准
  qx: form.areas ? | table_each("project_type", "^")    # 范围
  fddh:
    when: applicant.kind = "organization"
    fields:
      dh: form.phone | digits | at_most(11)             # 单位电话
  sm:
    when: not form.express
    take: form.reason | at_most(20)                     # 事由
"""
CHECKED = """\
      fs: .count
      hy:
        when: .trust in ("A", "B")
        fields:
          sj: .verification.at | time_as("%Y%m%d")
          ry: .verification.by ? | strip | at_most(10)
"""
NO_SEX = ', "sqrxb: the code is not in table mode"'
NO_MODE = ', "tbms: the code is not in table relation"'
EXAMPLES = """\
examples:
  - {given: {like: samples/case.json, drop: ["purpose"]}, refuse: ["sqyt: purpose is absent"]}
"""


def platform(extra: str = OWN, also: str = "", **changes: str) -> tuple[PlatformRelease, Mapping]:
    files = gather([CHECKOUT / "mappings" / "examples"])
    path = next(each for each in files if each.endswith("sim-gd/case.submit.yaml"))
    text = files[path].replace("  bz: note ? | at_most(500)\n", f"  bz: note ? | at_most(500)\n{extra}")
    text = text.replace("      fs: .count\n", CHECKED)
    for old, new in changes.items():
        text = text.replace(old, new)
    head, _, _ = text.partition("examples:\n")
    files[path] = head + EXAMPLES.replace('absent"]', f'absent"{also}]')
    release = compile_release(files).platforms["sim-gd"]
    return release, release.mappings["case.submit"]


def known(**fixed: Any) -> Known:
    return Known(TODAY, TODAY, {("division",): ("440232",), **fixed.get("fixed", {})})


@pytest.fixture(scope="module")
def made() -> tuple[Mapping, dict[str, Any]]:
    release, mapping = platform()
    return mapping, form_of(release, mapping, known()).schema


def test_own_fields_have_their_titles_lists_and_limits(made: tuple[Mapping, dict[str, Any]]) -> None:
    own = made[1]["properties"]["form"]["properties"]
    assert own["kinds"]["items"] == {
        "type": "string",
        "minLength": 1,
        "allOf": [{"pattern": "^[^\\u005e]*$"}],
    }
    assert own["areas"]["pattern"] == "^(?:1|2)(?:\\^(?:1|2))*$"
    assert own["phone"]["title"] == "单位电话"


@pytest.mark.parametrize(
    "kind, form, fits",
    [
        ("person", {"express": "1"}, True),
        ("person", {}, False),  # without form.express a reason is needed
        ("person", {"reason": "迁移"}, True),
        ("organization", {"express": "1"}, False),  # a phone is needed
        ("organization", {"express": "1", "phone": "07691234567"}, True),
        ("organization", {"express": "1", "phone": "0769-1234567"}, False),
    ],
)  # fmt: skip
def test_what_a_guard_asks_for_is_asked_for_where_it_holds(
    made: tuple[Mapping, dict[str, Any]], kind: str, form: dict[str, str], fits: bool
) -> None:
    part = {"properties": {"form": made[1]["properties"]["form"], "applicant": {}}, "allOf": made[1]["allOf"]}
    validator = jsonschema_rs.validator_for({**part, "$defs": made[1]["$defs"]})
    assert validator.is_valid({"applicant": {"kind": kind}, "form": form}) is fits


@settings(max_examples=15, deadline=None, derandomize=True, phases=[Phase.generate],
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(st.data())
def test_what_fits_the_form_the_mapping_takes(
    made: tuple[Mapping, dict[str, Any]], data: st.DataObject
) -> None:
    mapping, schema = made
    document = FILLED.setdefault("own", Filled(schema, datetime(2026, 11, 20, 18, tzinfo=CHINA))).document(
        data.draw
    )
    assume(FILLED["own"].is_valid(schema, document))
    whole = {**fixtures.admitted("gd-person"), **copy.deepcopy(document)}
    whole["item"]["there"] = fixtures.there("gd-person")
    try:
        mapping(whole)
    except Unmappable as error:
        pytest.fail(str([(each.path, each.code) for each in error.problems]))


def test_a_place_of_which_nothing_is_taken_closes_the_form_if_it_is_needed() -> None:
    release, mapping = platform("", NO_MODE, **{'mode | table("mode")': 'mode | table("relation")'})
    with pytest.raises(Closed, match="mode"):
        form_of(release, mapping, known())
    release, mapping = platform(
        "", NO_SEX, **{'applicant.sex ? | table("sex")': 'applicant.sex ? | table("mode")'}
    )
    applicant = form_of(release, mapping, known()).schema["properties"]["applicant"]
    assert "sex" not in applicant["properties"], "what may be left out is left out"


def test_a_guard_of_an_element_asks_of_that_element_alone(made: tuple[Mapping, dict[str, Any]]) -> None:
    element = made[1]["properties"]["materials"]["items"]
    rules = jsonschema_rs.validator_for({"allOf": element["allOf"], "$defs": made[1]["$defs"]})
    assert rules.is_valid({"trust": "C", "files": [{}]})
    assert not rules.is_valid({"trust": "A", "files": [{}]})
    assert rules.is_valid({"trust": "A", "files": [{}], "verification": {"at": "2026-11-20T09:00:00"}})
    long = {"at": "2026-11-20T09:00:00", "by": "很" * 11}
    assert not rules.is_valid({"trust": "A", "files": [{}], "verification": long})


def test_what_is_settled_is_not_asked_again() -> None:
    release, mapping = platform("")
    fixed = {("mode",): ("collect_for",), ("receiving", "division"): ("341702",)}
    schema = form_of(release, mapping, known(fixed=fixed)).schema
    assert schema["properties"]["mode"]["const"] == "collect_for"
    assert schema["properties"]["receiving"]["properties"]["division"]["const"] == "341702"
