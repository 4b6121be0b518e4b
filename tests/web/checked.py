"""Holds every answer against the OpenAPI document that the gateway gives of itself."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from audit.notes import Key, read_note

PUBLIC = ("/healthz", "/readyz", "/openapi.json", "/docs", "/docs.css")


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    raw: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.raw)

    @property
    def text(self) -> str:
        return self.raw.decode()

    @property
    def media(self) -> str:
        return self.headers.get("Content-Type", "").partition(";")[0]

    @property
    def code(self) -> str:
        """The problem's code, "" for an answer that is none."""
        return str(self.document["code"]) if self.media == "application/problem+json" else ""

    def paths(self) -> list[str]:
        return sorted(each["path"] for each in self.document["problems"])


class Checked:
    """Status, media type and schema of an answer must be described, and a checkpoint must come with it."""

    def __init__(self, document: Mapping[str, Any], log_key: str, *, has_log: bool) -> None:
        self._document = document
        self._log_key = Key.parse(log_key) if has_log else None  # nothing to sign before the first entry
        self._paths = [
            (re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), methods)
            for path, methods in document["paths"].items()
        ]
        self._validators: dict[str, Any] = {}

    def check(self, method: str, path: str, answer: Answer) -> None:
        if self._log_key:
            note = base64.b64decode(answer.headers["Tongban-Checkpoint"]).decode()
            assert read_note(note, [self._log_key]), "every answer carries a signed note"
        operation = self.operation(method, path.partition("?")[0])
        if operation is None or not answer.raw:
            return
        described = operation["responses"].get(str(answer.status))
        assert described, (
            f"{method} {path} answered {answer.status} {answer.raw[:200]!r}, which is not described"
        )
        if "*/*" in described["content"]:
            return
        assert answer.media in described["content"], f"{method} {path}: {answer.media} is not described"
        if "json" in answer.media:
            self._conforms(described["content"][answer.media]["schema"], answer)

    def operation(self, method: str, path: str) -> Any:
        for pattern, methods in self._paths:
            if pattern.fullmatch(path):
                return methods.get("get" if method == "HEAD" and "head" not in methods else method.lower())
        return None

    def _conforms(self, schema: Mapping[str, Any], answer: Answer) -> None:
        name = json.dumps(schema)
        if name not in self._validators:
            whole = {**schema, "components": self._document["components"]}
            self._validators[name] = jsonschema_rs.validator_for(whole)
        faults = [
            f"{each.instance_path}: {each.message}"
            for each in self._validators[name].iter_errors(answer.document)
        ]
        assert not faults, faults
