"""What can be wrong with a document for one platform, as codes with texts in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

NO_FACTS: Mapping[str, str | int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a document; `path` is the dotted target path in the platform's own words.

    `facts` fill the texts. They never hold a value, except a single character that cannot be written.
    """

    path: str
    code: str
    facts: Mapping[str, str | int] = field(default_factory=lambda: NO_FACTS)


TEXTS: dict[str, tuple[str, str]] = {
    "cannot_write": (
        "字段 {path} 第 {position} 个字符“{character}”无法用对方的字符集 {charset} 书写",
        "field {path}: character {position} '{character}' cannot be written in their charset {charset}",
    ),
    "not_xml_text": (
        "字段 {path} 第 {position} 个字符是 XML 不允许的控制字符",
        "field {path}: character {position} is a control character that XML does not allow",
    ),
    "not_xml_name": (
        "字段名 {path} 不能作为 XML 名称",
        "field name {path} cannot be an XML name",
    ),
    "not_text": (
        "字段 {path} 的值不是对方接口能携带的类型",
        "field {path} holds a kind of value that their interface cannot carry",
    ),
    "not_in_a_header": (
        "字段 {path} 的值不能放入 HTTP 报头（只能是可打印的 ASCII 字符）",
        "field {path} cannot stand in an HTTP header: printable ASCII only",
    ),
    "needed_there": (
        "对方接口要求字段 {path}",
        "their interface requires field {path}",
    ),
    "only_one_of_there": (
        "对方接口在 {path} 中只允许填写 {fields} 之一",
        "their interface allows only one of {fields} in {path}",
    ),
    "one_of_there": (
        "对方接口在 {path} 中要求填写 {fields} 之一",
        "their interface requires one of {fields} in {path}",
    ),
    "abstract_there": (
        "字段 {path} 须以 @xsi:type 指明具体类型：{types}",
        "field {path} must name its concrete type in @xsi:type: {types}",
    ),
    "no_such_type_there": (
        "{path} 不是此处可用的类型；可用：{types}",
        "{path} names no type that may stand here; there are {types}",
    ),
    "unknown_there": (
        "对方接口没有字段 {path}",
        "their interface has no field {path}",
    ),
    "once_there": (
        "字段 {path} 在对方接口中只能出现一次",
        "field {path} may stand only once in their interface",
    ),
    "not_allowed_there": (
        "字段 {path} 的值不符合对方接口的类型 {type}",
        "field {path} does not fit their type {type}",
    ),
    "too_long_there": (
        "字段 {path} 超过对方接口的长度 {limit}",
        "field {path} is longer than their limit of {limit}",
    ),
}
