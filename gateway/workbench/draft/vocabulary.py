"""terms.yaml, read: what our vocabulary is called by others, in Chinese, in pinyin initials, in English."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_IN_LISTS = {"materials": "of_materials", "materials.files": "of_files"}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing of ours. source: the start of an expression, such as `applicant.name` or `. | material`.

    leaf: its last name, by which codes are looked up. holder: whose it is, `""` for nobody's. whole: its terms
    say everything; else they are said of the holder (姓名 inside of 申请人).
    """

    source: str
    leaf: str
    terms: dict[str, str]
    names: tuple[str, ...]
    holder: str = ""
    whole: bool = True


@cache
def terms() -> dict[str, Any]:
    read: dict[str, Any] = yaml.load(
        files("gateway.workbench.draft").joinpath("terms.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader
    )
    return read


def words(name: str) -> str:
    """`applyerPageCode`, `APPLYER_PAGE_CODE` -> `applyer page code`."""
    return " ".join(each.lower() for each in _WORDS.findall(name))


@cache
def candidates(inside: str = "") -> tuple[Candidate, ...]:
    """What may feed a target. inside: "" for the document, else the list whose elements are meant."""
    if inside:
        return tuple(_elements(inside))
    return (*_whole(), *_persons())


def _whole() -> Iterator[Candidate]:
    for path, said in terms()["whole"].items():
        yield Candidate(path, path.rpartition(".")[2], said["terms"], tuple(said["names"]))


def _persons() -> Iterator[Candidate]:
    """姓名 alone means the applicant; 代理人姓名 and dlrxm mean the agent."""
    for holder, called in terms()["holders"].items():
        for field, said in terms()["fields"].items():
            path = f"{holder}.{field}"
            both = {
                one + other: first + last
                for one, first in called["terms"].items()
                for other, last in said["terms"].items()
            }
            names = tuple(f"{one} {other}" for one in called["names"] for other in said["names"])
            yield Candidate(path, field, both, names, holder)
            yield Candidate(path, field, said["terms"], tuple(said["names"]), holder, whole=False)


def _elements(inside: str) -> Iterator[Candidate]:
    for path, said in terms()[_IN_LISTS[inside]].items():
        source = path if path.startswith(".") else f".{path}"
        yield Candidate(source, path.split(" ")[0].rpartition(".")[2], said["terms"], tuple(said["names"]))


def holder_of(name: str, title: str) -> str | None:
    """The person whom an object of theirs describes."""
    for holder, called in sorted(terms()["holders"].items(), key=lambda one: -len(one[0])):
        if is_called(name, title, called["terms"], called["names"]):
            return str(holder)
    return None


def list_of(name: str, title: str) -> str | None:
    """The list of ours that a repeating object of theirs describes."""
    for path, called in terms()["lists"].items():
        if is_called(name, title, called["terms"], called["names"]):
            return str(path)
    return None


def is_called(name: str, title: str, terms_: dict[str, str], names: list[str]) -> bool:
    said = head(title)
    return (
        said in terms_
        or any(said == term + more for term in terms_ for more in ("信息", "列表"))
        or name.lower() in terms_.values()
        or name.lower() in {initials + "xx" for initials in terms_.values()}
        or words(name) in names
    )


def head(title: str) -> str:
    """The title without what explains it: `申请人性别(1男 2女)` -> `申请人性别`."""
    return re.split(r"[\s:：,，;；(（\[【0-9]", title.strip(), maxsplit=1)[0]


def labelled(title: str) -> dict[str, str]:
    """Codes that a title explains: `1男 2女`, `1-男;2-女`, `1:男` -> {"1": "男", "2": "女"}."""
    found = re.findall(r"([0-9A-Za-z]{1,4})\s*[-:：.、=]?\s*([\u4e00-\u9fff]{1,12})", title)
    return dict(found)
