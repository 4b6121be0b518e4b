"""Files of a case that were brought before: whose they are, and whether each is what the case says of it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gateway.errors import Refusal
from gateway.materials.uploads import Uploads
from gateway.store.uploads import Upload
from mappings.problems import Problem


async def brought(
    document: Mapping[str, Any], caller: str, uploads: Uploads
) -> tuple[dict[str, Upload], list[Problem]]:
    """The uploads that the case names, by file id, and every fault of them."""
    found: dict[str, Upload] = {}
    faults: list[Problem] = []
    for at, file in _named(document):
        try:
            upload = await uploads.find(caller, file["upload"])
        except Refusal:
            faults.append(Problem(f"{at}/upload", "upload_unknown"))
            continue
        if upload.is_whole:
            faults += _differences(file, at, upload, uploads)
            found[file["id"]] = upload
        else:
            faults.append(
                Problem(
                    f"{at}/upload", "upload_unfinished", {"length": upload.received, "most": upload.length}
                )
            )
    return found, faults


def gone_of(document: Mapping[str, Any], file_id: str) -> Sequence[Problem]:
    """The fault of a file that was there a moment ago."""
    return [
        Problem(f"{at}/upload", "upload_unknown") for at, file in _named(document) if file["id"] == file_id
    ]


def _named(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for place, material in enumerate(document.get("materials", ())):
        for index, file in enumerate(material["files"]):
            if "upload" in file:
                yield f"/materials/{place}/files/{index}", file


def _differences(file: Mapping[str, Any], at: str, upload: Upload, uploads: Uploads) -> Iterator[Problem]:
    told = uploads.told(upload)
    if file["size"] != upload.length:
        yield Problem(f"{at}/size", "size_differs", {"length": upload.length})
    if file["digest"] != told.digest:
        yield Problem(f"{at}/digest", "digest_differs")
    if file["media_type"] != told.media_type:
        yield Problem(f"{at}/media_type", "media_type_differs", {"known": told.media_type})
