"""Local item codes: the forms that are met, part by part. A form is recognised, never made to fit.

dashed       511A0138000000-511602000000-000-115113010833722043-1-00 (Sichuan): local catalogue, area, 000, unit,
             n, nn; a part that was missing stands there as the literal `null`
guid         32 hexadecimal digits, or 8-4-4-4-12: names a row of a database, not an item
ten          10 digits (Shanghai): their inner structure is not published
twenty_six   26 digits (old Jiangxi)
lettered     XK00012003 (GB/T 39048 and provincial standards): type letters, main item 5, sub-item 3
old          62052400MZ-XK-0001: division, department letters, type letters, serial; 360600-011: division, serial
unit         a unified social credit code and nothing else
free         anything else
"""

import re
from typing import NamedTuple

from gateway.items.problems import Problem
from gateway.items.uscc import unit_faults
from gateway.items.vocabulary import TYPE_LETTERS, UNIT_CLASSES

SEPARATOR = "separator"
_LETTERS = "|".join(TYPE_LETTERS)
_FORMS = {
    "dashed": re.compile(
        r"(?P<catalogue>.+)(?P<s1>-)(?P<area>[0-9]{12}|NULL)(?P<s2>-)(?P<filler>[0-9]{3}|NULL)(?P<s3>-)"
        r"(?P<unit>[0-9A-Z]+(?:-[0-9X])?)(?P<s4>-)(?P<digit>[0-9A-Z]|NULL)(?P<s5>-)(?P<number>[0-9]{2}|NULL)"
    ),
    "guid": re.compile(r"(?P<guid>[0-9A-F]{32}|[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12})"),
    "ten": re.compile(r"(?P<serial>[0-9]{10})"),
    "twenty_six": re.compile(r"(?P<serial>[0-9]{26})"),
    "lettered": re.compile(rf"(?P<type_letters>{_LETTERS})(?P<main_item>[0-9]{{5}})(?P<sub_item>[0-9]{{3}})"),
    "old": re.compile(
        rf"(?P<division>[0-9]{{6,8}})(?P<department>[A-Z]{{2}})(?P<s1>-)(?P<type_letters>{_LETTERS})(?P<s2>-)"
        r"(?P<serial>[0-9]+)|(?P<place>[0-9]{6})(?P<s3>-)(?P<number>[0-9]{3})"
    ),
    "unit": re.compile(r"(?P<unit>[0-9A-HJ-NPQRTUWXY]{18})"),
}
TITLES = {
    "dashed": "短横线分段编码（川）", "guid": "GUID", "ten": "10 位数字（沪）", "twenty_six": "26 位数字",
    "lettered": "类型字母编码", "old": "旧省编码", "unit": "统一社会信用代码", "free": "地方编码",
}  # fmt: skip
_LENGTHS = {11: 12, 13: 12, 30: 31, 32: 31, 34: 33}
_PLAIN = re.compile(r"[0-9A-Z]+")
_IN_CASES = re.compile(r"[0-9A-Z][0-9A-Z._-]{0,63}")  # as canonical/case@1 takes it


class LocalPart(NamedTuple):
    """As `codes.Part`."""

    name: str
    text: str
    meaning: str = ""


def form_of(text: str) -> str:
    """The form of a normalised local code."""
    return next((name for name, form in _FORMS.items() if form.fullmatch(text)), "free")


def local_parts(text: str) -> tuple[LocalPart, ...]:
    """The code part by part, in order, separators too: joined they are the code again."""
    form = form_of(text)
    if form == "free":
        return (LocalPart("local", text),)
    found = _FORMS[form].fullmatch(text)
    groups = (
        []
        if found is None
        else [(name, part) for name, part in found.groupdict().items() if part is not None]
    )
    return tuple(
        LocalPart(SEPARATOR if re.fullmatch(r"s[0-9]", name) else name, part, _meaning(name, part))
        for name, part in groups
    )


def local_remarks(text: str) -> tuple[Problem, ...]:
    """What should be known of such a code; nothing is refused for it."""
    unwritable = () if not text or _IN_CASES.fullmatch(text) else (Problem("code", "code_unwritable"),)
    return (*unwritable, *_remarks(text))


def _remarks(text: str) -> tuple[Problem, ...]:
    form = form_of(text)
    if form == "dashed":
        return _dashed_remarks(text)
    if form in ("guid", "unit"):
        return (Problem("code", f"code_{form}"),)
    expected = _LENGTHS.get(len(text))
    looks_national = text[:2] in UNIT_CLASSES if len(text) > 13 else text.isascii() and text.isdigit()
    if form == "free" and expected and looks_national and _PLAIN.fullmatch(text):
        return (Problem("code", "code_length", {"length": len(text), "expected": expected}),)
    return ()


def _dashed_remarks(text: str) -> tuple[Problem, ...]:
    """A unit of 18 characters inside is checked; other lengths are old organisation codes, and pass."""
    found = _FORMS["dashed"].fullmatch(text)
    unit = found["unit"] if found else ""
    return unit_faults(unit) if len(unit) == 18 else ()


def _meaning(name: str, part: str) -> str:
    if part == "NULL":
        return "字面量 null：缺失"
    if name == "type_letters":
        return TYPE_LETTERS[part]
    if name == "unit":
        return UNIT_CLASSES.get(part[:2], "") if len(part) == 18 else "不是 18 位"
    return ""
