"""The contracts of these tests, as the folders that `read` takes."""

from pathlib import Path

FOLDER = Path(__file__).parent / "wsdl"
FILES = {
    path.relative_to(FOLDER).as_posix(): path.read_text("utf-8")
    for path in sorted(FOLDER.rglob("*"))
    if path.is_file()
}
# contracts of the tests beside these, and of an example platform
_ROOT = Path(__file__).resolve().parents[3]
_BESIDE = (
    *(_ROOT / "tests" / "adapters" / name for name in ("forms.wsdl", "typed.wsdl")),
    _ROOT / "mappings" / "examples" / "sim-gx" / "contract" / "service.wsdl",
)
NEIGHBOURS = {path.name: path.read_text("utf-8") for path in _BESIDE}
