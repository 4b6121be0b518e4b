import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.items.item import Item
from gateway.items.likeness.features import Features, compare, subject, weights
from gateway.items.likeness.propose import prepared, propose
from gateway.items.likeness.score import UNSURE, VERY_LIKELY, model
from tests.made_lists import HERE, OURS, THEIRS, THERE, TOGETHER, items

NAMES = st.text("取水许可证变更注销登记（）公共场所卫生备案查询一级二级 ", max_size=16)
AGAINST = {name for name in Features._fields if name.endswith("_differ")}


def suggested(here, there, least=0.25):
    return list(propose(prepared(here), prepared(there), least=least, told=lambda done, total: None))


def features(one, other):
    pair = subject(Item(HERE, "a", name=one)), subject(Item(THERE, "b", name=other))
    return compare(*pair, weights(pair))


def test_of_two_made_up_lists_those_that_belong_together_come_first():
    first = {}
    for each in suggested(items(HERE, OURS), items(THERE, THEIRS)):
        first.setdefault(each.here.code, each.there.code)
    assert first == TOGETHER


def test_a_suggestion_says_in_both_languages_what_speaks_for_it():
    found = {each.here.code: each for each in suggested(items(HERE, OURS), items(THERE, THEIRS))}
    chinese, english = found["A-03"].why
    assert "名称相同（去掉【省集中企保系统】）" in chinese and "办理情形相同：变更" in chinese
    assert "the names are the same" in english and "the same act: change" in english


def test_a_counterpart_that_does_less_is_pointed_out():
    found = suggested(
        items(HERE, {"A": "采矿权登记"}), items(THERE, {"B": "采矿权注销登记", "C": "采矿权登记"}), 0.01
    )
    said = {each.there.code: each.why for each in found}
    assert (
        "注意：对方此项只办注销" in said["B"][0]
        and "mind: over there this is cancellation only" in said["B"][1]
    )
    assert "注意" not in said["C"][0]


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("取水许可证变更", "取水许可证注销", "acts_differ"),
        ("取水许可", "取水许可信息查询", "kind_differ"),
        ("采集国家一级保护野生植物审批", "采集国家二级保护野生植物审批", "objects_differ"),
        ("职业技能鉴定", "职业技能鉴定补贴", "marks_differ"),
        ("社会保障卡服务（挂失）", "社会保障卡服务（申领）", "cases_differ"),
    ],
)
def test_what_makes_neighbouring_names_two_items_speaks_against_them(one, other, differ):
    found = features(one, other)
    assert getattr(found, differ) > 0
    assert model().probability(found) < VERY_LIKELY


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("网站交易备案", "网站交易备案补办"),  # the whole and a piece
        ("公证员执业证换发", "公证员执业证补办"),  # one act of our words, two of theirs
        ("民族成份变更（满十八岁）", "民族成份变更（未满十八岁）"),
        ("道路旅客运输站经营许可", "三级道路旅客运输站经营许可"),
        ("宗教活动场所扩建审批", "宗教活动场所变更审批"),
        ("建设项目节能审查（技术改造项目）", "建设项目节能审查（技术改造项目除外）"),
        ("合作社设立登记", "合作社分支机构设立登记"),
    ],
)
def test_pieces_of_one_item_are_never_very_likely_each_other(one, other):
    found = suggested(items(HERE, {"A": one}), items(THERE, {"B": other}), 0.01)
    assert all(each.probability <= UNSURE for each in found)
    assert not features(one, other).clear


def test_the_same_name_is_very_likely_where_it_stands_alone_and_not_where_it_stands_twice():
    here = items(HERE, {"A": "城市建筑垃圾处置核准"})
    alone = suggested(here, items(THERE, {"B": "城市建筑垃圾处置核准", "C": "城市建筑垃圾处置核准变更"}))
    twice = suggested(here, items(THERE, {"B": "城市建筑垃圾处置核准", "C": "城市建筑垃圾处置核准（县级）"}))
    assert alone[0].there.code == "B" and alone[0].probability >= VERY_LIKELY
    assert all(each.probability <= UNSURE for each in (*alone[1:], *twice))
    assert "另有 1 个候选同样相符" in twice[0].why[0] and "1 other(s) over there fit" in twice[0].why[1]


def test_departments_types_and_service_objects_are_compared_only_where_both_sides_say():
    told = Item(HERE, "a", name="取水许可", type="01", unit_name="区水务局", service_objects="1^2")
    silent, unlike = (
        Item(THERE, "b", name="取水许可"),
        Item(THERE, "c", name="取水许可", type="20", unit_name="市教育局", service_objects="6"),
    )
    some = subject(told), subject(silent), subject(unlike)
    rarity = weights(some)
    quiet, loud = compare(some[0], some[1], rarity), compare(some[0], some[2], rarity)
    assert not any(getattr(quiet, name) for name in ("department_differ", "type_differ", "service_differ"))
    assert all(getattr(loud, name) for name in ("department_differ", "type_differ", "service_differ"))
    assert model().probability(loud) < model().probability(quiet)


def test_a_bureau_for_approvals_belongs_to_every_department():
    approvals = subject(Item(HERE, "a", name="取水许可", unit_name="区行政审批局"))
    assert approvals.departments == frozenset()


def test_a_bare_sub_item_is_read_with_its_main_item():
    main = Item(HERE, "420112088000", kind="basic", name="水产苗种生产审批", basic_code="420112088000")
    bare = Item(HERE, "420112088001", kind="basic", name="变更", basic_code="420112088001")
    there = items(THERE, {"B-1": "水产苗种生产审批", "B-2": "户口变更"})
    found = [each.there.code for each in suggested([main, bare], there) if each.here is bare]
    assert found == ["B-1"]


def test_no_difference_speaks_for_a_pair():
    weighted = dict(zip(Features._fields, model().weights, strict=True))
    assert all(weighted[name] <= 0 for name in AGAINST)
    assert all(weight >= 0 for name, weight in weighted.items() if name.endswith("_same"))


@given(st.floats(0, 1), st.floats(0, 1))
def test_what_is_said_rises_with_what_the_weights_say_and_is_theirs_where_it_is_very_likely(one, other):
    said = model().calibrated
    assert 0 <= said(one) <= 1
    assert one == other or (said(one) < said(other)) == (one < other) or abs(one - other) < 1e-12
    assert (said(one) >= VERY_LIKELY) == (one >= VERY_LIKELY)


@given(NAMES, NAMES)
def test_likeness_is_the_same_from_both_sides_and_within_0_and_1(one, other):
    there, back = features(one, other), features(other, one)
    assert there == pytest.approx(back)
    assert all(-1e-9 <= value <= 1 + 1e-9 for value in there)
    assert 0 <= model().probability(there) <= 1


@given(st.lists(NAMES, max_size=6), st.lists(NAMES, max_size=6))
def test_no_list_of_names_stops_the_search(ours, theirs):
    here = items(HERE, {f"A{n}": name for n, name in enumerate(ours)})
    there = items(THERE, {f"B{n}": name for n, name in enumerate(theirs)})
    for each in suggested(here, there, least=0.01):
        assert each.why[0] and each.why[1]
