"""All files that a WSDL or schema draws in, each once, with every location rewritten to where the file was found.

What cannot be found is left out and said: whatever needs it is unusable with its reason, all else works.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from lxml import etree

from adapters.contract.folder import ROOT, SHIPPED, WSDL, XSD, File, Folder
from adapters.errors import Unbuildable

_DEFINITIONS, _SCHEMA = f"{WSDL}definitions", f"{XSD}schema"
_SHIPPED = "http://shipped.invalid/"
_IMPORT, _INCLUDE, _REDEFINE = (f"{XSD}{name}" for name in ("import", "include", "redefine"))


@dataclass(frozen=True, slots=True)
class Schema:
    """One xsd:schema. namespace: what its names are in; included ones without their own take the includer's."""

    path: str
    root: etree._Element
    namespace: str


@dataclass(slots=True)
class Closure:
    """What one contract consists of. urls: each file by the address that the rewritten locations have."""

    main: File
    folder: Folder
    files: list[File] = field(default_factory=list)
    schemas: list[Schema] = field(default_factory=list)
    urls: dict[str, File] = field(default_factory=dict)

    def all(self, tag: str) -> Iterator[tuple[File, etree._Element]]:
        """Elements of WSDL with this name, directly under the definitions."""
        for file in self.files:
            for each in file.root.iterchildren(f"{WSDL}{tag}"):
                yield file, each


def closure(path: str, files: Mapping[str, str]) -> Closure:
    """Raises Unbuildable when the main file, or one that it names, is no harmless XML or no contract."""
    folder = Folder(files)
    main = folder.main(path)
    if main.root.tag not in (_DEFINITIONS, _SCHEMA):
        what = f"{path} is neither a WSDL 1.1 nor an XML schema, but <{etree.QName(main.root).localname}>"
        raise Unbuildable(("contract",), what, "name the WSDL file")
    found = Closure(main, folder)
    _collect(found)
    return found


def url(file: File) -> str:
    """Where others find the file; nothing is ever asked for at that address."""
    shipped = file.path.startswith(SHIPPED)
    return f"{_SHIPPED}{file.path.removeprefix(SHIPPED)}" if shipped else f"{ROOT}{quote(file.path)}"


def _collect(found: Closure) -> None:
    seen: set[tuple[str, str]] = set()
    queue: deque[tuple[File, str]] = deque([(found.main, found.main.namespace or "")])
    while queue:
        file, namespace = queue.popleft()
        if (file.path, namespace) in seen:
            continue
        seen.add((file.path, namespace))
        if url(file) not in found.urls:
            found.urls[url(file)] = file
            found.files.append(file)
        for schema in _schemas(file, namespace):
            found.schemas.append(schema)
            queue.extend(_drawn_in(found, file, schema))
        if file.root.tag == _DEFINITIONS:
            queue.extend(_imported(found, file))


def _schemas(file: File, namespace: str) -> Iterator[Schema]:
    if file.root.tag == _SCHEMA:
        yield Schema(file.path, file.root, namespace)
    for types in file.root.iterchildren(f"{WSDL}types"):
        for each in types.iterchildren(_SCHEMA):
            yield Schema(file.path, each, each.get("targetNamespace") or "")


def _imported(found: Closure, file: File) -> Iterator[tuple[File, str]]:
    """Of wsdl:import, which may name a schema as well as another WSDL."""
    for each in list(file.root.iterchildren(f"{WSDL}import")):
        location, namespace = each.get("location"), each.get("namespace")
        target = None
        for tag in (_DEFINITIONS, _SCHEMA):
            target = target or found.folder.found(file.path, location, namespace, tag)
        if target is None:
            what = f"{location or namespace} is not in the folder: save that file beside the contract"
            found.folder.note(f"{file.path}: {what}; what needs it cannot be used")
            file.root.remove(each)
            continue
        each.set("location", url(target))
        if target.namespace and target.namespace != namespace:
            found.folder.note(
                f"{file.path}: {target.path} is imported as {namespace}, but is {target.namespace}"
            )
            each.set("namespace", target.namespace)
        yield target, target.namespace or ""


def _drawn_in(found: Closure, file: File, schema: Schema) -> Iterator[tuple[File, str]]:
    for tag in (_IMPORT, _INCLUDE, _REDEFINE):
        for each in list(schema.root.iterchildren(tag)):
            yield from _one_drawn_in(found, file, schema, each)


def _one_drawn_in(
    found: Closure, file: File, schema: Schema, element: etree._Element
) -> Iterator[tuple[File, str]]:
    location, namespace = element.get("schemaLocation"), element.get("namespace")
    if location is None and (location := element.get("location")) is not None:
        del element.attrib["location"]
        found.folder.note(f"{file.path}: location={location} is read as schemaLocation")
        element.set("schemaLocation", location)
    importing = element.tag == _IMPORT
    if location is None and (not importing or _stands_inline(file, namespace)):
        if not importing:
            schema.root.remove(element)
        return
    wanted = namespace if importing else None
    target = found.folder.found(file.path, location, wanted, _SCHEMA)
    if target is None or target.root.tag != _SCHEMA:
        _leave_out(found, file, element, location or namespace)
        return
    element.set("schemaLocation", url(target))
    own = target.namespace
    if importing and own != namespace:
        found.folder.note(
            f"{file.path}: {target.path} is imported as {namespace}, but is {own or 'without one'}"
        )
        _rename(element, own)
    elif not importing and own and own != schema.namespace:
        found.folder.note(
            f"{file.path}: {target.path} is included, but has another namespace, {own}: imported"
        )
        element.tag = _IMPORT
        element.set("namespace", own)
    yield target, own or ("" if importing else schema.namespace)


def _stands_inline(file: File, namespace: str | None) -> bool:
    return any(each.namespace == (namespace or "") for each in _schemas(file, file.namespace or ""))


def _leave_out(found: Closure, file: File, element: etree._Element, what: str | None) -> None:
    if element.get("schemaLocation") is not None:
        text = f"{what} is not in the folder: save that file beside the contract"
        found.folder.note(f"{file.path}: {text}; what needs it cannot be used")
        del element.attrib["schemaLocation"]
    if element.tag != _IMPORT:
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)


def _rename(element: etree._Element, namespace: str | None) -> None:
    if namespace:
        element.set("namespace", namespace)
    elif "namespace" in element.attrib:
        del element.attrib["namespace"]
