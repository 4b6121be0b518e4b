"""The SOAP header of a request against the headers that the contract declares.

What it does not declare belongs to somebody else, a scheme for instance, and is passed over, as SOAP has it.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lxml import etree

from adapters import facets
from adapters.contract import Part
from adapters.errors import Garbled
from adapters.message import Request
from adapters.sections import HEADER, under
from gateway.workbench.described import Described
from gateway.workbench.enveloped import headed
from gateway.workbench.misfits import Against, Misfit, told


def sent_header(request: Request, declared: tuple[Part, ...]) -> dict[str, Any]:
    """{NAME: content} of the declared headers that are there; one that stands twice is a list of both."""
    found = {name: [content for _, content in each] for name, each in _sent(request, declared).items()}
    return {name: contents[0] if len(contents) == 1 else contents for name, contents in found.items()}


def sent_misfits(
    described: Described, request: Request, schema: facets.Schema | None, demanded: frozenset[str]
) -> list[Misfit]:
    """What of the header the platform would not take. demanded: names of those that have to be there."""
    declared = tuple(replace(each, required=each.name in demanded) for each in described.headers)
    if not declared:
        return []
    message = Part("", "object").holding((Part(HEADER, "object").holding(declared),))
    found = Against(xml=described.xml, typed=False).misfits({HEADER: sent_header(request, declared)}, message)
    if found or schema is None:
        return found
    return [*_by_schema(_sent(request, declared), schema)]


def _sent(request: Request, declared: tuple[Part, ...]) -> dict[str, list[tuple[etree._Element, Any]]]:
    try:
        there = headed(request)
    except Garbled:
        return {}  # no envelope at all, which the body tells
    tags = {
        each.name: f"{{{each.namespace}}}{each.name}" if each.namespace else each.name for each in declared
    }
    return {name: there[tag] for name, tag in tags.items() if tag in there}


def _by_schema(sent: dict[str, list[tuple[etree._Element, Any]]], schema: facets.Schema) -> Iterator[Misfit]:
    """Orders and choices, which parts do not say; of headers that are elements of the schema."""
    for name, each in sent.items():
        element = each[0][0]
        for problem in facets.problems(element, schema) if etree.QName(element).namespace else ():
            yield Misfit(under(f"{name}.{problem.path}" if problem.path else name), told(problem))
