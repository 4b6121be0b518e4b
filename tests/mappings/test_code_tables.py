"""The code tables that really contradict each other (domain facts, T1 to T4, 2.3, 8.1): never passed through.

Every table stands between our code (the national one) and that of a family of platforms.
"""

import pytest

from mappings.examples import check_examples
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
    # 网办深度: one file has 1 全程网办 2 在线预审 3 事项公开 (省库) and 2 全程网办 1 在线预审 0 事项公开 (local)
    "depth_local": {"1": "2", "2": "1", "3": "0"},  # between these two
    "depth_vendor": {**{str(depth): str(depth) for depth in range(1, 8)}, "8": "9"},  # ours 8 其他, theirs 9
    # 行使层级: ours 1 国家 2 省 3 市 4 县 5 镇 6 村 7 分级管理
    "level_frontend": {"1": "1", "2": "2", "3": "3", "4": "4", "5": "5", "7": "6"},  # 6 分级管理, no 村
    "level_guangdong": {"3": "2"},  # 2 市级; of its other codes nothing is known
    # 办理形式: ours 1 窗口 2 电脑端网上 3 移动端 4 快递 9 其他
    "form_of_three": {"1": "1", "2": "2", "4": "3"},  # 1 窗口 2 网上 3 快递
    "form_online": {"1": "0", "2": "2", "1^2": "3"},  # IS_ONLINE: 0 仅窗口 2 仅网上 3 均可
    # 特别程序种类: ours 1 延长审批 2 其他
    "procedure_letters": {"1": "A", "2": "B"},
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
        ("depth_local", "1", "2"),  # 全程网办
        ("depth_local", "3", "0"),  # 事项公开
        ("depth_vendor", "8", "9"),  # 其他
        ("level_frontend", "7", "6"),  # 分级管理; our 6 is 村
        ("level_guangdong", "3", "2"),  # 市; our 2 is 省
        ("form_of_three", "4", "3"),  # 快递; our 3 is 移动端
        ("form_online", "1", "0"),  # 仅窗口
        ("form_online", "1^2", "3"),  # 均可
        ("procedure_letters", "1", "A"),  # 延长审批
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
        ("depth_local", "0", "table"),  # a code of theirs is none of ours
        ("depth_local", "3", "table_back"),
        ("depth_vendor", "8", "table_back"),
        ("level_frontend", "6", "table"),  # 村 does not exist there
        ("level_frontend", "7", "table_back"),
        ("level_guangdong", "2", "table"),  # 省
        ("form_of_three", "3", "table"),  # 移动端 does not exist there
        ("form_online", "3", "table"),
        ("form_online", "1", "table_back"),
        ("procedure_letters", "1", "table_back"),
    ],
)
def test_a_code_without_a_counterpart_is_refused_and_never_defaulted(name: str, code: str, word: str) -> None:
    with pytest.raises(Unmappable) as refused:
        through(name, code, word)
    assert [problem.code for problem in refused.value.problems] == ["not_in_table"]


def test_several_depths_are_turned_each_by_itself() -> None:
    text = """mapping: p/case.submit
from: p/a@1
to: p/b@1
fields: {there: 'depths | table_each("depth_vendor", "^")'}
examples: []
"""
    mapping = compile_mapping("p/case.submit.yaml", text, {"depth_vendor": a_table("depth_vendor")})
    assert mapping({"depths": "3^4^5^8"}) == {"there": "3^4^5^9"}


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
        # what a platform says of a case does not tell its receipt, and a field of that name is another one
        for said in ({"codes": given}, {"codes": given, "received_at": "2000-01-01T00:00:00+08:00"}):
            dated = mapping.as_of(received_at)
            assert dated(said) == {"there": expected}
            ((step, value),) = dated.steps(said)
            assert value == expected and step.table_row is not None
            assert mapping.dated and dated.partly({}) == {}


def test_what_does_not_say_when_it_was_received_cannot_be_read_by_a_dated_table() -> None:
    table = compile_table("p/tables/satisfaction.yaml", SWITCHED)
    text = """mapping: p/case.progress.reply
from: p/a@1
to: p/b@1
fields: {here: 'code | table_back("satisfaction")'}
examples:
  - {as_of: 2026-02-28, given: {code: "1"}, expect: {here: "5"}}
  - {as_of: 2026-03-01, given: {code: "1"}, expect: {here: "1"}}
  - {given: {code: "1"}, refuse: ["here: no_as_of"]}
"""
    mapping = compile_mapping("p/case.progress.reply.yaml", text, {"satisfaction": table})
    assert check_examples(mapping) == []
    soon = compile_mapping(
        "p/case.progress.reply.yaml", text.replace("2026-03-01", "soon"), {"satisfaction": table}
    )
    assert [finding.line for finding in check_examples(soon)] == [7]


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
