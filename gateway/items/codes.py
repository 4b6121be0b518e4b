"""Item codes (政务服务事项编码): what kind, which parts, what is wrong with them.

Structure from GB/T 39554.1-2020 as seen in real codes:
    basic 基本编码 (12)             RR province (00 = national) + TT type + MMMMM main item + SSS sub-item
    implementation 实施编码 (31)    unified social credit code (18) + level (1) + basic code
    handling 业务办理项编码 (33)     implementation code + NN
    case 办件编号 (43)              implementation code + YYYYMMDD + serial (4)
    local                           anything else (see `local_codes`); it need not have any structure
A code is normalised and never repaired: what is wrong with it is said.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Literal, NamedTuple

from gateway.items import local_codes
from gateway.items.problems import Problem
from gateway.items.uscc import USCC_ALPHABET, unit_faults, uscc_check_character
from gateway.items.vocabulary import LEVELS, OTHER_DEPARTMENTS, PROVINCES, TYPES, UNIT_CLASSES

__all__ = [
    "TITLES", "USCC_ALPHABET", "Code", "CodeKind", "Part", "faults", "form", "normalise", "parse", "parts",
    "remarks", "unit_faults", "uscc_check_character",
]  # fmt: skip

CodeKind = Literal["basic", "implementation", "handling", "case", "local"]
Judged = tuple[tuple[Problem, ...], tuple[Problem, ...]]  # what is wrong with a code, and what is odd

TITLES = {
    "basic": "基本编码（12 位）", "implementation": "实施编码（31 位）", "handling": "业务办理项编码（33 位）",
    "case": "办件编号（43 位）", **local_codes.TITLES,
}  # fmt: skip
MOST_CHARACTERS = 200
NATIONAL = "00"
CENTRAL = "10"  # registered with a central authority: belongs to no province
_BY_LENGTH: dict[int, CodeKind] = {12: "basic", 31: "implementation", 33: "handling", 43: "case"}
_STRUCTURED = re.compile(r"[0-9A-Z]+")
_BLANK = re.compile(r"\s|[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202f\u2060\ufeff]")
_HALF_WIDTH = {0x3000: " "} | {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_TO_UPPER = {code: chr(code - 32) for code in range(ord("a"), ord("z") + 1)}


class Part(NamedTuple):
    """One part of a code: its name, its characters, and what they mean (the field's term, or empty)."""

    name: str
    text: str
    meaning: str = ""


class Code(NamedTuple):
    """A normalised code and its kind. The slices are empty where the kind has no such part."""

    text: str
    kind: CodeKind

    @property
    def basic(self) -> str:
        if self.kind == "basic":
            return self.text
        return "" if self.kind == "local" else self.text[19:31]

    @property
    def implementation(self) -> str:
        return "" if self.kind in ("basic", "local") else self.text[:31]

    @property
    def unit(self) -> str:
        """统一社会信用代码 of the unit that carries the item out (实施主体)."""
        return self.implementation[:18]

    @property
    def level(self) -> str:
        return self.implementation[18:19]

    @property
    def type(self) -> str:
        return self.basic[2:4]

    @property
    def is_national(self) -> bool:
        """Whether the basic code is of the national catalogue, and so means the same everywhere."""
        return self.basic[:2] == NATIONAL


def normalise(written: str) -> str:
    """Half width, upper case, no blanks around. Idempotent; nothing inside is changed otherwise."""
    if written.isascii():
        return written.strip().upper()
    return written.translate(_HALF_WIDTH).translate(_TO_UPPER).strip()


def parse(written: str) -> Code:
    """Never fails: what has no national structure is local. Whether it is sound is for `faults` to say."""
    text = normalise(written)
    kind = _BY_LENGTH.get(len(text), "local")
    return Code(text, kind if _STRUCTURED.fullmatch(text) else "local")


def form(code: Code) -> str:
    """Its kind; of a local code the form that it has, or free. A key of TITLES."""
    return local_codes.form_of(code.text) if code.kind == "local" else code.kind


def parts(code: Code) -> tuple[Part, ...]:
    """The code part by part, in order; joined they are the code again."""
    if code.kind == "local":
        return tuple(Part(*each) for each in local_codes.local_parts(code.text))
    return (*_unit_parts(code), *_basic_parts(code.basic), *_tail(code))


def faults(code: Code) -> tuple[Problem, ...]:
    """What makes the code unusable; () for a sound one."""
    return tuple(_local_faults(code.text)) if code.kind == "local" else _structured(code)[0]


def remarks(code: Code) -> tuple[Problem, ...]:
    """What is odd in the code, but occurs in real lists; nothing is refused for it."""
    return local_codes.local_remarks(code.text) if code.kind == "local" else _structured(code)[1]


def judged(code: Code) -> Judged:
    """Its faults and its remarks, for whoever wants both."""
    return (faults(code), remarks(code)) if code.kind == "local" else _structured(code)


def _unit_parts(code: Code) -> tuple[Part, ...]:
    if not code.unit:
        return ()
    return (
        Part("unit", code.unit, UNIT_CLASSES.get(code.unit[:2], "")),
        Part("level", code.level, LEVELS.get(code.level, "")),
    )


def _basic_parts(basic: str) -> tuple[Part, ...]:
    return (
        Part("province", basic[:2], PROVINCES.get(basic[:2], "")),
        Part("type", basic[2:4], TYPES.get(basic[2:4], "")),
        Part("main_item", basic[4:9], _letters(basic[4:9])),
        Part("sub_item", basic[9:], "无子项" if basic[9:] == "000" else _letters(basic[9:])),
    )


def _letters(part: str) -> str:
    """Provinces write letters where the national catalogue has digits."""
    return "" if part.isdigit() else "含字母，省级自编"


def _tail(code: Code) -> tuple[Part, ...]:
    if code.kind == "handling":
        return (Part("handling", code.text[31:]),)
    if code.kind == "case":
        return (Part("date", code.text[31:39]), Part("serial", code.text[39:]))
    return ()


def _local_faults(text: str) -> Iterator[Problem]:
    if not text:
        yield Problem("code", "code_empty")
    if len(text) > MOST_CHARACTERS:
        yield Problem("code", "code_too_long", {"length": len(text), "most": MOST_CHARACTERS})
    if "NULL" in text:
        yield Problem("code", "code_null")
    if blank := _BLANK.search(text):
        yield Problem("code", "code_character", {"position": blank.start() + 1})


def _structured(code: Code) -> Judged:
    """Part by part: few units and few basic codes fill a list, and what is to be said of each is remembered."""
    text, kind = code
    null = (Problem("code", "code_null"),) if "NULL" in text else ()
    if kind == "basic":
        wrong, odd = _of_basic(text)
        return null + wrong, odd
    (wrong, odd), (basic_wrong, basic_odd) = _of_bearer(text[:21]), _of_basic(text[19:31])
    tail_wrong, tail_odd = _of_tail(kind, text[31:])
    return null + wrong + basic_wrong + tail_wrong, basic_odd + odd + tail_odd


@lru_cache(maxsize=16384)
def _of_basic(basic: str) -> Judged:
    return _basic_faults(basic), _basic_remarks(basic)


@lru_cache(maxsize=4096)
def _of_bearer(begin: str) -> Judged:
    """begin: unit and level of who carries the item out, and the province of its basic code."""
    level = begin[18]
    wrong = () if level in LEVELS else (Problem("code", "code_level", {"found": level}),)
    return unit_faults(begin[:18]) + wrong, _bearer_remarks(begin[:2], begin[2:4], begin[19:])


def _basic_faults(basic: str) -> tuple[Problem, ...]:
    if not basic.startswith(NATIONAL):
        return ()
    if letter := re.search(r"[A-Z]", basic):
        return (Problem("code", "code_basic_digits", {"position": letter.start() + 1}),)
    return () if basic[2:4] in TYPES else (Problem("code", "code_type", {"found": basic[2:4]}),)


def _of_tail(kind: CodeKind, tail: str) -> Judged:
    """Of what stands behind the implementation code, if anything does."""
    if kind == "case":
        return tuple(_case_faults(tail[:8], tail[8:])), ()
    wrong = (Problem("code", "code_handling", {"found": tail}),) if tail == "00" else ()
    letters = tail and not tail.isdigit()
    return wrong, (Problem("code", "code_handling_letters", {"found": tail}),) if letters else ()


def _case_faults(day: str, serial: str) -> Iterator[Problem]:
    try:
        datetime.strptime(day if day.isdigit() else "", "%Y%m%d")
    except ValueError:
        yield Problem("code", "code_case_date", {"found": day})
    if not serial.isdigit():
        yield Problem("code", "code_case_serial", {"found": serial})


def _bearer_remarks(unit_class: str, unit_province: str, province: str) -> tuple[Problem, ...]:
    """province: of the basic code."""
    found = []
    if province not in (NATIONAL, unit_province) and unit_province != CENTRAL:
        facts = {"found": province, "unit_province": unit_province}
        found.append(Problem("code", "code_province_differs", facts))
    if unit_class not in UNIT_CLASSES and unit_class[0] in OTHER_DEPARTMENTS:
        found.append(Problem("code", "code_uscc_class_unusual", {"found": unit_class}))
    return tuple(found)


def _basic_remarks(basic: str) -> tuple[Problem, ...]:
    province, type_ = basic[:2], basic[2:4]
    found = [] if province in PROVINCES else [Problem("code", "code_province", {"found": province})]
    if province != NATIONAL and type_ not in TYPES:
        found.append(Problem("code", "code_type_provincial", {"found": type_, "province": province}))
    return tuple(found)
