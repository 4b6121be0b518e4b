"""Messages seen in place of a contract: what several samples have in common is what is known of them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from lxml import etree

from adapters.codecs import xml
from adapters.contract.documents import parsed
from adapters.contract.marked import marked
from adapters.contract.model import Contract, Offer, Part
from adapters.errors import Garbled, Unbuildable

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_BARE_TIME = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?")
_WORDS = (("request", "response"), ("req", "resp"), ("req", "res"), ("ask", "answer"), ("given", "reply"))
_LIST_OF = re.compile(r"(?<=.)(?:_?[Ll]ists?|_?LISTS?|[Ss]|_?[Aa]rray|_?[Ii]tems)$")
_MOST = 20_000
_DEEPEST = 200


def read(path: str, files: Mapping[str, str]) -> Contract:
    """The sample at `path` and the answer that has its name with `response` in place of `request`, if any."""
    answer = next((each for each in _answers(path) if each != path and each in files), None)
    return seen([path], [answer] if answer else [], files)


def seen(
    requests: Sequence[str], answers: Sequence[str], files: Mapping[str, str], call: str = ""
) -> Contract:
    """One operation from samples of its messages, each a file with JSON, XML or a SOAP envelope.

    Raises Unbuildable for a file that is neither.
    """
    asked = [_tree(path, files) for path in requests]
    told = [_tree(path, files) for path in answers]
    request, roots = _root(asked), _roots(files, requests)
    request = _listed(request) if roots else request
    envelope = next(filter(None, (marked(files[path]) for path in requests)), None) or ""
    why = "" if request.kind == "object" and not request.many else "its message is no object"
    offer = Offer(
        call or (_called(files[requests[0]]) if envelope else ""),
        "",
        request,
        _root(told) if told else None,
        "unusable" if why else "typed",
        why,
        media=_media(files, requests),
        style="document/literal" if "Envelope" in roots else "",
        wrapper=roots.pop() if len(roots) == 1 and roots != {"Envelope"} else "",
        answer_media=_media(files, answers) if answers else "",
        envelope=envelope,
    )
    return Contract("samples", (offer,))


def _media(files: Mapping[str, str], paths: Sequence[str]) -> str:
    return "text/xml" if _roots(files, paths) else "application/json"


def _roots(files: Mapping[str, str], paths: Sequence[str]) -> set[str]:
    """Names of the elements of all that is XML."""
    return {xml.local(root) for path in paths if (root := _document(path, files)) is not None}


def _document(path: str, files: Mapping[str, str]) -> etree._Element | None:
    """Of a file in XML; None for one that is none. Raises Unbuildable."""
    text = files.get(path, "").lstrip("\ufeff \t\r\n")
    if not text.startswith("<"):
        return None
    try:
        return xml.parsed(text)
    except Garbled:
        raise Unbuildable(("contract",), f"{path} is not well-formed XML", "save the sample again") from None


def _called(text: str) -> str:
    """The element in the body of an envelope."""
    body = next(each for each in xml.parsed(text) if xml.local(each) == "Body")
    return xml.local(body[0])


def _answers(path: str) -> list[str]:
    folder, slash, name = path.rpartition("/")
    return [f"{folder}{slash}{name.replace(ask, answer)}" for ask, answer in _WORDS if ask in name]


def _tree(path: str, files: Mapping[str, str]) -> Any:
    text = files.get(path)
    if text is None:
        raise Unbuildable(("contract",), f"{path} is not in the folder", "name the sample's file")
    root = _document(path, files)
    if root is None:
        return parsed(path, text)
    if xml.local(root) == "Envelope":
        body = next((each for each in root if xml.local(each) == "Body"), root)
        root = body[0] if len(body) else body
        for each in root.iter():
            for key in [str(key) for key in each.attrib if str(key).startswith("{")]:
                del each.attrib[key]  # a type, an encoding: the envelope's, none of the message's own
    content = xml.tree(root)
    return content if isinstance(content, dict) else {"#text": content}


def _root(trees: list[Any]) -> Part:
    left = [_MOST]
    return _part("", trees, left, 0)


def _part(name: str, values: list[Any], left: list[int], depth: int) -> Part:
    """What all these values, each of one sample, have in common."""
    left[0] -= 1
    many = any(isinstance(each, list) for each in values)
    flat = [item for each in values for item in (each if isinstance(each, list) else [each])]
    given = [each for each in flat if each is not None]
    required = len(given) == len(flat) and bool(flat)
    if given and all(isinstance(each, Mapping) for each in given) and left[0] > 0 and depth < _DEEPEST:
        names = dict.fromkeys(str(key) for each in given for key in each)
        parts = tuple(
            replace(
                _part(key, [each[key] for each in given if key in each], left, depth + 1),
                required=all(key in each and each[key] is not None for each in given),
            )
            for key in names
        )
        return Part(name, "object", required=required, many=many).holding(parts)
    kind, form = _kind(given)
    return Part(name, kind, required=required, many=many, open=kind in ("any", "object"), form=form)


def _listed(part: Part) -> Part:
    """In XML a list of one looks like none: `clList/cl` and `materials/material` may repeat all the same."""
    inside = tuple(map(_listed, part.parts))
    if len(inside) == 1 and inside[0].name and _LIST_OF.sub("", part.name) == inside[0].name:
        inside = (replace(inside[0], many=True),)
    return replace(part, parts=inside) if part.parts else part


def _written_as(values: list[str]) -> str:
    """How times are written where no zone is, for they are no `date-time` of RFC 3339 then."""
    bare = all(_BARE_TIME.fullmatch(each) for each in values)
    return "yyyy-MM-dd HH:mm:ss" if bare else "date-time"


def _kind(values: list[Any]) -> tuple[str, str]:
    """The narrowest kind that has all these values, and its form."""
    if any(isinstance(each, Mapping | list) for each in values):
        return "any", ""
    if not values:
        return "text", ""
    for kind, fits in (
        ("boolean", lambda each: isinstance(each, bool)),
        ("integer", lambda each: isinstance(each, int) and not isinstance(each, bool)),
        ("decimal", lambda each: isinstance(each, int | float) and not isinstance(each, bool)),
        ("date", lambda each: isinstance(each, str) and _DATE.fullmatch(each)),
        ("time", lambda each: isinstance(each, str) and _TIME.fullmatch(each)),
    ):
        if all(fits(each) for each in values):
            return kind, _written_as(values) if kind == "time" else "date" if kind == "date" else ""
    return "text", ""
