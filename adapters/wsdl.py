"""The contract of a SOAP platform as it runs: operations written by zeep, else by the contract's types.

Every operation that the contract promises is usable or is named with the reason why not: zeep itself drops
what it cannot read with at most a warning.
"""

import hashlib
import warnings
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from threading import Lock
from typing import Any

import zeep.exceptions
from lxml import etree
from zeep.settings import Settings
from zeep.wsdl import Document
from zeep.wsdl.bindings.soap import Soap12Binding, SoapBinding
from zeep.xsd import ComplexType

from adapters import facets, shapes
from adapters.contract.bound import Bound
from adapters.contract.choosing import chooses, may_choose
from adapters.contract.kinds import Kind, Place, is_limited
from adapters.contract.own import Own, by_types
from adapters.contract.wire import Wire, wire
from adapters.contract.wsdl import load
from adapters.errors import Unbuildable
from adapters.headers import Header, header_of
from adapters.notation import soap_call
from adapters.offline import Offline

# What zeep 4.3 raises over contracts that it cannot read, beside its own errors.
_UNREADABLE = (
    zeep.exceptions.Error,
    etree.LxmlError,
    LookupError,
    AttributeError,
    TypeError,
    ValueError,
    NotImplementedError,
    RecursionError,
    AssertionError,
    Unbuildable,
)
_LOADED: OrderedDict[str, "Contract"] = OrderedDict()
_LOADED_AT_MOST = 64
_LOADING = Lock()
_OTHER = (".yaml", ".yml", ".json", ".md", ".csv")


@dataclass(frozen=True, slots=True)
class Use:
    """One operation of a contract; `reason` says why it cannot be used, None when it can."""

    service: str
    port: str
    operation: str
    reason: str | None = None

    @property
    def call(self) -> str:
        return f"{self.service}/{self.port}/{self.operation}"


@dataclass(frozen=True, slots=True)
class Choosing:
    """An operation of zeep's in which a document may name types, or let elements stand for others."""

    kind: Kind
    own: Own

    def written(self, document: Mapping[str, Any], charset: str) -> bytes | None:
        """By the contract's types; None for a document that chooses nothing. Raises Unencodable."""
        if not chooses(self.kind, document):
            return None
        body, _ = self.own.written(document, charset)
        return body


class Contract:
    """A loaded WSDL: which operations there are, and the usable ones. `repaired` says what was mended."""

    def __init__(self, path: str, files: Mapping[str, str]) -> None:
        """Raises Unbuildable when the contract cannot be read at all."""
        self.wsdl = load(path, files)
        offline = Offline(self.wsdl.found)
        self.schema = _read_by_libxml2(offline)
        self._zeep = _read_by_zeep(offline)
        self._operations: dict[str, Any] = {}  # zeep's
        self._own: dict[str, Own] = {}  # ours, where zeep has none or writes another body
        try:
            self.uses = tuple(self._survey())
        except RecursionError:
            what = f"the types of {path} nest too deep"
            raise Unbuildable(("contract",), what, "save the contract again") from None
        self.repaired = self.wsdl.notes()

    def operation(self, call: str) -> Any:
        """zeep's operation, or an Own, for `NAME` or `SERVICE/PORT/NAME`. Raises Unbuildable otherwise."""
        return self._written(self._chosen(call))

    def header(self, call: str) -> Header | None:
        """What writes the headers that the contract declares for an operation. Raises Unbuildable."""
        use = self._chosen(call)
        bound = next(each for each in self.wsdl.bound if each.call == use.call)
        written = self._written(use)
        soap = written if not isinstance(written, Own) else None
        return header_of(wire(self.wsdl.types, bound, bound.request), bound.soap, soap, self.schema)

    def limited(self, call: str) -> Kind | None:
        """What a message is held against where no schema can be; None where its types limit nothing."""
        kind, _ = self._asked(call)
        return kind if is_limited(kind) else None

    def choosing(self, call: str) -> Choosing | None:
        """What writes documents that choose; None where the contract leaves nothing to choose."""
        kind, bound = self._asked(call)
        own = by_types(self.wsdl, bound, self.schema) if may_choose(kind) else None
        return Choosing(kind, own) if own is not None else None

    def _asked(self, call: str) -> tuple[Kind, Bound]:
        use = self._chosen(call)
        bound = next(each for each in self.wsdl.bound if each.call == use.call)
        return wire(self.wsdl.types, bound, bound.request).kind, bound

    def _written(self, use: Use) -> Any:
        return self._own.get(use.call) or self._operations[use.call]

    def _chosen(self, call: str) -> Use:
        _, _, name = soap_call(call)
        found = self._meant(call)
        usable = [use for use in found if use.reason is None]
        if not usable:
            raise _no_operation(name, found, self.uses)
        if len({use.service for use in usable}) > 1:
            calls = ", ".join(use.call for use in usable)
            raise Unbuildable(("call",), f"several services have {name}", f"write one of {calls}")
        # The same operation on a SOAP 1.1 and a SOAP 1.2 port is one choice, and 1.1 comes first.
        return min(usable, key=lambda use: _is_soap12(self._written(use)))

    def bound(self, call: str) -> Bound | None:
        """What the contract says about an operation, usable or not; None when it has none of that name."""
        calls = {use.call for use in self._meant(call)}
        return next((each for each in self.wsdl.bound if each.call in calls), None)

    def _meant(self, call: str) -> list[Use]:
        service, port, name = soap_call(call)
        return [
            use
            for use in self.uses
            if use.operation == name and service in (None, use.service) and port in (None, use.port)
        ]

    def _survey(self) -> Iterator[Use]:
        for bound in self.wsdl.bound:
            yield Use(bound.service, bound.port, bound.name, self._unusable(bound))

    def _unusable(self, bound: Bound) -> str | None:
        """Why an operation cannot be used; None when zeep or we can write it."""
        if bound.lost:
            return bound.lost
        if not bound.soap:
            return "it is not bound to SOAP over HTTP: use speaks: rest"
        asked = wire(self.wsdl.types, bound, bound.request)
        operation = None if _not_for_zeep(bound) else _look_up(self._zeep, bound)
        alike = operation is not None and _is_alike(operation, asked)
        own = None if alike else by_types(self.wsdl, bound, self.schema)
        if own is not None:
            self._own[bound.call] = own
        elif not alike:
            return asked.why or "its message cannot be written by its types"
        if operation is not None:
            self._operations[bound.call] = operation
        return None


def loaded(path: str, files: Mapping[str, str]) -> Contract:
    """The contract, read once for all releases that have it alike. Raises Unbuildable."""
    key = _digest(path, files)
    with _LOADING:
        if key in _LOADED:
            _LOADED.move_to_end(key)
            return _LOADED[key]
    contract = Contract(path, files)
    with _LOADING:
        _LOADED[key] = contract
        while len(_LOADED) > _LOADED_AT_MOST:
            _LOADED.popitem(last=False)
    return contract


def _digest(path: str, files: Mapping[str, str]) -> str:
    """Over everything that a WSDL could draw in."""
    digest = hashlib.sha256(path.encode("utf-8", "surrogatepass"))
    for name in sorted(files):
        if not name.endswith(_OTHER):
            for text in (name, files[name]):
                content = text.encode("utf-8", "surrogatepass")
                digest.update(len(content).to_bytes(8) + content)
    return digest.hexdigest()


def _read_by_libxml2(offline: Offline) -> Any:
    """The contract's schemas, to hold bodies against; None when libxml2 gives up on them."""
    try:
        return facets.schema(offline, offline.main)
    except (etree.LxmlError, ValueError):
        return None


def _read_by_zeep(offline: Any) -> Any:
    """zeep's document; None when it gives up on the contract as a whole."""
    settings = Settings(forbid_dtd=True, forbid_entities=True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the survey names what zeep drops
            return Document(offline.main, offline, settings=settings)
    except _UNREADABLE:
        return None


def _not_for_zeep(bound: Bound) -> bool:
    """What zeep would write wrongly without a word: SOAP encoding, operations that we renamed."""
    messages = [each for each in (bound.request, bound.answer) if each is not None]
    return bound.wire != bound.name or any(
        each.use == "encoded" or each.attached or each.dime for each in messages
    )


def _look_up(document: Any, bound: Bound) -> Any:
    """zeep's operation, None when it has none that could be used."""
    found = document.services.get(bound.service) if document is not None else None
    port = found.ports.get(bound.port) if found is not None else None
    if port is None or not isinstance(port.binding, SoapBinding):
        return None
    operation = port.binding._operations.get(bound.name)
    if operation is None or operation.input is None or operation.style != bound.style:
        return None
    if operation.input.body is None and operation.abstract.input_message.parts:
        return None
    try:
        operation.input.signature(as_output=False)
    except _UNREADABLE:
        return None
    return operation


def _is_alike(operation: Any, asked: Wire) -> bool:
    """Whether zeep fills one element with the members that we have read, too."""
    kind = getattr(operation.input.body, "type", None)
    if not isinstance(kind, ComplexType):
        return bool(asked.kind.base and asked.wrapper) if kind is not None else not asked.kind.members
    names = [name for name, _ in shapes.fields(kind) if not name.startswith("_value_")]
    places = [each for each in asked.kind.places if not each.attribute]
    # zeep knows the head of a substitution group only
    alike = [each.head or each.name for at, each in enumerate(places) if not _is_further(places, at)]
    return names == alike


def _is_further(places: list[Place], at: int) -> bool:
    """One more element for the head that the place before stands for."""
    return at > 0 and places[at].head != "" and places[at].head == places[at - 1].head


def _is_soap12(operation: Any) -> bool:
    if isinstance(operation, Own):
        return "SOAPAction" not in operation.headers
    return isinstance(operation.binding, Soap12Binding)


def _no_operation(name: str, found: list[Use], uses: tuple[Use, ...]) -> Unbuildable:
    if found:
        what = f"operation {name} cannot be used: {found[0].reason}"
        return Unbuildable(("call",), what, "write another one, or an envelope: of your own")
    known = sorted({use.operation for use in uses if use.reason is None})
    near = get_close_matches(name, known, n=1)
    write = f"did you mean {near[0]}?" if near else f"write one of {', '.join(known) or 'none is usable'}"
    return Unbuildable(("call",), f"the contract has no operation {name}", write)
