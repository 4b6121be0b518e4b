"""How many cases must be looked at, and which: by a formula that anybody can work out again."""

import json
from fractions import Fraction
from hashlib import sha256
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.cli import CANNOT_RUN, SOUND, main
from audit.entries import Entry
from audit.sampling import NoPlan, chosen, overlooked, plan

NINETY_FIVE, FIVE = Fraction(95, 100), Fraction(5, 100)


@pytest.mark.parametrize(
    ("population", "expected", "size"),
    [
        (100, 0, 45),  # C(95, 45) / C(100, 45) = 0.0462; with 44 it is 0.0507
        (10_000_000, 0, 59),  # 0.95 ** 59 = 0.0485; tables of discovery sampling have 59
        (10_000_000, 1, 93),  # the binomial table: 93 with one fault
        (20, 0, 19),  # one faulty case of twenty: 19 of 20 must be seen
    ],
)
def test_the_size_is_that_of_the_tables(population: int, expected: int, size: int) -> None:
    assert plan(population, NINETY_FIVE, FIVE, expected).size == size


@given(st.integers(5, 400), st.integers(1, 40), st.integers(0, 3), st.integers(80, 99))
def test_it_is_the_least_that_is_enough(population: int, rate: int, expected: int, sure: int) -> None:
    confidence = Fraction(sure, 100)
    try:
        made = plan(population, confidence, Fraction(rate, 100), expected)
    except NoPlan:
        assert -(-rate * population // 100) <= expected
        return
    assert overlooked(population, made.tolerated, expected, made.size) <= 1 - confidence
    if made.size > expected + 1:
        assert overlooked(population, made.tolerated, expected, made.size - 1) > 1 - confidence


@given(st.integers(1, 30), st.integers(0, 30), st.integers(0, 30))
def test_without_an_expected_fault_the_chance_is_that_of_drawing_only_good_ones(
    population: int, faulty: int, size: int
) -> None:
    if faulty <= population and size <= population:
        ways = Fraction(comb(population - faulty, size), comb(population, size))
        assert overlooked(population, faulty, 0, size) == ways


@pytest.mark.parametrize(
    "asked", [(10, Fraction(1), FIVE, 0), (10, NINETY_FIVE, FIVE, 1), (0, NINETY_FIVE, FIVE, 0)]
)
def test_what_no_sample_can_show_is_refused(asked: tuple[int, Fraction, Fraction, int]) -> None:
    with pytest.raises(NoPlan):
        plan(*asked)


@given(
    st.lists(st.text("0123456789ABCDEF", min_size=26, max_size=26), unique=True, max_size=60),
    st.text(max_size=8),
)
def test_the_same_seed_chooses_the_same_cases_in_whatever_order_they_come(
    cases: list[str], seed: str
) -> None:
    by_digest = sorted(cases, key=lambda case: sha256(f"{seed}\0{case}".encode()).digest())
    for size in (0, 1, len(cases)):
        assert chosen(cases, seed, size) == chosen(reversed(cases), seed, size) == by_digest[:size]


def test_the_command_names_the_cases_of_the_days_that_are_asked_for(open_log, signer, capsys) -> None:
    store = open_log()
    facts = {"operation": "case.submit"}
    store.append(
        *(
            Entry("exchange.admitted", 1_795_226_400_000 + 86_400_000 * (each % 2),
                  {**facts, "exchange": f"E{each}", "case": f"C{each}"})
            for each in range(200)
        ),
        Entry("exchange.admitted", 1_795_226_400_000, {"operation": "case.withdraw", "case": "C0"}),
    )  # fmt: skip
    store.checkpoint(signer)
    where = ("--database", str(store.path), "--key", signer.vkey)
    day = ("--from", "2026-11-21", "--to", "2026-11-21")
    assert main(["sample", "--seed", "2026-12-01", *day, *where, "--json"]) == SOUND
    told = json.loads(capsys.readouterr().out)
    assert (told["population"], told["size"], len(set(told["cases"]))) == (100, 45, 45)
    assert all(int(case[1:]) % 2 == 0 for case in told["cases"])
    assert told["cases"] == chosen([f"C{each}" for each in range(0, 200, 2)], "2026-12-01", 45)
    assert main(["sample", "--seed", "s", "--rate", "1.5", *where]) == CANNOT_RUN
