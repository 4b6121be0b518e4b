"""The vectors of docs/evidence.md, for other verifiers."""

import json

from audit.cosignatures import cosigned, lines_by
from audit.keychange import KeyChange, read_change
from audit.notes import COSIGNATURE, Key
from audit.records import read_record
from audit.succession import Succession
from tests.audit.conftest import GOLDEN


def vectors(name: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((GOLDEN / name).read_text("utf-8"))
    return found


def test_the_line_of_a_witness() -> None:
    given = vectors("cosignature.json")
    witness, note = Key.parse(given["witness"], COSIGNATURE), given["note"] + given["line"]
    assert cosigned(note, [witness]) == {witness.name: given["at_s"]}
    assert lines_by(note, witness) == [given["line"]]


def test_a_change_of_key() -> None:
    given = vectors("key.json")
    before, after = Key.parse(given["before"]), Key.parse(given["after"])
    assert read_change(given["note"]) == KeyChange(before, after, int(given["position"]))
    record = read_record(given["entry"].encode())
    log = Succession(frozenset([before.name]))
    assert list(log.take("entry 7", 7, record)) == []
    assert (log.key_at(7), log.key_at(8)) == (before.public, after.public)
    assert log.trusted([before]) == [before, after]
    assert [each.code for each in log.take("entry 8", 8, record)] == ["key.rejected"]
