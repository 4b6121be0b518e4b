"""模拟桂山区政务共享平台: SOAP 1.1, an XML document in a string that declares gb2312, does not deduplicate.

    python -m tests.fakes.gx --port 0 --database guishan.sqlite

Package code and code per record; `queryCase` by our number can serve as a probe. See interface.md.
"""

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from aiohttp import web
from lxml import etree

from .checks import CHINA
from .clock import now_ms
from .control import application, parser, run
from .guides import GUISHAN, nodes
from .gx_form import DIVISION, ITEMS, RecordFault, Unreadable, change_faults, faults, fields, package
from .ledger import Ledger
from .programme import Step
from .results import said_of
from .server import Heard, Simulator, database
from .wire import Answer

LICENCE = "GS-DEMO-LICENCE-0001"
SENDERS = frozenset({"341702", "330282", "440232"})  # divisions whose units this licence may speak for
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
SPACE = "http://guishan.example/exchange"
WSDL = Path(__file__).parents[2] / "mappings" / "examples" / "sim-gx" / "contract" / "service.wsdl"
_CHANGES = {"BZ01": "case.correct", "BJ01": "case.supplement", "CX01": "case.withdraw"}  # by HEAD.YWLB
_OPERATIONS = {
    "submitCase": "case.submit", "queryCase": "case.progress", "queryGuide": "guide.get",
    "queryResult": "case.result",
    "queryChange": "case.change", "changeCase": "case.withdraw",  # until it is read which change it is
}  # fmt: skip
_NAMES = {operation: name for name, operation in _OPERATIONS.items()} | dict.fromkeys(
    _CHANGES.values(), "changeCase"
)
_STATES = {
    "handed_over": ("01", "接收"),
    "signed": ("02", "签收"),
    "correction_needed": ("03", "补正"),
    "corrected": ("15", "已补正"),
    "accepted": ("04", "受理"),
    "not_accepted": ("05", "不予受理"),
    "granted": ("06", "准予"),
    "refused": ("07", "不准予"),
    "withdrawn": ("08", "撤回"),
    "served": ("09", "办结送达"),
    "returned": ("10", "退件"),
    "voided": ("11", "作废"),
    "lapsed": ("12", "逾期终止"),
    "no_show": ("13", "不来办结"),
    "transferred_up": ("14", "转报"),
}
UNIT = "11450000MB1A02317X"
_REASONS = {
    "conditions_not_met": "BF", "false_materials": "XJ", "none_left": "ME", "not_verified": "HY",
    "not_competent": "ZQ", "not_required": "WX", "not_mended": "BZ", "duplicate": "CF", "wrong_item": "SX",
    "materials_incomplete": "CQ", "originals_missing": "YJ", "applicant_asked": "SQ", "receiving_asked": "SJ",
    "mistaken": "WS", "decision_revoked": "CX", "pledge_broken": "CN", "correction_overdue": "YB",
    "payment_overdue": "YF", "not_present": "WD", "unreachable": "SL", "decided_above": "SB", "other": "QT",
}  # fmt: skip
_PAPERS = {
    "decision": "准予决定书", "refusal": "不予许可决定书", "refusal_to_accept": "不予受理通知书",
    "return_notice": "退件通知书", "withdrawal_notice": "撤回通知书", "void_notice": "作废通知书",
    "termination_notice": "终止办理通知书", "transfer_notice": "转报函", "service_record": "送达回证",
    "licence": "证照", "certificate": "证明", "other": "其他",
}  # fmt: skip
_XML = "text/xml;charset=UTF-8"


def fault(text: str, outcome: str, status: int = 500) -> Answer:
    """A SOAP 1.1 fault."""
    side = "Client" if outcome == "refused" else "Server"
    body = (
        f'<s:Envelope xmlns:s="{ENVELOPE}"><s:Body><s:Fault><faultcode>s:{side}</faultcode>'
        f"<faultstring>{escape(text)}</faultstring></s:Fault></s:Body></s:Envelope>"
    )
    return Answer(body.encode(), _XML, outcome, str(status), status)


def _record(sxh: str, lbdm: str, code: str, text: str, inside: str = "") -> str:
    attributes = f"SXH={quoteattr(sxh)} LBDM={quoteattr(lbdm)} CODE={quoteattr(code)} MSG={quoteattr(text)}"
    return f"<RECORD {attributes}>{inside}</RECORD>"


def _package(code: str, text: str, head: str = "", records: Sequence[str] = ()) -> str:
    return (
        f'<?xml version="1.0" encoding="gb2312"?><PACKAGE><HEAD><CODE>{code}</CODE><MSG>{escape(text)}</MSG>'
        f"{head}</HEAD><DATA>{''.join(records)}</DATA></PACKAGE>"
    )


def _answer(name: str, outcome: str, inner: str) -> Answer:
    """Escaped for submitCase, CDATA for queries: both occur in the field."""
    text = f"<![CDATA[{inner}]]>" if name in ("queryCase", "queryResult") else escape(inner)
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="{ENVELOPE}"><s:Body>'
        f'<x:{name}Response xmlns:x="{SPACE}"><return>{text}</return></x:{name}Response>'
        "</s:Body></s:Envelope>"
    )
    code = re.search(r"<CODE>(.*?)</CODE>", inner)
    return Answer(body.encode(), _XML, outcome, code[1] if code else "")


class Guishan:
    """The dialect: two strings, licence and information, in a SOAP body; a package is taken whole or not."""

    behaviours = frozenset({"partly", "lag"})
    path = "/services/exchange"

    def __init__(self, ledger: Ledger, licence: str, sync_ms: int = 0) -> None:
        self._ledger = ledger
        self._licence = licence
        self._sync_ms = sync_ms
        self.guides = dict(GUISHAN)
        self.items, self.division = dict(ITEMS), DIVISION

    def operation(self, request: web.BaseRequest) -> str:
        """Told by the body only (SOAPAction is empty): every POST is `soap` until it is read."""
        return "soap" if request.method == "POST" and request.path == self.path else "unknown"

    def hear(self, request: web.BaseRequest, operation: str, body: bytes) -> Heard:
        """Envelope, operation, licence, then the package in the string."""
        if operation == "unknown":
            return Heard(operation, fault=_not_soap(request))
        try:
            name, arguments = _called(request, body)
        except Unreadable as error:
            return Heard(operation, fault=fault(str(error), "refused"))
        heard = Heard(_OPERATIONS[name])
        if arguments["licence"] != self._licence:
            return replace(heard, fault=_answer(name, "barred", _package("1001", "授权码错误")))
        try:
            root = package(arguments["information"])
        except Unreadable as error:
            records = [_record("0", "HEAD", "2002", str(error))]
            return replace(
                heard, fault=_answer(name, "refused", _package("2002", "数据部分异常", "", records))
            )
        head = fields(root.find("HEAD"))
        if name == "changeCase":
            heard = replace(heard, operation=_CHANGES.get(head.get("YWLB", ""), heard.operation))
        number = head.get("SXDM" if name == "queryGuide" else "GLBH", "")
        return replace(heard, number=number, text=arguments["information"], document=root)

    def plain(self, heard: Heard, arrival: int) -> Answer:
        """Take the package (again, when it comes again), or say how far a case is."""
        root = heard.document
        assert isinstance(root, etree._Element)
        if heard.operation == "case.progress":
            return self._progress(heard.number, self._sync_ms)
        if heard.operation == "case.result":
            return self._result(heard.number)
        if heard.operation == "guide.get":
            return self._guide(heard.number)
        if heard.operation == "case.change":
            return self._changed(heard.number, fields(root.find("HEAD")).get("CZLSH", ""))
        if heard.operation in _CHANGES.values():
            return self._change(heard, arrival, root)
        if fields(root.find("HEAD")).get("FSDWDM", "")[2:8] not in SENDERS:
            return _answer("submitCase", "barred", _package("1002", "发送单位未授权"))
        found = faults(root, self.items, self.division)
        if found:
            return _refusal("submitCase", heard.number, found)
        reference = self._ledger.take(arrival, heard.number, "GS{n:010d}", _kept(root))
        numbers = f"<GLBH>{heard.number}</GLBH><YWLSH>{reference}</YWLSH>"
        every = [(one.get("SXH", ""), one.get("LBDM", "")) for one in root.findall("DATA/*")]
        records = [_record(*one, "0", "成功") for one in every]
        return _answer("submitCase", "taken", _package("0", "接收成功", numbers, records))

    def told(self, heard: Heard, step: Step) -> Answer:
        """What the programme asks for instead of ordinary business; nothing is taken."""
        name = _NAMES.get(heard.operation, "submitCase")
        match step.do:
            case "later":
                busy = fault("系统繁忙,报文未接收", "later", 429)
                return replace(busy, headers={"Retry-After": str(step.facts.get("after_s", 1))})
            case "busy":
                return fault("系统繁忙,报文未接收", "later", 503)
            case "bar":
                text = step.text("reason", "超出调用次数")
                return _answer(name, "barred", _package(step.text("code", "1003"), text))
            case "absent":
                return _answer(name, "absent", _package("2001", "无此关联编号或操作流水号"))
            case "lag":
                return self._progress(heard.number, int(step.seconds() * 1000))
            case "partly":
                records = [_record("1", "YW01", "0", "成功"), _record("1", "CL01", "2005", "材料缺少内容")]
                return _answer(
                    name, "refused", _package("0", "报文解析成功", f"<GLBH>{heard.number}</GLBH>", records)
                )
        wrong = ("1", "YW01", step.text("code", "2003"), step.text("reason", "处理失败"))
        return _refusal(name, heard.number, [wrong])

    def _guide(self, code: str) -> Answer:
        """Plain elements as text, lists as documents in strings, escaped."""
        if code not in self.guides:
            return _answer("queryGuide", "absent", _package("2008", "无此事项的办事指南"))
        plain, lists = self.guides[code]
        texts = {**plain, **{name: nodes(rows) for name, rows in lists.items()}}
        guide = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in texts.items())
        return _answer("queryGuide", "answered", _package("0", "查询成功", "", [f"<GUIDE>{guide}</GUIDE>"]))

    def _change(self, heard: Heard, arrival: int, root: etree._Element) -> Answer:
        """What comes to a case that was taken; the same again is taken again."""
        head, number, operation = fields(root.find("HEAD")), heard.number, heard.operation
        if head.get("FSDWDM", "")[2:8] not in SENDERS:
            return _answer("changeCase", "barred", _package("1002", "发送单位未授权"))
        found = change_faults(root)
        reference = self._ledger.reference_of(number)
        if not found and (reference is None or head["YWLSH"] != reference):
            found = [("0", "HEAD", "2001", "无此关联编号,或业务流水号不符")]
        if not found and not self._is_timely(operation, number):
            found = [("1", "CZ01", "2010", "办件状态不符")]
        if found:
            return _refusal("changeCase", number, found)
        record, materials = (
            fields(root.find("DATA/CZJL")),
            [fields(each) for each in root.findall("DATA/CLJL")],
        )
        kept = {"head": head, "record": record, "materials": materials}
        seq = self._ledger.change(arrival, number, operation, head["CZLSH"], kept)
        if operation != "case.supplement":
            self._ledger.move(number, "withdrawn" if operation == "case.withdraw" else "corrected")
        records = [
            _record(one.get("SXH", ""), one.get("LBDM", ""), "0", "成功") for one in root.findall("DATA/*")
        ]
        return _answer("changeCase", "taken", _package("0", "接收成功", _change_head(head, seq), records))

    def _is_timely(self, operation: str, number: str) -> bool:
        """Corrections where one was asked for, withdrawals before a decision."""
        state = self._ledger.states(number)[-1][0]
        if operation == "case.correct":
            return state == "correction_needed"
        decided = ("granted", "refused", "not_accepted", "served", "withdrawn")
        return operation == "case.supplement" or state not in decided

    def _changed(self, number: str, key: str) -> Answer:
        seq = self._ledger.changed(number, key)
        if seq is None:
            return _answer("queryChange", "absent", _package("2001", "无此操作流水号"))
        (kept,) = [each["document"] for each in self._ledger.changes(number) if each["key"] == key][:1]
        assert isinstance(kept, dict)
        records = [_record("1", "CZ01", "0", "成功")]
        return _answer(
            "queryChange", "answered", _package("0", "查询成功", _change_head(kept["head"], seq), records)
        )

    def _progress(self, number: str, behind_ms: int) -> Answer:
        """Queries read a copy that is `behind_ms` behind."""
        reference, since_ms = self._ledger.reference_of(number), self._ledger.first_taken_ms(number)
        if reference is None or since_ms is None or since_ms + behind_ms > now_ms():
            return _answer("queryCase", "absent", _package("2001", "无此关联编号"))
        states = [(*_STATES[state], _time(at_ms)) for state, at_ms in self._ledger.states(number)]
        records = [
            _record(str(index), "JD01", "0", "成功", f"<ZTDM>{code}</ZTDM><ZTMC>{text}</ZTMC><SJ>{when}</SJ>")
            for index, (code, text, when) in enumerate(states, 1)
        ]
        now = f"<ZTDM>{states[-1][0]}</ZTDM><ZTSJ>{states[-1][2]}</ZTSJ>"
        head = f"<GLBH>{number}</GLBH><YWLSH>{reference}</YWLSH>{now}"
        return _answer("queryCase", "answered", _package("0", "查询成功", head, records))

    def _result(self, number: str) -> Answer:
        """Head: how it ended and why; one record for each document."""
        reference = self._ledger.reference_of(number)
        said = said_of(self._ledger, number, UNIT)
        if reference is None:
            return _answer("queryResult", "absent", _package("2001", "无此关联编号"))
        if said is None:
            return _answer("queryResult", "refused", _package("2009", "尚未办结"))
        head = {
            "GLBH": number, "YWLSH": reference, "ZTDM": _STATES[said.state][0], "ZTSJ": _time(said.at_ms),
            **_decided(said.result),
        }  # fmt: skip
        records = [
            _record(str(place), "WS01", "0", "成功", _elements(_paper(each)))
            for place, each in enumerate(said.result.get("documents", ()), 1)
        ]
        return _answer("queryResult", "answered", _package("0", "查询成功", _elements(head), records))


def _decided(said: Mapping[str, Any]) -> dict[str, Any]:
    """A result in this platform's words."""
    decision = said.get("decision", {})
    return {
        "JDWH": decision.get("number"), "JDRQ": decision.get("on"), "JDDW": decision.get("unit"),
        "BJLY": _REASONS.get(said.get("reason", "")), "LYSM": said.get("words"), "JLXH": said.get("record"),
        "GZXH": said.get("corrects"),
    }  # fmt: skip


def _paper(said: Mapping[str, Any]) -> dict[str, Any]:
    file = said.get("file", {})
    return {
        "WSLX": _PAPERS[said["kind"]], "WSMC": said.get("name"), "WSBH": said.get("number"),
        "CJDW": said.get("unit"), "CJRQ": said.get("on"), "YXQZ": said.get("valid_until"),
        "WJM": file.get("name"), "WJNR": file.get("content"),
    }  # fmt: skip


def _elements(values: Mapping[str, Any]) -> str:
    """What is not said is an empty element, as old platforms have it."""
    return "".join(f"<{name}>{escape(value or '')}</{name}>" for name, value in values.items())


def _change_head(head: Mapping[str, str], seq: int) -> str:
    numbers = {"GLBH": head["GLBH"], "YWLSH": head["YWLSH"], "CZBH": f"GS{head['YWLB'][:2]}{seq:08d}"}
    return "".join(f"<{name}>{escape(number)}</{name}>" for name, number in numbers.items())


def _time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, CHINA).strftime("%Y%m%d%H%M%S")


def _kept(root: etree._Element) -> dict[str, object]:
    """What the ledger keeps of a package."""
    head, business = fields(root.find("HEAD")), fields(root.find("DATA/YWJL"))
    materials = [fields(material) for material in root.findall("DATA/CLJL")]
    return {
        "division": head["QHDM"],
        "item": business["SXDM"],
        "head": head,
        "record": business,
        "materials": materials,
    }


def _refusal(name: str, number: str, found: Sequence[RecordFault]) -> Answer:
    records = [_record(*one) for one in found]
    text = "；".join(dict.fromkeys(one[3] for one in found))
    return _answer(name, "refused", _package(found[0][2], text, f"<GLBH>{escape(number)}</GLBH>", records))


def _not_soap(request: web.BaseRequest) -> Answer:
    if request.method == "GET" and "wsdl" in request.query:
        return Answer(WSDL.read_bytes(), _XML, "wsdl")
    return Answer(b"Not Found", "text/plain", "unknown", "404", 404)


def _called(request: web.BaseRequest, body: bytes) -> tuple[str, dict[str, str]]:
    """Name and the two string arguments of the operation; raises Unreadable."""
    if request.content_type != "text/xml" or "SOAPAction" not in request.headers:
        raise Unreadable("不是SOAP 1.1请求")
    if b"<!DOCTYPE" in body:
        raise Unreadable("不接受DTD")
    try:
        root = etree.fromstring(
            body, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
        )
    except etree.XMLSyntaxError:
        raise Unreadable("信封不是完好的XML") from None
    calls = root.findall(f"{{{ENVELOPE}}}Body/*")
    called = etree.QName(calls[0]) if len(calls) == 1 else None
    if called is None or called.namespace != SPACE or called.localname not in _OPERATIONS:
        raise Unreadable("没有这个操作")
    arguments = fields(calls[0])
    if list(arguments) != ["licence", "information"]:
        raise Unreadable("参数应为licence和information,不带命名空间")
    return called.localname, arguments


class Quiet(Guishan):
    """For benches: every package gets the same answer, nothing is read or kept."""

    _taken = _answer(
        "submitCase",
        "taken",
        _package(
            "0", "接收成功", "<GLBH></GLBH><YWLSH>GS-BENCH</YWLSH>", [_record("1", "YW01", "0", "成功")]
        ),
    )

    def hear(self, request: web.BaseRequest, operation: str, body: bytes) -> Heard:
        return Heard(operation)

    def plain(self, heard: Heard, arrival: int) -> Answer:
        return self._taken


def simulator(
    path: str | None = None, licence: str = LICENCE, *, sync_s: float = 0, quiet: bool = False
) -> Simulator:
    """The platform with its ledger in a file (or memory), not yet serving: give it to `server.running`."""
    ledger = Ledger(database(path))
    dialect = (Quiet if quiet else Guishan)(ledger, licence, int(sync_s * 1000))
    return Simulator(ledger, dialect, quiet=quiet)


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop."""
    options = parser("模拟桂山区政务共享平台")
    options.add_argument("--licence", default=LICENCE)
    options.add_argument("--sync-s", type=float, default=0, help="how far queryCase lags behind submitCase")
    given = options.parse_args(arguments)
    platform = simulator(given.database, given.licence, sync_s=given.sync_s, quiet=given.quiet_bench)
    return run(platform, given, application)


if __name__ == "__main__":
    sys.exit(main())
