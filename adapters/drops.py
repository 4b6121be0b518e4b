"""Files into a folder that others empty (网闸), each name once: whole or not at all, in a thread.

A file is written under a hidden name, made durable, and linked to its own name, which fails where a file stands. So
nothing is overwritten, and what has its name is whole. Where a marker is declared it is put last, and only with it
the file counts. Until that last link surely nothing was taken. No folder is ever made: one that is not there is a
share that is not mounted.

A link needs the hidden file. So who puts a file first takes the hidden files of earlier attempts away, and only
then looks whether it is there: an attempt that stood still before its link finds nothing to link when it wakes,
also where the file was meanwhile put and taken away.
"""

import base64
import errno
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import suppress
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from cryptography.hazmat.primitives.hashes import SM3, Hash

from adapters.drop_list import listed, of_day
from adapters.errors import NotSent, Unknown
from adapters.file_names import filled_in
from adapters.fronts import Digest, Folder
from adapters.message import Go, Request, Response
from adapters.parts import parts_of
from adapters.passage import Passage, crossed

MOST_FILES = 100
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
_NOT_OURS = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ENAMETOOLONG, errno.EINVAL})
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK})
_PART = ".part"
_TIMES = 20  # others who put the same file at the same time take ours away, each of them once


class _Overtaken(Exception):
    """The hidden file is gone: another attempt has the name, or looks for it. Nothing was put by this one."""


class FolderTransport:
    """A `Transport` for one folder. PUT: the path of the request is the name, its body the file."""

    def __init__(self, folder: Folder, base: Path, threads: Executor) -> None:
        self._declared = folder
        self._drop = base / folder.drop
        self._taken = base / folder.taken if folder.taken else None
        self._answers = base / folder.answers if folder.answers else None
        self._threads = threads

    async def exchange(
        self, request: Request, *, go: Go, timeout_s: float, connect_s: float, reply_bytes: int
    ) -> Response:
        if request.method == "PUT":
            work = partial(self._put, request)
        else:
            read = self._list if request.method == "LIST" else self._get
            work = partial(read, orjson.loads(request.body), reply_bytes)
        return await crossed(self._threads, partial(_told, work), go=go, timeout_s=timeout_s)

    # ---- a write -----------------------------------------------------------------------------------------

    def _put(self, request: Request, passage: Passage) -> Response:
        self._fence(request.url.name)  # from here on no earlier attempt can put it
        for _ in range(_TIMES):
            with suppress(_Overtaken):  # then it is looked for once more, and the lease looked at
                return self._put_once(request, passage)
        raise (Unknown if passage.begun else NotSent)("overtaken")

    def _fence(self, name: str) -> None:
        for part in _named(self._drop, f".{name}.*{_PART}"):
            with suppress(FileNotFoundError):
                part.unlink()

    def _put_once(self, request: Request, passage: Passage) -> Response:
        name, parts = request.url.name, parts_of(request)
        content = parts.content
        there = self._there(name, content)
        if there is not None:
            return there
        marker, digest = self._declared.marker, self._declared.digest
        if marker and _read(self._drop / (name + marker)) is not None:  # of a file that is gone
            return self._there(name, content) or _answer("conflict", name=name + marker)
        files = parts.files
        if digest:
            files.append((name + digest.suffix, hex_of(content, digest).encode()))
        files.append((name, content))
        if marker:
            files.append((name + marker, b""))
        for each, text in files[:-1]:
            if not self._place(each, text, _free):
                return self._there(name, content) or _answer("conflict", name=each)
        if not self._place(*files[-1], passage.begin):
            return self._there(name, content) or _answer("conflict", name=name)
        return _answer("written", name=name)

    def _there(self, name: str, content: bytes) -> Response | None:
        """The answer where a file of this name lies or was taken; None if it is still to be put.

        The drop folder is looked into first: what they move away meanwhile is found in the other one.
        """
        for folder in filter(None, (self._drop, self._taken)):
            theirs = _read(folder / name)
            if theirs is not None and theirs != content:
                return _answer("conflict", name=name)
            if theirs is not None and (folder != self._drop or self._counts(name)):
                return _answer("there", name=name)
        return None

    def _counts(self, name: str) -> bool:
        """Whether the file in the drop folder has its marker, if it needs one."""
        return self._declared.marker is None or (self._drop / (name + self._declared.marker)).exists()

    def _place(self, name: str, content: bytes, leave: Callable[[], None]) -> bool:
        """Put a whole file under a name; False if one stands there. `leave` is asked right before."""
        final = self._drop / name
        if (there := _read(final)) is not None:
            return there == content and leave is _free
        part = self._drop / f".{name}.{os.getpid()}-{time.monotonic_ns()}{_PART}"
        try:
            _write(part, content)
            leave()
            return _linked(part, final) or (leave is _free and _read(final) == content)
        finally:
            with suppress(OSError):
                part.unlink()

    # ---- a read ------------------------------------------------------------------------------------------

    def _get(self, asked: dict[str, Any], reply_bytes: int, passage: Passage) -> Response:
        passage.begin()
        if asked["fence"]:  # what is absent now stays so, unless somebody puts it anew
            with suppress(
                OSError
            ):  # where nothing can be taken away, nothing can be put; the next attempt tries
                self._fence(asked["ours"])
        answers = list(self._answered(asked["answers"], reply_bytes))
        if answers:
            files = [
                {"name": path.name, "content": base64.b64encode(each).decode()} for path, each in answers
            ]
            return _answer("answered", files=files)
        waiting = [path for path in _named(self._drop, asked["ours"]) if self._counts(path.name)]
        taken = _named(self._taken, asked["ours"])  # looked at last: what is moved meanwhile is found here
        if not taken and not waiting:
            return _answer("absent")
        return _answer("taken" if taken else "waiting")

    def _list(self, asked: dict[str, str], reply_bytes: int, passage: Passage) -> Response:
        passage.begin()
        rule, day = asked["ours"], asked["day"]
        lying, taken = of_day(self._drop, rule, day), of_day(self._taken, rule, day)
        files, total = listed(lying, taken, asked["page"], self._counts)
        for each in files if asked["answers"] else ():
            answers = list(self._answered(filled_in(asked["answers"], each["fields"]), reply_bytes))
            if answers:
                reply_bytes -= len(answers[-1][1])
                content = base64.b64encode(answers[-1][1]).decode()
                each.update(state="answered", content=content)
        return _answer("listed", files=files, total=str(total))

    def _answered(self, pattern: str, reply_bytes: int) -> Iterator[tuple[Path, bytes]]:
        """Their whole files of this name, by name. One without its marker or digest is still being written."""
        size = 0
        for path in _named(self._answers, pattern)[:MOST_FILES]:
            if self._declared.answers_marked and not self._beside(path, self._declared.marker):
                continue
            digest = self._declared.digest
            if digest and not self._beside(path, digest.suffix):
                continue
            content = path.read_bytes()
            size += len(content)
            if size > reply_bytes:
                raise Unknown("too_large")
            if digest and not _fits(content, path.with_name(path.name + digest.suffix), digest):
                raise Unknown("half_reply")
            yield path, content

    def _beside(self, path: Path, suffix: str | None) -> bool:
        return suffix is None or path.with_name(path.name + suffix).exists()


def _told(work: Callable[[Passage], Response], passage: Passage) -> Response:
    """What the work answers, and what became of it where the folder failed."""
    try:
        return work(passage)
    except OSError as error:
        code = error.errno or 0
        if code in _NO_ROOM:
            raise NotSent("no_room") from None
        if code in _NOT_OURS:
            return _answer("rejected", error=errno.errorcode[code])
        raise (Unknown if passage.begun else NotSent)("unreachable") from None


def _linked(part: Path, final: Path) -> bool:
    """Give a file its name for good; False if the name was taken meanwhile."""
    try:
        os.link(part, final)  # from here on they may have it, whatever we hear
    except FileExistsError:
        return False
    except OSError as error:
        if _is_gone(error, part):
            raise _Overtaken from None
        if error.errno not in _NO_LINKS:
            raise
        if final.exists():  # a share without links: between here and the rename only another of us could come
            return False
        _rename(part, final)
    _sync(final.parent)
    return True


def _rename(part: Path, final: Path) -> None:
    try:
        part.rename(final)
    except OSError as error:
        if _is_gone(error, part):
            raise _Overtaken from None
        raise


def _is_gone(error: OSError, part: Path) -> bool:
    """Whether it failed because the hidden file was taken away, and not the whole share."""
    return error.errno in (errno.ENOENT, errno.ESTALE) and part.parent.is_dir() and not part.exists()


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Make a new name durable; some shares cannot be asked that. Raises Unknown: the name stands already."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise Unknown("unreachable") from None


def _read(path: Path) -> bytes | None:
    """None where there is no such file; a folder that is not there is another matter."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        if not path.parent.is_dir():
            raise
        return None


def _named(folder: Path | None, pattern: str) -> list[Path]:
    if folder is None:
        return []
    return sorted(path for path in folder.iterdir() if fnmatchcase(path.name, pattern) and path.is_file())


def _fits(content: bytes, beside: Path, digest: Digest) -> bool:
    """The digest stands first in its file, as `md5sum` writes it."""
    said_ = beside.read_text("ascii", "replace").split()
    return bool(said_) and said_[0].lower() == hex_of(content, digest)


def hex_of(content: bytes, digest: Digest) -> str:
    """As it stands in the file beside."""
    if digest.algorithm == "sm3":
        hashed = Hash(SM3())
        hashed.update(content)
        return hashed.finalize().hex()
    return hashlib.new(digest.algorithm, content, usedforsecurity=False).hexdigest()


def _free() -> None:
    """What does not count by itself needs no leave."""


def _answer(outcome: str, **more: Any) -> Response:
    return Response(200, {}, orjson.dumps({"outcome": outcome, **more}))
