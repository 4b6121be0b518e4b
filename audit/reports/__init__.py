"""Audit questions, each in a file of its own, asked of entries alone."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, nullcontext

from audit.records import Record
from audit.reports import (
    emergencies,
    fields_beyond,
    night_work,
    no_agreement,
    no_authorisation,
    no_end,
    no_purpose,
    overdue,
    retries,
    two_ends,
    unapproved_release,
    unlawful_order,
    unusual_readers,
)
from audit.reports.question import Ask, Found, Question, Terms
from audit.stories import Stories

__all__ = ["QUESTIONS", "Found", "Question", "Terms", "ask", "ask_all"]

QUESTIONS: Mapping[str, Question] = {
    each.QUESTION.name: each.QUESTION
    for each in (
        no_end, two_ends, unlawful_order, overdue, no_agreement, no_authorisation, no_purpose, fields_beyond,
        unusual_readers, night_work, retries, unapproved_release, emergencies,
    )
}  # fmt: skip
_DEFAULT = Terms()
Entries = Iterable[tuple[int, Record]]  # position and record, in the order of the log


def ask(name: str, entries: Entries, terms: Terms = _DEFAULT) -> Iterator[Found]:
    """The answers to one question. Raises KeyError for a name that no question has."""
    return (found for _, found in ask_all([name], entries, terms))


def ask_all(
    names: Iterable[str], entries: Entries, terms: Terms = _DEFAULT
) -> Iterator[tuple[Question, Found]]:
    """The answers to several questions in one reading of the log, each as soon as it is known."""
    asked = [(QUESTIONS[name], QUESTIONS[name].ask(terms)) for name in names]
    of_stories = [each for each in asked if each[1].stories]
    takers: dict[str, list[tuple[Question, Ask]]] = {}
    for each in asked:
        for kind in each[1].kinds:
            takers.setdefault(kind, []).append(each)
    now_ms = 0
    with closing(Stories()) if of_stories else nullcontext() as stories:
        for position, record in entries:
            now_ms = max(now_ms, record.at_ms)
            if stories is not None:
                stories.put(position, record)
            for question, asking in takers.get(record.kind, ()):
                for found in asking.take(position, record):
                    yield question, found
        for story in stories or ():
            for question, asking in of_stories:
                for found in asking.tell(story, now_ms):
                    yield question, found
        for question, asking in asked:
            for found in asking.close(now_ms):
                yield question, found
