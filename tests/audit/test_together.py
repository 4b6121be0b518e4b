"""On PostgreSQL any number of processes grow and sign one tree at the same time."""

from concurrent.futures import ThreadPoolExecutor, wait

import psycopg
import pytest

from audit import log
from audit.entries import Entry

WRITERS, ROUNDS = 6, 25


@pytest.fixture
def store(open_log):
    return open_log("log", "postgresql")


@pytest.fixture
def beside(store, open_log):
    """Another connection to the log of the test, as another process would have one."""
    return lambda: open_log(store.address, "postgresql")


def group(writer, number):
    """One to seven entries that name their writer."""
    facts = {"release": f"{writer}.{number}"}
    return [Entry("release.activated", 1_000 * number + place, facts) for place in range(number % 7 + 1)]


def grow(own, writer):
    """Groups in transactions of their own, every fifth rolled back; start, end and name of what was committed."""
    committed = []
    for number in range(ROUNDS):
        own.connection.begin()
        positions = log.append(own.connection, group(writer, number))
        if number % 5 == writer % 5:
            own.connection.rollback()
        else:
            own.connection.commit()
            committed.append((positions.start, positions.stop, f'"{writer}.{number}"'))
    return committed


def test_writers_at_once_make_one_log_without_gaps(store, beside, check):
    own = [beside() for _ in range(WRITERS)]
    with ThreadPoolExecutor(WRITERS) as threads:
        groups = sorted(each for done in threads.map(grow, own, range(WRITERS)) for each in done)
    ends = [end for _, end, _ in groups]
    assert [start for start, _, _ in groups] == [0, *ends[:-1]]  # each begins where the one before it ends
    bodies = store.bodies()
    assert len(bodies) == ends[-1]
    assert len(bodies) > 256  # a tile became full
    for start, end, name in groups:
        assert all(name.encode() in body for body in bodies[start:end])
    checked = check(store.address)
    summary = checked.summary
    assert (checked.found, summary.size, summary.batches) == ([], len(bodies), WRITERS * ROUNDS * 4 // 5)


def test_signers_at_once_sign_one_chain(store, beside, check, signer):
    writers, signers = [beside() for _ in range(2)], [beside() for _ in range(3)]

    def sign(own):
        return [own.checkpoint(signer, number) for number in range(ROUNDS)]

    with ThreadPoolExecutor(5) as threads:
        grown = threads.map(grow, writers, range(2))
        notes = [note for signed in threads.map(sign, signers) for note in signed if note]
        assert sum(len(each) for each in grown) == 40
    if note := store.checkpoint(signer):
        notes.append(note)
    checked = check(store.address)
    summary = checked.summary
    assert (checked.found, summary.checkpoints, summary.signed_size) == ([], len(set(notes)), summary.size)
    assert len(notes) == len(set(notes))  # no size was signed twice


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_what_became_of_a_commit_is_told_once_it_can_change_no_more(store, beside, end):
    other, entries = beside(), group(0, 3)
    store.connection.begin()
    positions = log.append(store.connection, entries)
    with ThreadPoolExecutor(1) as thread:
        asked = thread.submit(log.holds, other.connection, positions, entries)
        assert not wait([asked], timeout=0.2).done
        getattr(store.connection, end)()
        assert asked.result() == (end == "commit")


def test_the_turn_of_one_that_died_is_free_again(store, beside):
    dead = beside()
    dead.connection.begin()
    log.append(dead.connection, group(0, 6))
    dead.connection.close()
    assert store.append(*group(1, 2)) == range(3)


def test_a_transaction_that_saw_an_older_log_collides_and_forks_nothing(store, beside, check):
    """REPEATABLE READ goes on with what it saw first, whoever had the turn meanwhile."""
    late = beside()
    late.run("BEGIN ISOLATION LEVEL REPEATABLE READ")
    assert log.head(late.connection).size == 0
    store.append(*group(1, 2))
    with pytest.raises(psycopg.errors.UniqueViolation):
        log.append(late.connection, group(2, 2))
    late.connection.rollback()
    assert check(store.address).found == []
