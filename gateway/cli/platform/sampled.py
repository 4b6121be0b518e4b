"""A sample document as a caller would send it: without what the gateway adds, and with something in its files."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from mappings.canonical.schema import schema
from mappings.canonical.shape import ADDED

_KEPT = ("receiving", "item", "division")  # what the gateway adds to, rather than adds
_BEGINNINGS = {
    "application/pdf": b"%PDF-1.4\n",
    "image/jpeg": b"\xff\xd8\xff\xe0",
    "image/png": b"\x89PNG\r\n\x1a\n",
}


def as_asked(document: Mapping[str, Any]) -> dict[str, Any]:
    """The samples of a platform are what its mappings read; a caller's own document stays as it is."""
    added = set(schema(ADDED)["properties"]) - set(_KEPT)
    plain = {key: value for key, value in document.items() if key not in added}
    if isinstance(item := document.get("item"), dict):
        plain["item"] = {key: value for key, value in item.items() if key != "there"}
    if isinstance(materials := document.get("materials"), list):
        plain["materials"] = [_material(each) for each in materials]
    return plain


def _material(material: Any) -> Any:
    if not isinstance(material, dict) or not isinstance(material.get("files"), list):
        return material
    return {**material, "files": [_file(each) for each in material["files"]]}


def _file(file: Any) -> Any:
    """One of which the sample has the digest only gets a made-up content that begins as its media type does."""
    if not isinstance(file, dict) or "content" in file or "digest" not in file:
        return file
    content = _BEGINNINGS.get(str(file.get("media_type")), b"") + b"tongban sample"
    digest = f"sha-256:{hashlib.sha256(content).hexdigest()}"
    return {**file, "size": len(content), "digest": digest, "content": base64.b64encode(content).decode()}
