"""Cases of a capped batch are counted one by one, however many processes count at once."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from gateway.store import passages
from gateway.store.database import open_connection

KEY = ("one", "2026-1", "2026-11-22")


def test_each_of_many_at_once_gets_a_count_of_its_own(shared):
    def count(_: int) -> list[int]:
        found = []
        with closing(open_connection(shared)) as connection:
            for _ in range(20):
                connection.begin()
                found.append(passages.count(connection, *KEY))
                connection.commit()
        return found

    with ThreadPoolExecutor(4) as threads:
        counted = [number for numbers in threads.map(count, range(4)) for number in numbers]
    assert sorted(counted) == list(range(1, 81))


def test_what_is_rolled_back_was_not_counted(connection):
    day = ("one", "2026-2", "2026-11-22")
    connection.begin()
    assert passages.taken(connection, *day) == 0
    assert [passages.count(connection, *day) for _ in range(2)] == [1, 2]
    assert passages.taken(connection, *day) == 2
    connection.rollback()
    connection.begin()
    assert passages.taken(connection, *day) == 0
    connection.rollback()
