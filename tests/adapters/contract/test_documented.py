"""What docs/contracts.md shows is what happens."""

import re
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from adapters.contract import read
from adapters.contract.folder import Folder
from adapters.contract.own import by_template
from adapters.contract.standard import PLACES
from adapters.contract.template import Template
from tests.adapters.contract.folders import FILES

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "contracts.md").read_text("utf-8")


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_envelope_is_one_and_does_what_is_said() -> None:
    template = Template("submit.xml", {"submit.xml": block("xml")})
    document = {"case": {"sqrxm": "甲", "cl": {"item": [{"clmc": "乙"}, {"clmc": "丙"}]}}}
    body, _ = by_template(template, None, None).written(document, "utf-8")
    case = etree.fromstring(body)[1][0][0]
    assert case[1].get("{http://schemas.xmlsoap.org/soap/encoding/}arrayType") == "n:Material[2]"


def test_the_lines_of_python_run() -> None:
    files = {path.replace("several", "contract"): text for path, text in FILES.items()}
    said: list[tuple[str, ...]] = []
    exec(block("python"), {"files": files, "print": lambda *words: said.append(words)})
    assert said[0][:2] == ("CaseService/Case/submit", "typed")


SCHEMAS = ROOT / "adapters" / "schemas"


def test_what_is_shipped_is_what_is_known_and_says_that_it_is_no_copy() -> None:
    assert {path.name for path in SCHEMAS.iterdir()} == set(PLACES.values())
    for path in SCHEMAS.iterdir():
        assert "ritten out" in path.read_text("utf-8"), path.name


@pytest.mark.parametrize("place", sorted(PLACES))
def test_every_standard_schema_is_found_by_its_namespace_or_usual_location(place: str) -> None:
    imported = f'<x:import namespace="urn:any" schemaLocation="{place}"/><x:element name="e"/>'
    text = f'<x:schema xmlns:x="http://www.w3.org/2001/XMLSchema">{imported}</x:schema>'
    contract = read("s.xsd", {"s.xsd": text})
    assert not any("not in the folder" in note for note in contract.repaired)


@pytest.mark.parametrize("name", sorted(path.name for path in SCHEMAS.iterdir()))
def test_libxml2_takes_every_shipped_schema(name: str) -> None:
    folder = Folder({})

    class Shipped(etree.Resolver):
        def resolve(self, system_url: str, public_id: str, context: Any) -> Any:
            found = folder.shipped(PLACES[system_url]) if system_url in PLACES else folder.shipped(name)
            return self.resolve_string(etree.tostring(found.root), context, base_url=system_url)

    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Shipped())
    text = (SCHEMAS / name).read_bytes()
    etree.XMLSchema(etree.fromstring(text, parser, base_url="urn:shipped"))
