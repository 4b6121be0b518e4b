"""Check digits: citizen identity numbers (GB 11643) and unified social credit codes (GB 32100).

`*_fault` return None for a good number, else the code of the fault; the canonical checks use them too.
"""

import re
from datetime import date
from operator import mul

from mappings.problems import Refused
from mappings.words.registry import Example, word
from mappings.words.text import half_width

_SHAPE = re.compile(r"[0-9]{17}[0-9X]")
_OLD_SHAPE = re.compile(r"[0-9]{15}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_ORGANIZATION_SHAPE = re.compile(r"[0-9A-Z]{8}-?[0-9X]")
_ORGANIZATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_SHAPE = re.compile(f"[{_USCC_ALPHABET}]{{18}}")
_USCC_VALUES = {character: value for value, character in enumerate(_USCC_ALPHABET)}
_USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))


def identity_fault(number: str) -> str | None:
    """Of an 18-character number: residents, 81/82/83 (港澳台居民居住证) and 9… (foreigners, since 2023) alike."""
    if not _SHAPE.fullmatch(number):
        return "old_identity_number" if _OLD_SHAPE.fullmatch(number) else "not_identity_number"
    if _CHECK[sum(map(mul, map(int, number[:17]), _WEIGHTS)) % 11] != number[17]:
        return "bad_check_digit"
    return "bad_birth_date" if birth_date_of(number) is None else None


def birth_date_of(number: str) -> date | None:
    """The birth date in an 18-character number; None if there is no such day since 1850."""
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
    return born if born.year >= 1850 else None


def uscc_fault(code: str) -> str | None:
    """Of a unified social credit code (统一社会信用代码)."""
    if not _USCC_SHAPE.fullmatch(code):
        return "not_uscc"
    total = sum(map(mul, map(_USCC_VALUES.__getitem__, code), _USCC_WEIGHTS))
    return None if _USCC_ALPHABET[-total % 31] == code[17] else "bad_check_digit"


@word(Example(" １１０１０１19491231002x", expect="11010119491231002X"))
def id_upper(value: str) -> str:
    """A number of a certificate: half-width, upper case, without spaces. Nothing is checked."""
    return "".join(half_width(value).split()).upper()


@word(
    Example("11010519491231002X", expect="11010519491231002X"),
    Example("11010519491231002x", expect="11010519491231002X"),
    Example("810000199408230021", expect="810000199408230021"),
    Example("110105194912310021", refuse="bad_check_digit"),
    Example("110105491231002", refuse="old_identity_number"),
)
def identity_number(value: str) -> str:
    """An 18-digit identity number with its check digit proven (GB 11643), x in upper case."""
    number = value.upper()
    fault = identity_fault(number)
    if fault:
        raise Refused(fault)
    return number


@word(
    Example("11440100007483172Q", expect="11440100007483172Q"),
    Example("11440100007483172q", expect="11440100007483172Q"),
    Example("114401000074831721", refuse="bad_check_digit"),
    Example("74831721", refuse="not_uscc"),
)
def uscc(value: str) -> str:
    """A unified social credit code with its check digit proven (GB 32100), in upper case."""
    code = value.upper()
    fault = uscc_fault(code)
    if fault:
        raise Refused(fault)
    return code


@word(Example("11010519491231002X", expect="1949-12-31"), Example("440102", refuse="not_identity_number"))
def birth_date(value: str) -> str:
    """The birth date inside an identity number, as YYYY-MM-DD."""
    born = birth_date_of(identity_number(value))
    if born is None:
        raise Refused("bad_birth_date")
    return born.isoformat()


@word(Example("11010519491231002X", expect="2"), Example("440102", refuse="not_identity_number"))
def sex_of(value: str) -> str:
    """The sex inside an identity number (GB/T 2261.1): 1 male, 2 female."""
    return "1" if int(identity_number(value)[16]) % 2 else "2"


@word(Example("11010519491231002X", expect="110105"), Example("440102", refuse="not_identity_number"))
def region_of(value: str) -> str:
    """The division inside an identity number, in 6 digits: where it was first registered, perhaps abolished since.

    Never the place where the person lives or is registered now.
    """
    return identity_number(value)[:6]


@word(
    Example("11440100007483172Q", expect="007483172"),
    Example("114401000074831721", refuse="bad_check_digit"),
)
def organization_code_of(value: str) -> str:
    """The organization code (组织机构代码, 9 characters) inside a unified social credit code."""
    return uscc(value)[8:17]


@word(
    Example("00748317-2", expect="007483172"),
    Example("007483172", expect="007483172"),
    Example("007483173", refuse="bad_check_digit"),
    Example("11440100007483172Q", refuse="not_organization_code"),
)
def organization_code(value: str) -> str:
    """An organization code (GB 11714) with its check digit proven, in upper case, without the hyphen."""
    code = value.upper()
    if not _ORGANIZATION_SHAPE.fullmatch(code):
        raise Refused("not_organization_code")
    total = sum(weight * int(sign, 36) for weight, sign in zip(_ORGANIZATION_WEIGHTS, code, strict=False))
    if "0X987654321"[total % 11] != code[-1]:
        raise Refused("bad_check_digit")
    return code.replace("-", "")
