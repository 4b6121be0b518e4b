"""One root commits to every field; one field can be shown alone, and nothing else with it."""

import json
from dataclasses import replace
from hashlib import sha256, shake_256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import tree
from audit.commitments import Uncommittable, commit, disclose, flatten

KEY = bytes(range(32))
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
documents = st.dictionaries(
    texts,
    st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
        max_leaves=12,
    ),
    max_size=5,
)


def test_commitments_have_the_roots_of_the_golden_vectors(golden):
    for each in golden("commitments.json"):
        fields, key = flatten(each["document"]), bytes.fromhex(each["key"])
        assert sorted(fields) == [leaf["path"] for leaf in each["leaves"]]
        assert commit(fields, key).hex() == each["root"]
        for leaf in each["leaves"]:
            shown = disclose(fields, key, leaf["path"])
            assert (shown.value, shown.salt.hex()) == (leaf["value"], leaf["salt"])
            assert shown.root.hex() == each["root"]


def test_a_commitment_is_what_the_documentation_says():
    leaves = []
    stream = shake_256(b"tongban salts\x00" + KEY).digest(32)
    for salt, path, value in [(stream[:16], "/a", '"甲"'), (stream[16:], "/b/0", "7")]:
        leaves.append(sha256(b"\x00" + salt + path.encode() + b"\x00" + value.encode()).digest())
    root = sha256(b"\x01" + leaves[0] + leaves[1]).digest()
    assert commit(flatten({"b": [7], "a": "甲"}), KEY) == root


def test_paths_are_json_pointers_and_empty_things_stand_for_themselves():
    document = {"a/b": {"~": [1, []], "": {}}, "n": None}
    assert flatten(document) == {"/a~1b/~0/0": 1, "/a~1b/~0/1": [], "/a~1b/": {}, "/n": None}
    assert flatten({}) == {"": {}}


@given(documents, st.binary(min_size=16, max_size=64))
def test_every_field_can_be_shown_and_leads_to_the_root(document, key):
    fields = flatten(document)
    root = commit(fields, key)
    for path, value in fields.items():
        shown = disclose(fields, key, path)
        assert shown.root == root
        read = json.loads(shown.value)
        assert (float(read) if isinstance(value, float) else read) == value


@given(documents.filter(bool), st.data())
def test_another_value_another_path_another_salt_do_not_lead_to_the_root(document, data):
    fields = flatten(document)
    shown = disclose(fields, KEY, data.draw(st.sampled_from(sorted(fields))))
    for changed in (
        replace(shown, value=shown.value + " "),
        replace(shown, path=shown.path + "x"),
        replace(shown, salt=bytes(16)),
    ):
        assert changed.root != shown.root


@given(documents)
def test_the_order_of_fields_does_not_matter_and_the_key_does(document):
    fields = flatten(document)
    assert commit(dict(reversed(fields.items())), KEY) == commit(fields, KEY)
    assert commit(fields, KEY[::-1]) != commit(fields, KEY)


@given(documents)
def test_the_same_value_in_two_fields_has_two_leaves(document):
    twice = flatten({"one": document, "two": document})
    salts = {disclose(twice, KEY, path).salt for path in twice}
    assert len(salts) == len(twice)


# RFC 8785, appendix B and section 3.2.2.3
@pytest.mark.parametrize(
    "value, written",
    [
        (0.0, "0"),
        (-0.0, "0"),
        (5e-324, "5e-324"),
        (-5e-324, "-5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (9007199254740992.0, "9007199254740992"),
        (295147905179352830000.0, "295147905179352830000"),
        (9.999999999999997e22, "9.999999999999997e+22"),
        (1e23, "1e+23"),
        (999999999999999700000.0, "999999999999999700000"),
        (1e21, "1e+21"),
        (9.999999999999997e-7, "9.999999999999997e-7"),
        (0.000001, "0.000001"),
        (333333333.3333332, "333333333.3333332"),
        (-0.0000033333333333333333, "-0.0000033333333333333333"),
        (1424953923781206.2, "1424953923781206.2"),
        (4.50, "4.5"),
        (2e-3, "0.002"),
        (10**30, "1000000000000000000000000000000"),  # an integer: all its digits
        (True, "true"),
        (None, "null"),
        ('"\\\b\f\n\r\t\x1f/€', '"\\"\\\\\\b\\f\\n\\r\\t\\u001f/€"'),
    ],
)
def test_values_are_written_as_rfc_8785_writes_them(value, written):
    assert disclose({"/x": value}, KEY, "/x").value == written


@pytest.mark.parametrize("value", [float("nan"), float("inf"), b"x", object(), ["x"], "half \ud83d"])
def test_what_is_no_json_field_is_refused_by_its_path_without_its_value(value):
    with pytest.raises(Uncommittable) as refused:
        commit({"/applicant/name": value}, KEY)
    assert "/applicant/name" in str(refused.value)
    assert "half" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_field_that_was_not_committed_to_cannot_be_shown():
    with pytest.raises(Uncommittable, match="/other"):
        disclose({"/x": "1"}, KEY, "/other")


@pytest.mark.parametrize("length", [0, 15, 65])
def test_a_key_that_is_too_short_or_too_long_is_refused(length):
    with pytest.raises(ValueError, match="16 to 64"):
        commit({"/x": "1"}, bytes(length))


def test_no_field_at_all_commits_to_the_empty_tree():
    assert commit({}, KEY) == tree.EMPTY_ROOT


def test_nine_fields_are_joined_eight_and_one():
    document = {f"f{number}": str(number) for number in range(9)}
    stream = shake_256(b"tongban salts\x00" + KEY).digest(16 * 9)
    leaves = [
        sha256(b"\x00" + stream[16 * n : 16 * n + 16] + f'/f{n}\x00"{n}"'.encode()).digest() for n in range(9)
    ]
    eight = sha256(b"\x01" + b"".join(leaves[:8])).digest()
    assert commit(flatten(document), KEY) == sha256(b"\x01" + eight + leaves[8]).digest()
    assert disclose(flatten(document), KEY, "/f8").hashes == (eight,)
    assert disclose(flatten(document), KEY, "/f0").hashes == (*leaves[1:8], leaves[8])
