"""Recording what a platform really answers, as samples (样例) without the persons in them."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters.base import Adapter
from adapters.codecs.charset import charset_of_answer, decoded
from adapters.errors import Garbled
from adapters.message import Message, Reply, Response
from gateway.releases.compiled import PlatformRelease
from gateway.replay.answered import answered
from gateway.workbench.persons import answered_persons, given_persons
from gateway.workbench.redacted import Redactor

_LOSSLESS = "surrogateescape"


@dataclass(frozen=True, slots=True)
class Heard:
    """One answer, and what was made of it."""

    response: Response
    reply: Reply


@dataclass(slots=True)
class Recorder:
    """Hears every answer of the platform and keeps those to one operation, in their order.

    What settles another one's outcome (a probe), and what opens a session, is no answer to it.
    """

    operation: str
    seen: list[Heard] = field(default_factory=list)

    def __call__(self, message: Message, response: Response, reply: Reply) -> None:
        if message.operation == self.operation and message.probes is None:
            self.seen.append(Heard(response, reply))


@dataclass(frozen=True, slots=True)
class Sample:
    """An answer without the persons in it. judged: what is made of it now; another word: the mask was in the way.

    response: `{status, headers, body}` or `{status, headers, body_hex}`.
    """

    operation: str
    verdict: str
    judged: str
    response: dict[str, Any]

    @property
    def text(self) -> str:
        """As the file has it."""
        written = {"operation": self.operation, "verdict": self.verdict, "response": self.response}
        return json.dumps(written, ensure_ascii=False, indent=1) + "\n"

    @property
    def shown(self) -> str:
        """The body for people; what is no text in its charset is seen as such."""
        response = answered(self.response)
        return response.body.decode(_charset(response), "replace")


def sample(
    release: PlatformRelease, adapter: Adapter, operation: str, heard: Heard, given: dict[str, Any]
) -> Sample:
    """given: the document that was sent. adapter: one that judges, and reaches nobody."""
    persons = {
        *given_persons(operation, given),
        *answered_persons(release, operation, heard.reply.document),
    }
    response = recorded(heard.response, Redactor(persons))
    judged = adapter.judged(answered(response), operation).verdict
    return Sample(operation, heard.reply.verdict, judged, response)


def recorded(response: Response, redact: Redactor) -> dict[str, Any]:
    """As text where that gives back the very bytes that came, else `body_hex`; redacted either way."""
    kind = next((value for key, value in response.headers.items() if key.lower() == "content-type"), "")
    head: dict[str, Any] = {"status": response.status, "headers": {"Content-Type": kind}}
    try:
        text = decoded(response.body, charset_of_answer(kind, response.body))
        if answered({**head, "body": text}).body == response.body:
            return {**head, "body": redact(text)}
    except (Garbled, ValueError, LookupError):  # lost characters, no such charset: the bytes themselves
        pass
    return {**head, "body_hex": _redacted(response, redact).hex()}


def kept(folder: Path, made: Sample) -> Path:
    """The file that the sample stands in now, named by its verdict; no other file is touched."""
    number = 1
    while True:
        suffix = f"-{number}" if number > 1 else ""
        file = folder / f"{made.operation}.{made.verdict}-recorded{suffix}.json"
        try:
            with file.open("x", encoding="utf-8") as opened:
                opened.write(made.text)
            return file
        except FileExistsError:
            if file.read_text("utf-8") == made.text:
                return file
            number += 1


def _redacted(response: Response, redact: Redactor) -> bytes:
    """Bytes that are no text in their charset, read in each that may have been meant; the rest stays as it came."""
    raw = response.body
    for charset in dict.fromkeys((_charset(response), "utf-8", "gb18030", "latin-1")):
        text = raw.decode(charset, _LOSSLESS)
        if text.encode(charset, _LOSSLESS) == raw:
            raw = redact(text).encode(charset, "replace" if charset == "latin-1" else _LOSSLESS)
    return raw


def _charset(response: Response) -> str:
    """A charset that Python knows, whatever the answer says of itself."""
    kind = next((value for key, value in response.headers.items() if key.lower() == "content-type"), "")
    said = charset_of_answer(kind, response.body) or "utf-8"
    try:
        "".encode(said)
    except LookupError:
        return "utf-8"
    return said
