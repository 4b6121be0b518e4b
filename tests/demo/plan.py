"""Which cases the demonstration sends, what is done to each, and the committed table of what must come of it."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from tests.fakes.checks import CHINA, id_check
from tests.fakes.fixtures import case
from tests.installation import EXAMPLES, MORE, PLATFORMS

EXPECTED = Path(__file__).parent / "expected.csv"
OWN = Path(__file__).parent / "platforms"
STANDS = {**PLATFORMS, **MORE, "sim-mz": ("tests.demo.ministry", "")}
FOLDERS = (EXAMPLES, OWN)


@dataclass(frozen=True, slots=True)
class Trial:
    """One case: whose (a made-up person of tests/fakes/cases, the n-th of that kind) and what befalls it.

    told: what the simulated platform is told to do to it.
    kill: "before" the first byte or "after" the last one, the gateway is killed while it sends this case.
    item: the caller's code of another item than that person's.
    """

    name: str
    who: str
    nth: int = 0
    told: Mapping[str, Any] = field(default_factory=dict)
    kill: str = ""
    item: str = ""

    @property
    def key(self) -> str:
        return "demo-" + self.name.replace(" ", "-").replace(",", "")

    def document(self) -> dict[str, Any]:
        """The case as a caller posts it; the n-th person differs in the number and in nothing else."""
        document = case(self.who, received_at=datetime.now(CHINA) if self.item else None)
        if self.item:
            document["item"] = {"code": self.item}
        applicant = document["applicant"]
        if self.nth:
            number = applicant["id_number"]
            first17 = f"{number[:14]}{int(number[14:17]) + 2 * self.nth:03d}"  # the sex stays (parity)
            applicant["id_number"] = first17 + id_check(first17)
        return document

    def mark(self) -> str:
        """A text that stands in this message and in no other."""
        return str(self.document()["applicant"]["id_number"])


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. heard, taken: how often the platform itself says it got and took this case."""

    case: str
    place: str
    platform: str
    dialect: str
    end: str
    attempts: str
    heard: str
    taken: str
    reference: str = ""
    ms: str = ""


COMPARED = tuple(each.name for each in fields(Row) if each.name not in {"reference", "ms"})
# Two lists whose codes have nothing in common, each as its place publishes it; a person aligns this item of them.
LISTS = {"341702": ("guichi.csv", "pinyin"), "440232": ("lingnan.json", "national")}
ALIGNED = "GC-RS-0101"
PLAIN = (
    Trial("person", "gd-person"),
    Trial("organization", "gd-organization"),
    Trial("agent, another county", "gd-agent"),
    Trial("session secret expired", "gd-agent", 1, {"do": "expire_secret"}),
    Trial("person, SOAP", "gx-person"),
    Trial("organization, SOAP", "gx-organization"),
    Trial("person, hub", "sj-person"),
    Trial("person, ministry", "yb-person"),
    Trial("person, XML in GBK", "yh-person"),
    Trial("session secret expired, XML in GBK", "yh-foreigner", 0, {"do": "expire_secret"}),
    Trial("item that a person aligned", "gd-person", 30, item=ALIGNED),
)
KILLED = (
    Trial("killed before first byte", "gd-person", 1, kill="before"),
    Trial("killed after last byte", "gd-person", 2, kill="after"),
    Trial("killed before first byte, SOAP", "gx-person", 1, kill="before"),
    Trial("killed after last byte, SOAP", "gx-person", 2, kill="after"),
)
DISTURBED = (
    Trial("refused", "gd-person", 3, {"do": "refuse"}),
    Trial("asked to come later", "gd-person", 4, {"do": "later", "after_s": 1}),
    Trial("they have it already", "gd-person", 5, {"do": "already"}),
    Trial("answer dropped", "gd-agent", 2, {"do": "take_then_drop"}),
    Trial("refused, SOAP", "gx-person", 3, {"do": "partly"}),
    Trial("asked to come later, SOAP", "gx-foreigner", 0, {"do": "busy"}),
    Trial("answer dropped, SOAP", "gx-person", 4, {"do": "take_then_drop"}),
    Trial("answer dropped, hub", "sj-person", 1, {"do": "take_then_drop"}),
    Trial("answer dropped, ministry", "yb-minor", 0, {"do": "take_then_drop"}),
)
HELD = Trial("nobody can say", "gd-minor", 0, {"do": "take_then_drop"})
SETTLED = f"{HELD.name}, settled"
PEOPLE = (*PLAIN, *KILLED, *DISTURBED, HELD)


def dialects() -> dict[str, str]:
    """platform -> what it speaks, as declared."""
    declared = [file for folder in FOLDERS for file in sorted(folder.glob("*/platform.yaml"))]
    read = [yaml.safe_load(file.read_text("utf-8")) for file in declared]
    return {each["platform"]: each["speaks"] for each in read}


def expected() -> dict[str, Row]:
    with EXPECTED.open(encoding="utf-8", newline="") as lines:
        return {row["case"]: Row(**row) for row in csv.DictReader(lines)}


def differences(rows: list[Row]) -> list[str]:
    """What is not as the committed table says, one line each; nothing when all is."""
    wanted, found = expected(), {row.case: row for row in rows}
    lines = [f"{name}: did not happen" for name in wanted if name not in found]
    lines += [f"{name}: is not in {EXPECTED.name}" for name in found if name not in wanted]
    for name in wanted.keys() & found.keys():
        for column in COMPARED:
            should, did = getattr(wanted[name], column), getattr(found[name], column)
            if should != did:
                lines.append(f"{name}: {column}: expected {should}, got {did}")
    return lines
