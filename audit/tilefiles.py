"""The files of C2SP tlog-tiles: where each stands, what a bundle of entries holds, and how they are got."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener, urlopen

from audit.ledger import WIDTH
from audit.source import LedgerUnreadable
from audit.tree import HASH_BYTES

CHECKPOINT, TILES = "checkpoint", "tile"
CHECKPOINT_BYTES_AT_MOST = 1_000_000
ENTRY_BYTES_AT_MOST = 0xFFFF
TILE_BYTES = WIDTH * HASH_BYTES
BUNDLE_BYTES_AT_MOST = WIDTH * (2 + ENTRY_BYTES_AT_MOST)
_WAIT_S = 30
_TRIES = 5
_REST_S = 10


class Absent(LedgerUnreadable):
    """There is no such file."""


class Place(Protocol):
    """Where the files of one log are: a folder, or a web server that serves one."""

    @property
    def name(self) -> str: ...

    def get(self, path: str, most: int) -> bytes:
        """A file of at most so many bytes. Raises Absent, LedgerUnreadable."""
        ...


class TileFolder:
    def __init__(self, folder: Path) -> None:
        self.name, self._folder = str(folder), folder

    def get(self, path: str, most: int) -> bytes:
        try:
            with (self._folder / path).open("rb") as file:
                return _bounded(path, file.read(most + 1), most)
        except FileNotFoundError as error:
            raise Absent(f"{self.name}: there is no file {path}") from error
        except OSError as error:
            raise LedgerUnreadable(f"{self.name}/{path}: {error.strerror}") from error


class TileServer:
    """A web server, asked with GET; a key is shown to it and to nobody to whom it would send us on.

    A server that asks us to come back later (429, 503) is asked again, a few times.
    """

    def __init__(self, address: str, key: str = "") -> None:
        if not address.startswith(("http://", "https://")):
            raise LedgerUnreadable(f"{address}: a server's address begins with http:// or https://")
        self.name = address.rstrip("/")
        self._headers = {"User-Agent": "tongban-audit"} | ({"Authorization": f"Bearer {key}"} if key else {})
        self._ask = build_opener(_Here()).open if key else urlopen

    def get(self, path: str, most: int) -> bytes:
        for tries_left in reversed(range(_TRIES)):
            try:
                return self._get(path, most)
            except HTTPError as error:
                if error.code not in (429, 503) or not tries_left:
                    kind = Absent if error.code in (404, 410) else LedgerUnreadable
                    raise kind(f"{self.name}/{path}: the server answers {error.code}") from error
                time.sleep(_later_s(error.headers.get("Retry-After", "")))
            except (OSError, ValueError) as error:
                raise LedgerUnreadable(f"{self.name}/{path}: {error}") from error
        raise LedgerUnreadable(f"{self.name}/{path}: the server does not answer")

    def _get(self, path: str, most: int) -> bytes:
        request = Request(f"{self.name}/{path}", headers=self._headers)  # noqa: S310 - http(s) only
        with self._ask(request, timeout=_WAIT_S) as answer:
            return _bounded(path, answer.read(most + 1), most)


class _Here(HTTPRedirectHandler):
    """Goes nowhere else."""

    def redirect_request(self, *asked: object) -> None:
        return None


def tile_path(level: int, number: int, width: int = WIDTH) -> str:
    """Where a tile stands: `tile/0/x001/x234/067`, a partial one with `.p/WIDTH` behind it."""
    return f"tile/{level}/{_numbered(number, width)}"


def bundle_path(number: int, width: int = WIDTH) -> str:
    return f"tile/entries/{_numbered(number, width)}"


def write_bundle(bodies: Sequence[bytes]) -> bytes:
    """Entries end to end, each after its length in two bytes. Raises ValueError for one that is too long."""
    longest = max(map(len, bodies), default=0)
    if longest > ENTRY_BYTES_AT_MOST:
        raise ValueError(f"an entry has {longest} bytes, and a bundle takes {ENTRY_BYTES_AT_MOST}")
    return b"".join(len(body).to_bytes(2) + body for body in bodies)


def read_bundle(content: bytes, most: int) -> tuple[list[bytes], int]:
    """At most so many entries, and how many bytes stand behind them; what breaks off is not among them."""
    bodies: list[bytes] = []
    at = 0
    while len(bodies) < most:
        end = at + 2 + int.from_bytes(content[at : at + 2])
        if at + 2 > len(content) or end > len(content):
            break
        bodies.append(content[at + 2 : end])
        at = end
    return bodies, len(content) - at


def _numbered(number: int, width: int) -> str:
    digits = f"{number % 1000:03d}"
    while number := number // 1000:
        digits = f"x{number % 1000:03d}/{digits}"
    return digits if width == WIDTH else f"{digits}.p/{width}"


def _later_s(said: str) -> float:
    """How long to wait, as far as it is believed."""
    return min(int(said), _REST_S) if said.isascii() and said.isdigit() and len(said) < 6 else 1


def _bounded(path: str, content: bytes, most: int) -> bytes:
    if len(content) > most:
        raise LedgerUnreadable(f"{path}: larger than {most} bytes")
    return content
