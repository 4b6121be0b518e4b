"""Which characters a text may hold, and how many bytes they take, as patterns of a JSON Schema.

A class is found by asking the very words and codecs that will refuse a character; so it cannot say otherwise.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from adapters.codecs.charset import unfit_for_xml, writable

Accepts = Callable[[str], bool]
Schema = dict[str, object]
_LAST = 0x10FFFF
_ASTRAL = 0x10000
_SAMPLES = ("\U00010400", "\U00020000", "\U0002f800")  # if a charset has these, it has all planes 1 to 14
_PLANES = (0x10000, 0xDFFFF)
_STEPS = 16
_BLOCK = 128
_BASIC = "".join(chr(code) for code in range(_ASTRAL) if not 0xD800 <= code <= 0xDFFF)
_ALIASED = frozenset("\u00b7\u2014\u30fb\u2015")  # which GB 2312 of Python has otherwise than platforms
Range = tuple[int, int]
_LITERAL = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


def carried(charset: str, *, xml: bool) -> Accepts:
    """Whether an adapter can put a text into a message."""
    return lambda text: (
        (charset == "utf-8" or writable(text, charset)) and not (xml and unfit_for_xml({"": text}))
    )


def class_of(accepts: Accepts, charsets: Iterable[str] = ()) -> str | None:
    """The pattern of texts of accepted characters, None where every character of JSON is one.

    charsets: outside of which surely nothing is accepted; so nobody has to be asked about it.
    """
    good, bad = _ranges(accepts, charsets)
    if not bad:
        return None
    return f"^[{_class(good)}]*$" if len(good) <= len(bad) else f"^[^{_class(bad)}]*$"


def _ranges(accepts: Accepts, charsets: Iterable[str]) -> tuple[list[Range], list[Range]]:
    """Accepted and refused characters; surrogates are neither, as no JSON text holds them."""
    found: dict[bool, list[Range]] = {True: [], False: []}
    known = _BASIC
    for charset in charsets:
        known = known.encode(charset, "ignore").decode(charset)
    last = -2
    for start, end, is_good in _judged(accepts, frozenset(known) | _ALIASED):
        ranges = found[is_good]
        if ranges and ranges[-1][1] == start - 1 == last:
            ranges[-1] = (ranges[-1][0], end)
        else:
            ranges.append((start, end))
        last = end
    if all(map(accepts, _SAMPLES)):
        found[True].append(_PLANES)
        found[False] += [] if accepts(chr(_LAST)) else [(_PLANES[1] + 1, _LAST)]
    else:
        found[False].append((_ASTRAL, _LAST))
    return found[True], found[False]


def _judged(accepts: Accepts, known: frozenset[str]) -> Iterator[tuple[int, int, bool]]:
    """Blocks, and where a block is of both kinds its characters one by one."""
    for start in range(0, _ASTRAL, _BLOCK):
        block = "".join(map(chr, range(start, start + _BLOCK)))
        if 0xD800 <= start < 0xE000:
            continue
        if known.isdisjoint(block):
            yield start, start + _BLOCK - 1, False
        elif accepts(block):
            yield start, start + _BLOCK - 1, True
        else:
            yield from ((ord(sign), ord(sign), sign in known and accepts(sign)) for sign in block)


def _class(ranges: Iterable[tuple[int, int]]) -> str:
    return "".join(_written(first) + (f"-{_written(last)}" if last > first else "") for first, last in ranges)


def _written(code: int) -> str:
    """A character in a class, as all three dialects read it."""
    sign = chr(code)
    if sign in _LITERAL or (code >= _ASTRAL or (code > 0xA0 and sign.isprintable())):
        return sign
    return f"\\u{code:04x}"


@lru_cache(maxsize=64)
def bytes_at_most(most: int, charset: str) -> Schema:
    """Texts that surely take at most so many bytes, and nearly all that do.

    Counting bytes is beyond a pattern; counting wide characters is not. Each alternative is a bound on the wide
    ones and on all of them; 16 of them lose at most a sixteenth of the wide characters.
    """
    alternatives: list[Schema] = []
    for wide, width in _widths(charset):
        whole = most // width
        bounds = sorted({0, whole, *(whole * step // _STEPS for step in range(1, _STEPS))})
        alternatives += [
            {"maxLength": most - bound * (width - 1), "pattern": wide.format(bound=bound)} for bound in bounds
        ]
    return {
        "title": f"{charset} 编码至多 {most} 字节",
        "x-charset": charset,
        "x-max-bytes": most,
        "anyOf": alternatives,
    }


def _widths(charset: str) -> Iterator[tuple[str, int]]:
    """How wide the characters beyond ASCII are: a pattern that bounds them, and their bytes."""
    narrow, wide = "\\u0000-\\u007f", "[^\\u0000-\\u007f]"
    every = f"^[{narrow}]*(?:{wide}[{narrow}]*){{{{0,{{bound}}}}}}$"
    if charset in ("gb2312", "gbk"):
        yield every, 2
        return
    plane = "\\u0080-\\uffff" if charset == "utf-8" else "\u4e00-\u9fa5\u3000-\u3002\uff01-\uff5e"
    yield f"^[{narrow}]*(?:[{plane}][{narrow}]*){{{{0,{{bound}}}}}}$", 3 if charset == "utf-8" else 2
    yield every, 4
