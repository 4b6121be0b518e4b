"""What can be wrong: a `Problem` in a document, a `Finding` in a file that an engineer wrote.

Neither holds a value from a document. The one exception is the single character that a charset cannot carry.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType
from typing import Literal

Fact = str | int
Facts = Mapping[str, Fact]
Language = Literal["zh", "en"]
_NO_FACTS: Facts = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Problem:
    """One bad field (问题). `path`: a target path such as `CL[0].MC`, or a JSON pointer in canonical checks."""

    path: str
    code: str
    facts: Facts = field(default_factory=lambda: _NO_FACTS)

    def text(self, language: Language = "en") -> str:
        """A sentence for people, without the path."""
        chinese, english = TEXTS[self.code]
        return (chinese if language == "zh" else english).format(**{"path": self.path, **self.facts})


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a check of declared files (发现). Line and column count from 1."""

    file: str
    line: int
    column: int
    what: str
    write: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.what}: {self.write}"


class Refused(Exception):
    """A word or a lookup cannot carry this value. `code` is a key of TEXTS."""

    def __init__(self, code: str, **facts: Fact) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class Unmappable(Exception):
    """The document cannot be said in the other vocabulary; every bad field is listed."""

    code = "unmappable"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{one.path}: {one.text()}" for one in problems))
        self.problems = problems


class Unreadable(Exception):
    """Declared files cannot be used; the findings say what to write."""

    code = "unreadable"

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(map(str, self.findings)))


def nearest(name: str, known: Iterable[str], otherwise: str) -> str:
    """`did you mean 'x'?` for the closest known name, else the given text."""
    close = get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return f"did you mean '{close[0]}'?" if close else otherwise


TEXTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        # of mappings
        "absent": ("来源 {source} 没有值", "{source} is absent"),
        "not_text": ("来源 {source} 不是文本", "{source} is not text"),
        "not_object": ("来源 {source} 不是对象", "{source} is not an object"),
        "not_list": ("来源 {source} 不是列表", "{source} is not a list"),
        "not_one": ("来源 {source} 经过列表，须用 each", "{source} runs through a list or a plain value"),
        # of code tables
        "not_in_table": ("代码不在代码表 {table} 中", "the code is not in table {table}"),
        "not_in_force": ("代码在收件之日不在代码表 {table} 的有效期内", "the code is not in force in table {table}"),
        "ambiguous_code": ("代码在代码表 {table} 中对应多个代码", "the code has several meanings in table {table}"),
        "no_as_of": ("代码表 {table} 按日期取值，而文件没有收件时间", "table {table} is dated and there is no received_at"),
        # of words
        "too_long": ("超过 {most} 个字符（现有 {length} 个）", "longer than {most} characters (has {length})"),
        "too_short": ("不足 {least} 个字符（现有 {length} 个）", "shorter than {least} characters (has {length})"),
        "too_many_bytes": (
            "按 {charset} 编码超过 {most} 字节（现有 {length} 字节）",
            "longer than {most} bytes in {charset} (has {length})",
        ),
        "not_writable": (
            "第 {position} 个字符“{character}”不能用 {charset} 书写",
            "character {position}, '{character}', cannot be written in {charset}",
        ),
        "not_a_time": ("不是时间", "is not a time"),
        "not_a_date": ("不是日期", "is not a date"),
        "not_an_integer": ("不是整数", "is not an integer"),
        "not_a_decimal": ("不是数值", "is not a decimal number"),
        "not_a_boolean": ("不是“是/否”", "is neither true nor false"),
        "not_digits": ("不全是数字", "is not all digits"),
        "not_identity_number": ("不是 18 位公民身份号码", "is not an 18-digit identity number"),
        "old_identity_number": ("是 15 位旧身份证号，须填 18 位", "is an old 15-digit number; 18 digits are needed"),
        "bad_check_digit": ("校验位不符", "the check digit is wrong"),
        "bad_birth_date": ("其中的出生日期不成立", "the birth date inside does not exist"),
        "not_uscc": ("不是 18 位统一社会信用代码", "is not an 18-character unified social credit code"),
        "not_division": ("不是 6、9 或 12 位行政区划代码", "is not a division code of 6, 9 or 12 digits"),
        "finer_division": ("精确到乡镇或村，不能缩为 {width} 位", "is finer than {width} digits can say"),
        "not_a_material_file": ("不是带编号的材料文件", "is not a material file with an id"),
        "no_extension": ("文件名没有扩展名", "the file name has no extension"),
        "no_prefix": ("不以“{prefix}”开头", "does not begin with '{prefix}'"),
        "no_suffix": ("不以“{suffix}”结尾", "does not end with '{suffix}'"),
        "separator_inside": ("其中一项含有分隔符“{separator}”", "one of the texts contains the separator '{separator}'"),
        "not_one_of": ("不是允许的值", "is not one of the allowed values"),
        "wrong_form": ("形式不符", "has not the required form"),
    }
)
