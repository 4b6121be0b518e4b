"""An audit question (审计问题): what it is called, what it can and cannot show, and how it is asked of a log.

A question sees the entries one by one, in their order, and keeps no more than what it may still have to tell.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import ClassVar, NamedTuple

from audit.records import Record
from audit.stories import Story

Texts = tuple[str, str]  # Chinese, English
Fact = str | int
DAY_MS = 86_400_000
CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Terms:
    """What an auditor holds the log against.

    open_days:       how long an exchange may be open.       attempts: how often it may be sent.
    readings_a_day:  how often one person may read in a day. readers: how many persons may read one case.
    night:           hours of China time: from, to.
    allowed:         fields that may go out, by `PLATFORM OPERATION`; None: nobody has said.
    """

    open_days: int = 3
    attempts: int = 10
    readings_a_day: int = 50
    readers: int = 5
    night: tuple[int, int] = (22, 6)
    allowed: Mapping[str, frozenset[str]] | None = None


class Found(NamedTuple):
    """One answer to a question: the entry at which it shows, and the facts for its text."""

    position: int
    facts: Mapping[str, Fact]


class Ask:
    """One asking of a question.

    kinds: of the entries that it takes.  stories: whether it is told each exchange as a whole, once all is read.
    """

    kinds: ClassVar[frozenset[str]] = frozenset()
    stories: ClassVar[bool] = False

    def __init__(self, terms: Terms) -> None:
        self.terms = terms

    def take(self, position: int, record: Record) -> Iterable[Found]:
        """The next entry of one of its kinds."""
        return ()

    def tell(self, story: Story, now_ms: int) -> Iterable[Found]:
        """One exchange. now_ms: the time of the last entry."""
        return ()

    def close(self, now_ms: int) -> Iterable[Found]:
        """There are no more entries."""
        return ()


@dataclass(frozen=True, slots=True)
class Question:
    """shows, cannot: what an answer proves, and what nobody can read from entries. said: one line of an answer."""

    name: str
    title: Texts
    shows: Texts
    cannot: Texts
    said: Texts
    ask: type[Ask]

    def texts(self, found: Found) -> Texts:
        """What was found, in Chinese and in English."""
        facts = {name: str(value) for name, value in found.facts.items()}
        chinese, english = (text.format_map(_Known(facts)) for text in self.said)
        return chinese, english


class _Known(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "-"


@dataclass(slots=True)
class Seen:
    """Where and how often something was."""

    position: int
    count: int = 0
    whom: set[str] = field(default_factory=set)


def facts_of(record: Record, *names: str, **more: Fact) -> dict[str, Fact]:
    """Those of its facts that are texts or integers, when it was, and more."""
    kept = {name: value for name in names if isinstance(value := record.facts.get(name), str | int)}
    return {"at": record.at, **kept, **more}


def texts_of(record: Record, name: str) -> list[str]:
    """A fact that is a list of texts; empty where there is none."""
    value = record.facts.get(name)
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def china(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, CHINA)


def day_of(at_ms: int) -> date:
    return china(at_ms).date()
