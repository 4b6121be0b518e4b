"""Our envelopes beside zeep's, over every operation of every contract in a folder.

python -m tests.adapters.soap_equality FOLDER [--documents 40] [--seed 1]

Prints what is claimed, and why not; exit code 1 where one byte of meaning differs.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from xml.etree.ElementTree import canonicalize

from lxml import etree

from adapters import facets, shapes
from adapters.codecs.charset import unfit_for_xml
from adapters.envelope import UNWRITABLE
from adapters.errors import Unbuildable
from adapters.writer.compiled import Writer, compiled
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


def by_zeep(soap: Any, document: Any, schema: etree.XMLSchema | None) -> bytes | None:
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


def compare(soap: Any, writer: Writer, documents: list[Any], schema: etree.XMLSchema | None = None) -> Compared:
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
    return []


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("--documents", type=int, default=40, help="for each operation")
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    partly: Counter[str] = Counter()
    for name, contract in contracts(given.folder):
        counts["contracts"] += 1
        if isinstance(contract, Unbuildable):
            counts["contracts that do not load"] += 1
            continue
        for use in contract.uses:
            if use.reason is not None:
                counts["operations that the contract cannot offer"] += 1
                continue
            soap = contract._operations[use.call]
            counts["operations"] += 1
            try:
                writer = compiled(soap, DECLARATION, None)
            except Unclaimed as error:
                reasons[error.reason] += 1
                continue
            counts["claimed"] += 1
            counts["claimed with parts left to zeep"] += bool(writer.unclaimed)
            partly.update(writer.unclaimed.values())
            documents = Documents(Random(f"{given.seed} {name} {use.call}"))
            found = compare(soap, writer, [documents.of_body(kind_of(soap)) for _ in range(given.documents)])
            counts["documents written alike"] += found.taken
            counts["documents left, zeep wrote them"] += found.left
            counts["documents refused by both"] += found.refused
            counts["documents written differently"] += len(found.differing)
            for document in found.differing[:1]:
                print(f"{name} {use.call}: written differently: {document!r}"[:2000])
    for title, count in counts.items():
        print(f"{title}: {count}")
    for reason, count in reasons.most_common():
        print(f"unclaimed, {reason}: {count} operations")
    for reason, count in partly.most_common():
        print(f"optional part left to zeep, {reason}: {count}")
    return 1 if counts["documents written differently"] else 0


if __name__ == "__main__":
    sys.exit(main())
