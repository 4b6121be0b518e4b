"""Files of materials (材料). Their bytes never pass through a mapping."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from mappings.problems import Refused
from mappings.words.registry import BadArgument, Example, word

File = Mapping[str, Any]
CONTENTS = frozenset({"material", "material_uri"})  # words whose object becomes a text while sending
_MEDIA_TYPE = re.compile(r"[a-z]+/[A-Za-z0-9.+-]+")
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]')


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


@word(
    Example(
        {"id": "f1", "media_type": "image/png"},
        expect={"$material": "f1", "as": "base64_uri", "media_type": "image/png"},
    ),
    Example({"id": "f1", "name": "a.png"}, refuse="no_media_type"),
)
def material_uri(value: File) -> File:
    """The file's content as a data URI: like `material`, with the file's `media_type` before the base64."""
    media_type = value.get("media_type")
    if type(media_type) is not str or not _MEDIA_TYPE.fullmatch(media_type):
        raise Refused("no_media_type")
    return {**material(value), "as": "base64_uri", "media_type": media_type}


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


@word(
    Example("C:\\扫描\\申请表.pdf", expect="申请表.pdf"),
    Example("/upload/2026/申请表.pdf", expect="申请表.pdf"),
    Example("upload/", refuse="no_base_name"),
)
def base_name(value: str) -> str:
    """The file name without the folders before it, `/` and `\\` alike."""
    name = value.replace("\\", "/").rpartition("/")[2]
    if not name:
        raise Refused("no_base_name")
    return name


@word(
    Example("甲/乙:丙?.pdf", expect="甲_乙_丙_.pdf"),
    Example("a*b.pdf", ("-",), expect="a-b.pdf"),
    Example("..", refuse="no_file_name"),
)
def file_name(fill: str = "_") -> Callable[[str], str]:
    """Signs that some file system does not take in a name (`\\ / : * ? " < > |` and controls) become `fill`.

    Refused where nothing but dots and blanks is left: a folder (`..`), or no name at all.
    """
    if len(fill) != 1 or _NOT_IN_NAMES.search(fill):
        raise BadArgument("'fill' of 'file_name' is one sign that names may hold", 'write file_name("_")')

    def named(value: str) -> str:
        name = _NOT_IN_NAMES.sub(fill, value)
        if not name.strip(". "):
            raise Refused("no_file_name")
        return name

    return named
