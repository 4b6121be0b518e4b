"""What spoils the surroundings of one gateway process while it runs: files on its desk, written from outside."""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.store.connection import Driver
from gateway.store.database import connect, is_embedded

MOST_PAGES = 4_294_967_294  # what SQLite itself allows
AHEAD, ARMED, FULL = "ahead", "armed", "full"


@dataclass(frozen=True, slots=True)
class Steering:
    """`ahead`: by how many milliseconds the wall clock is wrong. `full`: there is no room for one more page."""

    desk: Path

    def wall_ms(self) -> int:
        """For World.wall_ms."""
        return time.time_ns() // 1_000_000 + self._ahead_ms()

    def connect(self, address: str) -> Driver:
        """For World.connect."""
        driver = connect(address)
        return Filling(driver, self.desk / FULL) if is_embedded(address) else driver

    def turn(self, ahead_ms: int) -> None:
        """The clock is wrong from now on; 0: it is right again."""
        aside = self.desk / f"{AHEAD}.new"
        aside.write_text(str(ahead_ms))
        os.replace(aside, self.desk / AHEAD)

    def arm(self, *, armed: bool) -> None:
        """Whether the boundaries at which it may die are counted."""
        if armed:
            (self.desk / ARMED).touch()
        else:
            (self.desk / ARMED).unlink(missing_ok=True)

    def fill(self) -> None:
        (self.desk / FULL).touch()

    def free(self) -> None:
        (self.desk / FULL).unlink(missing_ok=True)

    def _ahead_ms(self) -> int:
        try:
            return int((self.desk / AHEAD).read_text())
        except FileNotFoundError:
            return 0


class Filling:
    """A connection to a file that cannot grow while the file `full` is there."""

    def __init__(self, driver: Driver, full: Path) -> None:
        self._driver = driver
        self._full = full

    def execute(self, text: str, parameters: Any = (), /) -> Any:
        if text.startswith("BEGIN"):
            most = 1 if self._full.exists() else MOST_PAGES  # never less than there are
            self._driver.execute(f"PRAGMA max_page_count={most}")
        return self._driver.execute(text, parameters)

    def executemany(self, text: str, parameters: Any, /) -> Any:
        return self._driver.executemany(text, parameters)

    def close(self) -> None:
        self._driver.close()
