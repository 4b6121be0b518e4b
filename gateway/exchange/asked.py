"""What is asked of the gateway, and what it has made of it before anything is recorded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.message import Message, Request
from gateway.model import Exchange
from gateway.releases.routes import Route
from gateway.settings.agreements import Agreed
from gateway.settings.callers import Caller
from gateway.store.connection import Connection
from gateway.store.uploads import Upload
from mappings import canonical


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of an authenticated caller. `digest` is over the parsed canonical JSON.

    large: it carries so many bytes that looking at them would hold up the event loop.
    """

    operation: str
    caller: Caller
    actor: str
    document: dict[str, Any] = field(repr=False)
    key: str = ""
    digest: str = ""
    large: bool = False

    @property
    def schema(self) -> str:
        """Of the document."""
        return canonical.GIVEN[self.operation]


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a later write of a case (补正, 容缺后补, 撤回) comes after.

    submitted: the exchange by which the platform was given the case.
    guard: raises Refusal where the case does not allow it; asked again in commit 1, when nobody else can change it.
    leaves: of a supplement, whether some of what the case owes is still owed after it.
    """

    submitted: Exchange
    guard: Callable[[Connection], None]
    leaves: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that commit 1 needs, checked, aligned, mapped and encodable.

    document: canonical, with what the gateway adds, without the contents of files.
    contents: bytes of the files that came inline, by file id. uploads: files that were brought before, likewise.
    materials: sufficient; or unknown: without a guide, or with one that leaves open whether what is lacking has
        to be there.
    agreed: on the ground of which agreement it passes; None where none is declared.
    earlier: of a later write, what it comes after; None for a new case.
    """

    route: Route
    document: Mapping[str, Any] = field(repr=False)
    message: Message = field(repr=False)
    encoded: Request | None = field(repr=False)
    contents: Mapping[str, bytes] = field(repr=False)
    personal: tuple[str, ...]
    materials: str = "unknown"
    agreed: Agreed | None = None
    uploads: Mapping[str, Upload] = field(default_factory=dict, repr=False)
    earlier: Earlier | None = None

    @property
    def there(self) -> Mapping[str, str]:
        there: Mapping[str, str] = self.document["item"]["there"]
        return there
