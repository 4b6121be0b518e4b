"""模拟 a platform of the plainest kind: JSON in, a receipt out. It neither deduplicates nor can be asked."""

import json

from aiohttp import web

from tests.fakes.ledger import Ledger
from tests.fakes.programme import Step
from tests.fakes.server import Heard, Simulator
from tests.fakes.wire import Answer


def _answer(outcome: str, code: str, **more: str) -> Answer:
    return Answer(json.dumps({"code": code, **more}).encode(), "application/json", outcome, code)


class Bare:
    """The dialect: POST /cases, a code and a receipt."""

    behaviours: frozenset[str] = frozenset()
    path = ""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def operation(self, request: web.BaseRequest) -> str:
        return "case.submit" if (request.method, request.path) == ("POST", "/cases") else "unknown"

    def hear(self, request: web.BaseRequest, operation: str, body: bytes) -> Heard:
        if operation == "unknown":
            return Heard(operation, fault=Answer(b"", "text/plain", "unknown", "404", 404))
        document = json.loads(body)
        return Heard(operation, str(document["number"]), body.decode(), document)

    def plain(self, heard: Heard, arrival: int) -> Answer:
        assert isinstance(heard.document, dict)
        receipt = self._ledger.take(arrival, heard.number, "B{n:06d}", heard.document)
        return _answer("taken", "OK", receipt=receipt)

    def told(self, heard: Heard, step: Step) -> Answer:
        if step.do in {"later", "busy"}:
            busy = _answer("later", "BUSY")
            wait = {"Retry-After": str(step.facts.get("after_s", 1))} if step.do == "later" else {}
            return Answer(busy.body, busy.content_type, "later", "BUSY", 429 if wait else 503, wait)
        return _answer("barred", "BARRED") if step.do == "bar" else _answer("refused", "NO")


def simulator(path: str) -> Simulator:
    ledger = Ledger(path)
    return Simulator(ledger, Bare(ledger))
