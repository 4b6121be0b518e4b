"""Pieces of work that share a transaction ask together, and decide one after another as if each were alone."""

from collections.abc import Callable
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from gateway.store.transaction import AsksFirst, Transaction, Work, carried_out

NAMES = "abc"
# what a piece of work reads and then changes, and whether it says so beforehand
DRAWN = st.tuples(st.frozensets(st.sampled_from(NAMES), min_size=1), st.booleans())
NOTHING = cast(Transaction, None)
Counts = dict[str, int]


@given(st.lists(DRAWN, max_size=12))
def test_whatever_shares_a_transaction_finds_what_it_would_have_found_alone(
    drawn: list[tuple[frozenset[str], bool]],
) -> None:
    together, alone = dict.fromkeys(NAMES, 0), dict.fromkeys(NAMES, 0)
    found = carried_out([_counting(together, names, says) for names, says in drawn], NOTHING)
    assert found == [_counting(alone, names, says)(NOTHING) for names, says in drawn]
    assert together == alone


@given(st.lists(st.sampled_from(NAMES), max_size=12))
def test_those_that_have_nothing_in_common_all_ask_before_the_first_decides(named: list[str]) -> None:
    said: list[str] = []
    carried_out([_telling(said, name) for name in named], NOTHING)
    expected: list[str] = []
    while named:
        several = next((n for n in range(1, len(named)) if named[n] in named[:n]), len(named))
        expected += [f"ask {name}" for name in named[:several]] + [
            f"decide {name}" for name in named[:several]
        ]
        named = named[several:]
    assert said == expected


def _counting(counts: Counts, names: frozenset[str], says: bool) -> Work[Counts]:
    """It reads some counts, and makes each of them one more than it has read."""

    def ask(_: Transaction) -> Callable[[], Counts]:
        read = {name: counts[name] for name in names}

        def decide() -> Counts:
            counts.update({name: count + 1 for name, count in read.items()})
            return read

        return decide

    return AsksFirst(ask, names) if says else lambda tx: ask(tx)()


def _telling(said: list[str], name: str) -> AsksFirst[Any]:
    def ask(_: Transaction) -> Callable[[], None]:
        said.append(f"ask {name}")
        return lambda: said.append(f"decide {name}")

    return AsksFirst(ask, frozenset(name))
