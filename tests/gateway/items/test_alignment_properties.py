"""Alignment of random catalogues: it equals its definition, can be asked from the other side, and never crashes."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.items.align import Alignment, Question, align, find
from gateway.items.findings import findings_of
from gateway.items.item import Declared, Item, standing
from gateway.items.problems import (
    CancelledItem,
    ItemError,
    NotAligned,
    NotYetValid,
    SeveralItems,
    UnknownItem,
)
from gateway.items.tables import alignments, items
from gateway.items.unaligned import (
    AlignmentConflict,
    AlignmentEnded,
    AlignmentGap,
    TargetCancelled,
    TargetMissing,
)
from gateway.items.walk import Places, pairs
from mappings.china_time import instant

ADD_ITEM, ADD_ROW = sa.insert(items), sa.insert(alignments)
HERE, THERE = "330282", "440232"
FIRST = date(2026, 1, 1)
OTHER = "其他情形"
days = st.integers(0, 6).map(lambda n: (FIRST + timedelta(n)).isoformat())
situations = st.sampled_from(["", "新办", "变更"])
at = st.integers(0, 6).map(lambda n: FIRST + timedelta(n))


@st.composite
def periods(draw) -> tuple[str, str]:
    begin, end = draw(st.one_of(st.just(""), days)), draw(st.one_of(st.just(""), days))
    return (begin, end) if not end or begin < end else (end, "" if begin == end else begin)


@st.composite
def local_items(draw, division: str, letter: str) -> list[Item]:
    """One to three items, each in one period: nothing but the code tells them apart."""
    made = []
    for number in range(draw(st.integers(1, 3))):
        begin, end = draw(periods())
        code = f"{letter}{number}"
        made.append(Item(division, code, kind="local", local_code=code, valid_from=begin, valid_to=end))
    return made


@st.composite
def rows(draw) -> list[Declared]:
    """Of either direction, for a situation on either side, on none or on both."""
    made = []
    for number in range(draw(st.integers(0, 5))):
        here, there = draw(st.sampled_from(["L0", "L1"])), draw(st.sampled_from(["X0", "X1", "X9"]))
        known = Declared(f"A{number}", HERE, here, THERE, there, *draw(periods()), "word")
        row = known._replace(here_situation=draw(situations), there_situation=draw(situations))
        made.append(draw(st.sampled_from([row, row.turned()])))
    return made


def defined(asked: Question, catalogue: list[Item], declared: list[Declared]) -> object:
    """The definition, by brute force: the code over there, or the type of the refusal."""
    day, said = asked.at.isoformat(), asked.situation
    own = {item.code: standing(item, day) for item in catalogue if item.division == asked.here_division}
    if own.get(asked.code) != "in_force":
        return {None: UnknownItem, "cancelled": CancelledItem, "not_yet_valid": NotYetValid}[
            own.get(asked.code)
        ]
    # (is for every situation, is declared from the other side, situation here, code there, situation there)
    about = []
    dated = {"before": 0, "after": 0, "of other situations": 0}
    for row in declared:
        turned = row.there_division == asked.here_division
        here, mine, there, theirs = (
            (row.there_code, row.there_situation, row.here_code, row.here_situation)
            if turned
            else (row.here_code, row.here_situation, row.there_code, row.there_situation)
        )
        now = row.valid_from <= day and (not row.valid_to or day < row.valid_to)
        if here != asked.code:
            continue
        if mine and said is not None and mine != said:
            dated["of other situations"] += now
        elif now:
            about.append((said is not None and not mine, turned, mine, there, theirs))
        else:
            dated["after" if row.valid_from > day else "before"] += 1
    if not about:
        if dated["before"] or dated["after"]:
            return NotYetValid if not dated["before"] else AlignmentGap if dated["after"] else AlignmentEnded
        return NotAligned, "situation" if dated["of other situations"] else "national_code"
    best = [row[2:] for row in about if row[:2] == min(row[:2] for row in about)]
    targets = {(there, theirs) for _, there, theirs in best}
    states = {item.code: standing(item, day) for item in catalogue if item.division == asked.there_division}
    current = {there for there, _ in targets if states.get(there) == "in_force"}
    told = [bool(mine) for mine, _, _ in best]
    if said is None and current and any(told) and (len(targets) > 1 or all(told)):
        return SeveralItems
    if len(current) == 1:
        (only,) = current
        heard = {theirs for there, theirs in targets if there == only}
        if len(heard) == 1 or "" in heard or said in heard:
            return only
        return SeveralItems if said is None else AlignmentConflict
    if current:
        return AlignmentConflict
    left = {states[there] for there, _ in targets if there in states}
    return TargetMissing if not left else TargetCancelled if "cancelled" in left else NotYetValid


def answered(asked: Question, catalogue: list[Item], declared: list[Declared]) -> object:
    try:
        return align(asked, catalogue, declared).there.code
    except NotAligned as error:
        return type(error) if "lacking" not in error.facts else (type(error), error.facts["lacking"])
    except ItemError as error:
        return type(error)


@settings(max_examples=250, deadline=None)
@given(
    local_items(HERE, "L"), local_items(THERE, "X"), rows(), at,
    st.sampled_from([None, "新办", "变更", OTHER]), st.sampled_from(["L0", "L1", "X0", "X1"]),
)  # fmt: skip
def test_an_answer_is_the_one_of_the_definition(ours, theirs, declared, day, situation, code):
    sides = (HERE, THERE) if code[0] == "L" else (THERE, HERE)
    asked = Question(code, *sides, None, None, day, situation)
    catalogue = [*ours, *theirs]
    assert answered(asked, catalogue, declared) == defined(asked, catalogue, declared)


@st.composite
def pairs_of_one(draw) -> list[Declared]:
    """Rows that are one-to-one: no item in a situation stands twice, on either side."""
    sides = [(code, situation) for code in ("0", "1", "2") for situation in ("", "新办", "变更")]
    theirs = draw(st.permutations(sides))
    chosen = draw(st.sets(st.sampled_from(range(len(sides)))))
    return [
        Declared(f"A{n}", HERE, f"L{sides[n][0]}", THERE, f"X{theirs[n][0]}", "", "", "word",
                 sides[n][1], theirs[n][1])
        for n in sorted(chosen)
    ]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(pairs_of_one())
def test_asking_back_with_the_answer_gives_what_was_asked(declared):
    catalogue = [Item(d, f"{a}{n}", kind="local") for d, a in ((HERE, "L"), (THERE, "X")) for n in range(3)]
    for row in declared:
        asked = Question(row.here_code, HERE, THERE, None, None, FIRST, row.here_situation or OTHER)
        found = align(asked, catalogue, declared)
        assert (found.id, found.there.code, found.situation) == (row.id, row.there_code, row.there_situation)
        back = Question(found.there.code, THERE, HERE, None, None, FIRST, found.situation or OTHER)
        again = align(back, catalogue, declared)
        assert (again.id, again.there, again.situation) == (row.id, found.here, row.here_situation)


@settings(max_examples=100, deadline=None)
@given(st.datetimes(min_value=datetime(2026, 1, 2), max_value=datetime(2026, 1, 6)))
def test_a_row_ends_at_midnight_in_china_and_the_next_one_begins(moment):
    edge = "2026-01-04"
    declared = [
        Declared("A", HERE, "L0", THERE, "X0", "", edge, "word"),
        Declared("B", HERE, "L0", THERE, "X1", edge, "", "word"),
    ]
    catalogue = [Item(HERE, "L0", kind="local"), *(Item(THERE, f"X{n}", kind="local") for n in range(2))]
    received = moment.replace(tzinfo=UTC)
    day = instant(received.isoformat(timespec="seconds")).date()
    found = align(Question("L0", HERE, THERE, None, None, day), catalogue, declared)
    assert found.id == ("A" if received < datetime(2026, 1, 3, 16, tzinfo=UTC) else "B")


basics = st.sampled_from(["000117051000", "440117051000"])
units = st.sampled_from(["11440232MB2D06811W", "11440232007340216X"])
divisions = st.sampled_from([HERE, "330200", "330000", THERE, "440200", "440000", "000000"])


@st.composite
def any_item(draw) -> Item:
    """Of any kind in any state, with codes that are related to those of others."""
    implementation = draw(units) + draw(st.sampled_from("34")) + draw(basics)
    kind = draw(st.sampled_from(["basic", "implementation", "handling", "local"]))
    handling = implementation + draw(st.sampled_from(["01", "02"]))
    code = {
        "basic": implementation[19:],
        "implementation": implementation,
        "handling": handling,
        "local": "LOC",
    }
    begin, end = draw(periods())
    return Item(
        draw(divisions), code[kind], draw(st.integers(1, 2)), kind,
        basic_code=implementation[19:] if kind != "local" else draw(st.sampled_from(["", "440117051000"])),
        implementation_code=implementation if kind in ("implementation", "handling") else "",
        handling_code=handling if kind == "handling" else "",
        local_code=draw(st.sampled_from(["", "LOC"])) if kind != "local" else "LOC",
        unit=implementation[:18], service_objects=draw(st.sampled_from(["", "1", "2^3"])),
        state=draw(st.sampled_from(["in_use", "in_use", "suspended", "cancelled"])),
        valid_from=begin, valid_to=end, situation=draw(situations),
        superseded_by=draw(st.sampled_from(["", "LOC", implementation, handling])),
    )  # fmt: skip


@st.composite
def catalogues(draw) -> tuple[list[Item], list[Declared], list[Question]]:
    made = {(i.division, i.code, i.version): i for i in draw(st.lists(any_item(), min_size=1, max_size=9))}
    codes = st.sampled_from(
        sorted({c for i in made.values() for c in (i.code, i.basic_code, i.local_code) if c})
    )
    declared = [
        Declared(f"A{n}", draw(divisions), draw(codes), draw(divisions), draw(codes), *draw(periods()), "word",
                 draw(situations), draw(situations))
        for n in range(draw(st.integers(0, 4)))
    ]  # fmt: skip
    asked = [
        Question(draw(codes), here, there, draw(st.one_of(st.none(), units)),
                 draw(st.sampled_from([None, "1", "2"])), draw(at), draw(st.sampled_from([None, "新办", OTHER])),
                 draw(st.sampled_from([None, 1])))
        for here, there in ((HERE, THERE), (THERE, HERE))
    ]  # fmt: skip
    return list(made.values()), declared, asked


@settings(max_examples=150, deadline=None)
@given(catalogues())
def test_any_catalogue_is_answered_with_an_item_in_force_or_a_refusal_that_can_be_told(kept, drawn):
    known, declared, questions = drawn
    kept.begin()
    try:
        for row in known:
            kept.run(ADD_ITEM, {**row._asdict(), "local_key": row.local_code, "source": ""})
        for each in declared:
            kept.run(ADD_ROW, each._asdict())
        for asked in questions:
            whole = told(lambda: align(asked, known, declared), asked)  # noqa: B023
            assert told(lambda: find(kept, asked), asked) == whole, "what is fetched is enough"  # noqa: B023
            for turned in (False, True):
                for pair in pairs(kept, Places(), None, turned=turned):
                    list(findings_of(kept, pair, FIRST.isoformat()))
    finally:
        kept.rollback()


def told(decide: Callable[[], Alignment], asked: Question) -> object:
    try:
        found = decide()
    except ItemError as error:
        assert all(problem.text("zh") and problem.text("en") for problem in error.problems())
        return error.code, dict(error.facts)
    day = asked.at.isoformat()
    assert (standing(found.there, day), standing(found.here, day)) == ("in_force", "in_force")
    assert asked.version in (None, found.there.version)
    return found
