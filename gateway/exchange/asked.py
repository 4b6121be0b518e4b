"""What is asked of the gateway, and what it has made of it before anything is recorded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.message import Message, Request
from gateway.agreements import Agreed
from gateway.routes import Route
from gateway.settings import Caller
from gateway.store.uploads import Upload


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


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that commit 1 needs, checked, aligned, mapped and encodable.

    document: canonical, with what the gateway adds, without the contents of files.
    contents: bytes of the files that came inline, by file id. uploads: files that were brought before, likewise.
    materials: sufficient; or unknown: without a guide, or with one that leaves open whether what is lacking has
        to be there.
    agreed: on the ground of which agreement it passes; None where none is declared.
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

    @property
    def there(self) -> Mapping[str, str]:
        there: Mapping[str, str] = self.document["item"]["there"]
        return there
