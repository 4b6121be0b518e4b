"""SOAP bodies by types: what writing and reading one costs us, and what it costs zeep, in turns.

The contract is invented: 40 fields of ten kinds and 5 materials of 7 fields, about 4 kB, both ways. Before anything
is measured, what both wrote must mean the same.
"""

from collections.abc import Callable, Mapping, Sequence
from time import process_time_ns
from typing import Any

from lxml import etree
from zeep.loader import parse_xml

from adapters import facets, shapes
from adapters.build import build
from adapters.codecs.charset import unfit_for_xml
from adapters.coherence import declare
from adapters.errors import NotSent
from adapters.message import Access, Message, Request, Response
from adapters.soap import SoapAdapter
from tests.adapters.soap_equality import meaning
from tests.bench.figures import met, spread
from tests.bench.rounds import ratio

RUNS = 100
ROUNDS = 25
HEADERS = {"Content-Type": "text/xml;charset=UTF-8"}
_KINDS = [
    ("t:name", "某某市某某区某某街道"),
    ("t:name", "张三 <&> 的委托"),
    ("xsd:string", "自由填写的说明文字"),
    ("xsd:date", "2024-12-31"),
    ("t:flag", "1"),
    ("xsd:int", 12),
    ("t:fee", "128.50"),
    ("xsd:boolean", True),
    ("t:number", "11010119900101123X"),
    ("xsd:dateTime", "2024-12-31T12:00:00+08:00"),
]
_MATERIAL = {
    "XH": ("xsd:int", 3),
    "CLBM": ("t:name", "CL0001"),
    "CLMC": ("t:name", "户口登记材料"),
    "XS": ("t:flag", "2"),
    "WJM": ("xsd:string", "材料.pdf"),
    "GS": ("xsd:token", "application/pdf"),
    "NR": ("xsd:base64Binary", "JVBERi0xLjQKJVBERi0xLjQK"),
}
# name, base, facets
_SIMPLE = [
    ("name", "xsd:string", {"minLength": ["1"], "maxLength": ["60"]}),
    ("flag", "xsd:string", {"enumeration": ["1", "2"]}),
    ("fee", "xsd:decimal", {"fractionDigits": ["2"]}),
    ("number", "xsd:string", {"pattern": [r"\d{17}[\dX]"]}),
]
_WSDL = """
<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/"
  xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:bench" targetNamespace="urn:bench">
<types><xsd:schema targetNamespace="urn:bench" elementFormDefault="qualified">
{simple}
<xsd:complexType name="material">
  <xsd:sequence>{material}</xsd:sequence><xsd:attribute name="LB" type="t:flag" use="required"/>
</xsd:complexType>
<xsd:complexType name="case"><xsd:sequence>
  {case}<xsd:element name="CL" type="t:material" minOccurs="0" maxOccurs="unbounded"/>
</xsd:sequence></xsd:complexType>
<xsd:element name="submit" type="t:case"/><xsd:element name="answer" type="t:case"/>
</xsd:schema></types>
<message name="submit"><part name="parameters" element="t:submit"/></message>
<message name="answer"><part name="parameters" element="t:answer"/></message>
<portType name="P"><operation name="submit">
  <input message="t:submit"/><output message="t:answer"/>
</operation></portType>
<binding name="B" type="t:P"><s:binding transport="http://schemas.xmlsoap.org/soap/http"/>
<operation name="submit"><s:operation soapAction=""/>
  <input><s:body use="literal"/></input><output><s:body use="literal"/></output>
</operation></binding>
<service name="S"><port name="P" binding="t:B"><s:address location="http://h.invalid/"/></port></service>
</definitions>
"""


def contract() -> str:
    """One operation that answers with what it was asked."""
    kinds = [_KINDS[index % len(_KINDS)][0] for index in range(40)]
    case = [
        f'<xsd:element name="ZD{index:02d}" type="{kind}" minOccurs="{index % 2}"/>'
        for index, kind in enumerate(kinds)
    ]
    material = [f'<xsd:element name="{name}" type="{kind}"/>' for name, (kind, _) in _MATERIAL.items()]
    simple = [_simple(*each) for each in _SIMPLE]
    return _WSDL.format(simple="".join(simple), material="".join(material), case="".join(case))


def _simple(name: str, base: str, facets: Mapping[str, Sequence[str]]) -> str:
    inner = "".join(f'<xsd:{facet} value="{value}"/>' for facet, values in facets.items() for value in values)
    restriction = f'<xsd:restriction base="{base}">{inner}</xsd:restriction>'
    return f'<xsd:simpleType name="{name}">{restriction}</xsd:simpleType>'


def document() -> dict[str, Any]:
    case: dict[str, Any] = {f"ZD{index:02d}": _KINDS[index % len(_KINDS)][1] for index in range(40)}
    material = {"@LB": "1", **{name: value for name, (_, value) in _MATERIAL.items()}}
    return {**case, "CL": [dict(material) for _ in range(5)]}


class _Nowhere:
    """No network: writing and reading need none."""

    async def exchange(self, request: Request, **limits: Any) -> Response:
        raise NotSent("nowhere")


def speaking() -> SoapAdapter:
    operation = {"call": "submit", "taken": {"body": {"ZD04": "1"}}}
    declared = {
        "platform": "bench",
        "title": "模拟",
        "kind": "regional",
        "serves": [{"division": "450000"}],
        "speaks": "soap",
        "contract": "contract/bench.wsdl",
        "operations": {"case.submit": operation},
    }
    files = {"contract/bench.wsdl": contract()}
    access = Access("http://127.0.0.1:9/x")
    made = build(
        declare(declared),
        access=access,
        transport=_Nowhere(),
        clock_ms=lambda: 0,
        random=bytes,
        contract=files,
    )
    if not isinstance(made, SoapAdapter):
        raise TypeError("not a SOAP adapter")
    return made


def interleaved(ways: Mapping[str, Callable[[], object]]) -> dict[str, list[float]]:
    """CPU µs of this process for one run of each way, round by round in turns."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(ROUNDS + 1):
        for name, run in ways.items():
            started = process_time_ns()
            for _ in range(RUNS):
                run()
            if number:  # the first is the warm-up
                found[name].append((process_time_ns() - started) / RUNS / 1000)
    return found


def measured() -> list[str]:
    adapter, case = speaking(), document()
    soap = adapter.contract.operation("submit")
    kind = soap.input.body.type
    message = Message("case.submit", case)
    schema = adapter.contract.schema
    if schema is None:
        raise ValueError("no schema")

    def by_zeep() -> bytes:
        return etree.tostring(soap.create(**shapes.arguments(kind, case)).content, encoding="utf-8")

    def by_zeep_checked() -> bytes:
        """What the adapter does where the writer does not take a document."""
        if shapes.problems(kind, case) or unfit_for_xml(case):
            raise ValueError("the document is wrong")
        envelope = soap.create(**shapes.arguments(kind, case)).content
        if facets.problems(envelope[-1][0], schema):
            raise ValueError("the document is wrong")
        return etree.tostring(envelope, encoding="utf-8")

    ours = adapter.encode(message).body
    if meaning(ours) != meaning(by_zeep_checked()):
        raise ValueError("what was written differs")
    reply = ours.replace(b"ns0:submit", b"ns0:answer")
    response = Response(200, HEADERS, reply)
    settings = soap.input.wsdl.settings
    writing = interleaved(
        {"ours": lambda: adapter.encode(message), "zeep": by_zeep, "zeep, checked": by_zeep_checked}
    )
    reading = interleaved(
        {
            "ours": lambda: adapter.decode(response, "case.submit"),
            "zeep": lambda: soap.output.deserialize(parse_xml(reply, None, settings=settings)),
        }
    )
    return [
        *_table(f"Writing, {len(ours)} bytes", writing, [("zeep", 10), ("zeep, checked", None)]),
        *_table(f"Reading, {len(reply)} bytes", reading, [("zeep", 5)]),
    ]


def _table(
    title: str, found: Mapping[str, Sequence[float]], asked: Sequence[tuple[str, int | None]]
) -> list[str]:
    lines = [f"### {title}", "", "| way | CPU µs: median (min–max) |", "|---|---|"]
    lines += [f"| {name} | {spread(rounds)} |" for name, rounds in found.items()]
    lines.append("")
    for name, bound in asked:
        times = ratio(found[name], found["ours"])
        wanted = f", asked ≥ {bound}: {met(times.median >= bound)}" if bound else ""
        lines.append(f"- {name} / ours: **{times}**{wanted}")
    return [*lines, ""]
