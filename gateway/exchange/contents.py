"""The files of a document: the bytes that came inline, the uploads that it names, what nobody gave us."""

import asyncio
from base64 import b64decode
from collections.abc import Set
from typing import Any

from adapters.message import Request
from gateway.exchange.asked import Asked
from mappings.problems import Problem

Document = dict[str, Any]


async def apart(asked: Asked) -> tuple[Document, dict[str, bytes]]:
    """The document with files as references, and the bytes that came inline."""
    if asked.large:
        return await asyncio.to_thread(_without_contents, asked.document)
    return _without_contents(asked.document)


def _without_contents(document: Document) -> tuple[Document, dict[str, bytes]]:
    contents: dict[str, bytes] = {}
    materials = []
    for material in document.get("materials", ()):
        files = []
        for file in material["files"]:
            if "content" in file:
                contents[file["id"]] = _decoded(file["content"])
            files.append({name: value for name, value in file.items() if name != "content"})
        materials.append({**material, "files": files})
    return {**document, "materials": materials} if "materials" in document else {**document}, contents


def contentless(document: Document, contents: Set[str], encoded: Request | None) -> list[Any]:
    """Files that the message carries and that nobody gave us: it could be admitted, but never be sent."""
    wanted = {hole.material for hole in encoded.holes} - contents if encoded else set()
    return [
        Problem(f"/materials/{place}/files/{index}/content", "missing")
        for place, material in enumerate(document["materials"] if wanted else ())
        for index, file in enumerate(material["files"])
        if file["id"] in wanted
    ]


def named_uploads(document: Document) -> set[str]:
    """Ids of the files that name an upload, a good one or not."""
    return {
        file["id"]
        for material in document.get("materials", ())
        for file in material["files"]
        if "upload" in file
    }


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text)
    except ValueError:
        return b""  # the check has already said so
