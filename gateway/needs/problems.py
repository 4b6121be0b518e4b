"""What materials lack, as stable codes with texts in both languages. No value of a person stands in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

_REPLACE = "；可以代替：{instead}", "; what could stand for it: {instead}"


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that is missing or not enough. path: JSON pointer into the case; `allowed` is what would do."""

    path: str
    code: str
    facts: Mapping[str, str | int] = field(default_factory=dict)

    def text(self, language: str = "en") -> str:
        chinese, english = TEXTS[self.code]
        said = (chinese if language == "zh" else english).format_map(self.facts)
        if self.facts.get("instead"):
            said += _REPLACE[0 if language == "zh" else 1].format_map(self.facts)
        return said


# of a case, told to callers
OF_CASES: dict[str, tuple[str, str]] = {
    "material_missing": (
        "缺少办理地要求的材料 {material}（{name}）",
        "the material {material} ({name}), which is required there, is missing",
    ),
    "material_trust": (
        "材料 {material} 的可信等级为 {found}，办理地要求不低于 {allowed}",
        "the material {material} has trust {found}; at least {allowed} is asked for there",
    ),
    "material_form": (
        "材料 {material} 的形式不符合办理地的要求，可用：{allowed}",
        "the material {material} has not the form that is asked for there: {allowed}",
    ),
    "material_count": (
        "材料 {material} 有 {found} 份，办理地要求 {allowed} 份",
        "there are {found} of the material {material}, and {allowed} are asked for there",
    ),
    "material_owed_not_allowed": (
        "材料 {material} 不能容缺后补",
        "the material {material} may not be owed",
    ),
    "material_instead_not_allowed": (
        "材料 {material} 不能以 {found} 代替",
        "nothing says that {found} may stand for the material {material}",
    ),
    "material_instead_not_carried": (
        "办理地平台的报文不能表达以 {found} 代替材料",
        "the message to the other platform cannot say that {found} stands for a material",
    ),
    "situation_missing": (
        "办理地按情形要求材料，须填情形；可用：{allowed}",
        "materials depend on the situation over there; give one of {allowed}",
    ),
    "situation_unknown": (
        "办理地的指南没有这一情形；可用：{allowed}",
        "the guide over there has no such situation; there are {allowed}",
    ),
}
# of a row of a list, told to who imports it
_OF_ROWS: dict[str, tuple[str, str]] = {
    "row_lacks": ("缺少 {path}", "{path} is missing"),
    "row_cells": ("单元格数与表头不一致", "the row has more or fewer cells than the heading"),
    "row_unknown_value": ("{path} 的值不在 {allowed} 之中", "{path} is not one of {allowed}"),
    "row_division": ("区划代码须为 6、9 或 12 位数字", "a division has 6, 9 or 12 digits"),
    "row_date": ("日期须写作 YYYY-MM-DD", "a date is written YYYY-MM-DD"),
    "row_period": ("失效日期不晚于生效日期", "the end is not after the beginning"),
    "row_repeats": ("与第 {row} 行编号相同，内容不同", "the same id as row {row}, with other content"),
    "material_guide_unknown": (
        "不知道区划 {division} 事项 {item} 的指南，无法核对材料 {material}",
        "no guide of item {item} in division {division} is known, so nothing was held against it",
    ),
    "material_target_unknown": (
        "区划 {division} 事项 {item} 的指南中没有材料 {material}",
        "the guide of item {item} in division {division} asks for no material {material}",
    ),
    "material_target_cancelled": (
        "材料 {material} 已取消，不再要求（自 {since}）",
        "the material {material} is not asked for any more (since {since})",
    ),
}

TEXTS = {**OF_CASES, **_OF_ROWS}
