"""A file drop as their side has it: folders below one place, from which whole files are taken and answered."""

import base64
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from adapters.codecs import json, xml
from adapters.codecs.charset import charset_of_xml, decoded
from adapters.declared import Platform
from adapters.drops import hex_of
from adapters.errors import Garbled, Unbuildable
from adapters.file_names import read_by
from adapters.fronts import Folder
from adapters.notation import file_call
from gateway.workbench.described import Described
from gateway.workbench.misfits import Against, Misfit
from gateway.workbench.simulate.fronts import Clerk, Found, Side
from gateway.workbench.simulate.numbers import found as found_in

_GARBAGE = b"\xff\xfe<"
_SAME = {"gb2312": "gbk"}


class Files(Side):
    """Their folders. What was taken stands in `taken`, where there is one, the second time under another name."""

    def __init__(self, clerk: Clerk, place: Path, described: Mapping[str, Described]) -> None:
        super().__init__(clerk, str(place))
        self._place = place
        self._folder = _folder(clerk.platform)
        self._described = described
        calls = {name: file_call(each.call) for name, each in clerk.platform.operations.items()}
        self._rules = {name: call[1] for name, call in calls.items() if call is not None and call[0] == "PUT"}
        self._read = next(
            (name for name, call in calls.items() if call is not None and call[0] == "GET"), None
        )
        self._met: set[str] = set()
        self._numbers: set[str] = set()

    def make(self) -> None:
        for name in (self._folder.drop, self._folder.taken, self._folder.answers):
            if name:
                (self._place / name).mkdir(parents=True, exist_ok=True)

    def new(self) -> list[Found]:
        drop = self._place / self._folder.drop
        names = sorted(each.name for each in drop.iterdir() if each.is_file())
        return [each for name in names if name not in self._met for each in self._come(drop / name)]

    def _come(self, file: Path) -> Iterator[Found]:
        """Nothing for what is not whole, or is no document of an operation."""
        for operation, rule in self._rules.items():
            fields = read_by(rule, file.name)
            if fields is None or not all(
                (file.with_name(file.name + each)).exists() for each in self._beside()
            ):
                continue
            content = file.read_bytes()
            number = found_in(self.clerk.form, file.name, content) or next(iter(fields.values()), "")
            self._met.add(file.name)
            again = number in self._numbers
            self._numbers.add(number)
            yield Found(operation, number, file, tuple(self._misfits(operation, file, content)), again)

    def _beside(self) -> list[str]:
        """Suffixes of what has to lie beside a file before it counts."""
        digest = self._folder.digest
        return [each for each in (self._folder.marker, digest.suffix if digest else None) if each]

    def _misfits(self, operation: str, file: Path, content: bytes) -> Iterator[Misfit]:
        digest = self._folder.digest
        if digest and file.with_name(file.name + digest.suffix).read_text() != hex_of(content, digest):
            yield Misfit("", "is not what its digest says")
        try:
            document = self._document(content)
        except Garbled as error:
            yield Misfit("", f"cannot be read ({error.what})")
            return
        known = self._described.get(operation)
        if known is not None and known.message is not None:
            yield from Against(xml=known.xml, typed=self._folder.format == "json").misfits(
                document, known.message
            )

    def _document(self, content: bytes) -> Any:
        """Raises Garbled."""
        charset = self._folder.charset
        if self._folder.format == "json":
            return json.read(content, charset)
        said = (charset_of_xml(content) or "utf-8").lower()
        if _SAME.get(said, said) != _SAME.get(charset, charset):
            raise Garbled("charset")
        root = xml.parsed(decoded(content, charset))
        if xml.local(root) != self._folder.root:
            raise Garbled("root")
        return xml.tree(root) or {}

    def take(self, found: Found, fault: str) -> None:
        """Moved away before its marker goes, as docs/fronts.md asks of their side; then the answer."""
        file: Path = found.key
        taken = self._place / self._folder.taken if self._folder.taken else None
        for each in [*self._materials(found), file]:
            if taken is None:
                each.unlink()
            else:
                kept = taken / each.name
                each.rename(
                    kept if not kept.exists() else kept.with_name(f"{kept.name}.{time.monotonic_ns()}")
                )
        for suffix in self._beside():
            file.with_name(file.name + suffix).unlink(missing_ok=True)
        self._met.discard(file.name)
        self._answer(found, fault)

    def _materials(self, found: Found) -> list[Path]:
        rule, file = self._folder.beside, found.key
        ours = read_by(self._rules[found.operation], file.name) or {}
        named = ((each, read_by(rule, each.name)) for each in file.parent.iterdir()) if rule else ()
        return [each for each, fields in named if fields is not None and ours.items() <= fields.items()]

    def _answer(self, found: Found, fault: str) -> None:
        answer = self.clerk.answer(self._read, found.number, fault) if self._read else None
        if answer is None or self._folder.answers is None:
            return
        theirs = self.clerk.reference(str(self._read), answer[1])
        for each in orjson.loads(answer[0].body).get("files", ()):
            content = re.sub(
                self.clerk.form.pattern.encode(), found.number.encode(), base64.b64decode(each["content"])
            )
            if theirs is not None:
                content = content.replace(theirs.like.encode(), theirs.own.encode())
            self._put(each["name"], _GARBAGE if fault == "garbage" else content)

    def _put(self, name: str, content: bytes) -> None:
        """Whole at once; its digest and its marker lie there before."""
        answers = self._place / str(self._folder.answers)
        if self._folder.digest:
            (answers / (name + self._folder.digest.suffix)).write_text(hex_of(content, self._folder.digest))
        hidden = answers / f".{name}"
        hidden.write_bytes(content)
        hidden.rename(answers / name)
        if self._folder.answers_marked and self._folder.marker:
            (answers / (name + self._folder.marker)).touch()

    def trouble(self, fault: str) -> None:
        """Nobody fetches, or the share is not mounted."""
        away = self._place.with_name(f"{self._place.name}.away")
        if fault == "away":
            shutil.move(self._place, away)
        time.sleep(self.clerk.trouble_s)
        if fault == "away":
            shutil.move(away, self._place)


def _folder(platform: Platform) -> Folder:
    if platform.folder is None:
        raise Unbuildable(("folder",), "no folders", "write folder: with where files are put and found")
    return platform.folder
