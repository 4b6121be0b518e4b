"""The manual of all words, written from the register (docs/words.md)."""

import json
from typing import Any

from mappings.tables import Table
from mappings.words.registry import REGISTER, Example, Word


def reference() -> str:
    """Markdown: every word by theme, with how it is written, what it does, its inverse and its examples."""
    lines = [
        "# Words of mapping files",
        "",
        "Written by `mappings.words.reference()`; the examples run as tests.",
        "",
    ]
    for theme in sorted({word.theme for word in REGISTER.values()}):
        lines += [f"## {theme}", ""]
        for name in sorted(name for name, word in REGISTER.items() if word.theme == theme):
            lines += _entry(REGISTER[name])
    return "\n".join(lines).rstrip("\n") + "\n"


def _entry(word: Word) -> list[str]:
    back = f" Inverse: `{word.inverse}`." if word.inverse else ""
    kinds = f"{word.takes} → {word.gives}.{back}"
    return [f"### `{word.usage}`", "", word.manual, "", kinds, "", *map(_example_line, word.examples), ""]


def _example_line(example: Example) -> str:
    arguments = f" with {', '.join(map(_shown, example.arguments))}" if example.arguments else ""
    result = f"refused: {example.refuse}" if example.refuse else f"→ `{_shown(example.expect)}`"
    return f"- `{_shown(example.given)}`{arguments} {result}"


def _shown(value: Any) -> str:
    return f"table {value.name}" if isinstance(value, Table) else json.dumps(value, ensure_ascii=False)
