"""What can be wrong with an item: stable codes, and their texts in Chinese and English.

Facts hold item codes, divisions, units and dates; never anything about a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from gateway.items import texts

if TYPE_CHECKING:
    from gateway.items.item import Item


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: where (a column, or a path in the case), its code, and what was seen."""

    path: str
    code: str
    facts: Mapping[str, str | int] = field(default_factory=dict)

    def text(self, language: str = "en") -> str:
        """The sentence for a reader; language is zh or en."""
        chinese, english = TEXTS[self.code]
        seen = {name: "-" if fact == "" else fact for name, fact in self.facts.items()} | {"path": self.path}
        if language != "zh":
            return english.format_map(seen)
        if self.code in texts.OF_COLUMNS:
            seen = {name: texts.CHINESE.get(str(fact), fact) for name, fact in seen.items()}
        return chinese.format_map(seen)


class ItemError(Exception):
    """The item cannot be aligned; the type says what to do, the facts say what was seen."""

    code: ClassVar[str]

    def __init__(self, **facts: str | int) -> None:
        super().__init__(self.code)
        self.facts: Mapping[str, str | int] = facts

    def problem(self, path: str = "/item/code") -> Problem:
        return Problem(path, self.code, self.facts)

    def problems(self) -> tuple[Problem, ...]:
        """Everything there is to say, the error itself first."""
        return (self.problem(),)

    def __str__(self) -> str:
        return self.problem().text()


class UnknownItem(ItemError):
    """The catalogue of that division has no such code: correct the code, or import the list."""

    code = "item_unknown"


class NotAligned(ItemError):
    """Nothing says which item over there this is: declare an alignment, or correct unit or applicant.

    The fact `lacking` says what: national_code, item_there, unit, service_object or situation.
    """

    code = "item_not_aligned"


class CancelledItem(ItemError):
    """Not to be applied for any more; `superseded_by` is the code that took its place, or empty."""

    code = "item_cancelled"

    @property
    def superseded_by(self) -> str:
        return str(self.facts["superseded_by"])


class SuspendedItem(ItemError):
    """In the catalogue, but suspended (暂停): ask the authority when it is taken up again."""

    code = "item_suspended"


class NotYetValid(ItemError):
    """Comes into force later, on the fact `from` (ISO date): apply again from that day."""

    code = "item_not_yet_valid"


class SeveralItems(ItemError):
    """More than one item over there fits; `deciding_field` is what would tell them apart."""

    code = "item_ambiguous"

    def __init__(self, candidates: "tuple[Item, ...]", deciding_field: str) -> None:
        codes = ", ".join(item.code for item in candidates)
        super().__init__(count=len(candidates), candidates=codes, deciding_field=deciding_field)
        self.candidates = candidates
        self.deciding_field = deciding_field


class UnreadableFile(ItemError):
    """A list in no charset that we know: save it again as UTF-8, or name its charset."""

    code = "file_unreadable"


class InvalidCursor(ItemError):
    """A page cursor that we did not give out: start again from the first page."""

    code = "cursor_invalid"


TEXTS: dict[str, tuple[str, str]] = {
    "item_unknown": (
        "区划 {division} 的事项目录中没有编码 {code}",
        "the catalogue of division {division} has no item {code}",
    ),
    "item_not_aligned": (
        "事项 {code} 在区划 {division} 没有对应事项（缺少：{lacking}），需要登记对码关系",
        "item {code} has no counterpart in division {division} (lacking: {lacking}); declare an alignment",
    ),
    "item_cancelled": (
        "区划 {division} 的事项 {code} 自 {since} 起已取消，取代它的事项：{superseded_by}",
        "item {code} of division {division} is cancelled since {since}; superseded by: {superseded_by}",
    ),
    "item_suspended": (
        "区划 {division} 的事项 {code} 已暂停办理",
        "item {code} of division {division} is suspended",
    ),
    "item_not_yet_valid": (
        "区划 {division} 的事项 {code} 自 {from} 起生效",
        "item {code} of division {division} is valid from {from}",
    ),
    "item_ambiguous": (
        "对应事项有 {count} 个：{candidates}；需由 {deciding_field} 确定",
        "items that fit ({count}): {candidates}; {deciding_field} decides",
    ),
    "item_alignment_conflict": (
        "对码行 {alignments} 同时有效，却把事项 {code} 指向不同事项：{candidates}",
        "the rows {alignments} are in force together and lead item {code} to different items: {candidates}",
    ),
    "item_alignment_overlap": (
        "对码行 {alignments} 在同一期间重复登记了同一对应关系",
        "the rows {alignments} say the same for the same days",
    ),
    "item_alignment_gap": (
        "事项 {code} 与区划 {division} 的对码在 {from}（含）至 {until}（不含）之间中断（对码行 {alignments}）",
        "the alignment of item {code} with division {division} has a gap: no row from {from} until the day before "
        "{until} (rows {alignments})",
    ),
    "item_alignment_ended": (
        "事项 {code} 与区划 {division} 的对码自 {since} 起已终止（对码行 {alignments}）",
        "the alignment of item {code} with division {division} ended on {since} (rows {alignments})",
    ),
    "item_target_missing": (
        "对码行 {alignment} 指向的编码 {code} 不在区划 {division} 的事项目录中",
        "row {alignment} leads to code {code}, which the catalogue of division {division} does not have",
    ),
    "item_target_cancelled": (
        "对码 {alignment} 指向的事项 {code}（区划 {division}）自 {since} 起已取消",
        "alignment {alignment} leads to item {code} of division {division}, which is cancelled since {since}",
    ),
    "item_target_superseded": (
        "对码 {alignment} 指向的事项 {code}（区划 {division}）自 {since} 起由 {superseded_by} 取代，需重新对码",
        "alignment {alignment} leads to item {code} of division {division}, superseded since {since} by "
        "{superseded_by}: declare a row to that one",
    ),
    "item_version_differs": (
        "办件按事项 {code} 的版本 {stated} 填写，现行版本为 {version}；变化：{changed}",
        "the case was filled against version {stated} of item {code}, in force is {version}; changed: {changed}",
    ),
    "item_version_change": ("{title}（{field}）：{before} → {after}", "{field}: {before} -> {after}"),
    "item_version_unknown": (
        "事项目录中没有事项 {code} 的版本 {stated}",
        "the catalogue has no version {stated} of item {code}",
    ),
    "code_empty": ("编码为空", "the code is empty"),
    "code_too_long": ("编码长度 {length}，上限 {most}", "the code has {length} characters, at most {most}"),
    "code_null": ("编码中含有字面量 null", "the code holds a literal null"),
    "code_character": (
        "编码第 {position} 位是空白或不可见字符",
        "character {position} of the code is a blank or an invisible character",
    ),
    "code_uscc_character": (
        "实施主体代码第 {position} 位不在统一社会信用代码字符集内",
        "character {position} of the unit's code cannot stand in a unified social credit code",
    ),
    "code_uscc_check": (
        "实施主体代码 {unit} 校验位错误，应为 {expected}",
        "the check character of unit {unit} is wrong, expected {expected}",
    ),
    "code_uscc_class": (
        "实施主体代码以 {found} 开头，不是有效的机构类别",
        "the unit's code begins with {found}, which is no class of unit",
    ),
    "code_uscc_class_unusual": (
        "实施主体代码以 {found} 开头，通常不是事项实施主体",
        "the unit's code begins with {found}, unusual for a unit that carries out items",
    ),
    "code_level": ("行使层级 {found} 不在 1–7 之内", "the level {found} is not 1 to 7"),
    "code_type": ("事项类型 {found} 不在国家代码表中", "the item type {found} is not in the national table"),
    "code_type_provincial": (
        "事项类型 {found} 不是国家代码，为 {province} 自定",
        "the item type {found} is not a national one; province {province} made it",
    ),
    "code_province": ("省份代码 {found} 不在 GB/T 2260 中", "the province {found} is not in GB/T 2260"),
    "code_province_differs": (
        "基本编码的省份 {found} 与实施主体所在省份 {unit_province} 不同",
        "the basic code's province {found} differs from the unit's, {unit_province}",
    ),
    "code_basic_digits": (
        "国家基本编码含有非数字字符（第 {position} 位）",
        "the national basic code holds something other than a digit (character {position})",
    ),
    "code_handling": (
        "业务办理项序号 {found} 不在 01–99 之内",
        "the handling number {found} is not 01 to 99",
    ),
    "code_handling_letters": (
        "业务办理项序号 {found} 含有字母",
        "the handling number {found} holds letters",
    ),
    "code_case_date": (
        "办件编号中的日期 {found} 不存在",
        "the date {found} in the case number does not exist",
    ),
    "code_case_serial": (
        "办件流水号 {found} 不是数字",
        "the serial {found} in the case number is not a number",
    ),
    "row_cells": ("单元格数与表头不一致", "the row has more or fewer cells than the heading"),
    "row_lacks": ("缺少 {path}", "{path} is missing"),
    "row_unknown_value": ("{path} 的值不在 {allowed} 之中", "{path} is not one of {allowed}"),
    "row_division": ("区划代码须为 6、9 或 12 位数字", "a division has 6, 9 or 12 digits"),
    "row_version": ("版本须为 1 至 15 位数字", "a version has 1 to 15 digits"),
    "row_date": ("日期须写作 YYYY-MM-DD", "a date is written YYYY-MM-DD"),
    "row_period": ("失效日期不晚于生效日期", "the end is not after the beginning"),
    "row_kind": ("编码的结构是 {found}，不是 {expected}", "the code is built like {found}, not {expected}"),
    "row_disagrees": (
        "{path} 与编码中的 {expected} 不一致",
        "{path} does not agree with {expected} in the code",
    ),
    "row_repeats": (
        "与第 {row} 行编码和版本相同，内容不同",
        "the same key as row {row}, with other content",
    ),
    "file_unreadable": (
        "文件 {file} 的字符集无法识别（不是 UTF-8、UTF-16、GB18030 或 Big5）",
        "the charset of {file} is none that is known (UTF-8, UTF-16, GB18030, Big5)",
    ),
    "cursor_invalid": ("翻页游标无效", "the page cursor is not one of ours"),
}
TEXTS |= texts.TEXTS
