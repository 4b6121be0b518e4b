"""Who calls us: conf/callers and conf/auditors."""

from datetime import date
from typing import Annotated

from pydantic import Field

from gateway.settings.hooks import Webhook
from gateway.settings.installation import Declared


class CallerKey(Declared):
    """One bearer key of a caller, as the SHA-256 of the key itself (keys are 32 random bytes, so no salt)."""

    id: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Rights(Declared):
    """What a caller may ask. Patterns are globs; an empty list allows nothing."""

    operations: tuple[str, ...] = ()
    divisions: tuple[str, ...] = ()
    items: tuple[str, ...] = ()


class Caller(Declared):
    """conf/callers/NAME.yaml: a local platform (接入方)."""

    caller: Annotated[str, Field(pattern=r"^[0-9a-z][0-9a-z-]*$")]
    title: str
    speaks_for: tuple[str, ...]
    keys: tuple[CallerKey, ...]
    rights: Rights
    webhook: Webhook | None = None


class Auditor(Declared):
    """conf/auditors/NAME.yaml: who may pull the whole log. until: the last day, in China; None without an end."""

    auditor: Annotated[str, Field(pattern=r"^[0-9a-z][0-9a-z-]*$")]
    title: str
    keys: tuple[CallerKey, ...]
    until: date | None = None
