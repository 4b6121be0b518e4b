"""Reads any contract: what it is written in is seen from its text, not from its name."""

import posixpath
from collections.abc import Mapping
from typing import Any

from adapters.contract import openapi, samples, wsdl
from adapters.contract.documents import Documents
from adapters.contract.jsonschema import Schemas
from adapters.contract.model import Contract, Offer, Part
from adapters.errors import Unbuildable

_SCHEMA = ("$schema", "$defs", "definitions", "allOf", "oneOf", "anyOf", "$ref")
_TYPES = ("object", "array", "string", "integer", "number", "boolean")


def read(path: str, files: Mapping[str, str]) -> Contract:
    """What a contract offers.

    files: texts of the folder by relative path; nothing else is ever looked at.
    Raises Unbuildable, whatever the files hold.
    """
    text = files.get(path, files.get(posixpath.normpath(path)))
    if text is None:
        what = f"the contract needs {path}, which is not in the folder"
        raise Unbuildable(("contract",), what, "save that file beside the contract")
    try:
        if text.lstrip("\ufeff \t\r\n").startswith("<"):
            return _xml(path, text, files)
        return _json(path, files)
    except (RecursionError, MemoryError):
        raise Unbuildable(("contract",), f"{path} nests too deep", "save the contract again") from None


def _xml(path: str, text: str, files: Mapping[str, str]) -> Contract:
    """A WSDL, a bare XML schema, or a sample."""
    if ":definitions" in text or "<definitions" in text or ":schema" in text or "<schema" in text:
        return wsdl.read(path, files)
    return samples.read(path, files)


def _json(path: str, files: Mapping[str, str]) -> Contract:
    documents = Documents(files)
    tree = documents.tree(path)
    if isinstance(tree, dict) and ("openapi" in tree or "swagger" in tree):
        return openapi.read(path, documents)
    if isinstance(tree, dict) and _is_schema(tree):
        return _schema(path, tree, documents)
    if not isinstance(tree, dict | list):
        what = f"{path} is neither WSDL, OpenAPI, a schema nor a sample"
        raise Unbuildable(("contract",), what, "name the contract's main file")
    return samples.read(path, files)


def _is_schema(tree: Mapping[str, Any]) -> bool:
    if isinstance(tree.get("properties"), dict) and tree.get("type") in (None, "object"):
        return True
    return any(key in tree for key in _SCHEMA) or (tree.get("type") in _TYPES and "items" in tree)


def _schema(path: str, tree: Mapping[str, Any], documents: Documents) -> Contract:
    """A bare JSON Schema: its message, or one for each definition where it has none of its own."""
    schemas = Schemas(documents)
    definitions = tree.get("$defs", tree.get("definitions"))
    own = any(key in tree for key in ("properties", "allOf", "oneOf", "anyOf", "$ref", "type"))
    if own or not isinstance(definitions, dict):
        found = {"": schemas.part(tree, path)}
    else:
        found = {str(name): schemas.part(each, path) for name, each in definitions.items()}
    return Contract(
        "schema", tuple(_message(name, each) for name, each in found.items()), tuple(documents.notes)
    )


def _message(name: str, part: Part) -> Offer:
    """An operation that only says what it takes; how it is called stands elsewhere."""
    fits = part.kind == "object" and not part.many
    why = "" if fits else "its message is no object"
    return Offer(name, part.title, part, None, "typed" if fits else "unusable", why, media="application/json")
