"""What a file begins with, by media type: a file must hold what it is said to be (材料格式核验)."""

from collections.abc import Callable, Mapping

HEAD_BYTES = 4096
Test = Callable[[bytes], bool]
# what begins so is that, whatever stands behind it: programs, pictures, archives
_OTHERS = (b"MZ", b"\x7fELF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def _begins(*signs: bytes) -> Test:
    return lambda head: head.startswith(signs)


def _holds_pdf(head: bytes) -> bool:
    """ISO 32000-1, annex H: readers take a header anywhere in the first 1024 bytes."""
    return b"%PDF-" in head[:1024] and not head.startswith(_OTHERS)


def _is_text(head: bytes) -> bool:
    """Nothing that no text has, in UTF-8 or GB18030; the last character may be cut off."""
    if b"\0" in head:
        return False
    return any(_decodes(head, charset) for charset in ("utf-8", "gb18030"))


def _decodes(head: bytes, charset: str) -> bool:
    for cut in range(4):
        try:
            head[: len(head) - cut].decode(charset)
        except UnicodeDecodeError:
            continue
        return True
    return False


def _is_xml(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


def _is_json(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"{", b"["))


_ZIP = _begins(b"PK\x03\x04")
_OLE = _begins(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_OFFICE = "application/vnd.openxmlformats-officedocument"
TESTS: Mapping[str, Test] = {
    "application/pdf": _holds_pdf,
    "application/ofd": _ZIP,  # GB/T 33190: a zip of XML
    "application/zip": _ZIP,
    f"{_OFFICE}.wordprocessingml.document": _ZIP,
    f"{_OFFICE}.spreadsheetml.sheet": _ZIP,
    "application/msword": _OLE,
    "application/vnd.ms-excel": _OLE,
    "application/xml": _is_xml,
    "text/xml": _is_xml,
    "application/json": _is_json,
    "text/plain": _is_text,
    "image/jpeg": _begins(b"\xff\xd8\xff"),
    "image/png": _begins(b"\x89PNG\r\n\x1a\n"),
    "image/gif": _begins(b"GIF87a", b"GIF89a"),
    "image/bmp": _begins(b"BM"),
    "image/tiff": _begins(b"II*\0", b"MM\0*"),
    "image/webp": lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP",
    "video/mp4": lambda head: head[4:8] == b"ftyp",
}


def is_of(media_type: str, head: bytes) -> bool:
    """Whether a file that begins so may be of this type; of a type that has no sign of its own, any may."""
    test = TESTS.get(media_type)
    return test is None or test(head)
