"""Licences and data that stand for papers: the log says that they do, and by which authorisation and purpose."""

from pathlib import Path

import pytest

from audit.cli import FINDINGS, SOUND, main
from gateway.store.database import file_of
from tests.web.people import case_of_somebody
from tests.web.service import Running, changed, serving

LICENCE = {
    "materials__0__files": [],
    "materials__0__instead": {"kind": "licence", "reference": "ZZ-2026-000001"},
}
DATA = {"materials__0__files": [], "materials__0__instead": {"kind": "data", "reference": "SJ-2026-000001"}}
NAMED = {"authorisation": {"reference": "SQ-2026-0001", "kind": "signed"}}


def answered(service: Running, question: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    """The exit code of `audit report`, and which exchanges it names."""
    database, key = str(file_of(service.gateway.settings.database)), service.gateway.signer.vkey
    capsys.readouterr()
    code = main(["report", question, "--database", database, "--key", key, "--json"])
    return code, [line for line in capsys.readouterr().out.splitlines() if "exchange" in line]


async def test_a_case_on_licences_or_data_without_an_authorisation_is_found_by_the_audit_question(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with serving(tmp_path) as service:
        found = []
        for number, (more, lacks) in enumerate(
            [(LICENCE, True), (DATA, True), (LICENCE | NAMED, False), ({}, False)]
        ):
            document = changed(case_of_somebody(), **more)
            if "authorisation" not in more:
                document.pop("authorisation", None)
            answer = await service.submit(document, f"drawn-{number:04d}")
            assert answer.status == 201, answer.document
            found += [answer.document["exchange"]] if lacks else []
        await service.gateway.sign(now=True)
        code, lines = answered(service, "no_authorisation", capsys)
        assert code == FINDINGS
        told = "".join(lines)
        assert [each in told for each in found] == [True, True]
        assert len(lines) == len(found)
        assert answered(service, "no_purpose", capsys)[0] == SOUND


@pytest.mark.parametrize("stands", [LICENCE, DATA], ids=["licence", "data"])
async def test_nothing_is_taken_without_its_purpose_or_without_the_number_of_what_stands_for_a_paper(
    tmp_path: Path, stands: dict[str, object]
) -> None:
    async with serving(tmp_path) as service:
        document = changed(case_of_somebody(), **stands)
        for change, path in (
            ({"purpose": None}, "/purpose"),
            ({"purpose": ""}, "/purpose"),
            ({"materials__0__instead__reference": None}, "/materials/0/instead/reference"),
        ):
            asked = changed(document, **change)
            answer = await service.submit(asked, "drawn-refused")
            assert answer.status == 422
            assert path in [each["path"] for each in answer.document["problems"]]
