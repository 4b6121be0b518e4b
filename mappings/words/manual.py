"""The manual of all words, written from the register (docs/words.md, `tongban mapping words`)."""

import json
from typing import Any

from mappings.tables import Table
from mappings.texts import TEXTS
from mappings.words.chinese import THEMES, WORDS
from mappings.words.registry import REGISTER, Example, Word


def reference() -> str:
    """Markdown: every word by theme, with how it is written, what it does, its inverse and its examples."""
    lines = [
        "# Words of mapping files 映射函数",
        "",
        "本页由 `tongban mapping words` 打印，例子即测试。",
        "Written by `tongban mapping words`; the examples run as tests.",
        "",
    ]
    for theme in sorted({word.theme for word in REGISTER.values()}):
        lines += [f"## {theme} {THEMES[theme]}", ""]
        for name in sorted(name for name, word in REGISTER.items() if word.theme == theme):
            lines += _entry(REGISTER[name])
    return "\n".join(lines).rstrip("\n") + "\n"


def entry(name: str) -> str:
    """One word, with what its refusals say in both languages. Raises KeyError."""
    word = REGISTER[name]
    refusals = dict.fromkeys(one.refuse for one in word.examples if one.refuse)
    said = [f"- {code}: {TEXTS[code][0]} / {TEXTS[code][1]}" for code in refusals]
    return "\n".join([*_entry(word), *said]).rstrip("\n") + "\n"


def _entry(word: Word) -> list[str]:
    back = f" Inverse: `{word.inverse}`." if word.inverse else ""
    kinds = f"{word.takes} → {word.gives}.{back}"
    said = [f"{WORDS[word.name]}。", "", word.manual, "", kinds, ""]
    return [f"### `{word.usage}`", "", *said, *map(_example_line, word.examples), ""]


def _example_line(example: Example) -> str:
    arguments = f" with {', '.join(map(_shown, example.arguments))}" if example.arguments else ""
    result = f"refused: {example.refuse}" if example.refuse else f"→ `{_shown(example.expect)}`"
    return f"- `{_shown(example.given)}`{arguments} {result}"


def _shown(value: Any) -> str:
    return f"table {value.name}" if isinstance(value, Table) else json.dumps(value, ensure_ascii=False)
