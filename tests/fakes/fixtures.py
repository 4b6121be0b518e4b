"""Cases of made-up people, in the canonical shape: as a caller posts them, and as the trunk hands them on.

One JSON file per case in `cases/`. Times in the files are of one fixed morning; `case` moves them to now.
"""

import base64
import copy
import csv
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from .checks import CHINA

FOLDER = Path(__file__).parent / "cases"
CATALOGUE = Path(__file__).parents[2] / "mappings" / "catalogue" / "items.csv"
MORNING = datetime(2026, 11, 20, 9, 30, tzinfo=CHINA)
BEGAN = datetime.now(CHINA).replace(microsecond=0)
THERE: Mapping[str, str] = {
    "gd-person": "11440232007340216X4002014007000",
    "gd-organization": "11440232MB2D06811W4000117051000",
    "gd-minor": "11440233MB2D09143J4000511012000",
    "gd-agent": "11440233007341120C4002014007000",
    "gd-hongkong": "11440232007340216X4002014007000",
    "gx-person": "11450000007566021J200200603100001",
    "gx-organization": "11450000007565194H200011501500504",
    "gx-minor": "11450000007566021J200200603100001",
    "gx-foreigner": "11450000007566021J200070604200002",
    "gx-passport": "11450000007566021J200200603100001",
    "sj-person": "11510132MB3R0016X04002014007000",
    "sj-organization": "11500112MB3R00210K4000117051000",
    "yb-person": "11520424MB3R00311G4002036003000",
    "yb-minor": "11440233MB3R00415T4002036003000",
    "yh-person": "11350524MB3R00516F400200603100001",
    "yh-foreigner": "11350524MB3R00516F400200603100001",
    "canary-gd": "11440232007340216X4002014007000",
    "canary-gx": "11450000007566021J200200603100001",
}


def names(platform: str = "") -> list[str]:
    """Names of the cases, of one platform (`gd`, `gx`, `sj`, `yb`, `yh`) or all, without the canary."""
    return [name for name in THERE if name.startswith(platform) and not name.startswith("canary")]


def case(name: str, *, received_at: datetime | None = None) -> dict[str, Any]:
    """The case as a caller posts it; received ten minutes before the tests began unless said otherwise.

    The same each time that it is asked for: a case posted again is the same document.
    """
    document = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    shift = (received_at or BEGAN - timedelta(minutes=10)) - MORNING
    moved: dict[str, Any] = _moved(document, shift)
    return moved


def _moved(value: Any, shift: timedelta, key: str = "") -> Any:
    """Every time of day moved; dates (birth, expiry) stay."""
    if isinstance(value, dict):
        return {name: _moved(inner, shift, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_moved(inner, shift) for inner in value]
    return (datetime.fromisoformat(value) + shift).isoformat() if key in ("at", "received_at") else value


def files(document: Mapping[str, Any]) -> dict[str, bytes]:
    """Bytes of every inline material by its file id."""
    every = [one for material in document["materials"] for one in material["files"]]
    return {one["id"]: base64.b64decode(one["content"]) for one in every}


def there(name: str) -> dict[str, str]:
    """The item over there as alignment puts it into the document: read from the catalogue's CSV."""
    with CATALOGUE.open(encoding="utf-8", newline="") as lines:
        row = next(row for row in csv.DictReader(lines) if row["code"] == THERE[name])
    wanted = (
        "code",
        "basic_code",
        "implementation_code",
        "handling_code",
        "local_code",
        "name",
        "version",
        "unit",
    )
    return {**{key: row[key] for key in wanted if row[key]}, "alignment": "national:" + row["basic_code"]}


def admitted(name: str, serial: int = 1, *, received_at: datetime | None = None) -> dict[str, Any]:
    """The document that a mapping is given: the case with item over there, our number, sender and times."""
    document = copy.deepcopy(case(name, received_at=received_at))
    received = str(document["receiving"]["received_at"])
    day = received[:10].replace("-", "")
    item = there(name)
    by_item = f"{item['implementation_code']}{day}{serial:04d}"
    by_place = f"{document['division']}{day}{serial:06d}"
    document["item"]["there"] = item
    return {
        **document,
        "numbers_ours": by_item if "gd" in name else by_place,
        "exchange": f"EX{serial:06d}",
        "sender": sender(document),
        "received_at": received,
        "admitted_at": (datetime.fromisoformat(received) + timedelta(minutes=1)).isoformat(),
    }


def sender(document: Mapping[str, Any]) -> dict[str, str]:
    """The place that sends: division, unit and name of the receiving side (收件地)."""
    place = document["receiving"]
    return {"division": place["division"], "unit": place["unit"], "name": place["unit_name"]}


def asking(document: Mapping[str, Any]) -> dict[str, Any]:
    """What `case.progress` is mapped from, for a case that was admitted."""
    kept = ("numbers_ours", "division", "sender", "exchange")
    return {**{key: document[key] for key in kept}, "item": {"there": document["item"]["there"]}}


def canary() -> list[str]:
    """Texts that belong to the canary person and may stand in no log, error, metric, URL or page."""
    document = case("canary-gd")
    person, material = document["applicant"], document["materials"][0]["files"][0]
    named = [person[key] for key in ("name", "id_number", "mobile", "address", "latin_name")]
    return [
        *named,
        document["note"],
        document["form"]["summary"],
        document["purpose"],
        material["name"],
        material["content"][:40],
    ]
