"""What the platform's charset can carry. A character that cannot be written stops the message; never `?`."""

import codecs
import re
from collections.abc import Callable

from mappings.problems import Refused
from mappings.tables import Table, compile_table
from mappings.words.registry import BadArgument, Example, word

_CHINESE = frozenset({"gb2312", "gbk", "gb18030"})
_SIGNS = compile_table("pua.yaml", 'table: pua\nrows: [{ours: "\\u4dae", theirs: "\\ue863"}]\n')
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U0010ffff"
# A1A4 and A1AA of GB 2312 are read as U+00B7 and U+2014 (so GBK); Python's gb2312 takes them for U+30FB and U+2015
_AS_GB2312 = {0x00B7: 0x30FB, 0x2014: 0x2015}
# what a codec of Python writes and the other side reads as another sign, or as none
_MISREAD = {"gb2312": "\u30fb\u2015", "gb18030": "\u9fb4-\u9fbb\ufe10-\ufe19"}


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
    encode = encoder(charset)

    def checked(value: str) -> str:
        encode(value)
        return value

    return checked


@word(
    Example("申请", (4, "gbk"), expect="申请"),
    Example("申请", (5, "utf-8"), refuse="too_many_bytes"),
    Example("䶮", (9, "gbk"), refuse="not_writable"),
)
def at_most_bytes(most: int, charset: str) -> Callable[[str], str]:
    """Refused if it takes more than `most` bytes in `charset`, or cannot be written in it."""
    encode = encoder(charset)

    def checked(value: str) -> str:
        length = len(encode(value))
        if length > most:
            raise Refused("too_many_bytes", most=most, length=length, charset=charset)
        return value

    return checked


@word(
    Example("䶮", (_SIGNS, "gbk"), expect="\ue863"),
    Example("张三", (_SIGNS,), expect="张三"),
    Example("䶮镕㛃", (_SIGNS, "gbk"), refuse="not_writable"),
    Example("\ue000", (_SIGNS,), refuse="not_writable"),
    inverse="from_private_use",
)
def private_use(name: Table, charset: str = "utf-8") -> Callable[[str], str]:
    """Rare characters become the platform's private-use signs (自造字) by `tables/NAME.yaml`, one row each.

    What is not in the table must be writable in `charset`; private-use signs that come in are refused.
    """
    _single(name)
    encode = encoder(charset)
    rare = re.compile("|".join(re.escape(row.ours) for row in name.rows))

    def exchanged(value: str, *received_at: str | None) -> str:
        encode(rare.sub(" ", value))
        return rare.sub(lambda sign: name.row_of(sign[0], *(received_at or (None,))).theirs, value)

    return exchanged


@word(
    Example("\ue863", (_SIGNS,), expect="䶮"),
    Example("\ue000", (_SIGNS,), refuse="private_use"),
    inverse="private_use",
)
def from_private_use(name: Table) -> Callable[[str], str]:
    """The platform's private-use signs become characters by `tables/NAME.yaml`; one without a row is refused."""
    _single(name)
    known = {row.theirs for row in name.rows}
    private = re.compile(f"[{_PRIVATE}]")

    def exchanged(value: str, *received_at: str | None) -> str:
        signs = []
        for position, sign in enumerate(value, 1):
            if sign in known:
                sign = name.row_of(sign, *(received_at or (None,)), back=True).ours
            elif private.match(sign):
                raise Refused("private_use", position=position, table=name.name)
            signs.append(sign)
        return "".join(signs)

    return exchanged


def decoder(charset: str) -> Callable[[bytes], str]:
    """The text of bytes; GB 2312 and GBK are read as GB 18030, which contains them. Raises BadArgument, Refused."""
    name = _known(charset)

    def decoded(raw: bytes) -> str:
        try:
            return raw.decode("gb18030" if name in _CHINESE else name)
        except UnicodeDecodeError as error:
            raise Refused("not_text_of_charset", charset=charset) from error

    return decoded


def _single(table: Table) -> None:
    if any(len(row.ours) != 1 or len(row.theirs) != 1 for row in table.rows):
        raise BadArgument(f"table '{table.name}' has more than one character in a row", "write one each side")


def _known(charset: str) -> str:
    try:
        return codecs.lookup(charset).name
    except LookupError as error:
        raise BadArgument(f"no charset '{charset}'", "write utf-8, gb2312, gbk or gb18030") from error


def encoder(charset: str) -> Callable[[str], bytes]:
    """Raises BadArgument if there is no such charset; the function raises Refused at the first character lost."""
    name = _known(charset)
    misread = re.compile(f"[{_PRIVATE}{_MISREAD.get(name, '')}]")
    aliased = re.compile("[·—]") if name == "gb2312" else None

    def encoded(value: str) -> bytes:
        found = misread.search(value)
        lost = found.start() if found else len(value)
        try:
            written = (value.translate(_AS_GB2312) if aliased and aliased.search(value) else value).encode(
                name
            )
        except UnicodeEncodeError as error:
            lost, written = min(lost, error.start), b""
        if lost < len(value):
            raise Refused("not_writable", character=value[lost], position=lost + 1, charset=charset)
        return written

    return encoded
