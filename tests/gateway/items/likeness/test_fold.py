import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.items.likeness.fold import Name, fold, split

ALIKE = [  # as two lists write it
    ("優(yōu)化營(yíng)商環(huán)境", "优化营商环境"),
    ("標(biāo)準(zhǔn)的(de)發(fā)布", "标准的发布"),  # an untoned gloss beside toned ones
    ("政務(zhèng wù)服務(wù)", "政务服务"),
    ("【省集中企保系统】工伤康复申请确认", "工伤康复申请确认"),
    ("〔一窗通办〕［企保］个人参保登记", "个人参保登记"),
    ("● 1、户口登记", "户口登记"),
    ("（一）户口登记", "户口登记"),
    ("①户口登记", "户口登记"),
    ("3.取水许可", "取水许可"),
    ("ＥＴＣ　办理", "etc办理"),
    ("食品(含保健食品)经营许可", "食品经营许可（含保健食品）"),
    ("权限内国家重点保护陆生野生动物人工繁育许可证核发", "国家重点保护陆生野生动物人工繁育许可证核发"),
    ("省级权限内的林木采伐许可", "林木采伐许可"),
    ("企业投资项目备案（市级/县级）", "企业投资项目备案"),
    ("占用林地审核（国家级权限）", "占用林地审核"),
    ("增值税一般纳税人登记（县级行使）", "增值税一般纳税人登记"),
    ("建设项目环境影响评价审批（省市县）", "建设项目环境影响评价审批"),
    ("阿卜杜拉·买买提奖", "阿卜杜拉•买买提奖"),
    ("设立、变更、注销许可", "设立,变更/注销许可"),
    ("工伤认定【个人】", "工伤认定（个人）"),
    ("辅助器具配置（更换（维修））费用", "辅助器具配置费用（更换维修）"),
]
APART = [
    ("待遇停发（个人）", "待遇停发（单位）"),
    ("“12350”安全生产举报投诉", "安全生产举报投诉"),  # a number without a mark behind it is no numbering
    ("12348司法行政公共服务", "司法行政公共服务"),
    ("2.4吉赫频段使用许可", "24吉赫频段使用许可"),
    ("单位（社区）代管人员补缴", "单位代管人员补缴"),  # 社区 alone says who, not at which level
    ("一级运动员", "运动员"),
    ("电视（TV）节目", "电视节目"),  # letters, but no gloss: nothing else carries tones
]
WRITTEN = st.text(
    st.one_of(
        st.sampled_from(
            "一二三申请變更优級级市县省權权限内的社区()（）【】〔〕[]·•、，。.123①㈠ \u3000ōAａ\u200b\ufe0f〈《"
        ),
        st.characters(),
    ),
    max_size=24,
)


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_two_ways_of_writing_one_name_fold_alike(one, other):
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), APART)
def test_what_tells_two_names_apart_is_not_folded_away(one, other):
    assert fold(one) != fold(other)


def test_a_name_is_taken_apart_into_core_cases_levels_and_prefixes():
    assert split("【企保】1. 遺屬困難補助停發（單位）（縣級）") == Name(
        "遗属困难补助停发", ("单位",), ("县级",), ("企保",)
    )


@pytest.mark.parametrize("only", ["【企保】", "（个人）", "（县级）", "权限内", "、、、", "1.", "()", "①"])
def test_what_would_leave_nothing_over_is_kept(only):
    assert fold(only)


@given(WRITTEN)
@example("(一)")
@example("[a]_")
@example("((1)")
def test_folding_a_folded_name_changes_nothing(name):
    assert fold(fold(name)) == fold(name)


@given(WRITTEN)
def test_a_name_folds_to_nothing_only_where_there_is_nothing_to_see(name):
    letters = [c for c in name if c.isalnum()]
    assert fold(name) or not letters


@given(WRITTEN)
def test_neither_core_nor_case_holds_a_blank_or_a_bracket(name):
    parts = split(name)
    for text in (parts.core, *parts.cases) if any(c.isalnum() for c in name) else ():
        assert not set(text) & set(" \u3000()（）【】、，。")


@given(WRITTEN, st.sampled_from(["●", "1、", "【省系统】", "①", "\u3000"]))
def test_what_stands_in_front_of_a_name_changes_nothing(name, front):
    name = "户" + name
    assert fold(front + name) == fold(name)
