"""What people read at a field: the mapping's comment, the contract's words, the notes of a code table."""

from collections.abc import Mapping
from functools import lru_cache

from mappings.plan import Bound, Field
from mappings.source import read
from mappings.tables import Table

_ENDS = "；;：:，,（("


def title_of(node: Field, files: Mapping[str, str], documented: str) -> str:
    """The comment behind the line of the mapping, as far as its first stop; else what the contract calls it."""
    text = files.get(node.site.file.rpartition("/")[2], "").splitlines()
    line = text[node.site.line - 1] if 0 < node.site.line <= len(text) else ""
    comment = _comment(line)
    return comment or documented or node.site.target.replace("[{}]", "").rpartition(".")[2]


def _comment(line: str) -> str:
    """What stands behind the last ` #` that is outside of quotes."""
    quoted = False
    for place, sign in enumerate(line):
        quoted ^= sign == '"'
        if sign == "#" and not quoted and place and line[place - 1] == " ":
            text = line[place + 1 :].strip()
            end = min((text.index(stop) for stop in _ENDS if stop in text), default=len(text))
            return text[:end].strip()
    return ""


def names_of(words: tuple[Bound, ...], files: Mapping[str, str]) -> dict[str, str]:
    """The codes of ours that a table explains."""
    names: dict[str, str] = {}
    for bound in words:
        if bound.table is not None:
            column = "theirs" if bound.word == "table_back" else "ours"
            names |= _notes(bound.table, files.get(f"tables/{bound.table.name}.yaml", ""), column)
        elif bound.word in ("yes_no", "boolean"):
            names |= {"1": "是", "0": "否"}
    return names


@lru_cache(maxsize=256)
def _notes(table: Table, text: str, column: str) -> dict[str, str]:
    rows = read(table.file, text).at(("rows",)) if text else []
    return {str(row[column]): str(row["note"]) for row in rows if row.get("note")}
