"""模拟越海省政务服务平台: XML bodies in GBK over REST, the Zhejiang token, deduplicates; answers in labelled keys.

    python -m tests.fakes.yh --port 0 --database yuehai.sqlite

Its interface document is `mappings/examples/sim-yh/interface.md`.
"""

import hashlib
import json
import re
import secrets
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape, quoteattr

from aiohttp import web
from lxml import etree

from .clock import now_ms
from .control import application, parser, run
from .ledger import Ledger
from .programme import Step
from .server import Heard, Simulator, database
from .strict import LONG_TIME, Item, applicant, fields, file, is_now, long_time, serial_is_sound
from .wire import Answer

APP_KEY, APP_SECRET = "demo-yh-appkey", "demo-yh-appsecret"
REQUEST_LIFE_MS, REFRESH_LIFE_MS = 15 * 60_000, 48 * 3_600_000
ITEMS: Mapping[str, Item] = {
    "11350524MB3R00516F400200603100001": Item("开具户籍类证明", "4", "350524"),
}
CERTIFICATES = {"SFZ": "111", "HZ": "414", "HXZ": "516"}
_APP, _API = "/gateway/app", "/gateway/api/001003999/dataSharing"
_PATHS = {
    f"{_APP}/refreshTokenByKey.htm": "session",
    f"{_APP}/refreshTokenBySec.htm": "session",
    f"{_API}/tbsb.htm": "case.submit",
    f"{_API}/tbcx.htm": "case.progress",
}
_NEEDED = {
    "LSH": r"\d{20}", "SXDM": ".{33}", "SXMC": ".{1,60}", "SXBB": r"\d+", "QH": r"\d{6}", "XM": ".{2,30}",
    "ZJLX": "[A-Z]{2,3}", "ZJHM": ".{5,18}", "SJDW": r"[0-9A-Z]{18}", "SJSJ": LONG_TIME, "YT": ".{1,100}",
}  # fmt: skip
_OPTIONAL = {"WWXM": "[A-Z ]{1,60}", "LXDH": r"1\d{10}", "JHRXM": ".{2,30}", "JHRZJHM": ".{18}"}
_MATERIAL = {
    "BM": ".{1,30}",
    "MC": ".{1,60}",
    "WJM": ".{1,60}",
    "ZY": "[0-9a-f]{64}",
    "NR": "[A-Za-z0-9+/=]+",
}
_STATES = {
    "handed_over": "1", "signed": "2", "correction_needed": "3", "accepted": "4", "not_accepted": "5",
    "granted": "6", "refused": "7", "withdrawn": "8", "served": "9",
}  # fmt: skip


def sign(key: str, time: str) -> str:
    return hashlib.md5(f"{APP_KEY}{key}{time}".encode()).hexdigest()


def _answer(outcome: str, code: str, text: str, inside: str = "") -> Answer:
    body = (
        f'<?xml version="1.0" encoding="GBK"?><RESULT><code>{code}</code><msg>{escape(text)}</msg>'
        f"<datas>{inside}</datas></RESULT>"
    )
    return Answer(body.encode("gbk"), "application/xml;charset=GBK", outcome, code, charset="gbk")


def _keys(values: Mapping[str, str]) -> str:
    return "".join(f"<key label={quoteattr(name)}>{escape(text)}</key>" for name, text in values.items())


class Yuehai:
    """The dialect: appKey, sign and requestTime in the query, a GBK document in the body."""

    behaviours = frozenset({"already", "expire_secret"})
    path = ""

    def __init__(self, ledger: Ledger, app_secret: str) -> None:
        self._ledger = ledger
        self._app_secret = app_secret
        self.items = dict(ITEMS)

    def operation(self, request: web.BaseRequest) -> str:
        return _PATHS.get(request.path, "unknown") if request.method == "POST" else "unknown"

    def hear(self, request: web.BaseRequest, operation: str, body: bytes) -> Heard:
        """Signature first; then the document, strictly in the bytes that it declares."""
        if operation == "unknown":
            return Heard(operation, fault=Answer(b"Not Found", "text/plain", "unknown", "404", 404))
        if operation == "session":
            given = dict(parse_qsl(body.decode("ascii"), keep_blank_values=True))
            by_key = request.path.endswith("ByKey.htm")
            key = self._app_secret if by_key else self._session().get("refresh")
            barred = self._barred(given, key)
            return Heard(operation, fault=None if barred is None else _no_session(*barred))
        session = self._session()
        good = session.get("request") if session.get("request_ends_ms", 0) > now_ms() else None
        if barred := self._barred(request.query, good):
            return Heard(operation, fault=_answer("barred", *barred))
        return _read(request, operation, body)

    def _session(self) -> dict[str, object]:
        return dict(json.loads(self._ledger.session() or "{}"))

    def _barred(self, given: Mapping[str, str], key: object) -> tuple[str, str] | None:
        """Why three parameters are not good enough; None when they are."""
        time = given.get("requestTime", "")
        if given.get("appKey") != APP_KEY:
            return "13", "appKey未登记"
        if not re.fullmatch(r"\d{13}", time) or not is_now(int(time)):
            return "14", "requestTime超出五分钟"
        if key is None:
            return "15", "密钥已失效"
        return None if given.get("sign") == sign(str(key), time) else ("14", "签名错误")

    def plain(self, heard: Heard, arrival: int) -> Answer:
        if heard.operation == "session":
            return self._open()
        case = heard.document
        assert isinstance(case, etree._Element)
        if heard.operation == "case.progress":
            return self._progress(heard.number)
        if found := list(faults(case, self.items)):
            return _answer("refused", "31", "；".join(found))
        if reference := self._ledger.reference_of(heard.number):
            return _answer("already", "21", "流水号已报送", f"<BJBH>{reference}</BJBH>")
        flat = {str(each.tag): each.text or "" for each in case if not len(each)}
        kept = {**flat, "division": flat["QH"], "item": flat["SXDM"], "files": len(case.findall("CLS/CL"))}
        reference = self._ledger.take(arrival, heard.number, "YH{n:09d}", kept)
        return _answer("taken", "00", "接收成功", f"<BJBH>{reference}</BJBH>")

    def told(self, heard: Heard, step: Step) -> Answer:
        """What the programme asks for instead of ordinary business; nothing is taken."""
        match step.do:
            case "later":
                wait = {"Retry-After": str(step.facts.get("after_s", 1))}
                return replace(_answer("later", "90", "系统繁忙,报文未接收"), status=429, headers=wait)
            case "busy":
                return replace(_answer("later", "90", "系统繁忙,报文未接收"), status=503)
            case "bar":
                return _answer("barred", step.text("code", "16"), step.text("reason", "调用次数超限"))
            case "expire_secret":
                self._ledger.end_sessions()
                return _answer("barred", "15", "密钥已失效")
            case "absent":
                return _answer("absent", "22", "无此流水号")
        return _answer("refused", step.text("code", "39"), step.text("reason", "不符合受理条件"))

    def _open(self) -> Answer:
        """A new pair; the ones before it end at once."""
        now = now_ms()
        pair = {"request": secrets.token_hex(16), "refresh": secrets.token_hex(16)}
        ends = {"request_ends_ms": now + REQUEST_LIFE_MS, "refresh_ends_ms": now + REFRESH_LIFE_MS}
        self._ledger.open_session(json.dumps({**pair, **ends}), ends["refresh_ends_ms"])
        datas = {
            "requestSecret": pair["request"], "requestSecretEndTime": ends["request_ends_ms"],
            "refreshSecret": pair["refresh"], "refreshSecretEndTime": ends["refresh_ends_ms"],
        }  # fmt: skip
        return _session_answer("session", "00", "成功", datas)

    def _progress(self, number: str) -> Answer:
        reference = self._ledger.reference_of(number)
        if reference is None:
            return _answer("absent", "22", "无此流水号")
        states = [
            {"ZT": _STATES[state], "SJ": long_time(at_ms)} for state, at_ms in self._ledger.states(number)
        ]
        steps = "".join(f"<node>{_keys(state)}</node>" for state in states)
        return _answer("answered", "00", "查询成功", _keys({"BJBH": reference, **states[-1]}) + steps)


def _session_answer(outcome: str, code: str, text: str, datas: object = None) -> Answer:
    body = json.dumps({"code": code, "msg": text, "datas": datas, "dataCount": 1}, ensure_ascii=False)
    return Answer(body.encode(), "application/json;charset=UTF-8", outcome, code)


def _no_session(code: str, text: str) -> Answer:
    return _session_answer("barred", code, text)


def _read(request: web.BaseRequest, operation: str, body: bytes) -> Heard:
    """A document that declares GBK, says so in the header, too, and has no DTD."""
    declared = re.match(rb"<\?xml version=[\"']1\.0[\"'] encoding=[\"']gbk[\"']\?>", body, re.IGNORECASE)
    wrong = _answer("refused", "30", "应为声明GBK的XML")
    if request.headers.get("Content-Type", "").lower() != "application/xml;charset=gbk" or declared is None:
        return Heard(operation, fault=wrong)
    try:
        text = body[declared.end() :].decode("gbk")
        root = etree.fromstring(
            text, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
        )
    except (UnicodeDecodeError, etree.XMLSyntaxError):
        return Heard(operation, fault=wrong)
    if root.tag != ("BJ" if operation == "case.submit" else "CX") or "<!DOCTYPE" in text:
        return Heard(operation, fault=wrong)
    return Heard(operation, root.findtext("LSH") or "", text, root)


def faults(case: etree._Element, items: Mapping[str, Item] = ITEMS) -> Iterator[str]:
    """Section 3 of the interface document, as rules."""
    flat = {str(each.tag): each.text or "" for each in case if each.tag != "CLS"}
    materials = case.findall("CLS/CL")
    shape = list(fields(flat, _NEEDED, _OPTIONAL))
    if len(flat) != sum(each.tag != "CLS" for each in case) or not materials:
        shape.append("字段重复或没有材料")
    if shape:
        yield from shape
        return
    item = items.get(flat["SXDM"])
    if item is None or (flat["SXMC"], flat["SXBB"], flat["QH"]) != (item.name, item.version, item.division):
        yield "SXDM、SXMC、SXBB、QH不是在用事项"
    elif not serial_is_sound(flat["LSH"], item.division):
        yield "LSH应为区划加日期加六位流水"
    police, guarded = CERTIFICATES.get(flat["ZJLX"], ""), "JHRXM" in flat and "JHRZJHM" in flat
    yield from applicant("1", flat["XM"], police, flat["ZJHM"], flat["SJSJ"][:8], guarded=guarded)
    if police == "414" and "WWXM" not in flat:
        yield "外国人缺少WWXM"
    for index, material in enumerate(materials, 1):
        values = {str(each.tag): each.text or "" for each in material}
        wrong = list(fields(values, _MATERIAL, {}))
        yield from wrong or file(values["WJM"], values["ZY"], values["NR"])
        if material.get("XH") != str(index):
            yield "XH应连续"


def simulator(path: str | None = None, app_secret: str = APP_SECRET) -> Simulator:
    """The platform with its ledger in a file (or memory), not yet serving: give it to `server.running`."""
    ledger = Ledger(database(path))
    return Simulator(ledger, Yuehai(ledger, app_secret))


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop."""
    given = parser("模拟越海省政务服务平台").parse_args(arguments)
    return run(simulator(given.database), given, application)


if __name__ == "__main__":
    sys.exit(main())
