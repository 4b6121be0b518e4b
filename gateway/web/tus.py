"""The words of tus 1.0.0 (resumable uploads, tus.io) in headers: read without believing them, and written."""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from aiohttp import web

from gateway.errors import Refusal
from gateway.materials.uploads import Told
from gateway.store.uploads import Upload

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,checksum,termination"
OFFSET_STREAM = "application/offset+octet-stream"
ALGORITHMS: Mapping[str, Callable[[], "hashlib._Hash"]] = {
    "sha1": lambda: hashlib.sha1(usedforsecurity=False),  # every server must know this one
    "sha256": hashlib.sha256,
    "md5": lambda: hashlib.md5(usedforsecurity=False),
}
ALWAYS = {"Tus-Resumable": VERSION, "Tus-Version": VERSION, "Cache-Control": "no-store"}
_COUNT = re.compile(r"[0-9]{1,15}")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,80}")
_DIGEST = re.compile(r"sha-256:[0-9a-f]{64}")
_NAMES = {  # what the clients in use call them: tus-js-client, Uppy, tuspy
    "filename": "name", "name": "name", "filetype": "media_type", "type": "media_type", "digest": "digest",
}  # fmt: skip


def require_version(request: web.Request) -> None:
    """Raises Refusal tus_version."""
    if request.headers.get("Tus-Resumable") != VERSION:
        raise Refusal("tus_version", known=VERSION)


def count(request: web.Request, name: str, least: int = 0) -> int:
    """A header that is a number. Raises Refusal bad_parameter."""
    text = request.headers.get(name, "")
    if not _COUNT.fullmatch(text) or int(text) < least:
        raise Refusal("bad_parameter", name=name)
    return int(text)


def told(request: web.Request) -> Told:
    """What Upload-Metadata says: a media type, and maybe a name and the digest. Raises Refusal bad_parameter."""
    said: dict[str, str] = {}
    for pair in request.headers.get("Upload-Metadata", "").split(","):
        key, _, value = pair.strip().partition(" ")
        if known := _NAMES.get(key.lower()):
            said[known] = _decoded(value)
    media_type, digest = said.get("media_type", "").lower(), said.get("digest", "")
    if not _MEDIA_TYPE.fullmatch(media_type) or not (digest == "" or _DIGEST.fullmatch(digest)):
        raise Refusal("bad_parameter", name="Upload-Metadata")
    return Told(media_type, said.get("name", "")[:200], digest)


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Refusal("bad_parameter", name="Upload-Metadata") from error


@dataclass(frozen=True, slots=True)
class Checksum:
    """What Upload-Checksum says of the bytes of one request."""

    state: "hashlib._Hash"
    wanted: bytes

    @property
    def agrees(self) -> bool:
        return self.state.digest() == self.wanted


def checksum(request: web.Request) -> Checksum | None:
    """None where the request has none. Raises Refusal bad_parameter."""
    header = request.headers.get("Upload-Checksum")
    if header is None:
        return None
    name, _, text = header.partition(" ")
    if name not in ALGORITHMS:
        raise Refusal("bad_parameter", name="Upload-Checksum")
    try:
        return Checksum(ALGORITHMS[name](), base64.b64decode(text, validate=True))
    except binascii.Error as error:
        raise Refusal("bad_parameter", name="Upload-Checksum") from error


def state_of(upload: Upload) -> dict[str, str]:
    """How far it is, and until when it is kept."""
    over = datetime.fromtimestamp(upload.expires_ms / 1000, UTC)
    return {
        "Upload-Offset": str(upload.received),
        "Upload-Length": str(upload.length),
        "Upload-Expires": format_datetime(over, usegmt=True),
    }


def metadata_of(said: Told) -> str:
    written = {"filename": said.name, "filetype": said.media_type, "digest": said.digest}
    return ",".join(
        f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in written.items() if value
    )


def digest_header(digest: str) -> str:
    """`sha-256:<hex>` as Repr-Digest (RFC 9530) has it."""
    return f"sha-256=:{base64.b64encode(bytes.fromhex(digest.removeprefix('sha-256:'))).decode()}:"
