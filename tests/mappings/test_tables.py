"""Code tables: an unmapped code is refused, dates are half-open, mistakes name their row."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.problems import Refused, Unreadable
from mappings.tables import Row, Table, compile_table
from mappings.words import REGISTER
from tests.mappings.cases import PROPERTY

CODES = st.sampled_from(["1", "2", "01", "9", "A"])
DAYS = st.dates(date(2020, 1, 1), date(2020, 1, 20)).map(date.isoformat)
ROWS = st.lists(
    st.builds(Row, CODES, CODES, st.none() | DAYS, st.none() | DAYS, st.just(0)), min_size=1, max_size=6
)


def written(rows: list[Row]) -> str:
    lines = ["table: t", "rows:"]
    for row in rows:
        dates = (f", from: {row.since}" if row.since else "") + (f", to: {row.until}" if row.until else "")
        lines.append(f'  - {{ours: "{row.ours}", theirs: "{row.theirs}"{dates}}}')
    return "\n".join(lines)


def outcome(table: Table, code: str, received_at: str | None, *, back: bool = False) -> str:
    look = REGISTER["table_back" if back else "table"].bind((table,))
    try:
        return str(look(code, received_at) if table.dated else look(code))
    except Refused as refused:
        return refused.code


@PROPERTY
@given(ROWS, CODES, DAYS)
def test_a_lookup_finds_what_reading_the_rows_one_by_one_would(rows: list[Row], code: str, day: str) -> None:
    try:
        table = compile_table("p/tables/t.yaml", written(rows))
    except Unreadable:
        return
    known = [row for row in rows if row.ours == code]
    valid = [row for row in known if (row.since or "") <= day < (row.until or "9")]
    expected = valid[0].theirs if valid else "not_in_force" if known else "not_in_table"
    assert outcome(table, code, f"{day}T12:00:00+08:00") == expected
    assert len(valid) <= 1  # two rows in force on one day were refused when the table was read


@PROPERTY
@given(ROWS)
def test_a_table_with_two_rows_for_a_code_on_one_day_is_refused(rows: list[Row]) -> None:
    days = [date(2019, 12, 1) + timedelta(days=n) for n in range(80)]
    upside_down = any(row.since and row.until and row.since >= row.until for row in rows)
    doubled = any(
        sum(row.ours == one.ours and row.in_force(day.isoformat()) for row in rows) > 1
        for one in rows
        for day in days
    )
    try:
        compile_table("p/tables/t.yaml", written(rows))
        refused = False
    except Unreadable:
        refused = True
    assert refused == (upside_down or doubled)


@PROPERTY
@given(
    st.dictionaries(
        st.text("012AB", min_size=1, max_size=3), st.text("012AB", min_size=1, max_size=3), min_size=1
    )
)
def test_undated_codes_go_there_and_back_or_are_called_ambiguous(pairs: dict[str, str]) -> None:
    table = compile_table("p/tables/t.yaml", written([Row(a, b, None, None, 0) for a, b in pairs.items()]))
    for ours, theirs in pairs.items():
        assert outcome(table, ours, None) == theirs
        several = list(pairs.values()).count(theirs) > 1
        assert outcome(table, theirs, None, back=True) == ("ambiguous_code" if several else ours)
        assert (theirs in table.ambiguous_back) == several


DATED = """
table: t
rows:
  - {ours: "553", theirs: "20", to: 2023-12-01}
  - {ours: "553", theirs: "21", from: 2023-12-01}
  - {ours: "111", theirs: "10"}
"""


@pytest.mark.parametrize(
    "received_at, theirs",
    [
        ("2023-11-30T23:59:59+08:00", "20"),
        ("2023-12-01T00:00:00+08:00", "21"),  # `to` is the first day on which it no longer holds
        ("2023-11-30T16:00:00Z", "21"),  # the China date counts
        ("2023-11-30T15:59:59Z", "20"),
        (None, "no_as_of"),
        ("", "no_as_of"),
        ("yesterday", "not_a_date"),
    ],
)
def test_a_dated_row_is_read_as_of_the_china_date_of_receipt(received_at: str | None, theirs: str) -> None:
    assert outcome(compile_table("p/tables/t.yaml", DATED), "553", received_at) == theirs


@pytest.mark.parametrize(
    "text, line, what, write",
    [
        (
            "table: u\nrows: [{ours: a, theirs: b}]",
            1,
            "the table's name is not the file's name",
            "write table: t",
        ),
        ("table: t\nrow: []", 2, "no key 'row' in a code table", "did you mean 'rows'?"),
        ("table: t\nrows: []", 2, "no rows", 'write rows: [{ours: "111", theirs: "10"}]'),
        ("- a", 1, "a code table is a map", "write 'table:' and 'rows:'"),
        ("table: t\nrows:\n- a", 3, "a row is a map", 'write {ours: "111", theirs: "10"}'),
        ("table: t\nrows:\n- {ours: a, their: b}", 3, "no key 'their' in a row", "did you mean 'theirs'?"),
        ("table: t\nrows:\n- {ours: a, their: b}", 3, "the row has no 'theirs'", 'write theirs: "CODE"'),
        ('table: t\nrows:\n- {ours: "", theirs: b}', 3, "the row has no 'ours'", 'write ours: "CODE"'),
        (
            "table: t\nrows:\n- {ours: a, theirs: b, from: 1.1.2020}",
            3,
            "'from' is not a date",
            "write it as 2026-01-31",
        ),
        (
            "table: t\nrows:\n- {ours: a, theirs: b}\n- {ours: a, theirs: c}",
            4,
            "'a' has two rows in force on one day (the other is on line 3)",
            "give 'from' and 'to', or keep one",
        ),
        (
            "table: t\nrows:\n- {ours: a, theirs: b, from: 2020-01-02, to: 2020-01-02}",
            3,
            "'to' is not after 'from'",
            "write the first day after its end",
        ),
    ],
)
def test_a_mistake_in_a_table_is_a_finding_at_its_row(text: str, line: int, what: str, write: str) -> None:
    with pytest.raises(Unreadable) as refused:
        compile_table("p/tables/t.yaml", text)
    assert (line, what, write) in [(one.line, one.what, one.write) for one in refused.value.findings]
