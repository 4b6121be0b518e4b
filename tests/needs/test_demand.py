"""The judgement itself, without a gateway: what meets what, and what may stand for it."""

from typing import Any

import pytest

from gateway.guides.guide import RequiredMaterial
from gateway.needs.demand import UNKNOWN, Demand, lacks
from gateway.needs.stands import Stands


def required(code: str = "M1", name: str = "身份证", **more: Any) -> RequiredMaterial:
    plain = RequiredMaterial(code, name, "", "required", "either", "other", 0, 0, "", "", "", "", 1)
    return plain._replace(**more)


def row(means: str, here: str = "", there: str = "M1") -> Stands:
    return Stands("R", "440233", "", there, "", means, here, "", "", "模拟")


def given(code: str = "M1", name: str = "身份证", **more: Any) -> dict[str, Any]:
    plain = {"code": code, "name": name, "form": "copy", "count": 1, "trust": "A", "files": [{}]}
    return {**plain, **more}


def codes(demand: Demand, *materials: dict[str, Any], situation: str = "") -> list[str]:
    item = {"situation": situation} if situation else {}
    return [each.code for each in lacks(demand, {"item": item, "materials": list(materials)})]


def of(*materials: RequiredMaterial, rows: tuple[Stands, ...] = ()) -> Demand:
    return Demand(True, materials, rows)


def test_without_a_guide_nothing_is_claimed() -> None:
    assert codes(UNKNOWN) == []


@pytest.mark.parametrize(
    "demand, material, found",
    [
        (of(required()), given(), []),
        (of(required()), given("H1"), ["material_missing"]),
        (of(required(), rows=(row("file", "H1"),)), given("H1"), []),
        (of(required("", "居民身份证（复印件）")), given("X", "居民身份证(复印件)"), []),  # compared as names are
        (of(required("", "居民身份证")), given("X", "户口簿"), ["material_missing"]),
        (of(required(trust="B")), given(trust="B"), []),
        (of(required(trust="B")), given(trust="C"), ["material_trust"]),
        (of(required(form="paper", originals=1)), given(form="original"), []),
        (of(required(form="paper", originals=1)), given(form="copy"), ["material_form", "material_count"]),
        (of(required(form="paper", originals=1, copies=1)), given(form="original"), ["material_count"]),
        (of(required(form="paper", originals=1, copies=1)), given(form="original", count=2), []),
        (of(required(form="electronic")), given(form="paper", files=[]), ["material_form"]),
        (of(required(copies=3)), given(form="electronic"), []),  # a file is as good as any number of sheets
        (of(required(necessity="optional")), given("H1"), []),
        (of(required(), rows=(row("exempt"),)), given("H1"), []),
        (of(required(kind="licence")), given(instead={"kind": "licence"}, files=[]), []),
        (of(required()), given(instead={"kind": "licence"}), ["material_instead_not_allowed"]),
        (of(required(), rows=(row("pledge"),)), given(instead={"kind": "pledge"}, trust="D"), []),
        (of(required(trust="A"), rows=(row("licence"),)), given(instead={"kind": "licence"}, trust="C"),
         ["material_trust"]),
        (of(required(), rows=(row("owed"),)), given(instead={"kind": "owed"}), []),
        (of(required()), given(instead={"kind": "owed"}), ["material_owed_not_allowed"]),
    ],
)  # fmt: skip
def test_what_is_at_hand_answers_or_does_not(
    demand: Demand, material: dict[str, Any], found: list[str]
) -> None:
    assert codes(demand, material) == found


def test_sheets_of_several_entries_count_together() -> None:
    demand = of(required(form="paper", originals=1, copies=1))
    assert codes(demand, given(form="original"), given(form="copy")) == []


def test_materials_are_those_of_the_situation() -> None:
    demand = of(required(), required("M2", situation="甲"), required("M3", situation="乙"))
    assert codes(demand, given(), given("M2"), situation="甲") == []
    assert codes(demand, given(), given("M2"), situation="乙") == ["material_missing"]
    assert codes(demand, given()) == ["situation_missing"]
    assert codes(demand, given(), situation="丙") == ["situation_unknown"]


def test_what_could_stand_for_it_is_said() -> None:
    demand = of(required(necessity="may_be_owed", kind="licence"), rows=(row("pledge"),))
    (lack,) = lacks(demand, {"item": {}, "materials": []})
    assert lack.facts["instead"] == "licence, owed, pledge"
    assert lack.text("zh").endswith("可以代替：licence, owed, pledge")
