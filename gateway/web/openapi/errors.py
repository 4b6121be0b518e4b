"""docs/errors.md: every code that a caller can meet, printed from the tables that the answers are made of."""

from collections.abc import Mapping

from adapters import problems as of_adapters
from gateway.errors import CODES, Texts
from gateway.items import problems as of_items
from gateway.needs import problems as of_needs
from mappings import texts as of_mappings

_HEAD = """\
# 错误代码 · Problem codes

本页由 `tongban errors` 从代码中的错误表打印，测试保证其为最新，且每个代码都由测试触发过。
This page is printed from the table in the code by `tongban errors`; tests keep it current and provoke every code.

错误以 `application/problem+json`（RFC 9457）答复，语言按 `Accept-Language`（中文或英文）：
A problem is answered as `application/problem+json`, in Chinese or English by `Accept-Language`:

| 成员 member | 含义 meaning |
|---|---|
| `code`, `type` | 稳定的代码，程序据此判断 · stable; what a program goes by |
| `title`, `detail` | 发生了什么，具体情况 · what happened, and what was seen |
| `party` | 由谁处理：`caller` 接入方、`gateway` 网关、`platform` 办理地平台 · who has to act |
| `stage` | 发生在哪一步 · at which stage |
| `action` | 怎么办、告知申请人什么、找谁 · what to do, what to tell the person, whom to ring |
| `contact` | 本网关运维人员 · the operators of this gateway |
| `problems[]` | 逐处问题：`path`（JSON Pointer）、`code`、`what`、`expected`、`there`（对方字段） · every fault |
| `exchange`, `case` | 相关记录 · the records that it is about |

错误中从不出现个人信息的值；唯一例外是对方字符集不能书写的那一个字符。
No problem holds a value of a personal field, but for the one character that a charset cannot write.
"""
_OF_VERSIONS = ("item_version_change", "item_version_unknown")
_FAULTS = """
## `problems[].code`

| code | 中文 | English |
|---|---|---|
"""


def page() -> str:
    """The whole page, as it stands in docs/."""
    sections = [_HEAD, "\n## 目录 · Overview\n\n| code | HTTP | party | stage |\n|---|---|---|---|\n"]
    sections += [
        f"| [`{name}`](#{name}) | {row.status} | {row.party} | {row.stage} |\n" for name, row in CODES.items()
    ]
    sections.append("\n## 说明 · Each code\n")
    sections += [_section(name) for name in CODES]
    sections.append(_FAULTS)
    sections += [
        f"| `{code}` | {_cell(zh)} | {_cell(en)} |\n" for code, (zh, en) in sorted(_faults().items())
    ]
    return "".join(sections)


def _section(name: str) -> str:
    row = CODES[name]
    lines = [f"\n### `{name}`\n", f"HTTP {row.status} · `{row.party}` · `{row.stage}`\n"]
    for language in (0, 1):
        detail = f"（{row.detail[0]}）" if language == 0 else f" ({row.detail[1]})"
        stop = "。" if language == 0 else "."
        shown = f"{row.title[language]}{detail if row.detail[language] else ''}{stop}"
        lines.append(f"**{shown}** {row.action[language]}\n")
    return "\n".join(lines)


def _faults() -> Mapping[str, Texts]:
    """The sentences of single faults, from the parts that find them."""
    aligned = {code: texts for code, texts in of_items.TEXTS.items() if code in CODES or code in _OF_VERSIONS}
    return {**of_mappings.TEXTS, **of_adapters.TEXTS, **of_needs.OF_CASES, **aligned}


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
