"""What can be wrong with a file as a whole."""

from gateway.items.problems import ItemError, UnreadableFile


class BrokenFile(UnreadableFile):
    """The file breaks off, or is no list, from the row that is named."""

    code = "file_broken"


class WrongCharset(BrokenFile):
    """From about the row that is named on, the bytes are none of the charset in which the file is read."""

    code = "file_charset"


class UnknownSheet(UnreadableFile):
    """The workbook has no such sheet; the fact `sheets` names those that it shows."""

    code = "file_sheet_unknown"


class SeveralSheets(UnreadableFile):
    """The workbook shows several sheets: say which."""

    code = "file_sheets"


class UnknownColumns(ItemError):
    """No profile fits the headings: say what stands where."""

    code = "file_columns"


class MissingColumns(ItemError):
    """Columns that were named are not in the file."""

    code = "file_columns_missing"


class Overtaken(ItemError):
    """Somebody else changed the catalogue after it was compared: what was applied so far stays; run it again."""

    code = "import_overtaken"
