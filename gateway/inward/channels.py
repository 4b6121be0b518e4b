"""The channels (渠道) by which platforms call in: what they declare, held against what this installation names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from adapters.auth.scheme import SecretMissing
from adapters.codecs import xml
from adapters.inward.coherence import speaks_soap
from adapters.inward.declared import Call, Inward
from adapters.inward.door import Door
from adapters.inward.offered import wrapper_of, wsdl_of
from adapters.inward.writing import Wrapper, rest_answer, soap_answer
from adapters.message import Response
from gateway import logs
from gateway.releases.compiled import PlatformRelease
from gateway.releases.routes import Routes
from gateway.settings.callers import Rights
from gateway.settings.conf import Settings, Unconfigured
from mappings.mapping import Mapping as Mapped

log = logs.get("inward")


@dataclass(frozen=True, slots=True)
class Channel:
    """The inward side of one platform under the active release.

    speaks_for: divisions for whose units it may speak, as patterns.    rights: where it may hand cases to.
    """

    release: str
    platform: PlatformRelease
    inward: Inward
    door: Door = field(repr=False)
    speaks_for: tuple[str, ...]
    rights: Rights
    soap: bool

    @property
    def name(self) -> str:
        return self.platform.name

    def call(self, operation: str) -> Call:
        return self.inward.calls[operation]

    def reads(self, operation: str) -> Mapped:
        return self.platform.mappings[f"{operation}.in"]

    def replies(self, operation: str) -> Mapped:
        return self.platform.mappings[f"{operation}.in.reply"]

    def operation_of(self, element: etree._Element) -> str | None:
        """By the name of the element in a SOAP body."""
        name = xml.local(element)
        return next((each for each, call in self.inward.calls.items() if call.call == name), None)

    def wrapper(self, operation: str) -> Wrapper:
        """The element that holds an answer over SOAP."""
        return wrapper_of(self.inward, self.call(operation), self.platform.files)

    def said(self, operation: str, reply: Mapping[str, Any], *, soap: int = 11) -> Response:
        """Our answer (canonical/reply) in their envelope. soap: its version. Raises Unmappable, Unencodable."""
        call, tree = self.call(operation), self.replies(operation).as_of(reply["at"])(dict(reply))
        if self.soap:
            return soap_answer(call, reply["outcome"], tree, soap=soap, wrapper=self.wrapper(operation))
        return rest_answer(call, reply["outcome"], tree)

    def wsdl(self, address: str) -> str:
        return wsdl_of(self.inward, self.platform.files, self.name, address)


class Channels:
    """Those of the active release, each made when it is first called by."""

    def __init__(self, settings: Settings, routes: Routes) -> None:
        self._settings = settings
        self._routes = routes
        self._made: dict[tuple[str, str], Channel | None] = {}

    def of(self, name: str) -> Channel | None:
        """None for what is no platform, declares no calls, or is not let in by this installation."""
        release = self._routes.active
        key = (release.digest, name)
        platform = release.platforms.get(name)
        if platform is None or platform.declared.inward is None:
            return None
        if key not in self._made:
            self._made = {each: kept for each, kept in self._made.items() if each[0] == release.digest}
            self._made[key] = self._make(release.digest, platform, platform.declared.inward)
        return self._made[key]

    def _make(self, digest: str, platform: PlatformRelease, inward: Inward) -> Channel | None:
        reached = self._settings.platforms.get(platform.name)
        if reached is None or reached.inward is None:
            return None
        access, soap = reached.inward, speaks_soap(inward)
        try:
            secrets = self._settings.secrets_in(platform.name, access)
            door = Door(inward, access.settings, secrets, soap=soap)
        except (SecretMissing, Unconfigured) as error:
            log.error("inward.closed", platform=platform.name, failure=error)
            return None
        return Channel(digest, platform, inward, door, access.speaks_for, access.rights, soap)
