"""模拟三江通办枢纽: a hub. REST forms with JSON in a string, two codes an answer, TIF signature, deduplicates.

    python -m tests.fakes.sj --port 0 --database sanjiang.sqlite

Its interface document is `mappings/examples/sim-sj/interface.md`.
"""

import hashlib
import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import parse_qsl

from aiohttp import web

from .control import application, parser, run
from .ledger import Ledger
from .programme import Step
from .server import Heard, Simulator, database
from .strict import LONG_TIME, Item, Seen, applicant, fields, file, is_now, long_time, serial_is_sound
from .wire import Answer

PAASID, TOKEN = "demo-paas", "demo-tif-token"
SERVICES = {"case.submit": "sj-case-submit", "case.progress": "sj-case-query"}
WINDOW_MS = 180_000
ITEMS: Mapping[str, Item] = {
    "11510132MB3R0016X04002014007000": Item("失业登记", "3", "510132"),
    "11500112MB3R00210K4000117051000": Item("建设工程消防设计审查", "1", "500112", "2"),
}
CERTIFICATES = {"1": "111", "2": "414", "3": "516", "9": "001"}
_PATHS = {"/hub/case/submit.do": "case.submit", "/hub/case/query.do": "case.progress"}
_CODE = r"[A-Z0-9]{18}"
_NEEDED = {
    "lsh": r"\d{20}", "sxbm": ".{31}", "sxmc": ".{1,100}", "sxbb": r"\d+", "qhdm": r"\d{6}", "tbfs": "[123]",
    "sqrlx": "[12]", "sqrxm": ".{2,50}", "zjlx": "[1239]", "zjhm": ".{5,18}", "sjqh": r"\d{6}", "sjdw": _CODE,
    "sjsj": LONG_TIME, "yt": ".{1,100}",
}  # fmt: skip
_OPTIONAL = {"sjh": r"1\d{10}", "fddbr": ".{2,50}", "jhr": ".{2,50}", "jhrzj": ".{18}", "zy": ".{1,200}"}
_MATERIAL = {"bm": ".{1,30}", "mc": ".{1,100}", "fs": r"\d{1,3}", "dj": "[ABCD]"}
_FILE = {"wjm": ".{1,100}", "zy": "[0-9a-f]{64}", "nr": "[A-Za-z0-9+/=]+"}
_STATES = {
    "handed_over": "10", "signed": "20", "correction_needed": "30", "accepted": "40", "not_accepted": "41",
    "granted": "50", "refused": "51", "withdrawn": "60", "served": "90",
}  # fmt: skip


def sign(timestamp: str, token: str, nonce: str) -> str:
    return hashlib.sha256((timestamp + token + nonce + timestamp).encode()).hexdigest()


def _json(document: object, outcome: str, code: str, status: int = 200) -> Answer:
    text = json.dumps(document, ensure_ascii=False)
    return Answer(text.encode(), "application/json;charset=UTF-8", outcome, code, status)


def _answer(outcome: str, code: int, text: str, inner: object = None) -> Answer:
    """status.code says that the hub worked, custom.code what came of it; custom.data is a string."""
    data = "" if inner is None else json.dumps(inner, ensure_ascii=False)
    custom = {"code": code, "text": text, "data": data}
    return _json({"status": {"code": 1, "text": "调用成功"}, "custom": custom}, outcome, str(code))


def _busy(status: int) -> Answer:
    return _json({"status": {"code": -1, "text": "系统繁忙,报文未接收"}}, "later", "-1", status)


def _stopped(code: int, text: str) -> Answer:
    """How the gateway in front of the hub bars: HTTP 500 with a code of its own."""
    return _json({"code": code, "msg": text}, "barred", str(code), 500)


class Sanjiang:
    """The dialect: x-tif headers, three form fields, the document as JSON text in one of them."""

    behaviours = frozenset({"already"})
    path = ""

    def __init__(self, ledger: Ledger, token: str) -> None:
        self._ledger = ledger
        self._token = token
        self._nonces = Seen()

    def operation(self, request: web.BaseRequest) -> str:
        return _PATHS.get(request.path, "unknown") if request.method == "POST" else "unknown"

    def hear(self, request: web.BaseRequest, operation: str, body: bytes) -> Heard:
        """Signature first, then the form, then the text inside it."""
        if operation == "unknown":
            return Heard(operation, fault=Answer(b"Not Found", "text/plain", "unknown", "404", 404))
        if fault := self._barred(request.headers, operation):
            return Heard(operation, fault=fault)
        try:
            form = _form(request, body)
            document = json.loads(form["bizContent"])
        except ValueError as error:
            return Heard(operation, fault=_answer("refused", 0, str(error) or "bizContent不是JSON"))
        if not isinstance(document, dict) or form["lsh"] != document.get("lsh"):
            return Heard(operation, fault=_answer("refused", 0, "lsh与bizContent不符"))
        return Heard(operation, form["lsh"], form["bizContent"], document)

    def _barred(self, headers: Mapping[str, str], operation: str) -> Answer | None:
        paasid, timestamp, nonce, given, service = (
            headers.get(f"x-tif-{name}", "")
            for name in ("paasid", "timestamp", "nonce", "signature", "serviceId")
        )
        if paasid != PAASID or service != SERVICES[operation]:
            return _stopped(400002, "未授权的paasid或serviceId")
        if not re.fullmatch(r"\d{10}", timestamp) or not is_now(int(timestamp) * 1000, WINDOW_MS):
            return _stopped(400001, "时间戳超出180秒")
        if given.lower() != sign(timestamp, self._token, nonce):
            return _stopped(400001, "签名错误")
        return _stopped(400001, "nonce重复") if not nonce or self._nonces.again(nonce) else None

    def plain(self, heard: Heard, arrival: int) -> Answer:
        case = heard.document
        assert isinstance(case, dict)
        if heard.operation == "case.progress":
            return self._progress(heard.number)
        if found := list(faults(case)):
            return _answer("refused", 0, "；".join(found))
        if reference := self._ledger.reference_of(heard.number):
            return _answer("already", 2, "流水号已存在", {"ywlsh": reference, "lsh": heard.number})
        kept = {**case, "division": case["qhdm"], "item": case["sxbm"]}
        reference = self._ledger.take(arrival, heard.number, "SJ{n:010d}", kept)
        return _answer("taken", 1, "接收成功", {"ywlsh": reference, "lsh": heard.number})

    def told(self, heard: Heard, step: Step) -> Answer:
        """What the programme asks for instead of ordinary business; nothing is taken."""
        match step.do:
            case "later":
                return replace(_busy(429), headers={"Retry-After": str(step.facts.get("after_s", 1))})
            case "busy":
                return _busy(503)
            case "bar":
                return _stopped(int(step.text("code", "400003")), step.text("reason", "调用次数超限"))
            case "absent":
                return _answer("absent", 4, "无此流水号")
        return _answer("refused", 0, step.text("reason", "不符合受理条件"))

    def _progress(self, number: str) -> Answer:
        reference = self._ledger.reference_of(number)
        if reference is None:
            return _answer("absent", 4, "无此流水号")
        steps = [
            {"zt": _STATES[state], "sj": long_time(at_ms)} for state, at_ms in self._ledger.states(number)
        ]
        inner = {"ywlsh": reference, "lsh": number, **steps[-1], "lc": steps}
        return _answer("answered", 1, "查询成功", inner)


def _form(request: web.BaseRequest, body: bytes) -> dict[str, str]:
    """The three fields, each once; raises ValueError."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise ValueError("应为表单")
    pairs = parse_qsl(body.decode("ascii"), strict_parsing=True, errors="strict")
    form = dict(pairs)
    if sorted(name for name, _ in pairs) != ["bizContent", "lsh", "version"] or form["version"] != "1.0":
        raise ValueError("表单应为version、lsh、bizContent各一次")
    return form


def faults(case: Mapping[str, object]) -> Iterator[str]:
    """Section 3 of the interface document, as rules."""
    flat = {name: value for name, value in case.items() if name != "cl"}
    shape = list(fields(flat, _NEEDED, _OPTIONAL))
    materials = case.get("cl")
    if shape or not isinstance(materials, list) or not materials:
        yield from shape or ["缺少cl"]
        return
    text = {name: str(value) for name, value in flat.items()}
    item = ITEMS.get(text["sxbm"])
    if item is None or (text["sxmc"], text["sxbb"], text["qhdm"]) != (item.name, item.version, item.division):
        yield "sxbm、sxmc、sxbb、qhdm不是在用事项"
    elif text["sqrlx"] not in item.applicants or not serial_is_sound(text["lsh"], item.division):
        yield "sqrlx或lsh不符"
    police = CERTIFICATES[text["zjlx"]]
    guarded = "jhr" in text and "jhrzj" in text
    yield from applicant(
        text["sqrlx"], text["sqrxm"], police, text["zjhm"], text["sjsj"][:8], guarded=guarded
    )
    if text["sqrlx"] == "2" and "fddbr" not in text:
        yield "缺少fddbr"
    for material in materials:
        yield from _material(material)


def _material(material: object) -> Iterator[str]:
    flat = (
        {name: value for name, value in material.items() if name != "fj"}
        if isinstance(material, dict)
        else material
    )
    yield from fields(flat, _MATERIAL, {})
    for each in material.get("fj", []) if isinstance(material, dict) else []:
        shape = list(fields(each, _FILE, {}))
        yield from shape or file(each["wjm"], each["zy"], each["nr"])


def simulator(path: str | None = None, token: str = TOKEN) -> Simulator:
    """The platform with its ledger in a file (or memory), not yet serving: give it to `server.running`."""
    ledger = Ledger(database(path))
    return Simulator(ledger, Sanjiang(ledger, token))


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop."""
    given = parser("模拟三江通办枢纽").parse_args(arguments)
    return run(simulator(given.database), given, application)


if __name__ == "__main__":
    sys.exit(main())
