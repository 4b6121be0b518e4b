"""Our envelopes beside zeep's, over every operation of every contract in a folder.

python -m tests.adapters.soap_equality FOLDER [--documents 40] [--seed 1]

Prints what is claimed, and why not; exit code 1 where one byte of meaning differs.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any
from xml.etree.ElementTree import canonicalize

from lxml import etree
from zeep.wsdl.bindings.soap import SoapOperation

from adapters import facets, shapes
from adapters.codecs.charset import unfit_for_xml
from adapters.contract.written import ENVELOPES
from adapters.envelope import UNWRITABLE
from adapters.errors import Unbuildable, Unencodable
from adapters.headers import Header
from adapters.writer.compiled import Writer, compiled
from adapters.writer.header import optional
from adapters.writer.odd import Unclaimed
from adapters.wsdl import Contract
from tests.adapters.documents import Documents

DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>'


@dataclass(slots=True)
class Compared:
    """taken: written by us as zeep writes it; left: zeep wrote what we left; refused: by both."""

    taken: int = 0
    left: int = 0
    refused: int = 0
    differing: list[Any] = field(default_factory=list)


def by_zeep(soap: Any, document: Any, schema: facets.Schema | None) -> bytes | None:
    """The slower way of the adapter: None where it finds anything wrong."""
    kind = kind_of(soap)
    if (shapes.problems(kind, document) if kind else document) or unfit_for_xml(document):
        return None
    try:
        envelope = soap.create(**(shapes.arguments(kind, document) if kind else {})).content
    except UNWRITABLE:
        return None
    if schema is not None and len(envelope[-1]) and facets.problems(envelope[-1][0], schema):
        return None
    return DECLARATION + etree.tostring(envelope, encoding="utf-8", xml_declaration=False)


def kind_of(soap: Any) -> Any:
    return soap.input.body.type if soap.input.body is not None else None


def meaning(raw: bytes) -> str:
    """Canonical XML 2.0 with prefixes renamed: zeep numbers those of further namespaces as it comes to them."""
    return canonicalize(raw.decode(), rewrite_prefixes=True)


def compare(soap: Any, writer: Writer, documents: list[Any], schema: facets.Schema | None = None) -> Compared:
    found = Compared()
    for document in documents:
        ours, zeeps = writer.written(document, "utf-8"), by_zeep(soap, document, schema)
        if ours is None:
            found.left += zeeps is not None
            found.refused += zeeps is None
        elif zeeps is not None and (ours == zeeps or meaning(ours) == meaning(zeeps)):
            found.taken += 1
        else:
            found.differing.append(document)
    return found


def compare_headers(header: Header, documents: list[Any]) -> Compared:
    """The compiled writer of an operation's headers beside zeep."""
    found, bare = Compared(), replace(header, writer=None)
    declared = f'<soap-env:Header xmlns:soap-env="{ENVELOPES[header.version]}"'.encode()
    for given in documents:
        document = {name: content for name, content in given.items() if content is not None}
        ours = header.writer.written(document, "utf-8") if header.writer else None
        try:
            zeeps: bytes | None = bare.written(document, "utf-8")
        except Unencodable:
            zeeps = None
        if ours is None:
            found.left += zeeps is not None
            found.refused += zeeps is None
        elif zeeps and meaning(ours.replace(b"<soap-env:Header", declared, 1)) == meaning(zeeps):
            found.taken += 1
        elif document:
            found.differing.append(document)
    return found


def contracts(folder: Path) -> Iterator[tuple[str, Contract | Unbuildable]]:
    """Every WSDL below the folder, by its path, with all that lies beside and below it."""
    texts = {
        path.relative_to(folder).as_posix(): path.read_text("utf-8", errors="replace")
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".wsdl", ".xsd")
    }
    for name in texts:
        if name.endswith(".wsdl"):
            try:
                yield name, Contract(name, texts)
            except Unbuildable as error:
                yield name, error


def enumerated(contract: Contract) -> list[str]:
    """Texts that the contract's schemas name, so that enumerations are hit."""
    if contract.schema is None:
        return []
    nodes = (each for one in contract.schema.documents for each in one.iter("{*}enumeration"))
    return sorted({each.get("value", "") for each in nodes})[:40]


class Survey:
    """What is claimed of a folder's contracts, and how what was written compares."""

    def __init__(self, documents: int, seed: int) -> None:
        self._documents = documents
        self._seed = seed
        self.counts: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()

    def take(self, name: str, contract: Contract | Unbuildable) -> None:
        self.counts["contracts"] += 1
        if isinstance(contract, Unbuildable):
            self.counts["contracts that do not load"] += 1
            return
        for use in contract.uses:
            if use.reason is not None:
                self.counts["operations that the contract cannot offer"] += 1
                continue
            if use.call not in contract._operations:
                self.counts["operations that zeep does not write"] += 1
                continue
            self.counts["operations"] += 1
            soap = contract.operation(use.call)
            if not isinstance(soap, SoapOperation):
                self.counts["operations that zeep does not write"] += 1
                continue
            self._compare_headers(f"{name} {use.call}", contract, use.call)
            try:
                self._compare(f"{name} {use.call}", contract, soap)
            except Unclaimed as error:
                self.reasons[f"operations unclaimed, {error.reason}"] += 1

    def _compare_headers(self, label: str, contract: Contract, call: str) -> None:
        header = contract.header(call)
        if header is None:
            return
        self.counts["operations with headers"] += 1
        self.counts["operations whose headers are claimed"] += header.writer is not None
        if header.writer is None or header.soap is None:
            return
        made = Documents(Random(f"{self._seed} {label}"), wild=0.01, enumerated=enumerated(contract))
        kind = optional(header.soap.input.header)
        found = compare_headers(header, [made.of_body(kind) for _ in range(self._documents)])
        self.counts["headers written alike"] += found.taken
        self.counts["headers left that zeep wrote"] += found.left
        self.counts["headers refused by both"] += found.refused
        self.counts["documents written differently"] += len(found.differing)
        for document in found.differing[:1]:
            print(f"{label}: header written differently: {document!r}"[:2000])

    def _compare(self, label: str, contract: Contract, soap: Any) -> None:
        """Unchecked and, where bodies are checked by a schema, checked."""
        chance = Random(f"{self._seed} {label}")
        kind = kind_of(soap)
        has_schema = contract.schema is not None and soap.style == "document"
        for checked in (None, contract.schema) if has_schema else (None,):
            writer = compiled(soap, DECLARATION, checked)
            title = "checked" if checked else "unchecked"
            self.counts[f"operations claimed, {title}"] += 1
            self.counts["operations with optional parts left to zeep"] += bool(
                writer.unclaimed and not checked
            )
            self.counts["operations whose bodies libxml2 looks over"] += bool(writer.unsaid)
            self.reasons.update(f"optional part left to zeep, {each}" for each in writer.unclaimed.values())
            self.reasons.update(f"left to libxml2, {each}" for each in set(writer.unsaid.values()))
            documents = Documents(chance, wild=0.003 if checked else 0.02, enumerated=enumerated(contract))
            found = compare(soap, writer, [documents.of_body(kind) for _ in range(self._documents)], checked)
            self.counts[f"documents written alike, {title}"] += found.taken
            self.counts[f"documents left that zeep wrote, {title}"] += found.left
            self.counts[f"documents refused by both, {title}"] += found.refused
            self.counts["documents written differently"] += len(found.differing)
            for document in found.differing[:1]:
                print(f"{label}: written differently: {document!r}"[:2000])


def main() -> int:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("folder", type=Path)
    options.add_argument("--documents", type=int, default=40, help="for each operation")
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    survey = Survey(given.documents, given.seed)
    for name, contract in contracts(given.folder):
        survey.take(name, contract)
    for title, count in [*sorted(survey.counts.items()), *survey.reasons.most_common()]:
        print(f"{title}: {count}")
    return 1 if survey.counts["documents written differently"] else 0


if __name__ == "__main__":
    sys.exit(main())
