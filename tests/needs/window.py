"""A page of a window made from a form's schema alone, and a person who fills it.

The page knows JSON Schema and nothing of any platform or item: a control for each place, what has become required
is asked for as soon as it has, files bring their own names, sizes and digests.
"""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

import jsonschema_rs
from lxml import html

Schema = dict[str, Any]
_PDF = b"%PDF-1.4\nmade up\n%%EOF\n"


def page(schema: Schema) -> str:
    """The page as HTML: one form."""
    return f"<form>{''.join(_controls(schema, '', required=True))}</form>"


def _controls(schema: Schema, name: str, *, required: bool) -> Iterator[str]:
    title = escape(schema.get("title", name))
    mark = " required" if required else ""
    if schema.get("type") == "object" and "digest" in schema["properties"]:
        yield f'<label>{title}<input type="file" name="{name}"{mark}></label>'
    elif schema.get("type") == "object":
        yield f'<fieldset name="{name}" data-kind="object"{mark}><legend>{title}</legend>'
        for key, part in schema["properties"].items():
            below = f"{name}.{key}" if name else key
            yield from _controls(part, below, required=key in schema.get("required", ()))
        yield "</fieldset>"
    elif schema.get("type") == "array":
        wanted = [json.dumps(each["contains"]) for each in schema.get("allOf", ()) if "contains" in each]
        yield f'<fieldset name="{name}" data-kind="array" data-wanted="{escape(json.dumps(wanted))}"{mark}>'
        yield f"<legend>{title}</legend>"
        yield from _controls(schema["items"], f"{name}[]", required=False)
        yield "</fieldset>"
    elif "const" in schema:
        yield f'<input type="hidden" name="{name}" value="{escape(str(schema["const"]))}">'
    elif "enum" in schema or "oneOf" in schema:
        options = [(each["const"], each["title"]) for each in schema.get("oneOf", ())]
        options = options or [(code, code) for code in schema["enum"]]
        inner = "".join(f'<option value="{escape(code)}">{escape(text)}</option>' for code, text in options)
        yield f'<label>{title}<select name="{name}"{mark}>{inner}</select></label>'
    else:
        kind = "number" if schema.get("type") == "integer" else "text"
        check = f' data-check="{escape(" ".join(schema["x-check"]))}"' if "x-check" in schema else ""
        yield f'<label>{title}<input type="{kind}" name="{name}"{check}{mark}></label>'


class Person:
    """Fills what is asked for, by the words that stand beside it. words: what to write at a label."""

    def __init__(self, schema: Schema, words: Mapping[str, str]) -> None:
        self._schema = schema
        self._words = words
        self._form = html.fromstring(page(schema))
        self._validator = jsonschema_rs.validator_for(schema)
        self._files = 0

    def filled(self) -> dict[str, Any]:
        """What the page would post, once nothing is marked as lacking any more."""
        document = self._group(self._form[0])
        for _ in range(8):
            lacking = {
                (*map(str, error.instance_path), error.kind.property)
                for error in self._validator.iter_errors(document)
                if type(error.kind).__name__ == "Required"
            }
            if not lacking:
                return document
            for steps in sorted(lacking):
                self._add(document, steps)
        return document

    def _group(self, fieldset: Any) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for control in fieldset.xpath("./fieldset | ./label/* | ./input"):
            name = control.get("name").rpartition(".")[2]
            if control.get("required") is not None or control.get("type") == "hidden" or self._knows(control):
                made[name] = self._answer(control)
        return made

    def _knows(self, control: Any) -> bool:
        return self._title(control) in self._words and control.tag != "fieldset"

    def _add(self, document: Any, steps: tuple[str, ...]) -> None:
        """What has become required: the control is looked for by its place."""
        holder: Any = document
        name = ""
        for step in steps[:-1]:
            holder = holder[int(step)] if isinstance(holder, list) else holder[step]
            name = f"{name}[]" if step.isdigit() else f"{name}.{step}".lstrip(".")
        (control,) = self._form.xpath(f"//*[@name='{f'{name}.{steps[-1]}'.lstrip('.')}']")
        holder[steps[-1]] = self._answer(control)

    def _answer(self, control: Any) -> Any:
        if control.tag == "fieldset":
            return self._several(control) if control.get("data-kind") == "array" else self._group(control)
        if control.get("type") == "hidden":
            return control.get("value")
        if control.get("type") == "file":
            return self._file()
        if control.tag == "select":
            return self._choice(control)
        if control.get("type") == "number":
            return 1
        return self._words[self._title(control)]

    def _choice(self, control: Any) -> str:
        wanted = self._words.get(self._title(control), "")
        options = {option.text: option.get("value") for option in control.xpath("./option")}
        by_code = {code: code for code in options.values()}
        return options.get(wanted) or by_code.get(wanted) or next(iter(options.values()))

    def _several(self, fieldset: Any) -> list[Any]:
        """One of each that is wanted by name or code; one at all where nothing is."""
        wanted = [json.loads(each) for each in json.loads(fieldset.get("data-wanted"))]
        (one,) = fieldset.xpath("./fieldset | ./label/*")
        made = []
        for each in wanted or [{}]:
            element = self._answer(one)
            for name, part in each.get("properties", {}).items():
                element[name] = part["const"] if "const" in part else part["enum"][0]
            self._obey(element, fieldset.get("name"))
            made.append(element)
        return made

    def _obey(self, element: Any, name: str) -> None:
        """What the page greys out once a code is chosen: the person takes one of the choices that are left."""
        schema = self._schema
        for step in name.split("."):
            schema = schema["properties"][step.removesuffix("[]")]
            schema = schema["items"] if step.endswith("[]") else schema
        for rule in schema["items"].get("allOf", ()):
            self._left(element, rule)

    def _left(self, element: Any, rule: Schema) -> None:
        if "if" in rule:
            whole = {**rule["if"], "$defs": self._schema.get("$defs", {})}
            holds = jsonschema_rs.validator_for(whole).is_valid(element)
            self._left(element, rule.get("then" if holds else "else", {}))
        for name, part in rule.get("properties", {}).items():
            if name in element and "enum" in part and element[name] not in part["enum"]:
                element[name] = part["enum"][0]

    def _file(self) -> dict[str, Any]:
        """What a browser knows of a chosen file."""
        self._files += 1
        return {
            "id": f"file-{self._files}",
            "name": "扫描件.pdf",
            "media_type": "application/pdf",
            "size": len(_PDF),
            "digest": "sha-256:" + hashlib.sha256(_PDF).hexdigest(),
            "content": base64.b64encode(_PDF).decode(),
        }

    def _title(self, control: Any) -> str:
        if control.tag == "fieldset":
            return str(control.findtext("legend"))
        return str(control.getparent().text) if control.getparent().tag == "label" else ""
