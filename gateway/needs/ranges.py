"""Patterns for days and for texts of digits in an order: what a JSON Schema can say of "not after today".

Every pattern is read alike by JavaScript (`u`), Python and Rust, and neither looks ahead nor back.
"""

import re
from datetime import date

_DIGITS = re.compile("[0-9]+")
_YEAR = "(?:[0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)"  # no year 0000
_LEAP = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[13579][26]|0[48])00)"


def _days(dash: str) -> str:
    """Every day of the calendar, with this between its parts."""
    short = f"(?:0[469]|11){dash}(?:0[1-9]|[12][0-9]|30)"
    long = f"(?:0[13578]|1[02]){dash}(?:0[1-9]|[12][0-9]|3[01])"
    february = f"02{dash}(?:0[1-9]|1[0-9]|2[0-8])"
    return f"(?:{_YEAR}{dash}(?:{long}|{short}|{february})|{_LEAP}{dash}02{dash}29)"


DAY, DAY_DIGITS = _days("-"), _days("")
CLOCK = "[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,6})?(?:\\+08:00)?"
ADULT_YEARS = 18


def up_to(text: str) -> str:
    """Texts of this length and these separators whose digits are not after the text's."""
    return _either(text, after=False)


def since(text: str) -> str:
    """Texts of this length and these separators whose digits are not before the text's."""
    return _either(text, after=True)


def _either(text: str, *, after: bool) -> str:
    """The text itself, or one that departs from it at some digit to the wanted side."""
    sides = [text]
    for place, sign in enumerate(text):
        if not sign.isdigit():
            continue
        first, last = (int(sign) + 1, 9) if after else (0, int(sign) - 1)
        if first <= last:
            rest = _DIGITS.sub(lambda found: f"[0-9]{{{len(found[0])}}}", text[place + 1 :])
            sides.append(f"{text[:place]}[{first}-{last}]{rest}")
    return f"(?:{'|'.join(sides)})"


def adult_on(today: date) -> str:
    """The last birth date, as YYYY-MM-DD, of who is of age (民法典 art. 17); perhaps a 29 February that is none."""
    return f"{today.year - ADULT_YEARS:04d}-{today.month:02d}-{today.day:02d}"
