"""Every stable code comes about, against a running gateway, with the status and the words of its row."""

from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from gateway.errors import CODES, Code
from gateway.items.problems import ItemError
from gateway.web.openapi.document import ANY_ROUTE
from gateway.web.openapi.errors import page
from gateway.web.routes.cases import ENDPOINTS
from tests.web import provoked, provoked_alone, provoked_modes, provoked_uploads
from tests.web.service import Running
from tests.web.stage import SCENARIOS, Stage

DOCS = Path(__file__).resolve().parents[2] / "docs" / "errors.md"
NOT_OF_A_ROUTE = {"no_route", "case_ended", *ANY_ROUTE}  # no address, the command line, any address
OF_FILES = {  # told as findings of an import, and as bad_parameter
    "file_unreadable", "file_broken", "file_sheets", "file_sheet_unknown", "file_columns",
    "file_columns_missing", "file_charset", "import_overtaken", "cursor_invalid",
}  # fmt: skip


def test_every_code_has_a_scenario_that_provokes_it() -> None:
    for each in (
        provoked,
        provoked_alone,
        provoked_modes,
        provoked_uploads,
    ):  # whose import has filled the register
        assert each.__doc__
    assert SCENARIOS.keys() == CODES.keys()


@pytest.mark.parametrize("code", CODES)
async def test_the_code_comes_about(service: Running, key: str, tmp_path: Path, code: str) -> None:
    answer = await SCENARIOS[code](Stage(service, key, tmp_path))
    row = CODES[code]
    assert (answer.status, answer.code) == (row.status, code)
    document = answer.document
    assert (document["party"], document["stage"]) == (row.party, row.stage)
    assert (document["title"], document["action"]) == (row.title[0], row.action[0])
    assert "?" not in document.get("detail", ""), "every fact that the sentence speaks of was given"
    assert bool(document.get("detail")) == bool(row.detail[0])
    if row.status in (429, 503):
        assert int(answer.headers["Retry-After"]) > 0


def test_every_code_is_among_those_of_a_route() -> None:
    told = {code for endpoint in ENDPOINTS for code in endpoint.codes}
    assert told | NOT_OF_A_ROUTE == CODES.keys()


def test_every_way_in_which_an_item_cannot_be_aligned_has_its_row() -> None:
    assert {each.code for each in _below(ItemError)} - OF_FILES <= CODES.keys()


def _below(kind: type[ItemError]) -> Iterator[type[ItemError]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


@pytest.mark.parametrize("code", CODES.values(), ids=CODES)
def test_both_languages_say_the_same_in_their_own_script(code: Code) -> None:
    for chinese, english in (code.title, code.action, code.detail):
        assert bool(chinese) == bool(english)
        assert _named(chinese) == _named(english)
        assert english.isascii()
        assert not chinese or any("\u4e00" <= character <= "\u9fff" for character in chinese)
    assert not _named(code.title[0]), "a title is the same from occurrence to occurrence (RFC 9457)"


def _named(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_the_page_of_errors_is_current() -> None:
    assert DOCS.read_text("utf-8") == page(), "write it anew: tongban errors > docs/errors.md"
