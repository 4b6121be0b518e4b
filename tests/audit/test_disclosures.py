"""Single fields are shown with what leads to the entry; the others stay closed, and nothing of them can change."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.cli import FINDINGS, SOUND, main
from audit.commitments import commit, disclose, flatten
from audit.disclosures import DisclosureUnreadable, read_disclosures, write_disclosures
from audit.notes import Key
from audit.verify import Verdict, verify_disclosure, verify_proof
from tests.audit.conftest import GOLDEN
from tests.audit.test_commitments import documents

KEY = bytes(range(32))
MOST_BYTES = 1_500  # that one field adds


@pytest.fixture(scope="module")
def proven() -> Verdict:
    key = Key.parse(_golden("disclosure.json")["key"])
    verdict = verify_proof("proof", (GOLDEN / "disclosed.tlog-proof").read_text("utf-8"), [key], {})
    assert not verdict.findings
    return verdict


def _golden(name: str) -> Any:
    import json

    return json.loads((GOLDEN / name).read_text("utf-8"))


def test_the_golden_disclosure_is_written_read_and_verified(
    proven: Verdict, golden: Callable[[str], Any]
) -> None:
    text, vectors = (GOLDEN / "example.disclosure").read_text("utf-8"), golden("disclosure.json")
    assert write_disclosures(read_disclosures(text)) == text
    verdict = verify_disclosure("shown", text, proven)
    assert not verdict.findings
    assert {each.path: each.value for each in verdict.fields} == vectors["fields"]
    assert {each.of for each in verdict.fields} == {"commitment"}


def test_the_command_prints_what_is_disclosed(capsys: pytest.CaptureFixture[str], tmp_path: Any) -> None:
    proof, shown = GOLDEN / "disclosed.tlog-proof", GOLDEN / "example.disclosure"
    words = ["verify", str(proof), "--key", _golden("disclosure.json")["key"], "--disclosure"]
    assert main([*words, str(shown)]) == SOUND
    said = capsys.readouterr().out
    assert 'commitment /f0 = "0"' in said
    changed = tmp_path / "changed.disclosure"
    changed.write_text(shown.read_text("utf-8").replace('value "0"', 'value "1"'), "utf-8")
    assert main([*words, str(changed)]) == FINDINGS
    assert "disclosure" not in capsys.readouterr().err


@given(documents, st.data())
def test_whatever_is_disclosed_is_read_as_it_was_and_leads_to_the_root(
    document: dict[str, Any], data: Any
) -> None:
    fields = flatten(document)
    paths = data.draw(st.lists(st.sampled_from(sorted(fields)), min_size=1, max_size=4))
    shown = [disclose(fields, KEY, path) for path in paths]
    read = read_disclosures(write_disclosures(shown))
    assert read == shown
    assert {each.root for each in read} == {commit(fields, KEY)}


@given(st.data())
def test_a_letter_that_changes_is_found_or_changes_nothing_that_is_shown(proven: Verdict, data: Any) -> None:
    """The number of leaves only says how to walk: another one may lead to the same root, from the same field."""
    text = (GOLDEN / "example.disclosure").read_text("utf-8")
    place = data.draw(st.integers(0, len(text) - 1))
    changed = text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]
    verdict = verify_disclosure("shown", changed, proven)
    codes = {each.code for each in verdict.findings}
    assert codes <= {"disclosure.unreadable", "disclosure.rejected"}
    if not codes:
        assert {each.path: each.value for each in verdict.fields} == _golden("disclosure.json")["fields"]


@given(st.text())
def test_any_text_is_a_disclosure_or_is_refused_as_none(text: str) -> None:
    try:
        assert read_disclosures(text)
    except DisclosureUnreadable as error:
        assert str(error)


@pytest.mark.parametrize("size", [1, 8, 40, 500, 4_000])
def test_a_field_costs_less_than_a_kilobyte_and_a_half(size: int) -> None:
    fields = flatten({f"field_{number}": "模拟值" for number in range(size)})
    one = disclose(fields, KEY, f"/field_{size // 2}")
    assert len(write_disclosures([one]).encode()) < MOST_BYTES


def test_a_field_of_another_document_is_rejected(proven: Verdict) -> None:
    other = disclose(flatten({"f0": 0, "f1": 1}), KEY, "/f0")
    verdict = verify_disclosure("shown", write_disclosures([other]), proven)
    assert [each.code for each in verdict.findings] == ["disclosure.rejected"]
