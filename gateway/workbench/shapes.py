"""What has the shape of a person's number, whoever they are; and the ways in which a birth date is written."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

from gateway.shown import PERSON_NUMBER
from mappings.words.identity import identity_fault

_GAP = r"[ \-]?"
_LEAST_CARD = 15  # digits
_CHINESE = "〇一二三四五六七八九"


class _Shape(NamedTuple):
    form: re.Pattern[str]
    holds: Callable[[str], bool] = bool


def _digits(text: str) -> str:
    return re.sub(r"[ \-]", "", text)


def _is_identity(text: str) -> bool:
    return identity_fault(_digits(text).upper()) is None


def _is_card(text: str) -> bool:
    """ISO/IEC 7812-1 annex B (Luhn)."""
    digits = [int(each) for each in reversed(_digits(text))]
    doubled = (sum(divmod(2 * each, 10)) for each in digits[1::2])
    return len(digits) >= _LEAST_CARD and (sum(digits[::2]) + sum(doubled)) % 10 == 0


_IDENTITY = _Shape(re.compile(rf"(?<![0-9])[1-9](?:{_GAP}[0-9]){{16}}{_GAP}[0-9Xx](?![0-9])"), _is_identity)
_SHAPES = (
    _IDENTITY,
    _Shape(PERSON_NUMBER),
    _Shape(re.compile(rf"(?<![0-9])(?:(?:\+|00)?86{_GAP})?1[3-9](?:{_GAP}[0-9]){{9}}(?![0-9])")),
    _Shape(  # landline: area code, then seven or eight digits, perhaps an extension
        re.compile(
            r"(?<![0-9])(?:(?:\+|00)?86[ \-]?)?[(]?0(?:10|2[0-9]|[3-9][0-9]{2})[)]?[ \-]?"
            r"[2-9][0-9]{2,3}[ \-]?[0-9]{4}(?:-[0-9]{1,6})?(?![0-9])"
        )
    ),
    _Shape(  # passports, permits of Hong Kong, Macao and Taiwan, permanent residence
        re.compile(
            r"(?<![0-9A-Za-z])(?:[A-Za-z][0-9]{7,8}|[A-Za-z]{2}[0-9]{7}|[HMhm][0-9]{10}"
            r"|[A-Za-z]{3}[0-9]{12})(?![0-9A-Za-z])"
        )
    ),
    _Shape(re.compile(rf"(?<![0-9A-Za-z])[2-69](?:{_GAP}[0-9]){{14,18}}(?![0-9A-Za-z])"), _is_card),
    _Shape(re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")),
)


def shaped(text: str) -> Iterator[tuple[int, int]]:
    """From where to where something has such a shape. text: half-width."""
    for form, holds in _SHAPES:
        yield from (found.span() for found in form.finditer(text) if holds(found[0]))


def births(text: str) -> set[date]:
    """The birth dates in the identity numbers of a half-width text."""
    numbers = (_digits(found[0]) for found in _IDENTITY.form.finditer(text) if _is_identity(found[0]))
    return {date(int(each[6:10]), int(each[10:12]), int(each[12:14])) for each in numbers}


def day_form(day: date) -> re.Pattern[str]:
    """However the day is written: 19920911, 1992-09-11, 1992/9/11, 11.09.1992, 1992年9月11日, 一九九二年…"""
    gap = r"\s*[\-/.年月]?\s*"
    sure = r"\s*[\-/.年月]\s*"
    month, of_month = f"0?{day.month}", f"0?{day.day}"
    year = "".join("[〇零○Oo0]" if each == "0" else _CHINESE[int(each)] for each in str(day.year))
    return re.compile(
        rf"{day.year}{gap}{day.month:02}{gap}{day.day:02}日?"
        rf"|{day.year}{sure}{month}{sure}{of_month}(?![0-9])日?"
        rf"|(?<![0-9])(?:{of_month}{sure}{month}|{month}{sure}{of_month}){sure}{day.year}"
        rf"|{year}年{_chinese(day.month)}月{_chinese(day.day)}[日号]?"
    )


def _chinese(number: int) -> str:
    """From 1 to 31, as a pattern: 十一, 一十一, 二十."""
    tens, ones = divmod(number, 10)
    one = _CHINESE[ones] if ones else ""
    if not tens:
        return f"[〇零]?{one}"
    return ("一?" if tens == 1 else _CHINESE[tens]) + "十" + one
