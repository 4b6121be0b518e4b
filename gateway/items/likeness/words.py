"""Names of items read for comparison: acts, kinds, objects, and what is left. The words stand in words.yaml."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import yaml

from gateway.items.likeness.fold import Name, split

_GRADE = re.compile(r"[一二三四五六七八九十甲乙丙丁a-zivx\d]+[级类种等档型]|\d+(?:\.\d+)?")
_BARE = 3  # a name with fewer characters of matter ("变更") says nothing without its main item


class Form(NamedTuple):
    """A name as it is compared. Texts are folded and their synonyms replaced.

    name, main:    the item's own name, and its main item's (empty core where unknown)
    own, with_main: what is left of the name, and of main item and name, without acts and procedure
    heading:       the same of the main item, or of the name where there is none
    acts:          办理情形, empty where the name has none: it covers all
    kind:          办理性质, empty where unknown
    objects:       group -> its words in the name
    marks:         words that tell one item from a neighbouring one
    pieces:        words that tell the pieces of one item apart; grades and amounts among them
    """

    name: Name
    main: Name
    own: str
    with_main: str
    heading: str
    acts: frozenset[str]
    kind: str
    objects: Mapping[str, frozenset[str]]
    marks: frozenset[str]
    pieces: frozenset[str] = frozenset()

    @property
    def bare(self) -> bool:
        """Whether the name says nothing by itself."""
        return len(self.own) < _BARE


def read(name: str, main: str = "") -> Form:
    """A name, and its main item's where the list has one."""
    own, heading = split(_alike(name)), split(_alike(main)) if main.strip() else Name("")
    text, above = _spoken(own), _spoken(heading)
    left, left_above = _left(text), _left(above)
    both = left if left_above in left else left_above + left
    acts = _acts(text)
    subject = text if len(left) >= _BARE else above + text
    kind, marks = _kind(text) or _kind(above), frozenset(_marks().findall(subject))
    pieces = frozenset([*_pieces().findall(subject), *_GRADE.findall(subject)])
    return Form(own, heading, left, both, left_above or left, acts, kind, _objects(subject), marks, pieces)


def act_names(acts: Iterable[str], language: str) -> str:
    """In words: 变更、注销 / change, cancellation."""
    titles = [_words()["acts"][act][language] for act in sorted(acts)]
    return ("、" if language == "zh" else ", ").join(titles)


def kind_name(kind: str, language: str) -> str:
    text: str = _words()["kinds"][kind][language]
    return text


def _spoken(name: Name) -> str:
    return name.core + "".join(name.cases)


@cache
def _words() -> dict[str, Any]:
    text = files("gateway.items.likeness").joinpath("words.yaml").read_text("utf-8")
    words: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return words


@cache
def _meaning(part: str) -> tuple[re.Pattern[str], dict[str, str]]:
    """Of acts, kinds or objects: a pattern that finds their words; word -> what it stands for."""
    stands: dict[str, str] = {}
    for name, group in _words()[part].items():
        stands |= dict.fromkeys(group["words"] if isinstance(group, dict) else group, name)
    return _any_of(stands), stands


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))


@cache
def _synonyms() -> tuple[re.Pattern[str], dict[str, str]]:
    pairs: dict[str, str] = _words()["alike"]
    return _any_of([*pairs, *pairs.values()]), pairs


def _alike(name: str) -> str:
    pattern, pairs = _synonyms()
    return pattern.sub(lambda found: pairs.get(found[0], found[0]), name)


def _acts(text: str) -> frozenset[str]:
    pattern, stands = _meaning("acts")
    return frozenset(stands[word] for word in pattern.findall(text))


def _kind(text: str) -> str:
    pattern, stands = _meaning("kinds")
    found = pattern.findall(text)
    return stands[found[-1]] if found else ""


def _objects(text: str) -> dict[str, frozenset[str]]:
    pattern, stands = _meaning("objects")
    found: dict[str, frozenset[str]] = {}
    for word in pattern.findall(text):
        found[stands[word]] = found.get(stands[word], frozenset()) | {word}
    return found


@cache
def _marks() -> re.Pattern[str]:
    return _any_of(_words()["marks"])


@cache
def _pieces() -> re.Pattern[str]:
    return _any_of(_words()["pieces"])


@cache
def _said_by_procedure() -> re.Pattern[str]:
    procedure: list[str] = _words()["kinds"]["licence"]["words"]
    return _any_of([*_words()["plain"], *_meaning("acts")[1], *procedure])


def _left(text: str) -> str:
    return _said_by_procedure().sub("", text)
