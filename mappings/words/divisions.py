"""Division codes (行政区划, GB/T 2260) in their three widths: 6, 9 (with town) and 12 (with village)."""

import re
from collections.abc import Callable

from mappings.problems import Refused
from mappings.words.registry import BadArgument, Example, word

# 东莞, 中山, 儋州, 嘉峪关: prefectures without counties, whose towns stand right below them
_WITHOUT_COUNTIES = frozenset({"441900", "442000", "460400", "620200"})
_SHAPE = re.compile(r"[0-9]{6}([0-9]{3}){0,2}")


@word(
    Example("440232", (12,), expect="440232000000"),
    Example("440232000000", (6,), expect="440232"),
    Example("440232101000", (6,), refuse="finer_division"),
    Example("44023", (6,), refuse="not_division"),
)
def division(width: int) -> Callable[[str], str]:
    """The same division in `width` digits; refused where the shorter form would say less."""
    if width not in (6, 9, 12):
        raise BadArgument(f"a division has no {width} digits", "write 6, 9 or 12")

    def sized(value: str) -> str:
        full = _checked(value).ljust(12, "0")
        if full[width:].strip("0"):
            raise Refused("finer_division", width=width)
        return full[:width]

    return sized


@word(Example("440232", expect="440000"), Example("GD", refuse="not_division"))
def province_of(value: str) -> str:
    """The province of a division, in 6 digits."""
    return _checked(value)[:2] + "0000"


@word(
    Example("440232101000", expect="440232"),
    Example("441900003000", expect="441900"),
    Example("440000", refuse="coarser_division"),
    Example("440100", refuse="coarser_division"),
    Example("GD", refuse="not_division"),
)
def county_of(value: str) -> str:
    """The county (县区) of a division, in 6 digits; a town or village in it is left out on purpose.

    Refused for a province or a prefecture, but for the four prefectures that have no counties.
    """
    county = _checked(value)[:6]
    if county.endswith("00") and county not in _WITHOUT_COUNTIES:
        raise Refused("coarser_division")
    return county


@word(Example("440232101000", expect="440200"), Example("GD", refuse="not_division"))
def prefecture_of(value: str) -> str:
    """The prefecture (地市) of a division, in 6 digits."""
    return _checked(value)[:4] + "00"


def _checked(value: str) -> str:
    if not _SHAPE.fullmatch(value):
        raise Refused("not_division")
    return value
