"""This installation, as its operators wrote it: everything in conf/, read and validated at once.

Every file is read as text with positions, so that a mistake is told as `file:line:col: what: what to write`.
Relative paths count from the folder that holds conf/. conf/README.md explains every key.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from audit.notes import Key
from gateway.settings.agreements import Agreement
from gateway.settings.callers import Auditor, Caller
from gateway.settings.hooks import SecretSource
from gateway.settings.installation import Installation
from gateway.settings.platforms import ChannelAccess, PlatformAccess, Reached
from gateway.settings.reading import file, folder
from gateway.settings.witnesses import Witness
from mappings.problems import Finding, Unreadable
from mappings.source import read


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
    def neighbours(self) -> dict[str, Caller]:
        """Platforms that are other gateways, each as the caller that it is here."""
        named = {
            name: each.calls_as for name, each in self.platforms.items() if each.calls_as in self.callers
        }
        return {name: self.callers[caller] for name, caller in named.items() if caller}

    @property
    def certificates(self) -> Path:
        """The folder of the certificates of completeness."""
        installation = self.installation
        return self.path(installation.certificates or installation.state / "certificates")

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
    installation = file(Installation, conf / "gateway.yaml", conf.parent, findings)
    callers = folder(Caller, conf / "callers", conf.parent, findings)
    platforms = folder(PlatformAccess, conf / "platforms", conf.parent, findings)
    agreements = folder(Agreement, conf / "agreements", conf.parent, findings)
    witnesses = folder(Witness, conf / "witnesses", conf.parent, findings)
    auditors = folder(Auditor, conf / "auditors", conf.parent, findings)
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


def _repeated(agreements: Sequence[str]) -> list[Finding]:
    """An agreement is known by its name in every entry of the log."""
    return [
        Finding(
            f"conf/agreements/{name}.yaml", 1, 1, f"'{name}' stands in two files", "give each its own name"
        )
        for name in sorted({name for name in agreements if agreements.count(name) > 1})
    ]
