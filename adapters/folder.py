"""A file drop (网闸): the document is a file under a name that holds our number, and so is the answer.

`call: PUT NAME.xml` writes, `GET NAME_*.xml` looks for answers, `LIST NAME.xml` for our files of a day; `{field}`
in a name is a field of the document. An answer is a small document of the transport (docs/fronts.md lists its
outcomes) with what their files hold: `answer` is the last one by name, `answers` are all.
"""

import base64
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from yarl import URL

from adapters import drop_list
from adapters.base import Adapter, Surroundings
from adapters.codecs import json, xml
from adapters.codecs.charset import charset_of_xml, decoded, encoded, unwritable, writable
from adapters.declared import Platform
from adapters.drops import FolderTransport
from adapters.errors import Unbuildable, Unencodable
from adapters.file_names import FIELD, PART, nested
from adapters.fronts import Folder
from adapters.holes import hollowed
from adapters.message import Document, Message, Request, Response, Tree
from adapters.notation import file_call
from adapters.parts import APART, Parts
from adapters.passage import threads
from adapters.patterns import finder
from adapters.problems import Problem
from adapters.sections import HEADER, undeclared


class FolderAdapter(Adapter):
    """Files for a folder; the transport puts them there whole."""

    def __init__(self, platform: Platform, surroundings: Surroundings, folder: Folder) -> None:
        super().__init__(platform, surroundings)
        self._folder = folder
        self._calls: dict[str, tuple[str, str]] = {}
        for name, operation in platform.operations.items():
            call = file_call(operation.call)
            if call is None:
                raise Unbuildable(("operations", name, "call"), "not a call of files", "write PUT NAME")
            self._calls[name] = call

    def encode(self, message: Message) -> Request:
        verb, rule = self._calls[message.operation]
        if verb == "LIST":
            return Request(verb, URL("/"), {}, json.write(self._listing(message, rule)))
        if verb == "GET":
            ours = self._ours(message)
            fence = message.probes is not None and "*" not in ours
            asked = {"answers": _filled(rule, message.document), "ours": ours, "fence": fence}
            return Request(verb, URL("/"), {}, json.write(asked))
        if HEADER in message.document:
            raise Unencodable(undeclared(message.document[HEADER]))
        document, holes = hollowed(message.document)
        url, content = URL("/") / _filled(rule, message.document), self._content(document)
        if self._folder.beside is None or not holes:
            return Request(verb, url, {}, content, holes=holes)
        names = [self._name_beside(message.document, place) for place in range(1, len(holes) + 1)]
        for hole, name in zip(holes, names, strict=True):
            content = content.replace(hole.token, name.encode())
        tokens = [hole.token.decode() for hole in holes]
        parts = Parts(content, dict(zip(names, tokens, strict=True)))
        return Request(verb, url, APART, parts.packed(), holes=holes)

    def _listing(self, message: Message, rule: str) -> dict[str, str]:
        """`{day: …, page: …}` with the rules of names. Raises Unencodable."""
        asked = {name: value for name, value in message.document.items() if isinstance(value, str)}
        problems = [
            Problem(each, "unknown_there") for each in message.document if each not in ("day", "page")
        ]
        if not drop_list.is_day(asked.get("day", "")):
            problems.append(Problem("day", "needed_there"))
        if not drop_list.is_page(asked.get("page", "1")):
            problems.append(Problem("page", "not_allowed_there", {"type": "integer"}))
        if problems:
            raise Unencodable(problems)
        answers = next((each for verb, each in self._calls.values() if verb == "GET"), "")
        return {"day": asked["day"], "page": asked.get("page", "1"), "ours": rule, "answers": answers}

    def _name_beside(self, document: Document, place: int) -> str:
        return _filled((self._folder.beside or "").replace("{n}", str(place)), document)

    def _content(self, document: Document) -> bytes:
        charset = self._folder.charset
        if self._folder.format == "xml":
            return encoded(xml.write(document, self._folder.root or "ROOT", charset), charset)
        text = json.write(document).decode()
        if not writable(text, charset):
            raise Unencodable(unwritable(document, charset))
        return encoded(text, charset)

    def _ours(self, message: Message) -> str:
        """The names that our own file may have; a part that the question does not hold may be any."""
        written = [name for name, (verb, _) in self._calls.items() if verb == "PUT"]
        asked_for = message.probes or next(iter(written), "")
        rule = self._calls.get(asked_for, ("", ""))[1]
        return FIELD.sub(lambda found: _text(message.document, found[1]) or "*", rule)

    def decode(self, response: Response, operation: str) -> Tree:
        told = json.read(response.body)
        if "files" not in told:
            return told
        lists = self.platform.operations[operation].lists
        if told["outcome"] == "listed":
            return {**told, "files": [self._listed(each, lists) for each in told["files"]]}
        answers = [self._read(base64.b64decode(each["content"]), lists) for each in told["files"]]
        return {"outcome": told["outcome"], "answer": answers[-1], "answers": answers}

    def _listed(self, file: dict[str, Any], lists: tuple[str, ...]) -> dict[str, Any]:
        """One of our files, with the last answer to it."""
        made = {name: value for name, value in file.items() if name != "content"}
        made["fields"] = nested(file["fields"])
        if "content" in file:
            made["answer"] = self._read(base64.b64decode(file["content"]), lists)
        return made

    def _read(self, content: bytes, lists: tuple[str, ...]) -> Any:
        charset = self._folder.charset
        if self._folder.format == "json":
            return json.read(content, charset)
        return xml.read(decoded(content, charset_of_xml(content) or charset), lists)


def _filled(rule: str, document: Document) -> str:
    """A file name. Raises Unencodable for parts that the document has not, or that no name may hold."""
    problems: list[Problem] = []

    def part(found: re.Match[str]) -> str:
        text = _text(document, found[1])
        if text is None:
            problems.append(Problem(found[1], "needed_there"))
        elif not PART.fullmatch(text):
            problems.append(Problem(found[1], "not_allowed_there", {"type": "file name"}))
        return text or ""

    name = FIELD.sub(part, rule)
    if problems:
        raise Unencodable(problems)
    return name


def _text(document: Document, path: str) -> str | None:
    found = finder(path)(document)
    return found if isinstance(found, str) and found else None


def folder_adapter(platform: Platform, surroundings: Surroundings) -> FolderAdapter:
    """With a transport of its own. Raises Unbuildable for an address that is no folder's path."""
    if platform.folder is None:
        raise Unbuildable(("folder",), "no folders", "write folder: with where files are put and found")
    base = Path(surroundings.access.address)
    if not base.is_absolute():
        where = f"address in conf/platforms/{platform.platform}.yaml"
        raise Unbuildable((), f"{where} is no folder", "write its whole path, like /mnt/gap/NAME")
    transport = FolderTransport(platform.folder, base, threads(platform))
    return FolderAdapter(platform, replace(surroundings, transport=transport), platform.folder)
