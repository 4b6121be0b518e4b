"""The XML files of a contract: parsed without DTD, entities or network, found in the folder or shipped with us.

A location is looked for where the contract says; then, because contracts are saved under other names than
they were served under, for the one file of that name, or of that namespace, in the folder.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files as package_files
from urllib.parse import unquote

from lxml import etree

from adapters.codecs import xml
from adapters.contract import standard
from adapters.errors import Garbled, Unbuildable

ROOT = "file:///"
SHIPPED = "shipped:"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
XSD = "{http://www.w3.org/2001/XMLSchema}"
_OLD_SCHEMAS = re.compile(
    r"""(["'])http://www\.w3\.org/(?:1999|2000/10)/XMLSchema(-instance)?/?\1|"""
    r"""(["'])http://www\.w3\.org/2001/XMLSchema/\3"""
)
_DECLARATION = re.compile(r"^[\ufeff\s]*<\?xml[^>]*\?>")
_TAG = re.compile(r"<(?![?!/])[^\s/>]+")
_UNDECLARED = re.compile(r"Namespace prefix (\S+) (?:on|for) ")
_NAMES = (
    "schema element complexType simpleType complexContent simpleContent extension restriction sequence choice all "
    "group attribute attributeGroup any anyAttribute annotation documentation import include redefine enumeration "
    "pattern length minLength maxLength list union"
)
_MEANT = {name.lower(): name for name in _NAMES.split()}
_MOST_PREFIXES = 16


@dataclass(frozen=True, slots=True)
class File:
    """One file of the contract: the path in the folder (for shipped ones their location) and its root."""

    path: str
    root: etree._Element

    @property
    def namespace(self) -> str | None:
        return self.root.get("targetNamespace")


class Folder:
    """The files that a contract may use, parsed once each, and what had to be mended in their text."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = {posixpath.normpath(path.replace("\\", "/")): text for path, text in files.items()}
        self._parsed: dict[str, File] = {}
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def main(self, path: str) -> File:
        """Raises Unbuildable when it is not there or is not harmless XML."""
        path = posixpath.normpath(path)
        if path not in self._files:
            what = f"the contract needs {path}, which is not in the folder"
            raise Unbuildable(("contract",), what, "save that file beside the contract")
        return self.opened(path)

    def opened(self, path: str) -> File:
        if path not in self._parsed:
            self._parsed[path] = File(path, self._harmless(path, self._files[path]))
        return self._parsed[path]

    def shipped(self, name: str) -> File:
        """A standard schema of ours, by its file name."""
        path = f"{SHIPPED}{name}"
        if path not in self._parsed:
            text = package_files("adapters").joinpath("schemas", name).read_text("utf-8")
            self._parsed[path] = File(path, _parsed(path, _DECLARATION.sub("", text, count=1)))
        return self._parsed[path]

    def found(self, base: str, location: str | None, namespace: str | None, tag: str) -> File | None:
        """The file at a location relative to `base`, or what must be meant by it; None when there is none.

        tag: of the root that it must have. Raises Unbuildable for a file that is no harmless XML.
        """
        if location is not None and (path := self._at(base, location)) is not None:
            return self.opened(path)
        shipped = standard.PLACES.get((location or "").strip()) or standard.PLACES.get(namespace or "")
        if shipped:
            return self.shipped(shipped)
        candidates = self._meant(base, location, namespace, tag)
        if len(candidates) == 1:
            what = f"{location} is not in the folder" if location else f"no location for {namespace}"
            self.note(f"{base}: {what}: {candidates[0].path} is taken for it")
            return candidates[0]
        return None

    def _at(self, base: str, location: str) -> str | None:
        place = unquote(location.strip()).replace("\\", "/")
        place = place.removeprefix(ROOT) if place.startswith(ROOT) else place
        joined = posixpath.normpath(posixpath.join(posixpath.dirname(base), place))
        return joined if joined in self._files else None

    def _meant(self, base: str, location: str | None, namespace: str | None, tag: str) -> list[File]:
        """Files with the name of the location, else with the namespace; the nearest to `base` only."""
        name = posixpath.basename(re.split(r"[?#]", location or "")[0])
        named = [path for path in self._files if name and posixpath.basename(path) == name and path != base]
        found = [file for file in self._readable(_nearest(base, named)) if _is(file, tag, namespace)]
        if found or not namespace:
            return found
        suffixes = (".xsd", ".xml", ".wsdl")
        others = [
            path
            for path, text in self._files.items()
            if path != base and path.endswith(suffixes) and namespace in text
        ]
        return [file for file in self._readable(_nearest(base, others)) if _is(file, tag, namespace)]

    def _readable(self, paths: list[str]) -> Iterator[File]:
        for path in paths:
            try:
                yield self.opened(path)
            except Unbuildable:
                continue  # it is only guessed at, so a broken one is simply not the one that is meant

    def _harmless(self, path: str, text: str) -> etree._Element:
        """The document without comments; refused when it has a DTD or is not XML."""
        text = _DECLARATION.sub("", text, count=1).lstrip("\ufeff \t\r\n")
        text, renamed = _OLD_SCHEMAS.subn(_renamed, text)
        if renamed:
            self.note(f"{path}: a draft namespace of XML Schema is read as that of 2001")
        for _ in range(_MOST_PREFIXES):
            prefix = _undeclared(text)
            if prefix is None:
                break
            meant = standard.PREFIXES.get(prefix, f"urn:undeclared:{prefix}")
            text = _TAG.sub(lambda tag, p=prefix, m=meant: f'{tag[0]} xmlns:{p}="{m}"', text, count=1)  # type: ignore[misc]
            self.note(f"{path}: the prefix {prefix} is not declared: taken for {meant}")
        root = _parsed(path, text)
        if _named(root):
            self.note(
                f"{path}: <{etree.QName(root).localname}> without its namespace is read as if it had it"
            )
        if _spelt(root):
            self.note(f"{path}: names of XML Schema in the wrong case are read as they are meant")
        return root


def _named(root: etree._Element) -> bool:
    """Gives a contract's elements the namespace that they lack, or have wrong as a whole."""
    name = etree.QName(root)
    if name.localname not in ("schema", "definitions") or f"{{{name.namespace}}}" in (XSD, WSDL):
        return False
    for each in root.iter(f"{{{name.namespace or ''}}}*"):
        local = etree.QName(each).localname
        each.tag = f"{XSD if local in _MEANT.values() else WSDL}{local}"
    return True


def _spelt(root: etree._Element) -> bool:
    """Puts right the case of schema elements (`xs:simpletype`); whether there were any."""
    found = False
    for each in root.iter(f"{XSD}*"):
        local = str(each.tag)[len(XSD) :]
        meant = _MEANT.get(local.lower(), local)
        if meant != local:
            each.tag, found = f"{XSD}{meant}", True
    return found


def _is(file: File, tag: str, namespace: str | None) -> bool:
    return file.root.tag == tag and (namespace is None or file.namespace == namespace)


def _nearest(base: str, paths: list[str]) -> list[str]:
    """Those that share the most folders with `base`."""
    shared = {path: len(posixpath.commonprefix([f"{base}/".split("/"), path.split("/")])) for path in paths}
    return sorted(path for path in paths if shared[path] == max(shared.values()))


def _renamed(found: re.Match[str]) -> str:
    quote = found[1] or found[3]
    return f"{quote}http://www.w3.org/2001/XMLSchema{found[2] or ''}{quote}"


def _undeclared(text: str) -> str | None:
    """The first prefix that the document uses without declaring it."""
    try:
        etree.fromstring(text.encode("utf-8", "surrogatepass"), xml.parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        found = _UNDECLARED.match(str(error))
        return found[1] if found else None
    return None


def _parsed(path: str, text: str) -> etree._Element:
    try:
        root = xml.parsed(text)
    except Garbled as error:
        what = "carries a DTD or entities" if error.what == "dtd" else "is not well-formed XML"
        raise Unbuildable(
            ("contract",), f"{path} {what}", "remove the DTD, or save the contract again"
        ) from None
    return root
