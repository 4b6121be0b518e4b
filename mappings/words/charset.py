"""What the platform's charset can carry. A character that cannot be written stops the message; never `?`."""

import codecs
from collections.abc import Callable

from mappings.problems import Refused
from mappings.words.registry import BadArgument, Example, word

_MOVED_IN_2022 = frozenset(map(chr, [*range(0x9FB4, 0x9FBC), *range(0xFE10, 0xFE1A)]))
# A1A4 and A1AA of GB 2312 are read as U+00B7 and U+2014 (so GBK); Python's gb2312 takes them for U+30FB and U+2015
_AS_GB2312 = {0x00B7: 0x30FB, 0x2014: 0x2015, 0x30FB: 0xFFFF, 0x2015: 0xFFFF}


@word(
    Example("张三", ("gb2312",), expect="张三"),
    Example("买买提·吐尔逊", ("gb2312",), expect="买买提·吐尔逊"),
    Example("买买提・吐尔逊", ("gb2312",), refuse="not_writable"),
    Example("陶喆", ("gb2312",), refuse="not_writable"),
    Example("䶮", ("gbk",), refuse="not_writable"),
    Example("䶮", ("gb18030",), expect="䶮"),
    Example("龴", ("gb18030",), refuse="not_writable"),
)
def writable(charset: str) -> Callable[[str], str]:
    """Refused if a character cannot be written in `charset`; says which one and where.

    `gb2312` has its dot (U+00B7) and dash (U+2014) as platforms mean them. Private-use characters are refused in
    every charset: the other side would see another sign or none.
    `gb18030`: Python writes the edition before 2022. In that of 2022 eighteen characters (U+9FB4–9FBB, U+FE10–FE19)
    have other bytes, so what the other side reads depends on its edition: they are refused.
    """
    name = _known(charset)

    def checked(value: str) -> str:
        position = _first_unwritable(value, name)
        if position is not None:
            raise Refused("not_writable", character=value[position], position=position + 1, charset=charset)
        return value

    return checked


@word(
    Example("申请", (4, "gbk"), expect="申请"),
    Example("申请", (5, "utf-8"), refuse="too_many_bytes"),
    Example("䶮", (9, "gbk"), refuse="not_writable"),
)
def at_most_bytes(most: int, charset: str) -> Callable[[str], str]:
    """Refused if it takes more than `most` bytes in `charset`, or cannot be written in it."""
    name, check = _known(charset), writable(charset)

    def checked(value: str) -> str:
        length = len(check(value).translate(_AS_GB2312 if name == "gb2312" else {}).encode(name))
        if length > most:
            raise Refused("too_many_bytes", most=most, length=length, charset=charset)
        return value

    return checked


def _first_unwritable(value: str, charset: str) -> int | None:
    if value.isascii():
        return None
    try:
        (value.translate(_AS_GB2312) if charset == "gb2312" else value).encode(charset)
    except UnicodeEncodeError as error:
        return error.start
    doubtful = _MOVED_IN_2022 if charset == "gb18030" else frozenset()
    return next((index for index, one in enumerate(value) if one in doubtful or _is_private(one)), None)


def _is_private(character: str) -> bool:
    return "\ue000" <= character <= "\uf8ff" or character >= "\U000f0000"


def _known(charset: str) -> str:
    try:
        return codecs.lookup(charset).name
    except LookupError as error:
        raise BadArgument(f"no charset '{charset}'", "write utf-8, gb2312, gbk or gb18030") from error
