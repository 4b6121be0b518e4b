"""Every operation that a WSDL promises, read from its XML alone: zeep leaves out what it cannot bind.

An operation is counted for each port of each service that offers it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lxml import etree

from adapters.contract.closure import Closure
from adapters.contract.folder import WSDL, File
from adapters.contract.mend import ORIGINAL, SOAP, local

_HTTP = "{http://schemas.xmlsoap.org/wsdl/http/}"
_MIME = "{http://schemas.xmlsoap.org/wsdl/mime/}"
INWARD = "it is a call from them to us"
_DIME = "{http://schemas.xmlsoap.org/ws/2002/04/dime/wsdl/}"
_OCTETS = "application/octet-stream"
_OVER_HTTP = (
    "http://schemas.xmlsoap.org/soap/http",
    "http://schemas.xmlsoap.org/soap/http/",
    "http://www.w3.org/2003/05/soap/bindings/http/",
    "http://www.w3.org/2003/05/soap/bindings/HTTP/",
    "http://schemas.xmlsoap.org/soap/https",
    "",
)


@dataclass(frozen=True, slots=True)
class Message:
    """One side of an operation: its message's parts by name, and how the binding writes them.

    parts: part elements of the message; None when nobody defines the message.    body: those in the body.
    attached: those that travel beside it, with their media types.    dime: in a form that we do not speak.
    """

    file: File
    parts: tuple[etree._Element, ...] | None = None
    body: tuple[etree._Element, ...] = ()
    headers: tuple[etree._Element, ...] = ()
    use: str = "literal"
    namespace: str = ""
    encoding: str = ""
    attached: tuple[tuple[etree._Element, str], ...] = ()
    dime: bool = False
    named: str = ""


@dataclass(frozen=True, slots=True)
class Bound:
    """One operation at one port. `lost` says why it cannot be called at all, "" when it may be.

    wire: its name on the wire, which differs where it had to be renamed.    soap: 11 | 12, 0 for plain HTTP.
    """

    service: str
    port: str
    name: str
    wire: str
    file: File
    soap: int = 0
    style: str = "document"
    action: str = ""
    method: str = ""
    path: str = ""
    address: str = ""
    title: str = ""
    request: Message | None = None
    answer: Message | None = None
    lost: str = ""

    @property
    def call(self) -> str:
        return f"{self.service}/{self.port}/{self.name}"


@dataclass(slots=True)
class _Names:
    """Definitions by name; where a namespace has none of that name, the only one of that name."""

    found: dict[str, dict[str, tuple[File, etree._Element]]] = field(default_factory=dict)

    def add(self, file: File, element: etree._Element) -> None:
        self.found.setdefault(element.get("name", ""), {}).setdefault(file.namespace or "", (file, element))

    def get(self, name: str | None, at: etree._Element, file: File) -> tuple[File, etree._Element] | None:
        prefix, _, plain = (name or "").strip().rpartition(":")
        namespace = at.nsmap.get(prefix or None) or file.namespace or ""
        known = self.found.get(plain, {})
        if namespace in known:
            return known[namespace]
        return next(iter(known.values())) if len(known) == 1 else None


class Reading:
    """Follows the names of a WSDL from services to messages."""

    def __init__(self, found: Closure) -> None:
        self._found = found
        self._of: dict[str, _Names] = {}
        for tag in ("binding", "portType", "message"):
            names = self._of.setdefault(tag, _Names())
            for file, element in found.all(tag):
                names.add(file, element)

    def operations(self) -> Iterator[Bound]:
        for file, service in self._found.all("service"):
            for port in service.iterchildren(f"{WSDL}port"):
                yield from self._of_port(file, service.get("name", ""), port)

    def _of_port(self, file: File, service: str, port: etree._Element) -> Iterator[Bound]:
        address = next((each.get("location", "") for each in port.iter("{*}address")), "")
        name, wanted = port.get("name", ""), port.get("binding")
        found = self._of["binding"].get(wanted, port, file)
        if found is None:
            if wanted:
                lost = f"its binding {local(wanted)} is not there"
                yield Bound(service, name, "*", "*", file, address=address, lost=lost)
            return
        kind = self._of["portType"].get(found[1].get("type"), found[1], found[0])
        promised = {each.get("name", ""): each for each in _operations(kind[1])} if kind else {}
        bound = {each.get("name", ""): each for each in _operations(found[1])}
        for operation in dict.fromkeys([*promised, *bound]):
            base = Bound(service, name, operation, operation, found[0], address=address)
            yield self._operation(base, found[1], bound.get(operation), (kind, promised.get(operation)))

    def _operation(
        self,
        base: Bound,
        binding: etree._Element,
        bound: etree._Element | None,
        promised: tuple[tuple[File, etree._Element] | None, etree._Element | None],
    ) -> Bound:
        kind, abstract = promised
        if bound is None:
            return replace(base, lost="its binding does not say how it is called")
        base = _transport(replace(base, wire=bound.get(ORIGINAL) or base.name), binding, bound)
        if abstract is None or kind is None:
            return replace(base, title=_documentation(bound), request=_said(Message(base.file), bound))
        base = replace(base, title=_documentation(abstract) or _documentation(bound))
        sides = [each.tag for each in abstract if each.tag in (f"{WSDL}input", f"{WSDL}output")]
        if not base.lost and sides[:1] != [f"{WSDL}input"]:
            return replace(base, lost=INWARD if sides else "it takes no message")
        request = self._message(kind[0], abstract.find(f"{WSDL}input"), bound.find(f"{WSDL}input"))
        answer = self._message(kind[0], abstract.find(f"{WSDL}output"), bound.find(f"{WSDL}output"))
        return replace(base, request=request, answer=answer)

    def _message(
        self, file: File, abstract: etree._Element | None, bound: etree._Element | None
    ) -> Message | None:
        if abstract is None:
            return None
        found = self._of["message"].get(abstract.get("message"), abstract, file)
        said = _said(Message(file, named=local(abstract.get("message"))), bound)
        if found is None:
            return said
        parts = tuple(found[1].iterchildren(f"{WSDL}part"))
        headers = tuple(self._headers(bound, file))
        attachments = _attached(bound)
        attached = tuple(
            (each, attachments[name]) for each in parts if (name := each.get("name", "")) in attachments
        )
        elsewhere = {each.get("name") for each in headers} | set(attachments)
        listed = _listed(bound)
        body = tuple(
            each
            for each in parts
            if (each.get("name") in listed if listed is not None else each.get("name") not in elsewhere)
        )
        return replace(said, file=found[0], parts=parts, body=body, headers=headers, attached=attached)

    def _headers(self, bound: etree._Element | None, file: File) -> Iterator[etree._Element]:
        for each in _all_soap(bound, "header"):
            found = self._of["message"].get(each.get("message"), each, file)
            for part in found[1].iterchildren(f"{WSDL}part") if found else ():
                if part.get("name") == each.get("part"):
                    yield part


def _transport(base: Bound, binding: etree._Element, bound: etree._Element) -> Bound:
    """SOAP 1.1 or 1.2 over HTTP, or plain HTTP; anything else is lost."""
    for version, namespace in zip((11, 12), SOAP, strict=True):
        soap = binding.find(f"{namespace}binding")
        if soap is None:
            continue
        operation = bound.find(f"{namespace}operation")
        style = (operation.get("style") if operation is not None else None) or soap.get("style") or "document"
        action = (operation.get("soapAction") if operation is not None else None) or ""
        transport = soap.get("transport", "").strip()
        lost = "" if transport in _OVER_HTTP else "it is not bound to SOAP over HTTP"
        return replace(base, soap=version, style=style, action=action.strip(), lost=lost)
    http = binding.find(f"{_HTTP}binding")
    if http is None:
        return replace(base, lost="it is bound neither to SOAP nor to HTTP")
    operation = bound.find(f"{_HTTP}operation")
    path = operation.get("location", "") if operation is not None else ""
    return replace(base, method=http.get("verb", "POST").upper(), path=path)


def _said(message: Message, bound: etree._Element | None) -> Message:
    """With what the binding says of the body of this side."""
    dime = any(True for _ in _all(bound, f"{_DIME}message"))
    for body in _all_soap(bound, "body"):
        return replace(
            message,
            use=body.get("use", "literal"),
            namespace=body.get("namespace", ""),
            encoding=body.get("encodingStyle", "").split(" ")[0],
            dime=dime,
        )
    return replace(message, dime=dime)


def _listed(bound: etree._Element | None) -> list[str] | None:
    """The parts that the body has by its own words; None when it does not say."""
    for body in _all_soap(bound, "body"):
        parts = body.get("parts")
        return parts.split() if parts is not None else None
    return None


def _attached(bound: etree._Element | None) -> dict[str, str]:
    """Names of the parts that travel as attachments, with the first media type that each may have."""
    found: dict[str, str] = {}
    for each in _all(bound, f"{_MIME}content"):
        if name := each.get("part", ""):
            found.setdefault(name, each.get("type", "").replace("*", "") or _OCTETS)
    return {name: kind if not kind.endswith("/") else _OCTETS for name, kind in found.items()}


def _all_soap(bound: etree._Element | None, name: str) -> Iterator[etree._Element]:
    for namespace in SOAP:
        yield from _all(bound, f"{namespace}{name}")


def _all(bound: etree._Element | None, tag: str) -> Iterator[etree._Element]:
    if bound is not None:
        yield from bound.iter(tag)


def _operations(element: etree._Element) -> Iterator[etree._Element]:
    return element.iterchildren(f"{WSDL}operation")


def _documentation(element: etree._Element) -> str:
    found = element.find(f"{WSDL}documentation")
    return " ".join("".join(map(str, found.itertext())).split()) if found is not None else ""
