"""Four eyes as rules: what they hold for any set of approvals, by whomever, of whatever."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.releases.approval import changed_files, still_owed, withheld
from gateway.releases.compiled import declarations
from gateway.store.approvals import Approval, FollowUp

PLATFORMS, DIGESTS, PEOPLE = ("a", "b"), ("d1", "d2", "d3"), ("li.w", "wang.y", "zhao.q")
declared = st.dictionaries(st.sampled_from(PLATFORMS), st.sampled_from(DIGESTS))
approval = st.builds(
    Approval, st.sampled_from(PLATFORMS), st.sampled_from(DIGESTS), st.sampled_from(PEOPLE), st.just("LT-1"),
    st.just(1),
)  # fmt: skip
follow_up = st.builds(
    FollowUp, st.integers(1, 9), st.sampled_from(PLATFORMS), st.sampled_from(DIGESTS), st.sampled_from(PEOPLE),
    st.integers(1, 9), st.just(1),
)  # fmt: skip
person = st.sampled_from(PEOPLE)
files = st.dictionaries(
    st.sampled_from(
        ["a/platform.yaml", "a/case.submit.yaml", "b/platform.yaml", "b/samples/x.json", "canonical/case.json"]
    ),
    st.text(max_size=3),
)  # fmt: skip


@given(declared, st.lists(approval), declared, person)
def test_what_nobody_else_has_approved_is_withheld_unless_it_is_in_force_already(wanted, given_, before, who):
    held_back = {each.platform for each in withheld(wanted, given_, before=before, actor=who)}
    for platform, digest in wanted.items():
        by = {one.actor for one in given_ if (one.platform, one.declaration) == (platform, digest)}
        if by - {who}:
            assert platform not in held_back
        elif not by:
            assert platform in held_back
        else:
            assert (platform in held_back) == (before.get(platform) != digest)


@given(declared, st.lists(approval), declared, person)
def test_every_withheld_platform_has_one_finding_that_says_what_to_run(wanted, given_, before, who):
    found = list(withheld(wanted, given_, before=before, actor=who))
    assert len({each.platform for each in found}) == len(found)
    assert all(f"tongban platform approve {each.platform} --document" in str(each.finding) for each in found)


@given(st.lists(follow_up), st.lists(approval), st.lists(approval), declared)
def test_no_approval_makes_anything_owed_that_was_not(owing, given_, more, in_force):
    before = still_owed(owing, given_, in_force)
    after = still_owed(owing, [*given_, *more], in_force)
    assert [each for each in before if each in after] == after


@given(st.lists(follow_up), st.lists(approval), follow_up, declared)
def test_only_another_person_than_who_put_it_in_force_ends_a_follow_up(others, given_, one, in_force):
    exact = [each for each in given_ if (each.platform, each.declaration) != (one.platform, one.declaration)]
    here = {**in_force, one.platform: one.declaration}
    own = Approval(one.platform, one.declaration, one.actor, "LT-1", 1)
    assert one in still_owed([*others, one], [*exact, own], here)
    for who in set(PEOPLE) - {one.actor}:
        assert one not in still_owed([*others, one], [*exact, own._replace(actor=who)], here)


def test_a_platform_that_is_put_back_to_what_was_approved_owes_nothing():
    one = FollowUp(2, "a", "d2", "li.w", 9, 1)
    approved = [Approval("a", "d1", "wang.y", "LT-1", 1)]
    assert still_owed([one], approved, {"a": "d2"}) == [one]
    assert still_owed([one], approved, {"a": "d1"}) == []
    assert still_owed([one], approved, {}) == []


def test_an_emergency_after_an_emergency_keeps_the_first_day():
    first, second = FollowUp(2, "a", "d2", "li.w", 5, 1), FollowUp(3, "a", "d3", "li.w", 9, 1)
    assert still_owed([first, second], [], {"a": "d3"}) == [first, second]
    assert still_owed([first, second], [Approval("a", "d3", "wang.y", "LT-1", 1)], {"a": "d3"}) == []


@given(files, st.sampled_from(["a/case.submit.yaml", "a/platform.yaml", "canonical/case.json"]))
def test_a_file_changes_the_declaration_of_its_own_platform_only(texts, path):
    texts = {**texts, "a/platform.yaml": "", "b/platform.yaml": ""}
    before, after = declarations(texts), declarations({**texts, path: texts.get(path, "") + "!"})
    assert (before["a"] != after["a"]) == path.startswith("a/")
    assert before["b"] == after["b"]


@given(files, files)
def test_what_changed_is_named_file_by_file(old, new):
    changed = changed_files(old, new)
    assert (changed == []) == (old == new)
    assert {**old, **{path: new.get(path) for path in changed}} == {
        **dict.fromkeys(set(old) - set(new)), **new
    }  # fmt: skip
