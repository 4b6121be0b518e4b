"""What can be said about a guide and about the rows it is read from: stable codes, Chinese and English texts."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.items.problems import TEXTS as OF_ITEMS


@dataclass(frozen=True, slots=True)
class Finding:
    """where: an element of canonical/guide@1, or a column; code: see TEXTS; facts hold nothing personal."""

    where: str
    code: str
    facts: Mapping[str, str | int] = field(default_factory=dict)

    def text(self, language: str = "en") -> str:
        """The sentence for a reader; language is zh or en."""
        chinese, english = TEXTS.get(self.code) or OF_ITEMS[self.code]
        sentence = chinese if language == "zh" else english
        return sentence.format_map({**self.facts, "path": self.where})


TEXTS: dict[str, tuple[str, str]] = {
    "promise_exceeds_statute": (
        "承诺办结时限 {promised} 大于法定办结时限 {statutory}（{unit}）",
        "the promised limit {promised} is longer than the statutory one, {statutory} ({unit})",
    ),
    "limits_not_comparable": (
        "承诺与法定办结时限的单位不同，未作比较",
        "the promised and the statutory limit have different units and were not compared",
    ),
    "limit_unit_unknown": (
        "时限单位不明（{unit}），不作推算",
        "the unit of the limit is not known ({unit}); nothing is computed from it",
    ),
    "guide_lacks": ("缺少 {path}", "{path} is missing"),
    "guide_no_code": (
        "没有任何事项编码（实施、业务办理项、本地或基本编码）",
        "there is no code of the item (implementation, handling, local or basic)",
    ),
    "guide_code_unmapped": (
        "{path} 的代码 {found} 不在代码表 {table} 中，不作直通",
        "the code {found} of {path} is not in the table {table}; it is not passed through",
    ),
    "guide_not_a_number": ("{path} 不是整数", "{path} is not a whole number"),
    "guide_not_one": ("{path} 应为一个值，不是列表", "{path} is one value, not a list"),
    "guide_digits_lost": (
        "{path} 以数值保存，超过 15 位的数字已丢失；请在文件中改为文本",
        "{path} was stored as a number and has lost digits beyond the 15th; make it text in the file",
    ),
    "guide_not_a_date": ("{path} 不是日期", "{path} is no date"),
    "guide_version": ("版本须为 1 至 15 位数字", "a version has 1 to 15 digits"),
    "guide_period": ("停用日期不晚于生效日期", "the end is not after the beginning"),
    "guide_no_key": (
        "缺少所属指南的标识（task_guid 一类的列），不知道属于哪个事项",
        "nothing says which guide this row belongs to (a column such as task_guid)",
    ),
    "guide_orphan": (
        "主表中没有本行所属的指南",
        "no row of the basic table has the id that this row belongs to",
    ),
    "guide_part_bad": (
        "所属的行有误，整份指南未导入：{where}",
        "a row that belongs to it is bad, so the whole guide was not imported: {where}",
    ),
    "guide_repeats": (
        "与 {where} 的编码和版本相同，内容不同",
        "the same item and version as {where}, with other content",
    ),
    "guide_text_unreadable": (
        "{path} 中的字符串既不是 XML 也不是 JSON",
        "the string in {path} is neither XML nor JSON",
    ),
    "guide_unfit": ("{path} 不符合规范（{problem}）", "{path} does not fit the canonical form ({problem})"),
}
