"""What a platform takes, by everything that is declared of it: the one judge of checks and of simulators."""

from collections.abc import Iterator, Mapping
from typing import Any

from adapters import facets
from adapters.auth.schemes import SCHEMES
from adapters.base import Adapter
from adapters.codecs.charset import charset_of, unwritable
from adapters.contract import Offer
from adapters.declared import Operation, Platform
from adapters.holes import hollowed
from adapters.http_headers import fields_in, without
from adapters.message import Document, Request
from adapters.patterns import as_text, finder
from adapters.problems import Problem
from adapters.sections import HEADER, apart, under
from gateway.workbench.described import Described
from gateway.workbench.headers import asked
from gateway.workbench.headings import sent_header, sent_misfits
from gateway.workbench.heard import Heard, Unheard, by_rest, by_soap
from gateway.workbench.misfits import Against, Misfit, told

SPOKEN = ("rest", "soap")
_CLASSES = {
    "application/json": "json",
    "text/json": "json",
    "application/xml": "xml",
    "text/xml": "xml",
    "application/x-www-form-urlencoded": "form",
    "multipart/form-data": "form of parts",
}


class Terms:
    """Of one platform. besides: parameters that its auth scheme adds, which are no part of a message."""

    def __init__(
        self,
        platform: Platform,
        files: Mapping[str, str],
        described: Mapping[str, Described],
        *,
        schema: Any = None,
        besides: frozenset[str] = frozenset(),
    ) -> None:
        self._platform = platform
        self._files = files
        self._described = described
        self._schema = schema
        self._besides = besides

    def heard(self, operation: str, request: Request) -> Heard:
        """Raises Unheard."""
        declared = self._platform.operations[operation]
        if self._platform.speaks != "soap":
            return by_rest(declared, request, self._besides)
        offer = self._described[operation].offer
        return by_soap(declared, request, self._files, offer.wrapper if offer is not None else None)

    def misfits(self, operation: str, request: Request, *, dressed: bool = True) -> list[Misfit]:
        """Everything for which the platform would not take this request; nothing if it would.

        dressed: it is as it is sent, with its signature; a contract may want headers that only that brings.
        """
        declared, described = self._platform.operations[operation], self._described[operation]
        try:
            heard = self.heard(operation, request)
        except Unheard as error:
            return [Misfit("", str(error))]
        found = [*_of_charset(declared, heard.document)]
        if described.message is not None:
            found += self._of_contract(declared, described, heard)
        if self._platform.speaks == "soap" and declared.envelope is None:
            found += sent_misfits(
                described, request, self._schema, self._demanded(operation, dressed=dressed)
            )
        if described.offer is not None and self._platform.speaks != "soap":
            found += _of_places(described.offer, heard)
            found += _of_media(described.offer, request)
            found += _of_headers(described.offer, request) if dressed else ()
        return list(dict.fromkeys(found))

    def header(self, operation: str, request: Request) -> dict[str, str]:
        """Of the SOAP header, by path, the texts that platform.yaml feeds there; what is not there is left out."""
        known, declared = self._described[operation].headers, self._platform.operations[operation]
        tree = sent_header(request, known) if declared.header else {}
        return {
            under(path): text for path in declared.header if (text := as_text(finder(path)(tree))) is not None
        }

    def _demanded(self, operation: str, *, dressed: bool) -> frozenset[str]:
        """Declared headers that have to be there: unless a scheme may bring them, or somebody answers for it."""
        if not dressed or SCHEMES[self._platform.auth].soap:
            return frozenset()
        names = {each.name for each in self._described[operation].headers}
        return frozenset(name for name in names if f"{operation}/{under(name)}" not in self._platform.exempt)

    def unwritten(self, operation: str, document: Document) -> list[Misfit]:
        """What is wrong with a document that cannot even be written, as the parts of the contract say it."""
        described = self._described[operation]
        if described.message is None or self._platform.speaks != "soap":
            return []
        header, body = apart(hollowed(document)[0])
        body = without(body, fields_in(self._platform.operations[operation].http_header))
        against = Against(xml=described.xml, typed=False)
        wanted = asked(self._platform.operations[operation], described.headers)
        heads = against.misfits({HEADER: header}, wanted) if header is not None else []
        return heads + against.misfits(body, described.message)

    def _of_contract(self, declared: Operation, described: Described, heard: Heard) -> list[Misfit]:
        """The schema itself decides where there is one: it knows what parts do not say (orders, ranges)."""
        by_schema: list[Problem] = []
        is_own = declared.message is None and declared.envelope is None and not declared.arguments
        offer = described.offer
        is_whole = offer is not None and offer.style == "document/literal" and bool(offer.wrapper)
        if is_own and is_whole and self._schema is not None and heard.element is not None:
            by_schema = facets.problems(heard.element, self._schema)
            if not by_schema:
                return []
        against = Against(xml=described.xml, typed=heard.typed)
        found = against.misfits(heard.document, described.message) if described.message else []
        return found or [Misfit(each.path, told(each)) for each in by_schema]

    def wrappers(self) -> dict[str, str]:
        """{namespace}name of the body's element -> operation, for those of which the contract says it."""
        found = {name: each.offer.wrapper for name, each in self._described.items() if each.offer is not None}
        return {wrapper: name for name, wrapper in found.items() if wrapper}


def terms_of(
    platform: Platform,
    files: Mapping[str, str],
    described: Mapping[str, Described],
    adapter: Adapter,
    besides: frozenset[str] = frozenset(),
) -> Terms:
    """adapter: of the platform; one that speaks SOAP has the schemas of its contract."""
    schema = getattr(getattr(adapter, "contract", None), "schema", None)
    return Terms(platform, files, described, schema=schema, besides=besides)


def _of_charset(declared: Operation, document: Any) -> Iterator[Misfit]:
    charsets = {declared.charset, *(each.charset for each in declared.arguments.values() if each.document)}
    for charset in sorted(charsets - {"utf-8"}):
        yield from (Misfit(each.path, told(each)) for each in unwritable(document, charset))


def _of_places(offer: Offer, heard: Heard) -> Iterator[Misfit]:
    """A parameter of the query does not count in a body, nor the other way round; servlets read it in a form."""
    for part in offer.request.parts:
        at = heard.where.get(part.name)
        if at is not None and part.where and at != part.where and (part.where, at) != ("query", "form"):
            yield Misfit(part.name, f"belongs in the {part.where}, and stands in the {at}")


def _of_media(offer: Offer, request: Request) -> Iterator[Misfit]:
    kind = next((each for name, each in request.headers.items() if name.lower() == "content-type"), "")
    wanted, given = _class(offer.media), _class(kind)
    if request.body and wanted and given and wanted != given:
        yield Misfit("", f"is {given}, and the contract takes {wanted}")
    said = (charset_of(offer.media) or "").lower()
    if said and given == "json" and said not in ("utf-8", "utf8"):
        yield Misfit("", f"is written in UTF-8, and the contract takes {said}")


def _class(media: str) -> str:
    name = media.partition(";")[0].strip().lower()
    if name.endswith(("+json", "+xml")):
        return name.rpartition("+")[2]
    return _CLASSES.get(name, "")


def _of_headers(offer: Offer, request: Request) -> Iterator[Misfit]:
    sent = {name.lower() for name in request.headers}
    for part in offer.headers:
        if part.required and part.where == "header" and part.name.lower() not in sent:
            yield Misfit(part.name, "is a header that is required there")
