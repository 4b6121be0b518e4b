"""The code tables that really contradict each other (domain facts, T1 to T4, 2.3, 8.1): never passed through.

Every table stands between our code (the national one) and that of a family of platforms.
"""

import pytest

from mappings.mapping import compile_mapping
from mappings.problems import Unmappable, Unreadable
from mappings.tables import Table, compile_table

FAMILIES = {
    # T1 办件类型: ours 1 即办件, 2 承诺件
    "project_type_shandong": {"1": "2", "2": "1"},  # 1 承诺件 2 即办件 3 上报件 4 联办件
    # T2 满意度: ours are stars, 5 非常满意
    "satisfaction_39046": {"5": "1", "4": "2", "3": "3", "2": "4", "1": "5"},  # GB/T 39046 A.8: 1 非常满意
    "satisfaction_interface": {str(star): str(star) for star in range(1, 6)},  # 好差评: 5 非常满意
    # T3 服务对象: ours is the C0109 family: 5 非法人企业, 6 行政机关, 9 其他组织
    "served_39046": {"1": "1", "2": "2", "3": "3", "4": "4", "6": "5", "9": "6"},  # 5 行政机关 6 其他组织
    # T4 事项类型: ours 02 处罚 03 强制 04 征收 05 给付 07 确认 08 奖励 09 裁决 10 其他 20 公共服务
    "item_type_jiangsu": {
        "01": "01", "02": "03", "03": "04", "04": "05", "05": "06", "09": "07", "07": "08", "08": "09",
        "10": "10", "20": "14",
    },
    # 材料必要性: ours 1 必要 2 非必要 3 容缺后补
    "needed_zero": {"1": "0", "2": "1", "3": "2"},  # 0 必要 1 非必要 2 容缺后补
    "needed_must": {"1": "1", "2": "0", "3": "2"},  # MUST: 0 否 1 是 2 容缺
    # 是/否: ours 1 是 0 否
    "flag_shandong": {"1": "1", "0": "2"},  # 1 是 2 否
    # 通办范围: ours 1 全国 2 跨省 3 跨市 4 跨县; 1 全省 2 全市 3 全区 4 定点办理 has no word for 全国 and 跨省
    "scope_within_province": {"3": "1", "4": "2"},
}  # fmt: skip


def a_table(name: str) -> Table:
    rows = "".join(f'  - {{ours: "{a}", theirs: "{b}"}}\n' for a, b in FAMILIES[name].items())
    return compile_table(f"p/tables/{name}.yaml", f"table: {name}\nrows:\n{rows}")


def through(name: str, code: str, word: str = "table") -> str:
    text = f"""mapping: p/case.submit
from: p/a@1
to: p/b@1
fields: {{code: 'code | {word}("{name}")'}}
examples: []
"""
    mapping = compile_mapping("p/case.submit.yaml", text, {name: a_table(name)})
    return str(mapping({"code": code})["code"])


@pytest.mark.parametrize("name", FAMILIES)
def test_every_code_of_a_family_goes_there_and_back(name: str) -> None:
    for ours, theirs in FAMILIES[name].items():
        assert through(name, ours) == theirs
        assert through(name, theirs, "table_back") == ours


@pytest.mark.parametrize(
    "name, ours, theirs",
    [
        ("project_type_shandong", "1", "2"),  # 即办件
        ("satisfaction_39046", "5", "1"),  # 非常满意
        ("satisfaction_interface", "5", "5"),
        ("served_39046", "6", "5"),  # 行政机关
        ("item_type_jiangsu", "07", "08"),  # 确认; their 07 is 裁决
        ("item_type_jiangsu", "20", "14"),  # 公共服务
        ("needed_zero", "1", "0"),  # 必要
        ("flag_shandong", "0", "2"),  # 否
    ],
)
def test_a_reversed_code_keeps_its_meaning(name: str, ours: str, theirs: str) -> None:
    assert through(name, ours) == theirs


@pytest.mark.parametrize(
    "name, code, word",
    [
        ("served_39046", "5", "table"),  # 非法人企业 does not exist there
        ("item_type_jiangsu", "06", "table"),  # 检查 has no code there
        ("item_type_jiangsu", "16", "table_back"),  # 联办 is nothing of ours
        ("scope_within_province", "2", "table"),  # 跨省 cannot be said there
        ("project_type_shandong", "3", "table_back"),  # 上报件
        ("satisfaction_39046", "0", "table_back"),
        ("flag_shandong", "0", "table_back"),
    ],
)
def test_a_code_without_a_counterpart_is_refused_and_never_defaulted(name: str, code: str, word: str) -> None:
    with pytest.raises(Unmappable) as refused:
        through(name, code, word)
    assert [problem.code for problem in refused.value.problems] == ["not_in_table"]


SWITCHED = """table: satisfaction
title: 满意度
source: 他们自 2026-03-01 起由 GB/T 39046 改用好差评顺序
rows:
  - {ours: "5", theirs: "1", to: 2026-03-01}
  - {ours: "1", theirs: "5", to: 2026-03-01}
  - {ours: "5", theirs: "5", from: 2026-03-01}
  - {ours: "1", theirs: "1", from: 2026-03-01}
"""


@pytest.mark.parametrize("day, there", [("2026-02-28", "1^5"), ("2026-03-01", "5^1")])
def test_a_scale_that_is_turned_round_on_a_day_is_read_as_of_receipt(day: str, there: str) -> None:
    table = compile_table("p/tables/satisfaction.yaml", SWITCHED)
    text = """mapping: p/case.submit
from: p/a@1
to: p/b@1
fields: {there: 'codes | WORD("satisfaction", "^")'}
examples: []
"""
    received_at = f"{day}T12:00:00+08:00"
    for word, given, expected in (("table_each", "5^1", there), ("table_each_back", there, "5^1")):
        mapping = compile_mapping("p/case.submit.yaml", text.replace("WORD", word), {"satisfaction": table})
        assert mapping({"codes": given, "received_at": received_at}) == {"there": expected}


def test_a_table_that_cannot_be_read_backwards_is_found_for_lists_of_codes_too() -> None:
    table = compile_table(
        "p/tables/t.yaml", 'table: t\nrows: [{ours: "1", theirs: a}, {ours: "2", theirs: a}]'
    )
    text = """mapping: p/case.submit
from: p/a@1
to: p/b@1
fields: {there: 'codes | table_each_back("t", "^")'}
examples: []
"""
    with pytest.raises(Unreadable, match="has several of ours for 'a'"):
        compile_mapping("p/case.submit.yaml", text, {"t": table})
