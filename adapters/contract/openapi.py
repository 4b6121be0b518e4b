"""OpenAPI 3.0 and 3.1 and Swagger 2.0 as the neutral model."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from adapters.contract.documents import Documents
from adapters.contract.elements import is_xml, root_of
from adapters.contract.jsonschema import Schemas
from adapters.contract.model import Contract, Offer, Part
from adapters.contract.uploads import MULTIPART, uploaded

_METHODS = ("get", "post", "put", "delete", "patch")
_OTHER = ("head", "options", "trace")
_FORMS = ("application/x-www-form-urlencoded", MULTIPART)
_MEDIA = ("application/json", "*/*", *_FORMS, "application/xml", "text/xml", "text/plain")
_HEADERS = ("header", "cookie")


def read(path: str, documents: Documents) -> Contract:
    """Raises Unbuildable."""
    tree = documents.tree(path)
    reader = _Reader(path, tree, documents)
    offers = tuple(reader.offers())
    return Contract("openapi", offers, tuple(documents.notes), tuple(_addresses(tree)))


class _Reader:
    def __init__(self, path: str, tree: Mapping[str, Any], documents: Documents) -> None:
        self._path = path
        self._tree = tree
        self._documents = documents
        self._schemas, self._in_xml = Schemas(documents), Schemas(documents, xml=True)
        self._old = "swagger" in tree

    def offers(self) -> Iterator[Offer]:
        paths = self._tree.get("paths")
        for place, item in paths.items() if isinstance(paths, dict) else ():
            item, base = self._object(item, self._path)
            for method in (*_METHODS, *_OTHER):
                if isinstance(item.get(method), dict):
                    yield self._offer(f"{method.upper()} {_spelt(place)}", item[method], item, base)

    def _offer(self, call: str, operation: Mapping[str, Any], item: Mapping[str, Any], base: str) -> Offer:
        title = next((str(operation[key]) for key in ("summary", "description") if operation.get(key)), "")
        title = " ".join((title or str(operation.get("operationId", ""))).split())
        parameters = list(self._parameters(item, operation, base))
        told = self._body(operation, parameters, base)
        body, media, why = told.part, told.media, told.why
        beside = [uploaded(each, media) for each, where in parameters if where in ("path", "query", "form")]
        headers = tuple(each for each, where in parameters if where in _HEADERS)
        how = "typed"
        if call.split(" ")[0].lower() in _OTHER:
            how, why = "unusable", f"{call.split(' ')[0]} carries no business"
        elif body is not None and (body.many or body.kind not in ("object", "any")):
            how, why = "unusable", f"its body is {'a list' if body.many else body.kind}, messages are objects"
        elif why:
            how = "template"
        inside = (
            tuple(replace(uploaded(each, media), where=_where(media)) for each in body.parts) if body else ()
        )
        free = body is not None and body.open
        request = Part("", "object", open=free, title=body.title if body is not None else "")
        answers = list(self._answers(operation, base))
        success = next((each for each in answers if each.is_success and each.part is not None), _Answer("2*"))
        return Offer(
            call,
            title,
            request.holding((*beside, *inside)),
            success.part,
            how,
            why,
            headers=headers,
            media=media,
            wrapper=told.root,
            answer_media=success.media,
            answer_status=int(success.status) if success.status.isdecimal() else 200,
            answers=tuple((each.status, each.part) for each in answers),
        )

    def _object(self, node: Any, base: str) -> tuple[Mapping[str, Any], str]:
        """A path item, parameter, body or response, behind its reference; empty when there is none."""
        if isinstance(node, dict) and isinstance(node.get("$ref"), str):
            node, base = self._documents.referred(node["$ref"], base) or (None, base)
        return (node, base) if isinstance(node, dict) else ({}, base)

    def _parameters(
        self, item: Mapping[str, Any], operation: Mapping[str, Any], base: str
    ) -> Iterator[tuple[Part, str]]:
        """Each parameter with its place; those of the operation replace those of the path."""
        found: dict[tuple[str, str], tuple[Part, str]] = {}
        for holder in (item, operation):
            given = holder.get("parameters")
            for each in given if isinstance(given, list) else ():
                parameter, file = self._object(each, base)
                name, where = parameter.get("name"), parameter.get("in")
                if isinstance(name, str) and isinstance(where, str):
                    where = {"formData": "form"}.get(where, where)
                    found[name, where] = (self._parameter(parameter, name, where, file), where)
        yield from found.values()

    def _parameter(self, parameter: Mapping[str, Any], name: str, where: str, base: str) -> Part:
        schema = parameter.get("schema")
        if schema is None and isinstance(parameter.get("content"), dict):
            schema = next((each.get("schema") for each in parameter["content"].values() if each), None)
        if schema is None and (self._old or "type" in parameter):
            schema = {key: each for key, each in parameter.items() if key not in ("required", "in", "name")}
        needed = parameter.get("required") in (True, "true") or where == "path"
        part = self._schemas.part(
            schema if schema is not None else {"type": "string"}, base, name, required=needed
        )
        title = parameter.get("description")
        return replace(
            part, where=where, title=" ".join(title.split()) if isinstance(title, str) else part.title
        )

    def _body(self, operation: Mapping[str, Any], parameters: list[tuple[Part, str]], base: str) -> "_Body":
        if self._old:
            return self._old_body(operation, parameters, base)
        if operation.get("requestBody") is None:
            return _Body()
        body, file = self._object(operation["requestBody"], base)
        content = body.get("content")
        media = _best(content if isinstance(content, dict) else {})
        return self._described(_schema_of(content, media), file, media, needed=body.get("required") is True)

    def _old_body(
        self, operation: Mapping[str, Any], parameters: list[tuple[Part, str]], base: str
    ) -> "_Body":
        consumes = self._listed(operation, "consumes")
        body = next((part for part, where in parameters if where == "body"), None)
        if body is not None:
            media = _best(dict.fromkeys(consumes)) or "application/json"
            schema, file = self._schema_of_body(operation, base)
            if is_xml(media) and schema is not None:
                return self._described(schema, file, media, needed=body.required)
            return _Body(replace(body, name="", where=""), media, _untyped(body))
        forms = [part for part, where in parameters if where == "form"]
        if any(part.kind == "binary" for part in forms):  # a file has no place in the other form
            return _Body(media=MULTIPART)
        if forms:
            return _Body(media=next((each for each in consumes if each in _FORMS), _FORMS[0]))
        return _Body()

    def _schema_of_body(self, operation: Mapping[str, Any], base: str) -> tuple[Any, str]:
        given = operation.get("parameters")
        found = (self._object(each, base) for each in given) if isinstance(given, list) else ()
        return next(((each["schema"], at) for each, at in found if "schema" in each), (None, base))

    def _described(self, schema: Any, file: str, media: str, *, needed: bool) -> "_Body":
        """A body by its schema; one in XML has names of its own."""
        if not is_xml(media):
            part = self._schemas.part(schema, file, required=needed)
            return _Body(part, media, _untyped(part))
        part = self._in_xml.part(schema, file, required=needed)
        target, _ = self._object(schema, file)
        return _Body(part, media, _untyped(part), root_of(schema, target))

    def _listed(self, operation: Mapping[str, Any], key: str) -> list[str]:
        """Media types of Swagger 2.0, of the operation or of all."""
        told = operation.get(key, self._tree.get(key))
        return [each for each in told if isinstance(each, str)] if isinstance(told, list) else []

    def _answers(self, operation: Mapping[str, Any], base: str) -> Iterator["_Answer"]:
        """By status, the successes first and `default` last."""
        responses = operation.get("responses")
        told = (
            {str(status): each for status, each in responses.items()} if isinstance(responses, dict) else {}
        )
        for status in sorted(told, key=lambda each: (each == "default", not each.startswith("2"), each)):
            pattern = "*" if status == "default" else status.upper().replace("XX", "*")
            yield self._answer(pattern, told[status], operation, base)

    def _answer(self, status: str, told: Any, operation: Mapping[str, Any], base: str) -> "_Answer":
        response, file = self._object(told, base)
        content, schema = response.get("content"), response.get("schema")
        media = _best(dict.fromkeys(self._listed(operation, "produces"))) if self._old else ""
        if isinstance(content, dict):
            media = _best(content)
            schema = _schema_of(content, media)
        if schema is None:
            return _Answer(status)
        return _Answer(status, self._described(schema, file, media, needed=False).part, media)


@dataclass(frozen=True, slots=True)
class _Answer:
    """One answer of an operation. status: `200`, `4*`, `*` for all that are not named."""

    status: str
    part: Part | None = None
    media: str = ""

    @property
    def is_success(self) -> bool:
        return self.status.startswith(("2", "*"))


@dataclass(frozen=True, slots=True)
class _Body:
    """What a request carries. why: it has no types, "" when it has.    root: of one in XML."""

    part: Part | None = None
    media: str = ""
    why: str = ""
    root: str = ""


def _schema_of(content: Any, media: str) -> Any:
    told = content.get(media) if isinstance(content, dict) else None
    return told.get("schema") if isinstance(told, dict) else None


def _untyped(part: Part) -> str:
    if part.kind == "any" and not part.many:
        return "its body is described nowhere: what the mapping writes is sent unchecked"
    return ""


def _where(media: str) -> str:
    return "form" if media in _FORMS else "body"


def _best(content: Mapping[str, Any]) -> str:
    """The media type that is used of those that an operation takes."""
    plain = {str(each).split(";")[0].strip().lower(): str(each) for each in content}
    for media in _MEDIA:
        if media in plain:
            return plain[media]
    return next((plain[each] for each in plain if each.endswith("+json")), next(iter(plain.values()), ""))


def _spelt(place: Any) -> str:
    """A path as `call:` has it: without blanks."""
    path = quote(str(place), safe="/{}?=&%:@!$'()*+,;~-._")
    return path if path.startswith("/") else f"/{path}"


def _addresses(tree: Mapping[str, Any]) -> Iterator[str]:
    if "swagger" in tree:
        host, path = tree.get("host"), tree.get("basePath", "")
        schemes = tree.get("schemes")
        for scheme in schemes if isinstance(schemes, list) and schemes else ["https"]:
            if isinstance(host, str):
                yield f"{scheme}://{host}{path if isinstance(path, str) else ''}"
        return
    servers = tree.get("servers")
    for server in servers if isinstance(servers, list) else ():
        if isinstance(server, dict) and isinstance(server.get("url"), str):
            url, variables = server["url"], server.get("variables")
            for name, each in variables.items() if isinstance(variables, dict) else ():
                if isinstance(each, dict):
                    url = url.replace(f"{{{name}}}", str(each.get("default", "")))
            yield url
