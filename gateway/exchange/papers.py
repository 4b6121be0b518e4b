"""The papers of an exchange: what is sealed with it, and how they are opened again."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import orjson

from adapters.errors import MaterialMissing
from adapters.message import Message, Reply, Request
from gateway.errors import Refusal
from gateway.exchange.asked import Prepared
from gateway.exchange.receipt import as_of_exchange
from gateway.materials.folder import MaterialFolder
from gateway.materials.sealed import PIECE_BYTES, Lock, OpenedFile, SealedFile
from gateway.materials.uploads import Uploads
from gateway.model import Exchange
from gateway.releases.routes import RESULT, Route
from gateway.store import bodies
from gateway.store.store import Store
from gateway.store.uploads import Upload
from gateway.store.vault import DataKey, Vault, WrongKey
from mappings.problems import Unmappable

KEPT_REPLY_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to send one message now: a committed `sending` row, and what it takes to send it."""

    exchange: Exchange
    route: Route
    key: DataKey = field(repr=False)
    message: Message = field(repr=False)
    started_ms: float  # monotonic, taken no later than the lease began
    encoded: Request | None = field(
        default=None, repr=False
    )  # of this very message, where it is still at hand
    leave_by_ms: int = 0  # when the first byte must have left, for the sake of a quota; 0: whenever


class Erased(Exception):
    """The exchange's key is gone: its existence can be proved, its content is no more."""


class Papers:
    """Seals and opens documents, messages, replies and files under the data key of their exchange."""

    def __init__(self, store: Store, vault: Vault, folder: MaterialFolder, uploads: Uploads) -> None:
        self._store = store
        self._folder = folder
        self.uploads = uploads
        self.vault = vault

    async def seal(
        self, exchange: Exchange, prepared: Prepared
    ) -> tuple[DataKey, dict[str, bytes], list[Mapping[str, object]]]:
        """A new key, the sealed bodies, and the rows of the files, which are durable when this returns."""
        key = self.vault.new_key(exchange.id)
        sealed = {
            "document": self.vault.seal_tree(key, "document", prepared.document),
            "message": self.vault.seal_tree(key, "message", prepared.message.document),
        }
        files: list[Mapping[str, object]] = []
        if prepared.contents:
            files += await self.keep_files(key, exchange, prepared.contents)
        if prepared.uploads:
            sealed["uploads"] = self.vault.seal_tree(key, "uploads", self._keys_of(prepared.uploads))
            files += [
                _row(exchange, file_id, each.digest, each.size) for file_id, each in prepared.uploads.items()
            ]
        return key, sealed, files

    async def keep_files(
        self, key: DataKey, exchange: Exchange, contents: Mapping[str, bytes]
    ) -> list[Mapping[str, object]]:
        """The rows of the files, which are durable when this returns."""
        return await asyncio.to_thread(self._keep_files, key, exchange, contents)

    def _keep_files(
        self, key: DataKey, exchange: Exchange, contents: Mapping[str, bytes]
    ) -> list[Mapping[str, object]]:
        rows: list[Mapping[str, object]] = []
        for file_id, content in contents.items():
            lock = Lock(self.vault, key, f"material/{file_id}")
            unfinished = f"{exchange.id}.{len(rows)}"
            rows.append(_row(exchange, file_id, *self._folder.keep(lock, unfinished, (content,))))
        return rows

    def _keys_of(self, uploads: Mapping[str, Upload]) -> dict[str, dict[str, str]]:
        """The key of each file that was brought before, sealed with the exchange: it is erased with it."""
        return {
            file_id: {"upload": each.id, "key": self.uploads.lock_of(each).key.plain.hex()}
            for file_id, each in uploads.items()
        }

    def seal_reply(self, claim: Claim, reply: Reply) -> dict[str, bytes]:
        """What they answered, word for word (bounded), and what of it people may need to read."""
        number = claim.exchange.attempt
        sealed = {}
        if reply.raw:
            name = f"reply/{number}"
            sealed[name] = self.vault.seal(claim.key, name, reply.raw[:KEPT_REPLY_BYTES])
        if reply.reason or claim.exchange.kind == "read":
            name = f"answer/{number}"
            document = None if _holds_files(claim, reply) else reply.document
            tree = {"code": reply.code, "reason": reply.reason, "document": document}
            sealed[name] = self.vault.seal_tree(claim.key, name, plain(tree))
        return sealed

    async def note(self, exchange: Exchange, *, actor: str, reason: str) -> dict[str, bytes]:
        """A person's reason, sealed: free text, so it stands on the erasable side and not in the log."""
        key = await self.key_of(exchange.id)
        names = await self._store.read(lambda connection: bodies.names(connection, exchange.id))
        name = f"note/{1 + sum(each.startswith('note/') for each in names)}"
        return {name: self.vault.seal_tree(key, name, {"actor": actor, "reason": reason})}

    async def key_of(self, exchange_id: str) -> DataKey:
        found = await self._store.read(lambda connection: bodies.wrapped_key(connection, exchange_id))
        if found is None:
            raise Erased
        return self.vault.open_key(exchange_id, *found)

    async def tree(self, exchange_id: str, name: str, key: DataKey | None = None) -> Any:
        """One sealed body, opened; None if there is none of that name. Raises Erased."""
        key = key or await self.key_of(exchange_id)
        sealed = await self._store.read(lambda connection: bodies.sealed(connection, exchange_id, name))
        return None if sealed is None else self.vault.open_tree(key, name, sealed)

    async def trees(self, named: Mapping[str, str]) -> dict[str, Any]:
        """Of each exchange the sealed body of this name, opened; of those that have one.

        What was erased, or has its key on another machine, has none.
        """
        found = await self._store.read(lambda connection: bodies.keys_and_sealed(connection, named.items()))
        opened: dict[str, Any] = {}
        for (exchange_id, name), one in zip(named.items(), found, strict=True):
            if one is not None:
                with suppress(WrongKey):
                    key = self.vault.open_key(exchange_id, *one[0])
                    opened[exchange_id] = self.vault.open_tree(key, name, one[1])
        return opened

    async def answer(self, exchange_id: str, attempt: int) -> Any:
        """What was answered to an attempt: decoded where that is kept, else its bytes; None for neither.

        Raises Erased, WrongKey.
        """
        key = await self.key_of(exchange_id)
        kept = await self.tree(exchange_id, f"answer/{attempt}", key)
        if kept is not None:
            return kept["document"]
        name = f"reply/{attempt}"
        sealed = await self._store.read(lambda connection: bodies.sealed(connection, exchange_id, name))
        return None if sealed is None else self.vault.open(key, name, sealed)

    async def message_of(self, exchange: Exchange, key: DataKey) -> Message:
        document = await self.tree(exchange.id, "message", key)
        return Message(exchange.operation, document, ours=exchange.ours, exchange=exchange.id)

    async def file(self, exchange_id: str, file_id: str) -> bytes:
        """One file of an exchange, whole. Raises Erased, MaterialMissing."""
        found = await self.stored(exchange_id, file_id)
        return await asyncio.to_thread(found.read, 0, found.size)

    async def stored(self, exchange_id: str, file_id: str) -> OpenedFile | SealedFile:
        """One file of an exchange, any stretch of which can be read. Raises Erased, MaterialMissing."""
        key = await self.key_of(exchange_id)
        found = await self._file(key, exchange_id, file_id, await self._brought(exchange_id, key))
        return OpenedFile(found) if isinstance(found, bytes) else found

    async def _brought(self, exchange_id: str, key: DataKey) -> dict[str, dict[str, str]]:
        """Which of its files came as uploads, and the keys of those."""
        return await self.tree(exchange_id, "uploads", key) or {}

    async def _file(
        self, key: DataKey, exchange_id: str, file_id: str, brought: Mapping[str, Mapping[str, str]]
    ) -> bytes | SealedFile:
        found = await self._store.read(lambda connection: bodies.material(connection, exchange_id, file_id))
        if found is None:
            raise MaterialMissing(file_id)
        lock = Lock(self.vault, key, f"material/{file_id}")
        if each := brought.get(file_id):
            lock = Lock(
                self.vault, self.vault.key_from(bytes.fromhex(each["key"])), f"upload/{each['upload']}"
            )
        return await asyncio.to_thread(_opened, self._folder, lock, found[0])

    def reader(self, claim: Claim) -> Callable[[str], Awaitable[bytes | SealedFile]]:
        """How the adapter gets at the files while it sends."""
        brought: dict[str, dict[str, str]] | None = None

        async def read(file_id: str) -> bytes | SealedFile:
            nonlocal brought
            if brought is None:
                brought = await self._brought(claim.exchange.id, claim.key)
            return await self._file(claim.key, claim.exchange.id, file_id, brought)

        return read

    async def answer_of(self, exchange: Exchange, route: Route) -> dict[str, Any]:
        """The answer to a read in canonical words. Raises Refusal if there was none that says anything."""
        answer = await self.tree(exchange.id, f"answer/{exchange.attempt}") or {}
        if exchange.state == "refused":
            raise Refusal("platform_refused", exchange=exchange.id, their_code=exchange.code)
        if exchange.state != "delivered":
            garbled = exchange.cause in {"garbled", "ambiguous_answer", "no_reference"}
            code = "platform_garbled" if garbled else "platform_unavailable"
            raise Refusal(code, exchange=exchange.id, cause=exchange.cause)
        if route.reply is None:
            return {}
        try:
            received_at = await as_of_exchange(self._store, exchange)
            return dict(route.reply.as_of(received_at)(answer["document"]))
        except Unmappable as error:
            raise Refusal("platform_garbled", exchange=exchange.id, cause="not_mapped") from error


def _opened(folder: MaterialFolder, lock: Lock, digest: str) -> bytes | SealedFile:
    """A file that was looked at from its first byte to its last; a small one at once."""
    file = folder.open(lock, digest)
    if isinstance(file, SealedFile) and file.size <= PIECE_BYTES:
        return file.read(0, file.size)
    return file


def _row(exchange: Exchange, file_id: str, digest: str, size: int) -> Mapping[str, object]:
    return {
        "exchange_id": exchange.id, "case_id": exchange.case_id, "file_id": file_id, "digest": digest, "size": size,
    }  # fmt: skip


def _holds_files(claim: Claim, reply: Reply) -> bool:
    """Whether it brings the files of a result, which are kept as such: once is enough."""
    return claim.exchange.operation == RESULT and len(reply.raw or b"") > KEPT_REPLY_BYTES


def plain(tree: Any) -> Any:
    """A decoded answer as JSON can carry it (dates and decimals of a SOAP type become text)."""
    return orjson.loads(orjson.dumps(tree, default=str))
