"""How far contracts are read: `python -m tests.contract.survey FOLDER` prints a table and everything that is left.

Operations are counted here without any of the code that reads them: with lxml alone for WSDL, over the parsed
tree for OpenAPI. A project is a folder directly under `wsdl` or `openapi`, or the folder given.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from lxml import etree

from adapters.contract import Contract, read
from adapters.contract.bound import INWARD
from adapters.errors import Unbuildable

_W = "{http://schemas.xmlsoap.org/wsdl/}"
_METHODS = ("get", "post", "put", "delete", "patch", "head", "options", "trace")

# Files that their projects broke on purpose, or left half: what is in them counts for nothing. Part of a path, why.
BROKEN = (
    ("test/badWSDL/", "each shows one error that a reader has to notice"),
    ("test/doesntWork/", "the project says so itself"),
    ("missing_message_definition", "a message is left out to see what happens"),
    ("typeof_null_extend_check", "the base types are left out to see what happens"),
    ("recursive/file.wsdl", "A.xsd ends in the middle"),
    ("binding-exception", "its faults are operations without messages"),
    ("getAvailability__should_not_fail_without_children", "port type and binding name different operations"),
    ("xsd_include_http", "a schema stands on a port of the test's own server"),
    ("attachments.wsdl", "all its elements, those of SOAP too, are in the namespace of its messages"),
    ("attachments__should_send_binary_data", "the same file"),
    ("marketo.wsdl", "an excerpt: the types of its fields are left out"),
    ("schemas_without_targetnamespace", "the elements of its message are left out"),
)


@dataclass
class Tally:
    """Of one project."""

    files: int = 0
    counted: int = 0
    typed: int = 0
    template: int = 0
    repaired: int = 0
    fragments: int = 0
    inward: int = 0
    left: list[str] = field(default_factory=list)
    apart: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def unusable(self) -> int:
        return self.counted - self.typed - self.template


def projects(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Each project with the texts of its files by relative path."""
    groups = [each for name in ("wsdl", "openapi") for each in sorted((folder / name).glob("*/"))]
    for root in groups or [folder]:
        files = {
            str(path.relative_to(root)): _text(path) for path in sorted(root.rglob("*")) if path.is_file()
        }
        yield str(root.relative_to(folder)) if root != folder else root.name, files


def _text(path: Path) -> str:
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def survey(files: dict[str, str]) -> Tally:
    tally = Tally()
    started = time.perf_counter()
    for path, text in files.items():
        counted = count(path, text, files)
        if counted is None:
            continue
        tally.files += 1
        reason = next((why for part, why in BROKEN if part in path), None)
        try:
            contract = read(path, files)
        except Unbuildable as error:
            _unread(tally, path, counted, reason or error.what, apart=reason is not None)
            continue
        tally.repaired += bool(contract.repaired)
        if reason is not None:
            _unread(tally, path, counted, reason, apart=True)
        else:
            _add(tally, path, counted, contract)
    tally.seconds = time.perf_counter() - started
    return tally


def _unread(tally: Tally, path: str, counted: int, why: str, *, apart: bool) -> None:
    if apart:
        tally.apart.append(f"{path}: {counted} operations: {why}")
    elif counted == 0:
        tally.fragments += 1
    else:
        tally.counted += counted
        tally.left.append(f"{path}: {counted} operations: {why}")


def _add(tally: Tally, path: str, counted: int, contract: Contract) -> None:
    if contract.kind == "schema":
        tally.fragments += 1
        return
    hows = Counter(offer.how for offer in contract.offers)
    inward = [offer for offer in contract.offers if offer.why == INWARD]
    tally.inward += len(inward)
    tally.counted += counted - len(inward)
    tally.typed += hows["typed"]
    tally.template += hows["template"]
    tally.left += [
        f"{path}: {offer.call}: {offer.how}: {offer.why}"
        for offer in contract.offers
        if offer.how != "typed" and offer not in inward
    ]
    if len(contract.offers) != counted:
        tally.left.append(f"{path}: {counted} operations were counted, {len(contract.offers)} are offered")


def count(path: str, text: str, files: dict[str, str]) -> int | None:
    """Operations that a contract promises; None for a file that is none."""
    if path.endswith(".wsdl"):
        return _count_wsdl(path, files)
    if path.endswith((".yaml", ".yml", ".json")):
        tree = yaml.load(text, yaml.CSafeLoader)
        if isinstance(tree, dict) and ("openapi" in tree or "swagger" in tree):
            items = (tree.get("paths") or {}).values()
            return sum(method in item for item in items if isinstance(item, dict) for method in _METHODS)
    return None


def _count_wsdl(path: str, files: dict[str, str]) -> int:
    """For each port of each service the operations that its port type or its binding names.

    A contract without a service counts each binding once, one without bindings nothing: others import it.
    """
    roots = list(_roots(path, files, set()))
    named = {tag: {each.get("name"): each for root in roots for each in root.iter(tag)} for tag in _TAGS}
    services = [each for root in roots for each in root.iter(f"{_W}service")]
    wanted = [_local(port.get("binding")) for each in services for port in each.iter(f"{_W}port")]
    return sum(_operations(named, binding) for binding in (wanted if services else named[_TAGS[0]]))


_TAGS = (f"{_W}binding", f"{_W}portType")


def _operations(named: dict[str, dict[str | None, etree._Element]], binding: str | None) -> int:
    bound = named[_TAGS[0]].get(binding)
    if bound is None:
        return 1  # a port that leads nowhere is told as one
    kind = named[_TAGS[1]].get(_local(bound.get("type")))
    here = Counter(each.get("name") for each in bound.iter(f"{_W}operation"))
    there = (
        Counter(each.get("name") for each in kind.iter(f"{_W}operation")) if kind is not None else Counter()
    )
    return sum((here | there).values())


def _roots(path: str, files: dict[str, str], seen: set[str]) -> Iterator[etree._Element]:
    """The WSDL and those that it imports by a file name that is in the project."""
    if path in seen:
        return
    seen.add(path)
    try:
        root = etree.fromstring(files[path].encode(), etree.XMLParser(recover=True, no_network=True))
    except etree.XMLSyntaxError:
        return
    yield root
    for each in root.iter(f"{_W}import"):
        name = (each.get("location") or "").rpartition("/")[2]
        folder = path.rpartition("/")[0]
        found = [other for other in files if name and other.rpartition("/")[2] == name]
        nearest = sorted(found, key=lambda other: (not other.startswith(folder), other))
        if nearest:
            yield from _roots(nearest[0], files, seen)


def _local(name: str | None) -> str:
    return (name or "").rpartition(":")[2]


def table(tallies: dict[str, Tally]) -> Iterator[str]:
    yield "| contracts | files | operations | typed | template | unusable | calls to us | repaired files | s |"
    yield "|---|---|---|---|---|---|---|---|---|"
    whole = Tally()
    for name, tally in tallies.items():
        for key in ("files", "counted", "inward", "typed", "template", "repaired", "seconds"):
            setattr(whole, key, getattr(whole, key) + getattr(tally, key))
        yield _row(name, tally)
    yield _row("all", whole)


def _row(name: str, tally: Tally) -> str:
    def share(number: int) -> str:
        return f"{number} ({100 * number / tally.counted:.1f} %)" if tally.counted else str(number)

    return (
        f"| {name} | {tally.files} | {tally.counted} | {share(tally.typed)} | {share(tally.template)} "
        f"| {share(tally.unusable)} | {tally.inward} | {tally.repaired} | {tally.seconds:.1f} |"
    )


def main(folder: Path) -> int:
    tallies = {name: survey(files) for name, files in projects(folder)}
    print("\n".join(table(tallies)))
    for title, lines in (
        ("not typed", [f"{name}/{line}" for name, tally in tallies.items() for line in tally.left]),
        ("broken on purpose", [f"{name}/{line}" for name, tally in tallies.items() for line in tally.apart]),
    ):
        print(f"\n{title}:", *lines, sep="\n  ")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
