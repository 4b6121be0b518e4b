"""Everything that stands on the sheet of a platform under one release."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from audit.entries import china_time
from gateway.releases.compiled import DECLARATION
from gateway.releases.meant import Meant
from gateway.sheet.codes import Codes, codes
from gateway.sheet.fields import Line, lines
from mappings.mapping import Mapping as Mapped
from mappings.problems import nearest
from mappings.source import read


class NoSuchPlatform(Exception):
    """The release does not have it; the text names the nearest."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One mapping: a message (`case.submit`), what comes back (`case.submit.reply`), or what is otherwise for some
    items (`case.submit@NAME`), whose codes are `items`.
    """

    stem: str
    title: str
    reads: str
    writes: str
    file: str
    digest: str
    lines: tuple[Line, ...]
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """at_ms: when it was made. activated: `ACCOUNT TIME` of who put the release in force; empty if nobody did."""

    platform: str
    title: str
    release: str
    activated: str
    at_ms: int
    operations: tuple[Operation, ...]
    codes: tuple[Codes, ...]

    @property
    def document(self) -> dict[str, Any]:
        """For machines."""
        found = asdict(self)
        found["at"] = china_time(found.pop("at_ms"))
        return found


def sheet(release: Meant, platform: str, at_ms: int) -> Sheet:
    """Raises NoSuchPlatform."""
    mappings = release.platforms.get(platform)
    if mappings is None:
        known = {path.split("/")[0] for path in release.files if path.endswith(f"/{DECLARATION}")}
        raise NoSuchPlatform(
            f"{platform}: 没有此平台 / no such platform: {nearest(platform, known, '')}".rstrip(": ")
        )
    by = release.activated
    return Sheet(
        platform=platform,
        title=_title(release.files, platform),
        release=release.digest,
        activated=f"{by.actor} {china_time(by.at_ms)}" if by else "",
        at_ms=at_ms,
        operations=tuple(_operation(stem, mappings[stem]) for stem in sorted(mappings)),
        codes=tuple(codes(platform, mappings.values(), release.files)),
    )


def _operation(stem: str, mapping: Mapped) -> Operation:
    title = str(mapping.source.at(("title",)) or "")
    items = tuple(map(str, mapping.source.at(("items",)) or ()))
    return Operation(
        stem, title, mapping.reads, mapping.writes, mapping.file, mapping.digest, tuple(lines(mapping)), items
    )


def _title(files: Mapping[str, str], platform: str) -> str:
    file = f"{platform}/{DECLARATION}"
    return str(read(file, files[file]).at(("title",)) or "")
