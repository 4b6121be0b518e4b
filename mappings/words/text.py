"""Letters, width, spaces, length. Nothing is ever cut: what does not fit is refused."""

from collections.abc import Callable

from mappings.problems import Refused
from mappings.words.registry import BadArgument, Example, word

_FULL = "".join(map(chr, range(0xFF01, 0xFF5F))) + "\u3000"
_HALF = "".join(map(chr, range(0x21, 0x7F))) + " "
_WIDEST = 1000
_TO_HALF = str.maketrans(_FULL, _HALF)
_TO_FULL = str.maketrans(_HALF, _FULL)


@word(Example("ab1", expect="AB1"))
def upper(value: str) -> str:
    """Upper case (大写)."""
    return value.upper()


@word(Example("AB1", expect="ab1"))
def lower(value: str) -> str:
    """Lower case (小写)."""
    return value.lower()


@word(Example("\u3000 张三 ", expect="张三"))
def strip(value: str) -> str:
    """Without spaces at either end, the ideographic space too."""
    return value.strip()


@word(Example("张 三\u3000丰", expect="张三丰"))
def without_spaces(value: str) -> str:
    """Without any white space."""
    return "".join(value.split())


@word(Example("ＡＢ１２（３）", expect="AB12(3)"), inverse="full_width")
def half_width(value: str) -> str:
    """Full-width letters, digits and signs become half-width (全角转半角)."""
    return value if value.isascii() else value.translate(_TO_HALF)


@word(Example("AB12(3)", expect="ＡＢ１２（３）"), inverse="half_width")
def full_width(value: str) -> str:
    """Half-width letters, digits and signs become full-width (半角转全角)."""
    return value.translate(_TO_FULL)


@word(
    Example("7", (3,), expect="007"),
    Example("7", (3, " "), expect="  7"),
    Example("1234", (3,), refuse="too_long"),
)
def pad(width: int, fill: str = "0") -> Callable[[str], str]:
    """Filled up on the left to `width` characters; a longer text is refused."""
    if len(fill) != 1 or not 0 <= width <= _WIDEST:
        raise BadArgument(f"'pad' fills with one character up to {_WIDEST}", 'write pad(4, "0")')

    def padded(value: str) -> str:
        if len(value) > width:
            raise Refused("too_long", most=width, length=len(value))
        return value.rjust(width, fill)

    return padded


@word(
    Example("007", expect="7"),
    Example("000", expect="0"),
    Example("  7", (" ",), expect="7"),
    inverse="pad",
)
def unpad(fill: str = "0") -> Callable[[str], str]:
    """Without the `fill` characters on the left; the last character always stays."""
    _one_sign(fill, "unpad")
    return lambda value: value[:-1].lstrip(fill) + value[-1:]


@word(
    Example("A", (3,), expect="A  "),
    Example("A", (3, "0"), expect="A00"),
    Example("ABCD", (3,), refuse="too_long"),
    Example("A ", (3,), refuse="padded_already"),
    inverse="unpad_right",
)
def pad_right(width: int, fill: str = " ") -> Callable[[str], str]:
    """Filled up on the right to `width` characters; refused if it is longer, or ends with `fill` itself."""
    _one_sign(fill, "pad_right")
    if not 0 <= width <= _WIDEST:
        raise BadArgument(f"'pad_right' fills up to {_WIDEST} characters", 'write pad_right(4, " ")')

    def padded(value: str) -> str:
        if len(value) > width:
            raise Refused("too_long", most=width, length=len(value))
        if value.endswith(fill):
            raise Refused("padded_already")
        return value.ljust(width, fill)

    return padded


@word(Example("A  ", expect="A"), Example("A00", ("0",), expect="A"), inverse="pad_right")
def unpad_right(fill: str = " ") -> Callable[[str], str]:
    """Without the `fill` characters on the right."""
    _one_sign(fill, "unpad_right")
    return lambda value: value.rstrip(fill)


@word(Example("第一行\r\n  第二行 ", expect="第一行 第二行"))
def one_line(value: str) -> str:
    """Without line breaks and tabs: white space of any length becomes one space."""
    return " ".join(value.split())


@word(Example("440232|某县", ("|",), expect="440232"), Example("440232", ("|",), refuse="no_separator"))
def before(separator: str) -> Callable[[str], str]:
    """What stands before the first `separator`; refused where there is none."""
    _not_empty(separator, "before")
    return lambda value: _halves(value, separator)[0]


@word(Example("440232|某县", ("|",), expect="某县"), Example("某县", ("|",), refuse="no_separator"))
def after(separator: str) -> Callable[[str], str]:
    """What stands after the first `separator`; refused where there is none."""
    _not_empty(separator, "after")
    return lambda value: _halves(value, separator)[1]


@word(Example("申请", (2,), expect="申请"), Example("申请表", (2,), refuse="too_long"))
def at_most(most: int) -> Callable[[str], str]:
    """Refused if it has more than `most` characters."""

    def checked(value: str) -> str:
        if len(value) > most:
            raise Refused("too_long", most=most, length=len(value))
        return value

    return checked


@word(Example("abc", (3,), expect="abc"), Example("ab", (3,), refuse="too_short"))
def at_least(least: int) -> Callable[[str], str]:
    """Refused if it has fewer than `least` characters."""

    def checked(value: str) -> str:
        if len(value) < least:
            raise Refused("too_short", least=least, length=len(value))
        return value

    return checked


@word(
    Example("00123", expect="00123"),
    Example("12a", refuse="not_digits"),
    Example("１２", refuse="not_digits"),
)
def digits(value: str) -> str:
    """Refused unless every character is one of 0-9."""
    if not (value.isascii() and value.isdigit()):
        raise Refused("not_digits")
    return value


@word(Example("12", ("No.",), expect="No.12"), inverse="without_prefix")
def prefix(text: str) -> Callable[[str], str]:
    """With `text` before it."""
    return lambda value: text + value


@word(Example("12", ("号",), expect="12号"), inverse="without_suffix")
def suffix(text: str) -> Callable[[str], str]:
    """With `text` after it."""
    return lambda value: value + text


@word(
    Example("sha-256:0a", ("sha-256:",), expect="0a"),
    Example("0a", ("sha-256:",), refuse="no_prefix"),
    inverse="prefix",
)
def without_prefix(text: str) -> Callable[[str], str]:
    """Without `text` before it; refused if it does not begin so."""

    def bare(value: str) -> str:
        if not value.startswith(text):
            raise Refused("no_prefix", prefix=text)
        return value[len(text) :]

    return bare


@word(Example("12号", ("号",), expect="12"), Example("12", ("号",), refuse="no_suffix"), inverse="suffix")
def without_suffix(text: str) -> Callable[[str], str]:
    """Without `text` after it; refused if it does not end so."""

    def bare(value: str) -> str:
        if not value.endswith(text):
            raise Refused("no_suffix", suffix=text)
        return value[: len(value) - len(text)]

    return bare


@word(Example("2026-01-31", ("-", "/"), expect="2026/01/31"))
def replace(old: str, new: str) -> Callable[[str], str]:
    """Every `old` becomes `new`."""
    if not old:
        raise BadArgument("'old' of 'replace' is empty", "write the characters to replace")
    return lambda value: value.replace(old, new)


def _one_sign(fill: str, name: str) -> None:
    if len(fill) != 1:
        raise BadArgument(f"'fill' of '{name}' is one character", f'write {name}(… "0")')


def _halves(value: str, separator: str) -> tuple[str, str]:
    left, found, right = value.partition(separator)
    if not found:
        raise Refused("no_separator", separator=separator)
    return left, right


def _not_empty(separator: str, name: str) -> None:
    if not separator:
        raise BadArgument(f"'separator' of '{name}' is empty", f'write {name}("|")')
