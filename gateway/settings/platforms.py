"""Where platforms are reached from here, and by what those that call in are known: conf/platforms."""

from typing import Annotated

from pydantic import Field

from gateway.settings.callers import Rights
from gateway.settings.hooks import SecretSource
from gateway.settings.installation import Declared


class Reached(Declared):
    """Where a platform is reached from here, and with which secrets."""

    address: str
    settings: dict[str, str] = {}
    secrets: dict[str, SecretSource] = {}


class ChannelAccess(Declared):
    """By which a platform that calls in is known, for whose units it may speak, and where it may hand cases to."""

    speaks_for: Annotated[tuple[str, ...], Field(min_length=1)]
    rights: Rights = Rights()
    settings: dict[str, str] = {}
    secrets: dict[str, SecretSource] = {}


class Site(Declared):
    """Where people go on by themselves (全程网办), and which caller's key redeems their tickets.

    redeemed_by: None where only the platform itself does, by a call in.
    address: with `{ticket}` once, and `{item}` where the site wants to know it.
    """

    address: Annotated[
        str, Field(pattern=r"^https?://[^{}]*(\{item\}[^{}]*)?\{ticket\}[^{}]*(\{item\}[^{}]*)?$")
    ]
    redeemed_by: str | None = None
    minutes: Annotated[int, Field(ge=1, le=60)] = 5


class PlatformAccess(Reached):
    """conf/platforms/NAME.yaml. test: their test address with its own secrets; nothing real is ever sent there.

    inward: what its calls are held against; left out: none is taken. site: where people can go on by themselves.
    calls_as: of another gateway, the caller here that it is; its tickets are redeemed there then.
    """

    platform: str
    test: Reached | None = None
    inward: ChannelAccess | None = None
    site: Site | None = None
    calls_as: str | None = None
