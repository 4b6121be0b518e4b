"""An XLSX row by row: its sheet is parsed as it is read, and its texts stand in a file, not in memory."""

from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any, overload
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from lxml import etree
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

BROKEN = (BadZipFile, InvalidFileException, ParseError, etree.XMLSyntaxError, KeyError, OSError, ValueError)
_IN_MEMORY = 1 << 20  # bytes of texts; more go to a file
_SI, _T, _R = (f"{{{SHEET_MAIN_NS}}}{name}" for name in ("si", "t", "r"))


def is_xlsx(path: Path) -> bool:
    """Whether it is an Office Open XML workbook; other packages (ODS) and XLS are not. Raises BadZipFile."""
    with path.open("rb") as file:
        if not file.read(4).startswith(b"PK"):
            return False
    with ZipFile(path) as package:
        return "xl/workbook.xml" in package.namelist()


class Book:
    """An open workbook; `close` takes away what it has put on the disk. Raises one of BROKEN, here and later."""

    def __init__(self, path: Path) -> None:
        reader = _Reader(path, read_only=True, keep_links=False, data_only=True)
        reader.read()
        self._book, self._texts = reader.wb, reader.shared_strings
        self.shown = [each.title for each in self._book.worksheets if each.sheet_state == "visible"]
        self.names = [each.title for each in self._book.worksheets]

    def height(self, name: str) -> int:
        """How many rows the sheet says that it has, at least 1: good enough to show how far it is."""
        return max(1, self._book[name].max_row or 1)

    def rows(self, name: str) -> Iterator[Sequence[Any]]:
        """Every row of a sheet from its corner; an empty one is empty. Widths differ."""
        sheet = self._book[name]
        sheet.reset_dimensions()  # what a writer says of its own extent is often wrong
        yield from sheet.iter_rows(values_only=True)

    def close(self) -> None:
        self._book.close()
        if isinstance(self._texts, _Texts):
            self._texts.close()


class _Reader(ExcelReader):  # type: ignore[misc]  # openpyxl has no types
    def read_strings(self) -> None:
        part = self.package.find(SHARED_STRINGS)
        if part is not None:
            with self.archive.open(part.PartName[1:]) as source:
                self.shared_strings = _Texts(source)


class _Texts(Sequence[str]):
    """The shared texts of a workbook by their number: eight bytes of each in memory."""

    def __init__(self, source: IO[bytes]) -> None:
        self._file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed with the workbook
        self._ends = array("Q", [0])
        for _, element in etree.iterparse(source, tag=_SI, resolve_entities=False, no_network=True):
            self._ends.append(self._ends[-1] + self._file.write(_text_of(element).encode()))
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        if not 0 <= place < len(self):
            raise IndexError(place)
        self._file.seek(self._ends[place])
        return self._file.read(self._ends[place + 1] - self._ends[place]).decode()

    def close(self) -> None:
        self._file.close()


def _text_of(element: Any) -> str:
    """Its runs without the phonetic guides (ruby) beside them."""
    if len(element) == 1 and element[0].tag == _T:
        return element[0].text or ""
    runs = [element, *element.findall(_R)]
    return "".join(part.text or "" for run in runs for part in run.findall(_T))
