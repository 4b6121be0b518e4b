"""The canonical code tables of guides (canonical/guide@1), with the national codes and terms.

National: GB/T 39046-2020 annex A; service objects as in ZWFW C0109. Regions deviate, field by field, so a code of
a platform goes through a table of that platform; these here are for lists that say that they are national.
"""

from collections.abc import Mapping
from typing import NamedTuple

from gateway.items.vocabulary import LEVELS, TYPES


class Term(NamedTuple):
    """One value: our word, the national code, the field's terms (the first is shown)."""

    word: str
    code: str
    terms: tuple[str, ...]


Codes = Mapping[str, str]  # what is written -> our word

TERMS: dict[str, tuple[Term, ...]] = {
    "item_type": tuple(Term(code, code, (term,)) for code, term in TYPES.items()),
    "case_type": (
        Term("immediate", "1", ("即办件",)),
        Term("promised", "2", ("承诺件",)),
        Term("other", "9", ("其他", "其它")),
    ),
    "reach": (
        Term("nation", "1", ("全国", "全国通办")),
        Term("provinces", "2", ("跨省", "跨省通办")),
        Term("prefectures", "3", ("跨市", "跨市通办")),
        Term("counties", "4", ("跨县", "跨县通办")),
        Term("none", "0", ("未实现", "无")),
    ),
    "levels": tuple(Term(code, code, (term, term.removesuffix("级"))) for code, term in LEVELS.items()),
    "service_objects": (
        Term("1", "1", ("自然人",)),
        Term("2", "2", ("企业法人",)),
        Term("3", "3", ("事业法人",)),
        Term("4", "4", ("社会组织法人",)),
        Term("5", "5", ("非法人企业",)),
        Term("6", "6", ("行政机关",)),
        Term("9", "9", ("其他组织",)),
    ),
    "nature": (
        Term("statutory", "1", ("法定机关",)),
        Term("authorised", "2", ("授权组织",)),
        Term("entrusted", "3", ("受委托组织",)),
        Term("other", "9", ("其他",)),
    ),
    "necessity": (
        Term("required", "1", ("必要",)),
        Term("optional", "2", ("非必要",)),
        Term("may_be_owed", "3", ("容缺后补",)),
    ),
    "form": (
        Term("paper", "1", ("纸质",)),
        Term("electronic", "2", ("电子化", "电子")),
        Term("either", "3", ("纸质/电子化", "纸质或电子化")),
    ),
    "kind": (
        Term("licence", "1", ("证件证书证明",)),
        Term("form", "2", ("申请表格文书",)),
        Term("other", "3", ("其他",)),
    ),
    # No code of the national table of units is known: only what is written out is read.
    "limit_unit": (
        Term("working_day", "", ("工作日", "个工作日")),
        Term("calendar_day", "", ("自然日", "日历日", "个自然日", "个日历日")),
        Term("hour", "", ("小时", "个小时")),
        Term("month", "", ("月", "个月")),
        Term("year", "", ("年",)),
        Term("unknown", "", ("单位不明",)),
    ),
    "yes_no": (Term("yes", "1", ("是",)), Term("no", "0", ("否",))),
}


def national(name: str) -> Codes:
    """The table of that name: national codes and the field's terms, each to our word.

    A term that several values share (扩展 types) is no way to say one of them.
    """
    found: dict[str, str] = {}
    ambiguous: set[str] = set()
    for term in TERMS[name]:
        for written in (term.code, *term.terms, term.word):
            if written and found.setdefault(written, term.word) != term.word:
                ambiguous.add(written)
    return {written: word for written, word in found.items() if written not in ambiguous}


def shown(name: str, word: str) -> str:
    """The field's term for our word."""
    return next((term.terms[0] for term in TERMS[name] if term.word == word), word)
