"""Lists of the console (清单): columns, rows behind a cursor, and one page for all of them.

A list goes on behind its last row, so a deep page costs what the first one does. What stands on the page stands in
the sheet that is taken of it, and nothing else.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple
from urllib.parse import urlencode

from aiohttp import web

from gateway.accounts.account import Desk
from gateway.errors import Refusal
from gateway.web.console.asked import HOME, Asked
from gateway.web.console.render import render

MOST, MOST_BESIDE = 25, 1_000
# text | code | number | day as they are; time: epoch ms; case: an id; said: Texts; tone: (class, Texts);
# named: (address, text); link: (address, Texts); decide: the id of what may be decided here
Kind = Literal["text", "code", "number", "day", "time", "case", "said", "tone", "named", "link", "decide"]
PRESSED = ("link", "decide")  # what a sheet cannot have
PLACE = re.compile(r"([0-9]{1,6})")  # the cursor of a list that is read whole
FORMS: Mapping[str, re.Pattern[str]] = {
    "platform": re.compile(r"[a-z0-9][a-z0-9-]{0,63}"),
    "operation": re.compile(r"[a-z]{1,20}\.[a-z]{1,20}"),
    "clock": re.compile(r"[a-z_]{1,20}"),
    "from": re.compile(r"[0-9]{2,12}"),
    "to": re.compile(r"[0-9]{2,12}"),
}


class Column(NamedTuple):
    """word: its heading, of WORDS. below: on the page it stands below the one before it, in a sheet by itself."""

    word: str
    kind: Kind = "text"
    below: bool = False


class Row(NamedTuple):
    """behind: the cursor with which the list goes on after it. cells: one for each column."""

    behind: str
    cells: tuple[Any, ...]


class Span(NamedTuple):
    """What is asked of a list: rows behind a cursor (its parts; none at the beginning), how many, which ones."""

    behind: tuple[str, ...]
    most: int
    wanted: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Roll:
    """One list. name: the desk that it is, its address, its title; filters: by what of FORMS it can be narrowed.

    told: what has to be on record besides, before so many rows of it are taken away as a sheet.
    part: which one it is of the lists of its page, where that is more than one list.
    page: where that page stands, if not at the name of the desk; in braces what its address says.
    """

    name: Desk
    columns: tuple[Column, ...]
    cursor: re.Pattern[str]
    read: Callable[[Asked, Span], Awaitable[list[Row]]]
    filters: tuple[str, ...] = ()
    look: str = "roll"
    told: Callable[[Asked, int], Awaitable[None]] | None = None
    part: str = ""
    page: str = ""

    @property
    def key(self) -> str:
        """What it is called in the log, and as a file."""
        return self.name if self.part in ("", self.name) else f"{self.name}-{self.part}"

    @property
    def address(self) -> str:
        """Of its sheets, without what they end in."""
        page = f"{HOME}/{self.page or self.name}"
        return f"{page}/{self.part}" if self.part else page

    @property
    def across(self) -> list[list[tuple[int, Column]]]:
        """The columns as they stand beside each other, each with those below it, by their places."""
        groups: list[list[tuple[int, Column]]] = []
        for place, column in enumerate(self.columns):
            if column.below:
                groups[-1].append((place, column))
            else:
                groups.append([(place, column)])
        return groups

    @property
    def on_paper(self) -> tuple[Column, ...]:
        """The columns of a sheet: without what can only be pressed."""
        return tuple(each for each in self.columns if each.kind not in PRESSED)


def whole(
    lines: Callable[[Asked], Awaitable[Sequence[tuple[Any, ...]]]],
) -> Callable[[Asked, Span], Awaitable[list[Row]]]:
    """How a list is read that is never long: all of its lines at once. Its cursor is their PLACE."""

    async def read(asked: Asked, span: Span) -> list[Row]:
        first = int(span.behind[0]) + 1 if span.behind else 0
        cells = (await lines(asked))[first : first + span.most]
        return [Row(str(place), each) for place, each in enumerate(cells, first)]

    return read


class Listed(NamedTuple):
    """A list as it stands on a page beside something else; address: of its sheets, without what they end in."""

    roll: Roll
    rows: list[Row]
    address: str


async def listed(asked: Asked, roll: Roll, lines: Sequence[tuple[Any, ...]] | None = None) -> Listed:
    """A list that is read whole. lines: what it has, where that is known already."""
    address = roll.address.format(**asked.request.match_info)
    if lines is None:
        return Listed(roll, await roll.read(asked, Span((), MOST_BESIDE, {})), address)
    return Listed(roll, [Row(str(place), each) for place, each in enumerate(lines)], address)


def page(roll: Roll) -> Callable[[Asked], Awaitable[web.Response]]:
    async def show(asked: Asked) -> web.Response:
        return await shown(asked, roll)

    return show


async def shown(asked: Asked, roll: Roll, **values: Any) -> web.Response:
    """A page of the list, with what its look needs besides."""
    wanted = wanted_of(asked, roll)
    rows = await roll.read(asked, Span(_behind(asked, roll), MOST + 1, wanted))
    behind = rows[MOST - 1].behind if len(rows) > MOST else ""
    said = {name: value for name, value in wanted.items() if value}
    following = urlencode({**said, "behind": behind}) if behind else ""
    return render(
        asked, roll.look, roll=roll, rows=rows[:MOST], following=following, wanted=wanted, query=urlencode(said),
        is_first="behind" not in asked.request.query, **values,
    )  # fmt: skip


def wanted_of(asked: Asked, roll: Roll) -> dict[str, str]:
    """By what the list is narrowed, empty for all. Raises Refusal bad_parameter."""
    wanted = {name: asked.request.query.get(name, "").strip() for name in roll.filters}
    for name, value in wanted.items():
        if value and not FORMS[name].fullmatch(value):
            raise Refusal("bad_parameter", name=name)
    return wanted


def parts_of(roll: Roll, cursor: str) -> tuple[str, ...]:
    """Raises Refusal bad_parameter."""
    found = roll.cursor.fullmatch(cursor)
    if cursor and not found:
        raise Refusal("bad_parameter", name="behind")
    return found.groups() if found else ()


def _behind(asked: Asked, roll: Roll) -> tuple[str, ...]:
    return parts_of(roll, asked.request.query.get("behind", ""))
