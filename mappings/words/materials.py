"""Files of materials (材料). Their bytes never pass through a mapping."""

from collections.abc import Callable, Mapping
from typing import Any

from mappings.problems import Refused
from mappings.words.registry import Example, word

File = Mapping[str, Any]


@word(
    Example({"id": "f1", "name": "a.pdf"}, expect={"$material": "f1", "as": "base64"}),
    Example({"name": "a.pdf"}, refuse="not_a_material_file"),
)
def material(value: File) -> File:
    """The file's content: a reference that the adapter replaces by base64 text while sending."""
    identity = value.get("id")
    if type(identity) is not str or not identity:
        raise Refused("not_a_material_file")
    return {"$material": identity, "as": "base64"}


@word(Example("申请表.PDF", expect="pdf"), Example("申请表", refuse="no_extension"))
def extension(value: str) -> str:
    """The extension of a file name, in lower case, without the dot."""
    stem, dot, ending = value.rpartition(".")
    if not (stem and dot and ending):
        raise Refused("no_extension")
    return ending.lower()


@word(Example("申请表.v2.pdf", expect="申请表.v2"), Example("申请表", expect="申请表"))
def stem(value: str) -> str:
    """The file name without its extension."""
    before, dot, _ = value.rpartition(".")
    return before if dot and before else value


@word(Example("身份证", ("pdf",), expect="身份证.pdf"), Example("身份证.PDF", ("pdf",), expect="身份证.PDF"))
def with_extension(ending: str) -> Callable[[str], str]:
    """The file name with this extension, if it has not got it."""
    return lambda value: value if value.lower().endswith(f".{ending.lower()}") else f"{value}.{ending}"
