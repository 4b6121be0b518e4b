"""The report of an evidence bundle, for people, in Chinese and English; and how anybody verifies it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from audit.commitments import Disclosure
from audit.entries import china_time
from audit.notes import Key
from audit.records import Record, read_record
from gateway.cases.states import TEXTS as STATES
from gateway.dossier.dossier import Dossier
from gateway.dossier.stages import TEXTS as STAGES
from gateway.dossier.stages import stages

_HERE = Path(__file__).parent / "looks"


class Viewer(NamedTuple):
    """Who takes a bundle away, and when (epoch ms): it stands on every page of the report."""

    account: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Disclosed:
    """Fields of one exchange's message, and the root that its entry holds."""

    exchange: str
    root: str
    fields: tuple[Disclosure, ...]


class Line(NamedTuple):
    """One entry of the case, as the report lists it."""

    position: int
    kind: str
    at: str
    facts: Mapping[str, object]


@cache
def _looks() -> Environment:
    looks = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
    looks.filters["visible"] = _visible
    return looks


def report(
    dossier: Dossier, bodies: Mapping[int, bytes], disclosed: Mapping[int, Disclosed], viewer: Viewer
) -> str:
    """One page of HTML that needs nothing else. bodies: the entries, by position."""
    records = {position: read_record(body) for position, body in bodies.items()}
    return _looks().get_template("report.html").render(
        case=dossier.case, life=dossier.reckoned.life, numbers=dossier.numbers, states=STATES, stage_texts=STAGES,
        exchanges=[(each, stages(each, _of(records, each.id))) for each in dossier.known.exchanges],
        lines=[Line(position, each.kind, each.at, each.facts) for position, each in records.items()],
        disclosed=disclosed, viewer=viewer, taken_at=china_time(viewer.at_ms), when=china_time,
    )  # fmt: skip


def instructions(key: Key, case_id: str) -> str:
    """The verifier's instructions. The key in the bundle proves nothing by itself, which they say."""
    text = (_HERE / "verify.txt").read_text("utf-8")
    return text.format(vkey=key.vkey, log=key.name, case=case_id)


def _of(records: Mapping[int, Record], exchange_id: str) -> list[Record]:
    return [each for each in records.values() if each.facts.get("exchange") == exchange_id]


def _visible(value: object) -> str:
    """A value of somebody else's: what turns text round or hides it stands as its code."""
    text = str(value)
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in text)
