"""Names of items, materials and units as they are compared (事项名称比对). Pure; whoever asks keeps the original.

Lists write one name in many ways: traditional script, pinyin glosses in brackets (優(yōu)化), full width, leading
bullets and numbers, the name of a system in front (【省集中企保系统】), the level in brackets (市级/县级), 权限内.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from opencc import OpenCC

_ROUNDS = 9  # two settle nearly every name; a round only shortens a text or maps its characters
_ROUND_FORM = str.maketrans("[]{}〈〉", "()()《》")
_SQUARE_FORM = str.maketrans("【】〔〕〖〗〘〙〚〛", "[][][][][]")
_BEHIND_HAN = re.compile(r"(?<=[\u3400-\u9fff])\(([^()]{1,24})\)")
_TONES = re.compile("[\u0300\u0301\u0304\u030c]")
_PINYIN = re.compile(r"[a-z\u0261\u0308\s]+")
_CIRCLED = re.compile(r"^\s*[\u2460-\u24ff\u2776-\u2793\u3220-\u3229\u3280-\u3289]+(?=.*\w)", re.DOTALL)
_NUMERAL = r"(?:\d{1,3}(?:\.\d{1,3})*|[一二三四五六七八九十]{1,3})"
_BULLET = re.compile(rf"^(?:[^\w(\[]+|{_NUMERAL}[.、)](?!\d)|\({_NUMERAL}\))(?=.*\w)", re.DOTALL)
_PREFIX = re.compile(r"^\[([^\[\]]*)\](?=.*\w)", re.DOTALL)
_BRACKET = re.compile(r"\(([^()]*)\)")
_NESTED = re.compile(r"\(([^()]*)\(([^()]*)\)([^()]*)\)")
_PLACE = r"(?:国家|部|省|自治区|直辖市|设区的市|市|州|盟|地|县|区|旗|乡|镇|街道|村|社区|本)"
_LEVEL = re.compile(
    rf"{_PLACE}级?(?:[/、,及和或]*{_PLACE}级?)*(?:及?以[上下])?(?:权限(?:范围)?内?)?(?:行使|实施|办理)?"
)
_MARKS_A_LEVEL = re.compile(rf"级|权限|{_PLACE}[/、,及和或]+{_PLACE}|{_PLACE}{{3}}")
_WITHIN = re.compile(rf"(?:{_PLACE}级)?权限(?:范围)?内的?")
_POINT = re.compile(r"(?<=\d)\.(?=\d)")


class Name(NamedTuple):
    """A name taken apart, every part folded.

    core:     what the item is about, without brackets
    cases:    what stands in brackets: a situation (情形), a sub-item, what is left out; in order
    levels:   brackets that name the level only (市级/县级)
    prefixes: square brackets in front: the name of a system or of a list
    """

    core: str
    cases: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()

    @property
    def whole(self) -> str:
        return self.core + "".join(f"({case})" for case in self.cases)


def fold(name: str) -> str:
    """The name as it is compared: its core, then its cases in round brackets; levels and prefixes left out.

    Idempotent; empty only where there is nothing to see. Names that fold alike are written alike, which does not
    make them the same item.
    """
    return split(name).whole


def split(name: str) -> Name:
    """The name taken apart. What would leave nothing over is kept: 【企保】 alone is a core."""
    levels: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    for _ in range(_ROUNDS):
        found = _split_once(name)
        levels, prefixes = levels + found.levels, prefixes + found.prefixes
        if found.whole == name:
            break
        name = found.whole
    return Name(found.core, found.cases, levels, prefixes)


def _split_once(name: str) -> Name:
    text, prefixes = _unprefixed(_plain(name))
    core, brackets = _unbracketed(text)
    cases = _bared(text for text in brackets if not _is_level(text))
    levels = _bared(text for text in brackets if _is_level(text))
    core = _bare(_WITHIN.sub("", core)) or _bare(core)
    if not core and cases:
        core, cases = cases[0], cases[1:]
    elif not core and levels:
        core, levels = levels[0], levels[1:]
    return Name(core or _visible(text), cases, levels, _bared(prefixes))


def in_simplified_script(text: str) -> str:
    """The text in simplified script and without pinyin glosses; nothing else of it is changed."""
    return str(_simplifier().convert(_without_glosses(text)))


def _plain(name: str) -> str:
    """Simplified script, half width, lower case, without glosses and what stands in front of a list's lines."""
    text = _CIRCLED.sub("", name.translate(_WRITABLE))
    text = unicodedata.normalize("NFKC", text).translate(_SQUARE_FORM)
    text = _simplifier().convert(_without_glosses(text))
    return unicodedata.normalize("NFKC", text.casefold()).strip()


@cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


def _without_glosses(text: str) -> str:
    """Without the pinyin in brackets behind Han characters; untoned (de) only where others carry tones."""
    glosses = [match[1] for match in _BEHIND_HAN.finditer(text) if _is_toned(match[1])]
    if not glosses:
        return text
    return _BEHIND_HAN.sub(lambda match: "" if _is_pinyin(match[1]) else match[0], text)


def _is_toned(text: str) -> bool:
    return _is_pinyin(text) and bool(_TONES.search(unicodedata.normalize("NFD", text)))


def _is_pinyin(text: str) -> bool:
    return bool(_PINYIN.fullmatch(_TONES.sub("", unicodedata.normalize("NFD", text))))


def _unprefixed(text: str) -> tuple[str, list[str]]:
    """Without bullets, numbers and square brackets in front, in any order; and what the brackets held."""
    prefixes: list[str] = []
    while found := _BULLET.match(text) or _PREFIX.match(text):
        prefixes += found.groups()
        text = text[found.end() :]
    return text, prefixes


def _unbracketed(text: str) -> tuple[str, list[str]]:
    """The text outside of brackets, and what each of the outermost brackets holds; a stray one is punctuation."""
    text = text.translate(_ROUND_FORM)
    while (flat := _NESTED.sub(r"(\1\2\3)", text)) != text:
        text = flat
    return _BRACKET.sub("", text), _BRACKET.findall(text)


def _is_level(text: str) -> bool:
    return bool(_LEVEL.fullmatch(text) and _MARKS_A_LEVEL.search(text))


def _bared(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(bare for bare in map(_bare, texts) if bare)


def _bare(text: str) -> str:
    """Without punctuation, blanks and what cannot be seen; the point of a decimal number stays."""
    return ".".join(part.translate(_LETTERS) for part in _POINT.split(text))


def _visible(text: str) -> str:
    return text.translate(_SEEN)


class _Without(dict[int, int | None]):
    """A table for str.translate that drops characters of some Unicode categories."""

    def __init__(self, *categories: str) -> None:
        super().__init__()
        self._categories = categories

    def __missing__(self, character: int) -> int | None:
        dropped = unicodedata.category(chr(character)).startswith(self._categories)
        self[character] = None if dropped else character
        return self[character]


# Private use characters are kept: a rare Han character may have come as one.
_CONTROLS = ("Cc", "Cf", "Cs")
_WRITABLE = _Without(*_CONTROLS)
_SEEN = _Without("Z", "Mn", "Me", *_CONTROLS)
_LETTERS = _Without("P", "Z", "Mn", "Me", *_CONTROLS)
