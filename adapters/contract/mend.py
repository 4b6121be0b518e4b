"""What real WSDLs commonly do wrong, put right in their trees before anything reads them; each said in a note.

The same file is always mended the same way; nothing is guessed where two things could be meant.
"""

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from adapters.contract.closure import Closure
from adapters.contract.folder import WSDL, File

SOAP = ("{http://schemas.xmlsoap.org/wsdl/soap/}", "{http://schemas.xmlsoap.org/wsdl/soap12/}")
ORIGINAL = "{urn:tongban}name"  # of an operation that had to be renamed: its name on the wire


def mend(found: Closure) -> None:
    """Mends the closure's own trees."""
    _drop_lost_headers(found)
    _tell_overloads_apart(found)
    _give_a_service(found)


def _drop_lost_headers(found: Closure) -> None:
    """A SOAP header whose message or part nobody defines makes zeep give up on the whole contract."""
    parts = {
        message.get("name", ""): {part.get("name") for part in message.iterchildren(f"{WSDL}part")}
        for _, message in found.all("message")
    }
    for file, binding in found.all("binding"):
        for header in list(_headers(binding)):
            message, part = local(header.get("message")), header.get("part")
            if message in parts and part in parts[message]:
                continue
            found.folder.note(f"{file.path}: SOAP header {message}/{part} is not defined: left out")
            _remove(header)


def _headers(binding: etree._Element) -> Iterator[etree._Element]:
    for namespace in SOAP:
        for name in ("header", "headerfault"):
            yield from binding.iter(f"{namespace}{name}")


def _tell_overloads_apart(found: Closure) -> None:
    """Operations of one name get numbers in the order of the file, in port types and bindings alike."""
    inputs: dict[str, dict[tuple[str, str], str]] = {}
    for file, kind in found.all("portType"):
        inputs[kind.get("name", "")] = _numbered(found, file, kind)
    for file, binding in found.all("binding"):
        known = inputs.get(local(binding.get("type")), {})
        _numbered(found, file, binding, known)


def _numbered(
    found: Closure, file: File, parent: etree._Element, known: dict[tuple[str, str], str] | None = None
) -> dict[tuple[str, str], str]:
    """(name, name of the input) of every overloaded operation with the name that it has now."""
    operations = list(parent.iterchildren(f"{WSDL}operation"))
    counted = Counter(each.get("name", "") for each in operations)
    taken, given = set(counted), {}
    seen: Counter[str] = Counter()
    for each in operations:
        name = each.get("name", "")
        if counted[name] < 2:
            continue
        seen[name] += 1
        entry = each.find(f"{WSDL}input")
        key = (name, (entry.get("name") or "") if entry is not None else "")
        new = (known or {}).get(key) if key[1] else None
        if new is None:
            new = name if seen[name] == 1 else _free(name, seen[name], taken)
        given[key] = new
        if new != name:
            taken.add(new)
            each.set("name", new)
            each.set(ORIGINAL, name)
            if known is None:
                found.folder.note(
                    f"{file.path}: operation {name} is overloaded: one of them is called {new} here"
                )
    return given


def _free(name: str, number: int, taken: set[str]) -> str:
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


def _give_a_service(found: Closure) -> None:
    """A contract with bindings but no service: each binding is offered as a service and port of its name."""
    if any(True for _ in found.all("service")):
        return
    for file, binding in list(found.all("binding")):
        name = binding.get("name", "")
        service = etree.SubElement(file.root, f"{WSDL}service", {"name": name})
        port = etree.SubElement(service, f"{WSDL}port", {"name": name})
        prefixed = etree.SubElement(port, f"{SOAP[0]}address", {"location": ""})
        del prefixed
        namespace = file.namespace or ""
        port.set("binding", name if not namespace else _qualified(port, namespace, name))
        found.folder.note(f"{file.path}: no service: the binding {name} is offered as {name}/{name}")


def _qualified(element: etree._Element, namespace: str, name: str) -> str:
    for prefix, uri in element.nsmap.items():
        if uri == namespace and prefix:
            return f"{prefix}:{name}"
    return name


def local(qualified: str | None) -> str:
    return (qualified or "").strip().rpartition(":")[2]


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
