"""What people see of values: masked unless the schema says that it tells of nobody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.shown import LONGEST, is_plain, masked, printable, shown
from mappings import canonical
from tests.fakes.fixtures import canary


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ("张三", "张*"),  # the first character only
        ("李小敏", "李**"),
        ("李", "*"),
        ("138" + "0013" + "8000", "138****8000"),
        ("11010519491231002X", "1" + "*" * 16 + "X"),
        ("110105491231002", "1" + "*" * 13 + "2"),
        ("E12345678", "E1*****78"),
        ("19491231", "********"),
        ("1949-12-31", "**********"),
        ("安徽省池州市贵池区秋浦西路一百零八号三单元七零二室东户", "安" + "*" * LONGEST),
        ("", ""),
        (None, None),
        (True, "****"),
        (1999, "****"),
        ({"$material": "f1", "n": ["张三"]}, {"$material": "f*", "n": ["张*"]}),
    ],
)
def test_of_a_masked_value_only_a_trace_is_left(value, left):
    assert masked(value) == left


@given(st.text(min_size=3) | st.from_regex(r"[0-9]{6,20}[0-9Xx]?", fullmatch=True))
def test_a_masked_text_never_holds_its_inner_half(value):
    """Of eleven digits seven are left at most, of anything else less: what stands in the middle is gone."""
    left = masked(value)
    middle = value[len(value) // 3 : -(len(value) // 3)]
    assert set(left[3:-4]) <= {"*"} and len(left) <= max(len(value), LONGEST + 4)
    assert middle not in left or set(middle) <= {"*"} or len(value) < 4


@pytest.mark.parametrize("value", canary())
def test_no_text_about_the_canary_is_shown_even_where_codes_stand(value):
    assert value not in str(shown(value, is_plain=False))


@pytest.mark.parametrize(
    "value", ["11010519491231002X", "13800138000", "编号13800138000", "张三", "no 110105491231002", "a b"]
)
def test_a_number_of_a_person_or_words_are_masked_where_a_code_should_stand(value):
    assert shown(value, is_plain=True) != value


@pytest.mark.parametrize(
    "value",
    ["11440232007340216X4002014007000202611200001", "11330282MB1D10872Y", "2026-11-20T09:30:00+08:00",
     "20261120093000", "440232", "LN44023300000001", "10", "", 7, True, None],
)  # fmt: skip
def test_codes_numbers_and_times_are_shown_where_they_should_stand(value):
    assert shown(value, is_plain=True) == value


@pytest.mark.parametrize(
    ("schema", "path", "plain"),
    [
        ("canonical/case@1", "applicant.id_type", True),
        ("canonical/case@1", "applicant.id_number", False),
        ("canonical/case@1", "applicant", False),
        ("canonical/case@1", "form.kinds", False),
        ("canonical/case@1", "form", False),
        ("canonical/case@1", "purpose", False),  # not personal by the schema, and free text all the same
        ("canonical/case@1", "materials[0].files[1].name", False),
        ("canonical/case@1", "materials[0].files[1].digest", True),
        ("canonical/case@1", "receiving.received_at", True),
        ("canonical/case@1", "item.there.implementation_code", True),
        ("canonical/case@1", "numbers_ours", True),
        ("canonical/case@1", "no.such.path", False),
        ("canonical/progress@1", "events[0].state", True),
        ("canonical/progress@1", "events[0].opinion", False),
        ("canonical/progress@1", "result.number", False),
        ("sim-gd/case@2.0", "sqrzjlx", False),  # nothing is known of it
    ],
)
def test_only_closed_forms_of_the_schema_and_what_the_gateway_added_are_plain(schema, path, plain):
    assert is_plain(schema, path) is plain


@pytest.mark.parametrize("name", sorted(canonical.NAMES))
def test_nothing_that_a_schema_calls_personal_is_plain(name):
    assert [
        path for path in personal(canonical.schema(name), canonical.schema(name), "") if is_plain(name, path)
    ] == []


def personal(root, part, above):
    for key, value in part.get("properties", {}).items():
        child = canonical_part(root, value)
        child = canonical_part(root, child["items"]) if child.get("type") == "array" else child
        if value.get("x-personal") or child.get("x-personal"):
            yield above + key
        yield from personal(root, child, f"{above}{key}.")


def canonical_part(root, part):
    found = root["$defs"][part["$ref"].rpartition("/")[2]] if "$ref" in part else {}
    return {**found, **part}


def test_a_line_cannot_move_the_cursor_of_a_terminal():
    assert printable("a\x1b[2Jb\u202e张") == "a\\u001b[2Jb\\u202e张"
