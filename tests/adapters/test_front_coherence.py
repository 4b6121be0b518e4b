"""What a declaration of tables or folders may not say; each with what to write."""

from typing import Any

import pytest

from adapters.coherence import NotDeclared, declare
from adapters.targets import unfit_targets
from tests.adapters.fronts import TABLE
from tests.adapters.peers import REST, changed
from tests.adapters.test_folder import FOLDER


def findings(document: dict[str, Any]) -> list[str]:
    try:
        declare(document)
    except NotDeclared as caught:
        return [f"{'.'.join(map(str, each.path))}: {each.what}" for each in caught.faults]
    return []


SUBMIT, PROGRESS = "operations.case.submit", "operations.case.progress"
COLUMNS = "database.tables.pro_accept.columns"


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("database", None, "speaks: speaks: table needs database:"),
        ("folder", FOLDER["folder"], "folder: only speaks: folder has folder:"),
        ("auth", "bearer", "auth: nothing is signed on this way"),
        (
            "database.tables.pro_accept.key",
            "NO",
            "database.tables.pro_accept.key: 'NO' is no text column",
        ),
        ("database.tables.pro_material.order", "N", "database.tables.pro_material.order: no column 'N'"),
        (
            f"{COLUMNS}.PAGES",
            {"type": "integer", "length": "3"},
            f"{COLUMNS}.PAGES: integer is no text: it has no length and no codes",
        ),
        (f"{SUBMIT}.call", "POST /cases", f"{SUBMIT}.call: no call of this kind of platform"),
        (f"{SUBMIT}.call", "UPDATE pro_accept", f"{SUBMIT}.call: no call of this kind of platform"),
        (f"{SUBMIT}.call", "SELECT pro_accept", f"{SUBMIT}.call: SELECT does not fit the operation"),
        (f"{PROGRESS}.call", "INSERT pro_accept", f"{PROGRESS}.call: INSERT does not fit the operation"),
        (f"{PROGRESS}.call", "SELECT pro_acept", f"{PROGRESS}.call: no table 'pro_acept' is declared"),
        (
            f"{SUBMIT}.taken",
            {"body": {"outcome": "done"}},
            f"{SUBMIT}.taken.body.outcome: no outcome 'done' of INSERT",
        ),
        (f"{SUBMIT}.taken", {"body": {"rows": "*"}}, f"{SUBMIT}.taken.body: names no outcome"),
        (
            f"{SUBMIT}.taken",
            {"body": {"outcome": "written"}, "reference": "row.REPLY_NO"},
            f"{SUBMIT}.taken: what was written is not taken",
        ),
        (
            f"{SUBMIT}.barred",
            {"body": {"outcome": "rejected", "error": "42*"}},
            f"{SUBMIT}: what their side rejects with 23502 is neither refused nor later nor barred",
        ),
        (
            f"{SUBMIT}.taken",
            {"body": {"outcome": ["written", "conflict"]}},
            f"{SUBMIT}: two descriptions fit 'conflict'",
        ),
        (
            f"{SUBMIT}.refused",
            {"body": {"outcome": ["conflict", "there"]}},
            f"{SUBMIT}: two descriptions fit 'there'",
        ),
        (
            f"{SUBMIT}.already",
            {"body": {"outcome": ["there", "written"]}},
            f"{SUBMIT}.taken: what was written is not taken",
        ),
        (
            f"{SUBMIT}.probe.landed",
            {"body": {"outcome": ["found", "rejected"]}},
            f"{SUBMIT}.probe.landed: 'rejected' does not show that it landed",
        ),
        (
            f"{SUBMIT}.probe.absent",
            {"body": {"outcome": ["absent", "several"]}},
            f"{SUBMIT}.probe.absent: 'several' does not show that it is absent",
        ),
        (
            f"{SUBMIT}.repeatable.by",
            "pro_accept.NAME",
            f"{SUBMIT}.repeatable.by: rows are known by their key only",
        ),
        (
            f"{PROGRESS}.taken.reference",
            "pro_accept.NO",
            f"{PROGRESS}.taken: 'pro_accept.NO': no column 'NO'",
        ),
        (f"{PROGRESS}.taken.reference", "data.no", f"{PROGRESS}.taken: no answer holds 'data.no'"),
        (
            f"{PROGRESS}.taken.body",
            {"outcome": "found", "pro_accept.STATUS": "3"},
            f"{PROGRESS}.taken.body.pro_accept.STATUS: the column never holds '3'",
        ),
    ],
)
def test_what_contradicts_the_declared_tables_is_told(path: str, value: Any, said: str) -> None:
    assert said in findings(changed(TABLE, path, value))


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("folder.root", None, "folder.root: XML has a root element, JSON has none"),
        ("folder.marker", ".md5", "folder.marker: marker and digest have one name"),
        ("folder.beside", "{HEAD.GLBH}.att", "folder.beside: not one name for each material"),
        ("folder.beside", "{n}.att", "folder.beside: not one name for each material"),
        ("folder.answers", None, "folder: no folder of answers"),
        ("folder.taken", None, "folder: once a file is taken away, nothing shows that it was there"),
        (
            f"{SUBMIT}.call",
            "PUT case.xml",
            f"{SUBMIT}.call: a name without our number is the same for every case",
        ),
        (f"{SUBMIT}.call", "PUT a/{HEAD.GLBH}.xml", f"{SUBMIT}.call: no call of this kind of platform"),
        (f"{SUBMIT}.call", "PUT .{HEAD.GLBH}.xml", f"{SUBMIT}.call: no name of a file"),
        (f"{SUBMIT}.call", "PUT {HEAD.GLBH}_*.xml", f"{SUBMIT}.call: what is put has one name"),
        (f"{SUBMIT}.call", "GET {HEAD.GLBH}.xml", f"{SUBMIT}.call: GET does not fit the operation"),
        (
            f"{PROGRESS}.call",
            "GET FK_{HEAD.GLBH}*.xml",
            f"{PROGRESS}.call: a star beside a field finds other numbers, too",
        ),
        (
            f"{PROGRESS}.taken.body",
            {"outcome": "found"},
            f"{PROGRESS}.taken.body.outcome: no outcome 'found' of GET",
        ),
        (
            f"{SUBMIT}.repeatable.by",
            "HEAD.SJ",
            f"{SUBMIT}.repeatable.by: files are known by their names only",
        ),
    ],
)
def test_what_contradicts_the_declared_folders_is_told(path: str, value: Any, said: str) -> None:
    assert said in findings(changed(FOLDER, path, value))


def test_what_is_there_cannot_be_told_as_the_wrong_end() -> None:
    submit = {**TABLE["operations"]["case.submit"], "refused": {"body": {"outcome": "there"}}}
    del submit["already"], submit["repeatable"]
    assert findings(changed(TABLE, "operations.case.submit", submit)) == [
        "operations.case.submit.refused: what is there is told as not taken"
    ]
    submit = {
        **submit,
        "refused": {"body": {"outcome": "absent*"}},
        "already": {"body": {"outcome": ["there", "conflict"]}},
    }
    assert findings(changed(TABLE, "operations.case.submit", submit)) == [
        "operations.case.submit.already: what is there is something else"
    ]


def test_the_declarations_of_these_tests_have_no_findings() -> None:
    assert [findings(each) for each in (TABLE, FOLDER)] == [[], []]


def test_only_who_speaks_by_tables_or_files_has_them() -> None:
    assert findings(changed(REST, "database", TABLE["database"])) == [
        "database: only speaks: table has database:"
    ]


def test_targets_that_are_no_columns_and_columns_that_nothing_feeds_are_told() -> None:
    targets = {
        "pro_accept.PROJECT_NO": True, "pro_accept.NAME": False, "pro_accept.REPLY_NO": True,
        "pro_accept.SQXM": True, "pro_material.SEQ": True, "other.A": True,
    }  # fmt: skip
    found = [(target, what) for target, what, _ in unfit_targets(declare(TABLE), "case.submit", targets)]
    assert found == [
        ("pro_accept.REPLY_NO", "'pro_accept.REPLY_NO' is theirs to write"),
        ("pro_accept.SQXM", "no column 'pro_accept.SQXM' is declared"),
        ("other.A", "no column 'other.A' is declared"),
        ("pro_accept.NAME", "the required column 'pro_accept.NAME' may be left out"),
        ("", "the required column 'pro_accept.STATUS' is not fed"),
        ("", "the required column 'pro_material.PROJECT_NO' is not fed"),
    ]
    fed = dict.fromkeys(["PROJECT_NO", "NAME", "STATUS"], True)
    without_materials = {f"pro_accept.{name}": always for name, always in fed.items()}
    assert list(unfit_targets(declare(TABLE), "case.submit", without_materials)) == []
