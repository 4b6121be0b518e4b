"""What can be wrong with a file as a whole."""

from gateway.items.problems import ItemError, UnreadableFile


class BrokenFile(UnreadableFile):
    """The file breaks off, or is no list, from the row that is named."""

    code = "file_broken"


class UnknownSheet(UnreadableFile):
    """The workbook has no such sheet; the fact `sheets` names those that it shows."""

    code = "file_sheet_unknown"


class SeveralSheets(UnreadableFile):
    """The workbook shows several sheets: say which."""

    code = "file_sheets"


class UnknownColumns(ItemError):
    """No profile fits the headings, or a column that was named is not in the file: say what stands where."""

    code = "file_columns"


class Overtaken(ItemError):
    """Somebody else changed the catalogue after it was compared: what was applied so far stays; run it again."""

    code = "import_overtaken"
