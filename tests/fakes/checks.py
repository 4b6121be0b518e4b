"""Check digits and forms that the simulated platforms insist on (written apart from the gateway's own)."""

import re
from datetime import date, datetime, timedelta

from .clock import CHINA, now

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_NAME = re.compile(r"[^\s\d?？�].*[^\s?？�]", re.DOTALL)
_SHAPES = {
    "passport": re.compile(r"[A-Z0-9]{5,15}"),
    "home_return": re.compile(r"[HM]\d{8}(\d{2})?"),
    "taiwan": re.compile(r"\d{8}(\d{2})?"),
    "permanent_old": re.compile(r"[A-Z]{3}\d{12}"),
}


def id_check(first17: str) -> str:
    """Check character of a GB 11643 number: ISO 7064 MOD 11-2 over its first seventeen digits."""
    total = sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, first17, strict=True))
    return "10X98765432"[total % 11]


def id_is_sound(number: str) -> bool:
    """Eighteen characters, a birth date not in the future, the right check character; never 15 digits."""
    if not re.fullmatch(r"\d{17}[\dX]", number) or id_check(number[:17]) != number[17]:
        return False
    return number.startswith("9") or birth_date(number) is not None


def birth_date(number: str) -> date | None:
    """Birth date inside a GB 11643 number, None when it is no date or lies ahead."""
    try:
        born = datetime.strptime(number[6:14], "%Y%m%d").replace(tzinfo=CHINA).date()
    except ValueError:
        return None
    return born if born <= now().date() else None


def uscc_check(first17: str) -> str:
    """Check character of a unified social credit code (GB 32100): weights 3^i mod 31."""
    total = sum(pow(3, i, 31) * _USCC_ALPHABET.index(c) for i, c in enumerate(first17))
    return _USCC_ALPHABET[(31 - total % 31) % 31]


def uscc_is_sound(code: str) -> bool:
    """Eighteen characters of the GB 32100 alphabet with the right check character."""
    if len(code) != 18 or any(c not in _USCC_ALPHABET for c in code):
        return False
    return uscc_check(code[:17]) == code[17]


def implementation_is_sound(code: str) -> bool:
    """31 characters: unit (18) + level 1-7 + basic code (12)."""
    shape = re.fullmatch(r"[0-9A-HJ-NPQRTUWXY]{18}[1-7][0-9A-Z]{12}", code)
    return shape is not None and uscc_is_sound(code[:18])


def certificate_is_sound(police_type: str, number: str) -> bool:
    """Whether a number can be one of this certificate type (three digits of GA/T 2000.156)."""
    if police_type in ("111", "112", "154"):
        return id_is_sound(number)
    if police_type == "553":
        return bool(_SHAPES["permanent_old"].fullmatch(number)) or (number[:1] == "9" and id_is_sound(number))
    shape = {"414": "passport", "516": "home_return", "511": "taiwan"}.get(police_type)
    return shape is not None and _SHAPES[shape].fullmatch(number) is not None


def name_is_sound(name: str, most: int) -> bool:
    """At least two characters, no digit first, no `?` where a character was lost, at most `most`."""
    return 2 <= len(name) <= most and _NAME.fullmatch(name) is not None


def time_is_sound(text: str, form: str) -> bool:
    """Whether the text is a time in this strptime form and not more than ten minutes ahead."""
    try:
        moment = datetime.strptime(text, form).replace(tzinfo=CHINA)
    except ValueError:
        return False
    return moment <= now() + timedelta(minutes=10)
