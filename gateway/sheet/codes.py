"""The code tables (代码表) that a platform's mappings use, with every row and how long it holds. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mappings.mapping import Mapping as Mapped
from mappings.source import read


@dataclass(frozen=True, slots=True)
class Code:
    """One pair. since: its first day; until: the first day on which it no longer holds; empty: open."""

    ours: str
    theirs: str
    since: str
    until: str
    note: str
    at: str


@dataclass(frozen=True, slots=True)
class Codes:
    name: str
    title: str
    source: str
    rows: tuple[Code, ...]


def codes(platform: str, mappings: Iterable[Mapped], files: Mapping[str, str]) -> list[Codes]:
    """By name. files: those of the release."""
    names = sorted({name for mapping in mappings for name in mapping.plan.tables})
    return [_codes(name, file, files[file]) for name in names if (file := f"{platform}/tables/{name}.yaml")]


def _codes(name: str, file: str, text: str) -> Codes:
    source = read(file, text)
    rows = tuple(
        Code(
            row["ours"], row["theirs"], row.get("from", ""), row.get("to", ""), row.get("note", ""),
            f"{file}:{source.position(('rows', place))[0]}",
        )
        for place, row in enumerate(source.at(("rows",)))
    )  # fmt: skip
    return Codes(name, str(source.at(("title",)) or ""), str(source.at(("source",)) or ""), rows)
