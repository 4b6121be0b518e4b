"""Refused rows as a file of their own (CSV or XLSX): number, reasons, and the cells as they stood."""

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gateway.items.lists.preview import Told

HEADINGS = ("行号 row", "原因", "reason")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class RefusedRows:
    """Written as they are told, until `close`; a row that is odd but kept is left out."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._begun = False
        self._book: Any = None
        if path.suffix.lower() == ".xlsx":
            from openpyxl import Workbook  # only where it is used

            self._book = Workbook(write_only=True)
            self._page = self._book.create_sheet("refused")
        else:
            self._file = path.open("w", encoding="utf-8-sig", newline="")
            self._rows = csv.writer(self._file)

    def close(self) -> None:
        if self._book is not None:
            self._book.save(self._path)
        else:
            self._file.close()

    def __call__(self, told: Told) -> None:
        if told.is_odd:
            return
        if not self._begun:
            self._begun = True
            self._put((*HEADINGS, *told.line.headings))
        reasons = ["；".join(each.text("zh") for each in told.problems)]
        reasons.append("; ".join(each.text("en") for each in told.problems))
        self._put((str(told.place), *reasons, *told.line.cells))

    def _put(self, cells: Sequence[str]) -> None:
        if self._book is None:
            # a spreadsheet would run what begins like a formula
            self._rows.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
            return
        from openpyxl.cell import WriteOnlyCell

        row = [WriteOnlyCell(self._page, _ILLEGAL.sub("", cell)) for cell in cells]
        for cell in row:
            cell.data_type = "s"  # whatever it looks like
        self._page.append(row)
