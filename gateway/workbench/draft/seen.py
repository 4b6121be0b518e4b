"""Answers that were seen (样例应答): kept as samples, and read for what tells them apart."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from adapters.codecs import xml
from adapters.errors import Garbled
from adapters.patterns import as_text, finder

_PROXY = "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"


@dataclass(frozen=True, slots=True)
class Seen:
    """One answer of the platform, and what it means. text: its body."""

    operation: str
    verdict: str
    status: int
    text: str

    @property
    def file(self) -> str:
        return f"samples/{self.operation}.{self.verdict}.json"

    @property
    def sample(self) -> str:
        kind = (
            "text/xml;charset=UTF-8"
            if self.text.lstrip().startswith("<")
            else "application/json;charset=UTF-8"
        )
        return _written(self.operation, self.verdict, self.status, kind, self.text)

    @property
    def tree(self) -> Any:
        """The body as answers are read: JSON, XML, or what stands in a SOAP body; None for neither."""
        try:
            if not self.text.lstrip().startswith("<"):
                return json.loads(self.text)
            root = xml.parsed(self.text)
            body = root.find("{*}Body") if xml.local(root) == "Envelope" else None
            return xml.tree(root if body is None else body[0])
        except (ValueError, Garbled, IndexError):
            return None


def code_of(seen: Sequence[Seen], operation: str, verdict: str, path: str | None) -> tuple[int, str] | None:
    """(status, code) of the answer that was seen, None if there was none or it carries no code."""
    found = next((each for each in seen if (each.operation, each.verdict) == (operation, verdict)), None)
    if found is None or path is None:
        return None
    code = as_text(finder(path)(found.tree))
    return (found.status, code) if code else None


def made_up(operation: str) -> dict[str, str]:
    """Samples that need no platform: a proxy's page, which nobody described, and a bare "come back later"."""
    return {
        f"samples/{operation}.unknown.json": _written(operation, "unknown", 502, "text/html", _PROXY),
        f"samples/{operation}.later.json": _written(
            operation, "later", 429, "text/plain", "Too Many Requests"
        ),
    }


def _written(operation: str, verdict: str, status: int, kind: str, body: str) -> str:
    response = {"status": status, "headers": {"Content-Type": kind}, "body": body}
    document = {"operation": operation, "verdict": verdict, "response": response}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"
