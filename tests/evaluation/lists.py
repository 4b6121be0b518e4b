"""The lists and the labels: published lists are no part of this project, the codes of the labelled pairs are."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.items.codes import parse
from gateway.items.item import Item
from gateway.items.likeness.features import Subject, subject

LABELS = Path(__file__).parent / "labels.csv"
_UNSORTED = "未分类"


@dataclass(frozen=True)
class Columns:
    """How one published list is read: its files, its division, the headings of what is compared."""

    files: tuple[str, ...]
    division: str
    code: str
    name: str
    main: str = ""
    unit: str = ""
    type: str = ""


LISTS = {
    "hubei": Columns(("hubei_420000.csv",), "420000", "taskCode", "subtitle", "title"),
    "liaoning": Columns(("liaoning_210000.csv",), "210000", "职权编码", "事项名称", type="事项类型"),
    "guangan": Columns(
        ("guangan_511602_half.csv", "guangan_511602_other.csv"), "511602", "itemCode", "name", "main_item",
        "department", "taskType",
    ),
    "jiangbei": Columns(
        ("jiangbei_320195.csv", "jiangbei_320195_more.csv"), "320195", "itemCode", "name", unit="department"
    ),
    "jingan": Columns(("jingan_310106.csv",), "310106", "itemCode", "name"),
    "chengdu": Columns(("chengdu_510100.csv",), "510100", "number", "name", "main"),
    "ziyang": Columns(("ziyang_512000.csv",), "512000", "number", "title", "category", type="taskType"),
    "jiangsu": Columns(("jiangsu_320000.csv",), "320000", "key", "name"),
    "pingtan": Columns(("pingtan_350128.csv",), "350128", "businessCode", "name"),
    "shandong": Columns(("shandong_370000.csv",), "370000", "code", "name", "organisation"),
    "jining": Columns(("jining_370800.csv",), "370800", "place", "name"),
    "changchun": Columns(("changchun_220100.csv",), "220100", "number", "name"),
}  # fmt: skip


@dataclass(frozen=True)
class Label:
    """One labelled pair: in which set, list and code of both sides, same | part | other, and why (if drawn)."""

    set: str
    here: str
    here_code: str
    there: str
    there_code: str
    label: str
    why: str = ""

    @property
    def is_true(self) -> bool:
        return self.label != "other"


def labels() -> list[Label]:
    with LABELS.open(encoding="utf-8", newline="") as file:
        return [Label(**row) for row in csv.DictReader(file)]


def subjects(folder: Path, *, halves: bool = False) -> dict[str, dict[str, Subject]]:
    """Every list of the folder by its name, its items by their code. halves: only the first file of each."""
    return {
        name: {each.item.local_code: each for each in _read(folder, columns, halves=halves)}
        for name, columns in LISTS.items()
        if (folder / columns.files[0]).is_file()
    }


def _read(folder: Path, columns: Columns, *, halves: bool) -> Iterator[Subject]:
    seen: set[str] = set()
    for file in columns.files[: 1 if halves else None]:
        for row in _rows(folder / file):
            if row[columns.code] not in seen:
                seen.add(row[columns.code])
                yield _subject(row, columns)


def _rows(path: Path) -> Iterator[Mapping[str, str]]:
    if path.is_file():
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file)


def _subject(row: Mapping[str, str], columns: Columns) -> Subject:
    code = parse(row[columns.code])
    main = row.get(columns.main, "")
    written = row.get(columns.type, "").zfill(2) if columns.type else ""
    item = Item(
        division=columns.division, code=code.text, kind=code.kind, name=row[columns.name], basic_code=code.basic,
        local_code=row[columns.code], type=code.type or written, unit_name=row.get(columns.unit, ""),
    )  # fmt: skip
    return subject(item, "" if main in (_UNSORTED, row[columns.name]) else main)
