"""What the adapters of a release would write and read: the pure halves of sending. Nothing is sent."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from adapters.base import Adapter
from adapters.declared import Platform
from adapters.errors import Garbled, Unbuildable, Unencodable
from adapters.message import Message
from gateway.exchange.papers import plain
from gateway.releases.compiled import DECLARATION, PlatformRelease
from gateway.releases.meant import Meant
from gateway.releases.routes import Routes
from gateway.replay.answered import answered
from gateway.replay.differ import Side
from gateway.replay.documents import Document
from gateway.replay.made import Problems
from gateway.settings.conf import Unconfigured
from gateway.settings.reading import declared
from mappings.problems import Unreadable
from mappings.source import read


class Wire:
    """One release and the platforms of this installation. missing: those of which no adapter can be built here."""

    def __init__(self, routes: Routes, release: Meant) -> None:
        self.release = release
        self.missing: set[str] = set()
        self._routes = routes
        self._adapters: dict[str, Adapter | None] = {}
        self._declares: dict[str, Mapping[str, str]] = {}

    def side(self, document: Document) -> Side | None:
        """The mapping that such a document goes through, with what carries it; None if there is none."""
        mapping = self.release.mapping(document.platform, document.stem)
        if mapping is None:
            return None
        if document.as_of:
            mapping = mapping.as_of(document.as_of)
        if document.stem.endswith(".reply"):
            return Side(mapping)
        return Side(mapping, partial(self._unwritable, document.platform, mapping.operation))

    def declares(self, platform: str) -> Mapping[str, str]:
        """What decides about the wire: the declaration and the contract, by path."""
        if platform not in self._declares:
            folder, deciding = f"{platform}/", (f"{platform}/{DECLARATION}", f"{platform}/contract/")
            self._declares[platform] = {
                path.removeprefix(folder): text
                for path, text in self.release.files.items()
                if path.startswith(deciding)
            }
        return self._declares[platform]

    def answer(self, platform: str, operation: str, response: Mapping[str, Any]) -> Any:
        """A sample of an answer as the reply's mapping gets it; None if it cannot be read here."""
        adapter = self._speaking(platform, operation)
        if adapter is None:
            return None
        try:
            return plain(adapter.decode(answered(response), operation))
        except (Garbled, ValueError, TypeError, LookupError, AttributeError):
            return None

    def _unwritable(self, platform: str, operation: str, document: Any, tree: Any) -> Problems:
        adapter = self._speaking(platform, operation)
        if adapter is None:
            return ()
        try:
            adapter.encode(Message(operation, tree, ours=str(document.get("numbers_ours", ""))))
        except Unencodable as error:
            return error.problems
        return ()

    def _speaking(self, platform: str, operation: str) -> Adapter | None:
        """None also for what is mapped and not declared: nothing would be sent."""
        adapter = self._adapter(platform)
        return adapter if adapter and operation in adapter.platform.operations else None

    def _adapter(self, platform: str) -> Adapter | None:
        if platform not in self._adapters:
            self._adapters[platform] = self._built(platform)
        return self._adapters[platform]

    def _built(self, platform: str) -> Adapter | None:
        files = self.declares(platform)
        try:
            source = read(f"{platform}/{DECLARATION}", files[DECLARATION])
            release = PlatformRelease(
                platform, declared(Platform, source), self.release.platforms[platform], files
            )
            return self._routes.adapter(release)
        except (Unreadable, Unbuildable, Unconfigured):
            self.missing.add(platform)
            return None
