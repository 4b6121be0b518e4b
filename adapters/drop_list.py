"""Our files of one day: when they were put there, by the name that they have, and what has become of them."""

import os
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from adapters.file_names import read_by
from adapters.rows import CHINA, TIME

MOST_LISTED = 100


def is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def is_page(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 9 and int(text) > 0


def of_day(folder: Path | None, rule: str, day: str) -> Iterator[dict[str, Any]]:
    """name, fields and time (China) of the files of this rule that were written on a day."""
    for entry in os.scandir(folder) if folder is not None else ():
        fields = read_by(rule, entry.name)
        if fields is None or not entry.is_file():
            continue
        at = _written(entry)
        if at is not None and at.date().isoformat() == day:
            yield {"name": entry.name, "fields": fields, "at": at.strftime(TIME)}


def _written(entry: os.DirEntry[str]) -> datetime | None:
    """A file keeps its time when it is renamed; None for one that was taken away meanwhile."""
    try:
        return datetime.fromtimestamp(entry.stat().st_mtime, CHINA)
    except FileNotFoundError:
        return None


def listed(
    drop: Iterator[dict[str, Any]], taken: Iterator[dict[str, Any]], page: str, counts: Callable[[str], bool]
) -> tuple[list[dict[str, Any]], int]:
    """(one page of them, how many there are), by name. drop is looked at first: what moves meanwhile is found."""
    found = {each["name"]: {**each, "state": "waiting"} for each in drop if counts(each["name"])}
    found |= {each["name"]: {**each, "state": "taken"} for each in taken}
    first = (int(page) - 1) * MOST_LISTED
    return [found[name] for name in sorted(found)[first : first + MOST_LISTED]], len(found)
