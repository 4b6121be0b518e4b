"""An answer of which only the bytes are left, read again: what its header said of them is seen from them."""

from collections.abc import Iterator

from adapters.base import Adapter
from adapters.errors import Garbled
from adapters.message import Response, Tree

# UTF-8 is known by its bytes; else as an XML declaration says, else as Chinese platforms write
_CHARSETS = ("text/plain;charset=utf-8", "", "text/plain;charset=gb18030")


def reread(adapter: Adapter, operation: str, body: bytes) -> Tree:
    """The tree that `decode` made of it when it came. Pure; raises Garbled where its bytes alone do not tell."""
    for kind in _kinds(body):
        try:
            return adapter.decode(Response(200, {"Content-Type": kind}, body), operation)
        except (Garbled, LookupError):  # an adapter of somebody's own may want a header that is gone
            continue
    raise Garbled("unreadable")


def _kinds(body: bytes) -> Iterator[str]:
    """What the Content-Type may have been, the likeliest first."""
    first = body.lstrip().partition(b"\n")[0].strip()
    if first.startswith(b"--"):
        yield f'multipart/related;boundary="{first[2:].decode("ascii", "replace")}"'
    else:
        yield from _CHARSETS
