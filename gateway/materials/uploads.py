"""Files that callers bring before a case needs them (上传): announced, brought in turns, checked once whole.

Each turn writes a file of its own, so that whoever is overtaken, however late it wakes up, spoils nothing. What a
row speaks of is durable; the rest of a part file does not count.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

from adapters.errors import MaterialMissing
from gateway import logs
from gateway.errors import Refusal
from gateway.file_kinds import HEAD_BYTES, is_of
from gateway.identity import new_id
from gateway.materials.folder import MaterialFolder
from gateway.materials.parts import PartFile, opened
from gateway.materials.sealed import Lock, SealedFile
from gateway.settings.installation import Materials
from gateway.store import uploads
from gateway.store.store import Store, Transaction
from gateway.store.uploads import Part, Upload
from gateway.store.vault import Vault

log = logs.get("materials")
FEW_TURNS = 64  # so many pieces a file may always come in, and one more for each CRUMB of it
CRUMB_BYTES = 4096
FULL_S = 60


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of a file. digest: `sha-256:<hex>` of its content, "" while nobody has said or computed it."""

    media_type: str
    name: str = ""
    digest: str = ""


class Uploads:
    """Takes in what callers bring, and gives it to the cases that use it."""

    def __init__(
        self, store: Store, vault: Vault, folder: MaterialFolder, limits: Materials, *, clock_ms: Callable[[], int],
        random: Callable[[int], bytes],
    ) -> None:  # fmt: skip
        self.store = store
        self.vault = vault
        self.folder = folder
        self.limits = limits
        self._clock_ms = clock_ms
        self._random = random

    async def create(self, caller: str, length: int, told: Told) -> Upload:
        """Room for a new file. Raises Refusal: too_large, media_type_not_taken, uploads_full."""
        limits = self.limits
        if length > limits.size_bytes:
            raise Refusal("too_large", most=limits.size_bytes)
        if told.media_type not in limits.types:
            raise Refusal("media_type_not_taken", known=", ".join(limits.types))
        upload_id = new_id(self._clock_ms(), self._random)
        key = self.vault.new_key(upload_id)
        sealed = self._sealed(Lock(self.vault, key, upload_id), told)
        upload = Upload(
            upload_id, caller, length, 0, 0, "", 0, self.expires_ms, 0, key.key_id, key.wrapped, sealed
        )

        await self._add(upload)
        return upload

    async def keep(self, caller: str, content: bytes, told: Told) -> Upload:
        """A file that came whole inside a request, for several exchanges to use. Raises Refusal uploads_full.

        told: with its digest, which was checked. A crash leaves a file that no case uses: it is swept away.
        """
        upload_id = new_id(self._clock_ms(), self._random)
        key, length = self.vault.new_key(upload_id), len(content)
        lock = Lock(self.vault, key, f"upload/{upload_id}")
        digest, size = await asyncio.to_thread(self.folder.keep, lock, f"{upload_id}.1.whole", (content,))
        upload = Upload(
            upload_id, caller, length, length, 1, digest, size, self.expires_ms, 0, key.key_id, key.wrapped,
            self._sealed(lock, told),
        )  # fmt: skip
        await self._add(upload)
        return upload

    async def _add(self, upload: Upload) -> None:
        """Its row, if the caller has room for it. Raises Refusal uploads_full."""
        most = self.limits.kept_bytes

        def add(tx: Transaction) -> bool:
            if uploads.kept(tx.connection, upload.caller) + upload.length > most:
                return False
            uploads.add(tx.connection, upload)
            return True

        if not await self.store.write(add):
            raise Refusal("uploads_full", retry_after_s=FULL_S, most=most)

    async def find(self, caller: str, upload_id: str) -> Upload:
        """The caller's own upload as it is now. Raises Refusal not_found."""
        found = await self.store.read(lambda connection: uploads.by_id(connection, upload_id, caller))
        if found is None:
            raise Refusal("not_found")
        return found

    async def begin(self, was: Upload, offset: int) -> "Turn":
        """A turn from `offset` on; whoever was bringing the file adds nothing any more.

        Raises Refusal: upload_offset if it stands elsewhere, pieces_too_small, not_found.
        """
        if was.turn >= FEW_TURNS + was.length // CRUMB_BYTES:
            raise Refusal("pieces_too_small", most=FEW_TURNS + was.length // CRUMB_BYTES)
        expires_ms = self.expires_ms

        def begin(tx: Transaction) -> Upload | None:
            if not uploads.begin(tx.connection, was.id, offset, expires_ms):
                return None
            return uploads.by_id(tx.connection, was.id, was.caller)

        began = await self.store.write(begin)
        if began is None:
            raise await self.stands_elsewhere(was)
        return Turn(self, began)

    async def stands_elsewhere(self, was: Upload) -> Refusal:
        now = await self.find(was.caller, was.id)
        return Refusal("upload_offset", offset=now.received)

    async def forget(self, caller: str, upload_id: str) -> None:
        """The caller does not want it any more; what a case uses stays with the case. Raises Refusal not_found."""
        was = await self.store.write(lambda tx: uploads.forget(tx.connection, upload_id, caller))
        if was is None:
            raise Refusal("not_found")
        await asyncio.to_thread(self._remove, was)

    def told(self, upload: Upload) -> Told:
        lock = self.lock_of(upload)
        return Told(**self.vault.open_tree(lock.key, "told", upload.told))

    def open(self, upload: Upload) -> SealedFile:
        """The content of a whole upload. Blocks; raises MaterialMissing."""
        found = self.folder.open(self.lock_of(upload), upload.digest, looked_at=False)
        if isinstance(found, bytes):
            raise MaterialMissing(upload.id)
        return found

    def lock_of(self, upload: Upload) -> Lock:
        """Raises WrongKey."""
        key = self.vault.open_key(upload.id, upload.key_id, upload.wrapped)
        return Lock(self.vault, key, f"upload/{upload.id}")

    @property
    def expires_ms(self) -> int:
        """Until when what is brought now is kept for a case to use it."""
        return self._clock_ms() + self.limits.keep_hours * 3_600_000

    def told_of(self, upload: Upload, told: Told) -> bytes:
        return self._sealed(self.lock_of(upload), told)

    def _sealed(self, lock: Lock, told: Told) -> bytes:
        tree = {"media_type": told.media_type, "name": told.name, "digest": told.digest}
        return self.vault.seal_tree(lock.key, "told", tree)

    def _remove(self, was: Upload) -> None:
        self.remove_parts(was.id, was.turn)
        if was.digest and not was.used_ms:
            self.folder.remove(was.digest)

    def remove_parts(self, upload_id: str, turns: int) -> None:
        for turn in range(1, turns + 1):
            self.folder.remove_coming(f"{upload_id}.{turn}")


class Turn:
    """One caller that brings bytes now, into a file of this turn alone."""

    def __init__(self, around: Uploads, upload: Upload) -> None:
        self._around = around
        self._upload = upload
        self._lock = around.lock_of(upload)
        self._file = PartFile(around.folder.coming / f"{upload.id}.{upload.turn}", self._lock)
        self._kept = 0  # bytes of this turn that a row speaks of

    @property
    def offset(self) -> int:
        """How far the file has come with what this turn has brought."""
        return self._upload.received + self._file.received

    @property
    def left(self) -> int:
        return self._upload.length - self.offset

    @property
    def not_kept(self) -> int:
        return self._file.received - self._kept

    async def take(self, piece: bytes) -> None:
        """Sealed and written, not yet durable."""
        await asyncio.to_thread(self._file.write, piece)

    async def keep(self) -> None:
        """What came so far is durable. Raises Refusal upload_offset if somebody else brings it by now."""
        if not self.not_kept:
            return
        await asyncio.to_thread(self._file.sync)
        part = Part(self._upload.turn, self._file.received, self._file.stored)
        more, expires_ms = self.not_kept, self._around.expires_ms
        # a crash before this leaves bytes that no row speaks of: they are brought once more
        came = await self._around.store.write(
            lambda tx: uploads.come(tx.connection, self._upload, part, more, expires_ms)
        )
        if not came:
            raise await self._around.stands_elsewhere(self._upload)
        self._kept = part.received

    async def end(self) -> Upload:
        """Nothing more comes in this turn; if everything is there, it is checked, and whole from now on.

        Raises Refusal: upload_offset; upload_differs, upload_of_other_type: then it is forgotten.
        """
        if self.left:
            await self.keep()
            return self._upload._replace(received=self.offset)
        await asyncio.to_thread(self._file.sync)
        parts = await self._around.store.read(lambda connection: uploads.parts(connection, self._upload.id))
        own = Part(self._upload.turn, self._file.received, self._file.stored)
        parts = [*(each for each in parts if each.turn != own.turn), own]
        try:
            now = await asyncio.to_thread(self._joined, [each for each in parts if each.received])
        except Refusal:
            await self._around.forget(self._upload.caller, self._upload.id)
            raise
        # the file is durable; a crash before this leaves one that no row names
        if not await self._around.store.write(lambda tx: uploads.whole(tx.connection, self._upload, now)):
            await asyncio.to_thread(self._around.folder.remove, now.digest)
            raise await self._around.stands_elsewhere(self._upload)
        log.debug("upload.whole", upload=now.id, bytes=now.length)
        await asyncio.to_thread(self._around.remove_parts, now.id, now.turn)
        return now

    async def drop(self) -> None:
        """What came in this turn does not count."""
        await asyncio.to_thread(self._file.remove)

    async def close(self) -> None:
        await asyncio.to_thread(self._file.close)

    def _joined(self, parts: list[Part]) -> Upload:
        """The parts as one sealed file, and what it turned out to be. Raises Refusal."""
        around, upload = self._around, self._upload
        seen = _Seen(around.told(upload), upload.length)
        name = f"{upload.id}.{upload.turn}.whole"
        try:
            digest, size = around.folder.keep(self._lock, name, seen.through(self._content(parts)))
        except MaterialMissing as error:  # a part is gone, or its bytes were changed
            raise Refusal("upload_differs") from error
        told = around.told_of(upload, replace(seen.told, digest=seen.digest))
        return upload._replace(
            received=upload.length, digest=digest, size=size, told=told, expires_ms=around.expires_ms
        )

    def _content(self, parts: list[Part]) -> Iterator[bytes]:
        folder = self._around.folder.coming
        for part in parts:
            yield from opened(folder / f"{self._upload.id}.{part.turn}", self._lock, part)


class _Seen:
    """What a file turns out to be while it passes by."""

    def __init__(self, told: Told, length: int) -> None:
        self.told = told
        self.digest = ""
        self._length = length

    def through(self, content: Iterator[bytes]) -> Iterator[bytes]:
        """The same content. Raises Refusal at its end, so that nothing is kept."""
        state, head, size = sha256(), b"", 0
        for piece in content:
            state.update(piece)
            size += len(piece)
            if len(head) < HEAD_BYTES:
                head += piece[: HEAD_BYTES - len(head)]
            yield piece
        self.digest = f"sha-256:{state.hexdigest()}"
        if size != self._length or self.told.digest not in ("", self.digest):
            raise Refusal("upload_differs")
        if not is_of(self.told.media_type, head):
            raise Refusal("upload_of_other_type", type=self.told.media_type)
