"""The files of a contract: handed to zeep instead of a network, and read once by ourselves.

zeep leaves out what it cannot bind, so what a contract declares is taken from its XML.
"""

import posixpath
from collections.abc import Iterator, Mapping
from importlib.resources import files as package_files

from lxml import etree

from adapters.codecs import xml
from adapters.errors import Garbled, Unbuildable

ROOT = "file:///"
_WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
_SOAP_NAMESPACES = ("{http://schemas.xmlsoap.org/wsdl/soap/}", "{http://schemas.xmlsoap.org/wsdl/soap12/}")
_STANDARD = {
    "http://www.w3.org/2001/xml.xsd": "xml.xsd",
    "http://www.w3.org/2001/03/xml.xsd": "xml.xsd",
    "http://www.w3.org/XML/1998/namespace": "xml.xsd",
    "http://schemas.xmlsoap.org/soap/encoding/": "soap-encoding.xsd",
    "http://schemas.xmlsoap.org/soap/encoding": "soap-encoding.xsd",
    "http://www.w3.org/2005/05/xmlmime": "xmlmime.xsd",
}


class Offline:
    """What zeep takes for a transport: the files of the folder and the standard schemas, nothing else."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files
        self.loaded: list[etree._Element] = []

    def load(self, url: str) -> bytes:
        path = posixpath.normpath(url.removeprefix(ROOT)) if url.startswith(ROOT) else url
        if path in self._files:
            root = _harmless(path, self._files[path])
            self.loaded.append(root)
            return etree.tostring(root)
        if url in _STANDARD:
            return package_files("adapters").joinpath("schemas", _STANDARD[url]).read_bytes()
        what = f"the contract needs {path}, which is not in the folder"
        raise Unbuildable(("contract",), what, "save that file beside the contract")

    def encoded(self) -> set[tuple[str, str]]:
        """(binding, operation) with SOAP-encoded messages, which zeep would write wrongly without a word."""
        return {
            (binding.get("name", ""), operation.get("name", ""))
            for binding in self._all("binding")
            for operation in binding.iter(f"{_WSDL}operation")
            if any(each.get("use") == "encoded" for each in _bodies(operation))
        }

    def declared(self) -> Iterator[tuple[str, str, str, str]]:
        """(service, port, binding, operation) of everything that the contract promises."""
        kinds = {each.get("name"): _operations(each) for each in self._all("portType")}
        bindings = {each.get("name"): each for each in self._all("binding")}
        for service in self._all("service"):
            for port in service.iter(f"{_WSDL}port"):
                name = _local(port.get("binding"))
                binding = bindings.get(name)
                promised = kinds.get(_local(binding.get("type")), []) if binding is not None else []
                bound = _operations(binding) if binding is not None else []
                for operation in dict.fromkeys([*promised, *bound]):
                    yield service.get("name", ""), port.get("name", ""), name, operation

    def _all(self, tag: str) -> Iterator[etree._Element]:
        for root in self.loaded:
            yield from root.iter(f"{_WSDL}{tag}")


def _harmless(path: str, text: str) -> etree._Element:
    """The document without comments; refused when it has a DTD or is not XML."""
    try:
        return xml.parsed(text)
    except Garbled as error:
        what = "carries a DTD or entities" if error.what == "dtd" else "is not well-formed XML"
        raise Unbuildable(
            ("contract",), f"{path} {what}", "remove the DTD, or save the contract again"
        ) from None


def _bodies(operation: etree._Element) -> Iterator[etree._Element]:
    for namespace in _SOAP_NAMESPACES:
        yield from operation.iter(f"{namespace}body")


def _operations(element: etree._Element) -> list[str]:
    return [each.get("name", "") for each in element.iter(f"{_WSDL}operation")]


def _local(qualified: str | None) -> str:
    return (qualified or "").rpartition(":")[2]
