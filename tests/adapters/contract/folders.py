"""The contracts of these tests, as the folders that `read` takes."""

from pathlib import Path

FOLDER = Path(__file__).parent / "wsdl"
FILES = {
    path.relative_to(FOLDER).as_posix(): path.read_text("utf-8")
    for path in sorted(FOLDER.rglob("*"))
    if path.is_file()
}
