"""Suggestions one by one on a terminal: an item, its candidates, a key. Every decision is kept as it is made."""

import os
import sys
import termios
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

import click

from gateway.boot import Gateway
from gateway.cli.asking import Stop
from gateway.items.item import Item
from gateway.items.likeness.decisions import NotOpen, confirm, refuse
from gateway.items.likeness.pages import newest
from gateway.items.likeness.stored import OPEN, Kept, Pair, of_item, open_codes
from gateway.store.connection import Connection
from gateway.store.store import Transaction

_SHOWN = 3  # candidates, until all are asked for
_END = "\x04"  # of the input
_QUIT = ("q", _END, "\x03")
_KEYS = "y 确认 confirm · n 否决 refuse · s 跳过 skip · j/k/1-9 选择 choose · o 全部 all · q 退出 quit"


@dataclass(frozen=True)
class Desk:
    """Who decides about which two places. second: a confirmation counts when two have given it."""

    pair: Pair
    actor: str
    second: bool = field(default=False, kw_only=True)

    def decision(
        self, gateway: Gateway, codes: tuple[str, str], *, yes: bool
    ) -> Callable[[Transaction], Kept]:
        """The work of one transaction. Raises NotOpen, SamePerson when it runs."""
        persons = 2 if self.second else gateway.settings.installation.persons_to_confirm

        def work(tx: Transaction) -> Kept:
            if yes:
                return confirm(tx, self.pair, codes, actor=self.actor, persons=persons)
            return refuse(tx, self.pair, codes, actor=self.actor)

        return work


@dataclass
class _Asked:
    """One item on the screen: its candidates with their names, which one is chosen, whether all are shown."""

    place: str  # which of how many
    here: Item
    candidates: list[tuple[Kept, Item]]
    chosen: int = 0
    whole: bool = False

    @property
    def codes(self) -> tuple[str, str]:
        kept, _ = self.candidates[self.chosen]
        return kept.here_code, kept.there_code

    def step(self, key: str) -> None:
        """Keys that only move: j down, k up, a digit, o for all."""
        last = len(self.candidates) - 1
        if key == "o":
            self.whole = True
        elif key == "j":
            self.chosen = min(last, self.chosen + 1)
        elif key == "k":
            self.chosen = max(0, self.chosen - 1)
        elif key.isdecimal() and 1 <= int(key) <= last + 1:
            self.chosen = int(key) - 1
        self.whole = self.whole or self.chosen >= _SHOWN


@contextmanager
def _keyboard() -> Iterator[Callable[[], str]]:
    """A terminal that gives each key as it is pressed, until the end; what is typed ahead is kept.

    Raises Stop where nobody sits at a terminal.
    """
    if not sys.stdin.isatty():
        raise Stop("需要终端；或用 --export、--import / this needs a terminal; or use --export and --import")
    number = sys.stdin.fileno()
    before = termios.tcgetattr(number)
    now = termios.tcgetattr(number)
    now[3] &= ~(termios.ECHO | termios.ICANON | termios.ISIG)  # Ctrl-C is a key: what was decided is kept
    termios.tcsetattr(number, termios.TCSADRAIN, now)
    try:
        yield lambda: os.read(number, 1).decode("ascii", "replace") or _END
    finally:
        termios.tcsetattr(number, termios.TCSADRAIN, before)


async def review_by_keyboard(gateway: Gateway, desk: Desk) -> Counter[str]:
    """Until everything open was seen once, or `q`: what was skipped comes again the next time.

    Raises Stop where nobody sits at a terminal.
    """
    with _keyboard() as pressed:
        return await _review(gateway, desk, pressed)


async def _review(gateway: Gateway, desk: Desk, pressed: Callable[[], str]) -> Counter[str]:
    counted: Counter[str] = Counter()
    codes = await gateway.store.read(partial(open_codes, pair=desk.pair))
    for place, code in enumerate(codes, 1):
        while asked := await gateway.store.read(
            partial(_asked, desk=desk, code=code, place=f"[{place}/{len(codes)}]")
        ):
            outcome = await _answered(gateway, desk, asked, pressed)
            counted[outcome] += 1
            if outcome == "quit":
                return counted
            if outcome == "left":
                break
    return counted


def _asked(connection: Connection, desk: Desk, code: str, place: str) -> _Asked | None:
    """None when there is nothing left that this person may decide."""
    kept = [each for each in of_item(connection, desk.pair, code) if each.decision == OPEN]
    mine = [each for each in kept if each.first_by != desk.actor]
    if not mine:
        return None
    there = [(each, newest(connection, each.there_division, each.there_code)) for each in mine]
    return _Asked(place, newest(connection, desk.pair.here, code), there)


async def _answered(gateway: Gateway, desk: Desk, asked: _Asked, pressed: Callable[[], str]) -> str:
    while True:
        _show(asked)
        key = pressed()
        if key in _QUIT:
            return "quit"
        if key == "s":
            return "left"
        if key not in ("y", "n"):
            asked.step(key)
            continue
        try:
            kept = await gateway.store.write(desk.decision(gateway, asked.codes, yes=key == "y"))
        except NotOpen:
            click.echo("已有他人作出决定 / somebody has decided it meanwhile", err=True)
            return "meanwhile"
        return _told(kept)


def _told(kept: Kept) -> str:
    if kept.decision == OPEN:
        click.echo(f"等待第二人 / awaits a second person: {kept.here_code} = {kept.there_code}")
        return "first"
    click.echo(f"{kept.decision}: {kept.here_code} = {kept.there_code} {kept.alignment}".rstrip())
    return kept.decision


def _show(asked: _Asked) -> None:
    """On stderr: what is decided goes to stdout."""
    lines = ["", f"{asked.place} {asked.here.name}  ({asked.here.code}) {asked.here.unit_name}".rstrip()]
    shown = asked.candidates if asked.whole else asked.candidates[:_SHOWN]
    for number, (kept, there) in enumerate(shown, 1):
        mark = ">" if number == asked.chosen + 1 else " "
        first = f"  [{kept.first_by} ✓]" if kept.first_by else ""
        lines.append(
            f" {mark} {number} {kept.permille / 10:5.1f}%  {there.name}  ({there.code}) {there.unit_name}{first}"
        )
        lines += (f"      {kept.why_zh}", f"      {kept.why_en}") if mark == ">" else ()
    if len(shown) < len(asked.candidates):
        lines.append(f"   … {len(asked.candidates) - len(shown)} o")
    click.echo("\n".join((*lines, _KEYS)), err=True)
