"""A region's own code tables for guides: the table files of a platform (docs/mapping.md), read the other way."""

from pathlib import Path

from gateway.guides.vocabulary import TERMS, Codes
from mappings.problems import Unreadable
from mappings.tables import compile_table


class Unusable(Exception):
    """A table of the folder cannot be used; the text says where and what to write."""


def codes_of_folder(folder: Path) -> dict[str, Codes]:
    """Tables by name, theirs to ours: those whose name is one of TERMS; others in the folder are left alone.

    Rows with dates are refused: a list says no day as of which a code would be read. Raises Unusable.
    """
    return {path.stem: _read(path) for path in sorted(folder.glob("*.yaml")) if path.stem in TERMS}


def _read(path: Path) -> Codes:
    try:
        table = compile_table(path.name, path.read_text("utf-8"))
    except (Unreadable, UnicodeDecodeError) as error:
        raise Unusable(str(error)) from error
    words = {term.word for term in TERMS[table.name]}
    for row in table.rows:
        if row.ours not in words:
            raise Unusable(f"{path}:{row.line}: {row.ours}: 应为 / one of {', '.join(sorted(words))}")
        if row.since or row.until:
            raise Unusable(f"{path}:{row.line}: 此处不可写日期 / no dates here")
    if table.ambiguous_back:
        raise Unusable(f"{path}: {', '.join(table.ambiguous_back)}: 对应多个 / stands for several")
    return {row.theirs: row.ours for row in table.rows}
