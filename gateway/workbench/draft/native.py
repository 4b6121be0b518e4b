"""The folder of a platform that is another Tongban (通办网关): both speak our vocabulary, nothing is left open."""

from collections.abc import Iterator
from importlib.resources import files as package_files
from importlib.resources.abc import Traversable

from gateway.workbench.draft.folder import Draft

_FOLDER = "native"


def native(name: str, division: str) -> Draft:
    """name: of the platform; division: that it serves."""
    root = package_files("gateway.workbench").joinpath(_FOLDER)
    texts = {path: text.replace("NAME", name).replace("DIVISION", division) for path, text in _texts(root)}
    return Draft(texts, (), ())


def _texts(folder: Traversable, before: str = "") -> Iterator[tuple[str, str]]:
    for each in sorted(folder.iterdir(), key=lambda each: each.name):
        if each.is_dir():
            yield from _texts(each, f"{before}{each.name}/")
        else:
            yield before + each.name, each.read_text("utf-8")
