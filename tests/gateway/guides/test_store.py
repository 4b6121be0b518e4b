from dataclasses import replace

from gateway.guides.guide import Guide
from gateway.guides.store import guide_on, guides_of, put, required_materials

CODE = "11440232MB2D06811W4000117051000"
DAY_MS = 86_400_000
NOV_20 = 1_795_104_000_000  # 2026-11-20 00:00 in China


def material(name: str, **more: object) -> dict[str, object]:
    return {"name": name, "necessity": "required", "form": "paper", "kind": "other", **more}


def guide(*materials: dict[str, object], version: int = 0, day: int = 0, **more: str) -> Guide:
    elements = {"name": "模拟事项", "materials": list(materials)}
    return Guide("440232", CODE, version, NOV_20 + day * DAY_MS, "模拟.csv", elements, **more)


def names(connection, *, situation: str = "", day: str = "2026-11-20") -> list[str]:
    return [each.name for each in required_materials(connection, "440232", CODE, situation, day)]


def test_the_same_guide_again_changes_nothing_but_its_age(connection):
    assert put(connection, guide(material("图纸"))) == "added"
    assert put(connection, guide(material("图纸"), day=3)) == "unchanged"
    (known,) = guides_of(connection, "440232", CODE)
    assert known.as_of_ms == NOV_20 + 3 * DAY_MS
    assert put(connection, guide(material("图纸"), day=1)) == "unchanged"
    assert guides_of(connection, "440232", CODE) == [known]


def test_a_new_guide_holds_from_the_day_on_which_it_was_seen_and_the_old_one_before(connection):
    put(connection, guide(material("图纸"), material("户口证明")))
    assert put(connection, guide(material("图纸"), day=5)) == "changed"
    assert names(connection, day="2026-11-24") == ["图纸", "户口证明"]
    assert names(connection, day="2026-11-25") == ["图纸"]


def test_a_dated_guide_holds_from_its_own_day(connection):
    put(connection, guide(material("图纸"), valid_from="2026-01-01"))
    put(connection, guide(material("图纸"), material("承诺书"), version=2, valid_from="2026-12-01"))
    assert names(connection, day="2025-12-31") == []
    assert names(connection, day="2026-11-30") == ["图纸"]
    assert names(connection, day="2026-12-01") == ["图纸", "承诺书"]


def test_an_earlier_version_that_comes_later_does_not_take_the_place_of_a_later_one(connection):
    both = guide(material("新"), version=4), guide(material("旧"), version=3)
    assert [put(connection, each) for each in both] == ["added", "changed"]
    assert [put(connection, replace(each, as_of_ms=each.as_of_ms + DAY_MS)) for each in both] == [
        "unchanged"
    ] * 2
    assert names(connection) == ["新"]


def test_a_guide_that_changed_back_is_in_force_again(connection):
    for day, name in enumerate(["甲", "乙", "甲"]):
        put(connection, guide(material(name), day=day))
    assert [names(connection, day=f"2026-11-{day}") for day in (20, 21, 22)] == [["甲"], ["乙"], ["甲"]]


def test_a_guide_that_ended_asks_for_nothing(connection):
    put(connection, guide(material("图纸"), valid_from="2026-01-01"))
    put(connection, guide(material("图纸"), valid_from="2026-01-01", valid_to="2026-11-01"))
    assert guide_on(connection, "440232", CODE, "2026-10-31") is not None
    assert guide_on(connection, "440232", CODE, "2026-11-01") is None


def test_materials_are_those_of_the_situation_and_of_the_day(connection):
    put(
        connection,
        guide(
            material("图纸"),
            material("外籍证件", situations=["外籍", "港澳台"]),
            material("无犯罪证明", valid_to="2026-07-01"),
        ),
    )
    assert names(connection, situation="外籍") == ["图纸", "外籍证件"]
    assert names(connection, situation="本省") == ["图纸"]
    assert names(connection) == ["图纸", "外籍证件", "外籍证件"]
    assert names(connection, situation="本省", day="2026-06-30") == ["图纸", "无犯罪证明"]


def test_a_guide_is_found_by_the_handling_code_and_from_places_below(connection):
    put(connection, guide(material("图纸")))
    assert required_materials(connection, "440232001000", CODE + "02", "", "2026-11-20")[0].place == 1
    assert required_materials(connection, "440281", CODE, "", "2026-11-20") == []
