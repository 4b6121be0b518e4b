"""Made-up guides and lists of them."""

from pathlib import Path
from typing import Any

from gateway.guides.columns import columns_of
from gateway.guides.gathered import documents
from gateway.guides.guide import Guide
from gateway.guides.importing import Imported, Order, sound
from gateway.guides.rows import tables_of
from gateway.guides.sources import sheets_of
from gateway.guides.vocabulary import Codes

LISTS = Path(__file__).parent / "lists"
CODE = "11440232MB2D06811W4000117051000"
NOV_20 = 1_795_104_000_000  # 2026-11-20 00:00 in China


def guide(**elements: Any) -> Guide:
    return Guide("440232", CODE, 0, NOV_20, "模拟.csv", {"name": "模拟事项", **elements})


def material(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "necessity": "required", "form": "paper", **more}


def days(value: int, unit: str = "working_day") -> dict[str, Any]:
    return {"value": value, "unit": unit}


def read(
    *paths: Path,
    profile: str = "",
    columns: dict[str, str] | None = None,
    tables: dict[str, Codes] | None = None,
) -> tuple[list[Guide], Imported]:
    """What an import of these files would keep, and what it would tell."""
    done = Imported()
    sheets = [sheet for path in paths for sheet in sheets_of(path)]
    found = documents(sheets, columns_of(profile, columns or {}), tables_of(tables or {}))
    order = Order("440232", NOV_20, "、".join(path.name for path in paths))
    return list(sound(found, order, done)), done


def told(done: Imported) -> list[tuple[str, str, str]]:
    return [(where, finding.where, finding.code) for where, finding in done.faults]
