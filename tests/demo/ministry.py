"""模拟岭南省民政业务系统: a vertical system that takes what comes, knows no duplicates and answers no questions.

python -m tests.demo.ministry --port 0 --database mz.sqlite
"""

import json
import sys

from aiohttp import web

from tests.fakes.checks import id_is_sound
from tests.fakes.control import application, parser, run
from tests.fakes.ledger import Ledger
from tests.fakes.programme import Step
from tests.fakes.server import Heard, Simulator, database
from tests.fakes.wire import Answer

_JSON = "application/json;charset=UTF-8"
_NEEDED = ("lsh", "sxbm", "etxm", "etsfz", "jhrxm", "jhrsfz", "sqsj", "cl")


class Ministry:
    """The dialect: one path, one flat JSON document, `jg` 1 or 0."""

    behaviours: frozenset[str] = frozenset()
    path = ""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def operation(self, request: web.BaseRequest) -> str:
        known = request.method == "POST" and request.path == "/mz/cases"
        return "case.submit" if known else "unknown"

    def hear(self, request: web.BaseRequest, operation: str, body: bytes) -> Heard:
        if operation == "unknown":
            return Heard(operation, fault=Answer(b"Not Found", "text/plain", "unknown", "404", 404))
        text = body.decode("utf-8")
        document = json.loads(text)
        return Heard(operation, str(document.get("lsh", "")), text, document)

    def plain(self, heard: Heard, arrival: int) -> Answer:
        """Taken as often as it comes."""
        document = heard.document
        assert isinstance(document, dict)
        missing = [name for name in _NEEDED if not document.get(name)]
        if missing or not id_is_sound(document["etsfz"]):
            return _no("E01", "缺少必填项或身份号码有误")
        kept = {**document, "division": "440233", "item": document["sxbm"]}
        reference = self._ledger.take(arrival, heard.number, "MZ{n:08d}", kept)
        return Answer(json.dumps({"jg": "1", "slbh": reference}).encode(), _JSON, "taken", "1")

    def told(self, heard: Heard, step: Step) -> Answer:
        return _no(step.text("code", "E09"), step.text("reason", "不予接收"))


def _no(code: str, reason: str) -> Answer:
    body = json.dumps({"jg": "0", "jgdm": code, "jgsm": reason}, ensure_ascii=False)
    return Answer(body.encode(), _JSON, "refused", code)


def main() -> int:
    """Serve until told to stop."""
    options = parser("模拟岭南省民政业务系统").parse_args()
    ledger = Ledger(database(options.database))
    return run(Simulator(ledger, Ministry(ledger)), options, application)


if __name__ == "__main__":
    sys.exit(main())
