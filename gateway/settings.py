"""This installation, as its operators wrote it: conf/gateway.yaml, conf/callers, conf/platforms, conf/agreements.

Every file is read as text with positions, so that a mistake is told as `file:line:col: what: what to write`.
Relative paths count from the folder that holds conf/. conf/README.md explains every key.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args
from urllib.parse import quote

from pydantic import (
    BaseModel,
    Field,
    ValidationError,
)

from audit.notes import Key
from gateway.agreements import Agreement
from gateway.hooks import SecretSource, Webhook
from gateway.installation import Declared, Installation
from gateway.witnesses import Witness
from mappings.problems import Finding, Unreadable, nearest
from mappings.source import Source, read

Model = TypeVar("Model", bound=BaseModel)


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

    address: with `{ticket}` once, and `{item}` where the site wants to know it.
    """

    address: Annotated[
        str, Field(pattern=r"^https?://[^{}]*(\{item\}[^{}]*)?\{ticket\}[^{}]*(\{item\}[^{}]*)?$")
    ]
    redeemed_by: str
    minutes: Annotated[int, Field(ge=1, le=60)] = 5


class PlatformAccess(Reached):
    """conf/platforms/NAME.yaml. test: their test address with its own secrets; nothing real is ever sent there.

    inward: what its calls are held against; left out: none is taken. site: where people can go on by themselves.
    """

    platform: str
    test: Reached | None = None
    inward: ChannelAccess | None = None
    site: Site | None = None


class Unconfigured(Exception):
    """A secret that the configuration names cannot be read."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an installation declares, with `root` as the folder that relative paths count from."""

    root: Path
    installation: Installation
    callers: Mapping[str, Caller] = field(default_factory=dict)
    platforms: Mapping[str, PlatformAccess] = field(default_factory=dict)
    agreements: tuple[Agreement, ...] = ()
    witnesses: Mapping[str, Witness] = field(default_factory=dict)
    auditors: Mapping[str, Auditor] = field(default_factory=dict)

    def path(self, relative: Path) -> Path:
        return self.root / relative

    @property
    def witnessed_keys(self) -> tuple[Key, ...]:
        """Of all logs that this gateway witnesses."""
        return tuple(key for each in self.witnesses.values() for key in each.verifiers)

    @property
    def database(self) -> str:
        """The address of the database: a file's with its whole path, a server's with its password.

        Raises Unconfigured when the password cannot be read.
        """
        address, password = self.installation.database, self.installation.database_password
        if address.startswith("sqlite:///"):
            return f"sqlite:///{self.root / address.removeprefix('sqlite:///')}"
        if password is None:
            return address
        secret = quote(self._secret("database_password", password), safe="")
        return address.replace("@", f":{secret}@", 1)

    def secrets_of(self, platform: str) -> dict[str, str]:
        """The secrets of a platform, read now. Raises Unconfigured that names the source, never the value."""
        reached = self.platforms.get(platform)
        return self.secrets_in(platform, reached) if reached is not None else {}

    def secrets_in(self, platform: str, reached: Reached | ChannelAccess) -> dict[str, str]:
        """Those of its address, of its test address, or of its calls in. Raises Unconfigured."""
        return {name: self._secret(f"{platform}.{name}", each) for name, each in reached.secrets.items()}

    def webhook_secret(self, caller: str) -> str:
        """The secret with which a caller's events are signed. Raises Unconfigured, also for who has no webhook."""
        webhook = self.callers[caller].webhook if caller in self.callers else None
        if webhook is None:
            raise Unconfigured(f"caller {caller}: no webhook in conf/callers/{caller}.yaml")
        return self._secret(f"{caller}.webhook", webhook.secret)

    def provider_secret(self) -> str:
        """The secret of this console at its identity provider. Raises Unconfigured, also where there is none."""
        provider = self.installation.console.provider
        if provider is None:
            raise Unconfigured("no console.provider in conf/gateway.yaml")
        return self._secret("console.provider", provider.client_secret)

    def _secret(self, name: str, source: SecretSource) -> str:
        if source.env is not None:
            value = os.environ.get(source.env)
            if value is None:
                raise Unconfigured(f"secret {name}: set the environment variable {source.env}")
            return value
        try:
            return self.path(source.file or Path()).read_text().strip()
        except OSError as error:
            raise Unconfigured(f"secret {name}: cannot read {source.file}") from error


def load(conf: Path) -> Settings:
    """Read a whole conf folder. Raises Unreadable with the findings of all its files together."""
    findings: list[Finding] = []
    installation = _file(Installation, conf / "gateway.yaml", conf.parent, findings)
    callers = _folder(Caller, conf / "callers", conf.parent, findings)
    platforms = _folder(PlatformAccess, conf / "platforms", conf.parent, findings)
    agreements = _folder(Agreement, conf / "agreements", conf.parent, findings)
    witnesses = _folder(Witness, conf / "witnesses", conf.parent, findings)
    auditors = _folder(Auditor, conf / "auditors", conf.parent, findings)
    findings += _repeated([each.agreement for each in agreements])
    findings += _absent(installation, conf) if installation else []
    if findings or installation is None:
        raise Unreadable(findings)
    return Settings(
        root=conf.parent.resolve(),
        installation=installation,
        callers={caller.caller: caller for caller in callers},
        platforms={platform.platform: platform for platform in platforms},
        agreements=tuple(agreements),
        witnesses={witness.witness: witness for witness in witnesses},
        auditors={auditor.auditor: auditor for auditor in auditors},
    )


def _absent(installation: Installation, conf: Path) -> list[Finding]:
    """Lists that every start is to import, and that are not there."""
    path = conf / "gateway.yaml"
    source = read(path.relative_to(conf.parent).as_posix(), path.read_text(encoding="utf-8"))
    return [
        source.finding(("catalogue", place), f"no such file: {each}", "name the file, or leave it out")
        for place, each in enumerate(installation.catalogue)
        if not (conf.parent / each).is_file()
    ]


def declared(model: type[Model], source: Source) -> Model:
    """Validate a file's tree; raises Unreadable with one finding per mistake, each at its line."""
    try:
        return model.model_validate(source.tree)
    except ValidationError as error:
        raise Unreadable([_finding(model, source, each) for each in error.errors()]) from error


def _folder(model: type[Model], folder: Path, base: Path, findings: list[Finding]) -> list[Model]:
    read_ = [_file(model, path, base, findings) for path in sorted(folder.glob("*.yaml"))]
    return [each for each in read_ if each is not None]


def _repeated(agreements: Sequence[str]) -> list[Finding]:
    """An agreement is known by its name in every entry of the log."""
    return [
        Finding(
            f"conf/agreements/{name}.yaml", 1, 1, f"'{name}' stands in two files", "give each its own name"
        )
        for name in sorted({name for name in agreements if agreements.count(name) > 1})
    ]


def _file(model: type[Model], path: Path, base: Path, findings: list[Finding]) -> Model | None:
    name = path.relative_to(base).as_posix()
    try:
        return declared(model, read(name, path.read_text(encoding="utf-8")))
    except Unreadable as error:
        findings.extend(error.findings)
    except (OSError, UnicodeDecodeError):
        findings.append(Finding(name, 1, 1, "cannot be read as UTF-8 text", "write this file"))
    return None


def _finding(model: type[BaseModel], source: Source, error: Any) -> Finding:
    where = tuple(step for step in error["loc"] if source.at(_upto(error["loc"], step)) is not None)
    name = str(error["loc"][-1]) if error["loc"] else ""
    if error["type"] == "extra_forbidden":
        known = _keys_at(model, error["loc"][:-1])
        write = nearest(name, known, f"one of {', '.join(known)}")
        return source.finding(where, f"no key '{name}'", write)
    if error["type"] == "missing":
        return source.finding(
            where[:-1] if source.at(where) is None else where, f"'{name}' is missing", "write it"
        )
    if error["type"] == "too_small":
        return source.finding(where, error["msg"], f"at least {error['ctx']['least']}")
    return source.finding(where, f"'{name}' is not right ({error['msg']})", "see conf/README.md")


def _upto(loc: tuple[str | int, ...], step: str | int) -> tuple[str | int, ...]:
    return loc[: loc.index(step) + 1]


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _keys_at(model: type[BaseModel], loc: tuple[str | int, ...]) -> list[str]:
    current: Any = model
    for step in loc:
        if isinstance(step, str) and isinstance(current, type) and issubclass(current, BaseModel):
            annotation = current.model_fields[step].annotation if step in current.model_fields else None
            current = next((each for each in get_args(annotation) if _is_model(each)), annotation)
    if isinstance(current, type) and issubclass(current, BaseModel):
        return sorted(current.model_fields)
    return []


__all__ = [
    "Caller",
    "Installation",
    "PlatformAccess",
    "Settings",
    "Unconfigured",
    "declared",
    "load",
]
