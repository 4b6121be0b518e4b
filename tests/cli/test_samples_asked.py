"""A sample document is sent as a caller would send it, and brings its own item along."""

import base64
import csv
import json
from pathlib import Path
from typing import Any

from gateway.cli.platform.sample_items import lists
from gateway.cli.platform.sampled import as_asked
from gateway.items.lists.declared import read_alignment
from gateway.items.lists.rows import read_item
from tests.workbench.made import EXAMPLES

SAMPLE: dict[str, Any] = json.loads((EXAMPLES / "sim-gx" / "samples" / "case.json").read_text("utf-8"))
DRAFTED: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "gateway" / "workbench" / "draft" / "case.json").read_text("utf-8")
)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_what_the_gateway_adds_is_not_asked() -> None:
    asked = as_asked(DRAFTED)
    assert asked["item"] == {"code": "CX-RS-0007"}
    assert not {"numbers_ours", "exchange", "sender", "received_at", "admitted_at"} & asked.keys()
    assert asked["applicant"] == DRAFTED["applicant"]


def test_a_file_of_which_only_the_digest_is_known_gets_a_content_that_begins_as_its_type_does() -> None:
    (file,) = as_asked(DRAFTED)["materials"][0]["files"]
    assert base64.b64decode(file["content"]).startswith(b"\xff\xd8\xff")
    assert file["size"] == len(base64.b64decode(file["content"]))


def test_a_document_of_a_caller_stays_as_it_is() -> None:
    own = {"item": {"code": "1"}, "materials": [{"files": [{"id": "f", "content": "QQ=="}]}], "note": "x"}
    assert as_asked(own) == own


def test_the_item_of_a_sample_stands_on_both_sides_and_is_aligned(tmp_path: Path) -> None:
    items, alignments = lists([DRAFTED, DRAFTED, SAMPLE], tmp_path)
    pairs = {(each["division"], each["code"]) for each in rows(items)}
    assert {("330282", "CX-RS-0007"), ("440233", "11440233007341120C4002014007000")} <= pairs
    assert len(pairs) == len(rows(items))
    read = [*map(read_alignment, rows(alignments)), *map(read_item, rows(items))]
    assert [each.faults for each in read if each.faults] == []
    assert len(read) == 2 + 4


def test_a_document_that_names_one_side_brings_nothing(tmp_path: Path) -> None:
    assert lists([{"item": {"code": "1"}, "receiving": {"division": "330282"}}], tmp_path) == ()
