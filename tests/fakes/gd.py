"""模拟岭南省政务服务平台: REST JSON behind the national exchange (gjgxjhpt), deduplicates on our number.

    python -m tests.fakes.gd --port 0 --database lingnan.sqlite

Two counties (440232, 440233) share it. Business codes travel in HTTP 200; its interface document is
`mappings/examples/sim-gd/interface.md`.
"""

import base64
import hashlib
import hmac
import json
import re
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from .checks import CHINA
from .clock import now_ms
from .control import application, parser, run
from .gd_form import ITEMS, change_faults, faults
from .guides import LINGNAN
from .ledger import Ledger
from .programme import Step
from .results import said_of
from .server import Heard, Simulator, database
from .wire import Answer

RID, APPKEY = "demo-rid-0001", "demo-appkey"
SERVICES = {
    "case.submit": "s_sim_0001",
    "case.progress": "s_sim_0002",
    "case.list": "s_sim_0003",
    "guide.get": "s_sim_0004",
    "case.correct": "s_sim_0011",
    "case.supplement": "s_sim_0012",
    "case.withdraw": "s_sim_0013",
    "case.result": "s_sim_0005",
    "session": "s_sim_0000",
}
WINDOW_MS = 300_000
PAGE_ROWS = 100
_GUIDE = re.compile(r"/api/v2/items/([^/]+)/guide")
_PROGRESS = re.compile(r"/api/v2/cases/([^/]+)/progress")
_CHANGE = re.compile(r"/api/v2/cases/([^/]+)/(corrections|supplements|withdrawal)")
_CHANGES = {"corrections": "case.correct", "supplements": "case.supplement", "withdrawal": "case.withdraw"}
_LETTERS = {"case.correct": "B", "case.supplement": "J", "case.withdraw": "C"}  # of our numbers for changes
_RESULT = re.compile(r"/api/v2/cases/([^/]+)/result")
UNIT = "11440232007340216X"
_STATES = {
    "handed_over": ("24", "待接件"),
    "signed": ("26", "已接件"),
    "correction_needed": ("28", "待补办"),
    "corrected": ("29", "已补办"),
    "accepted": ("30", "已受理"),
    "refused": ("40", "审批不通过"),
    "granted": ("50", "审批通过"),
    "served": ("90", "办结送达"),
    "not_accepted": ("97", "不予受理"),
    "withdrawn": ("98", "撤销申请"),
    "returned": ("91", "退件"),
    "voided": ("92", "作废"),
    "lapsed": ("93", "逾期终止"),
    "no_show": ("94", "不来办结"),
    "transferred_up": ("95", "转报上级"),
}
_REASONS = {
    "conditions_not_met": "01", "false_materials": "02", "none_left": "03", "not_verified": "04",
    "not_required": "11", "not_competent": "12", "applicant_barred": "13", "not_mended": "14", "duplicate": "15",
    "wrong_item": "21", "wrong_division": "22", "materials_incomplete": "23", "materials_unreadable": "24",
    "originals_missing": "25", "applicant_asked": "31", "receiving_asked": "32", "mistaken": "41", "test": "42",
    "decision_revoked": "43", "pledge_broken": "44", "correction_overdue": "51", "supplement_overdue": "52",
    "payment_overdue": "53", "not_present": "61", "unreachable": "62", "decided_above": "71",
    "applicant_gone": "81", "item_gone": "82", "in_part": "91", "by_silence": "92", "other": "99",
}  # fmt: skip
_PAPERS = {
    "decision": "A1", "refusal": "A2", "refusal_to_accept": "A3", "return_notice": "A4", "withdrawal_notice": "A5",
    "void_notice": "A6", "termination_notice": "A7", "transfer_notice": "A8", "service_record": "A9",
    "licence": "B1", "certificate": "B2", "other": "Z9",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Credential:
    """What this platform has agreed with its caller, and how long a session secret lives."""

    rid: str = RID
    appkey: str = APPKEY
    secret_life_ms: int = 1_800_000


def sign(secret: str, sid: str, rid: str, rtime: str) -> str:
    """base64(HMAC-SHA256(secret, sid + rid + rtime)); the body is not signed."""
    return base64.b64encode(hmac.digest(secret.encode(), (sid + rid + rtime).encode(), "sha256")).decode()


def sealed(appkey: str, secret: str) -> str:
    """The session secret as the first step returns it: AES-128-ECB, key SHA1(SHA1(appkey))[:16], PKCS5."""
    key = hashlib.sha1(hashlib.sha1(appkey.encode()).digest()).digest()[:16]
    plain = secret.encode()
    plain += bytes([16 - len(plain) % 16]) * (16 - len(plain) % 16)
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


def _answer(outcome: str, code: str, message: str, **more: object) -> Answer:
    body = json.dumps({"code": code, "msg": message, "time": f"{now_ms()}", **more}, ensure_ascii=False)
    return Answer(body.encode(), "application/json;charset=UTF-8", outcome, code)


class Lingnan:
    """The dialect: four signed headers, two secrets, a flat JSON document of text."""

    behaviours = frozenset({"already", "expire_secret"})
    path = ""

    def __init__(self, ledger: Ledger, credential: Credential) -> None:
        self._ledger = ledger
        self._credential = credential
        self.page_rows = PAGE_ROWS
        self.guides = dict(LINGNAN)
        self.items = dict(ITEMS)

    def operation(self, request: web.BaseRequest) -> str:
        """By method and path; anything else is `unknown`."""
        if request.method == "POST" and request.path == "/sysapi/auth/refreshappsecret":
            return "session"
        if request.method == "POST" and request.path == "/api/v2/cases":
            return "case.submit"
        if request.method == "POST" and (change := _CHANGE.fullmatch(request.path)):
            return _CHANGES[change[2]]
        if request.method == "GET" and request.path == "/api/v2/cases":
            return "case.list"
        if request.method == "GET" and _PROGRESS.fullmatch(request.path):
            return "case.progress"
        if request.method == "GET" and _RESULT.fullmatch(request.path):
            return "case.result"
        if request.method == "GET" and _GUIDE.fullmatch(request.path):
            return "guide.get"
        return "unknown"

    def hear(self, request: web.BaseRequest, operation: str, body: bytes) -> Heard:
        """Signature first; then the document, strictly UTF-8, no key twice."""
        if operation == "unknown":
            return Heard(operation, fault=Answer(b"Not Found", "text/plain", "unknown", "404", 404))
        try:
            document = json.loads(body.decode("utf-8"), object_pairs_hook=_once) if body else {}
        except ValueError:
            return Heard(operation, fault=_answer("refused", "5007", "报文不是UTF-8编码的JSON"))
        if fault := self._barred(request.headers, operation, document):
            return Heard(operation, fault=fault)
        if operation in ("case.progress", "case.result", "guide.get"):
            number = request.path.split("/")[-2]
            return Heard(operation, number, number)
        if operation == "case.list":
            return Heard(operation, text=request.query_string, document=list(request.query.items()))
        if not isinstance(document, dict):
            return Heard(operation, fault=_answer("refused", "5007", "报文不是JSON对象"))
        if operation in _LETTERS:
            number = request.path.split("/")[-2]
            return Heard(operation, number, body.decode("utf-8"), {**document, "sblsh": number})
        return Heard(operation, str(document.get("sblsh", "")), body.decode("utf-8"), document)

    def _barred(self, headers: Mapping[str, str], operation: str, document: object) -> Answer | None:
        """The four values stand in the headers, for the session call in the JSON body."""
        source = document if operation == "session" and isinstance(document, dict) else headers
        rid, sid, rtime, given = (
            str(source.get(f"gjgxjhpt_{name}", "")) for name in ("rid", "sid", "rtime", "sign")
        )
        if rid != self._credential.rid or sid not in (
            SERVICES.values() if operation == "session" else [SERVICES[operation]]
        ):
            return _answer("barred", "E-106", "请求方或服务不在授权列表")
        secret = self._credential.appkey if operation == "session" else self._ledger.session()
        if secret is None:
            return _answer("barred", "E-106", "密钥已失效")
        if not re.fullmatch(r"\d{13}", rtime) or abs(int(rtime) - now_ms()) > WINDOW_MS:
            return _answer("barred", "401", "rtime不是毫秒时间或超出五分钟")
        if not hmac.compare_digest(given, sign(secret, sid, rid, rtime)):
            return _answer("barred", "401", "签名错误")
        return None

    def plain(self, heard: Heard, arrival: int) -> Answer:
        """Ordinary business: a session, a case taken once, or its progress."""
        if heard.operation == "session":
            return self._session()
        if heard.operation == "case.progress":
            return self._progress(heard.number)
        if heard.operation == "case.result":
            return self._result(heard.number)
        if heard.operation == "case.list":
            return self._list(heard.document)
        if heard.operation == "guide.get":
            return self._guide(heard.number)
        if heard.operation in _LETTERS:
            return self._change(heard, arrival)
        assert isinstance(heard.document, dict)
        found = faults(heard.document, self.items)
        if found:
            return _answer("refused", found[0][0], "；".join(text for _, text in found))
        if reference := self._ledger.reference_of(heard.number):
            return self._already(heard.number, reference)
        form = f"LN{heard.document['xzqhdm'][:6]}{{n:08d}}"
        kept = {**heard.document, "division": heard.document["xzqhdm"][:6], "item": heard.document["sxssbm"]}
        reference = self._ledger.take(arrival, heard.number, form, kept)
        return _answer("taken", "200", "接收成功", data={"caseNo": reference, "sblsh": heard.number})

    def told(self, heard: Heard, step: Step) -> Answer:
        """What the programme asks for instead of ordinary business; nothing is taken."""
        match step.do:
            case "later":
                wait = str(step.facts.get("after_s", 1))
                answer = _answer("later", "5030", "系统繁忙,请稍后重试")
                return replace(answer, status=429, headers={"Retry-After": wait})
            case "busy":
                return replace(_answer("later", "5030", "系统维护中,报文未接收"), status=503)
            case "bar":
                return _answer("barred", step.text("code", "4291"), step.text("reason", "调用次数超限"))
            case "expire_secret":
                self._ledger.end_sessions()
                return _answer("barred", "E-106", "密钥已失效")
            case "absent":
                return _answer("absent", "5404", "无此办件")
        return _answer("refused", step.text("code", "5010"), step.text("reason", "不符合受理条件"))

    def _already(self, number: str, reference: str) -> Answer:
        return _answer(
            "already", "4091", "重复提交,申办流水号已存在", data={"caseNo": reference, "sblsh": number}
        )

    def _change(self, heard: Heard, arrival: int) -> Answer:
        """What comes to a case that was taken: taken once for each number of its sender."""
        document, operation, number = heard.document, heard.operation, heard.number
        assert isinstance(document, dict)
        if found := change_faults(operation, document):
            return _answer("refused", found[0][0], "；".join(text for _, text in found))
        key, reference = str(document["czlsh"]), self._ledger.reference_of(number)
        if reference is None:
            return _answer("refused", "5404", "无此办件")
        data = {"caseNo": reference, "sblsh": number}
        if (before := self._ledger.changed(number, key)) is not None:
            data["czbh"] = f"LN{_LETTERS[operation]}{before:08d}"
            return _answer("already", "4092", "重复提交,操作流水号已处理", data=data)
        if fault := self._untimely(operation, number):
            return fault
        if operation == "case.withdraw" and not self._same_person(number, document):
            return _answer("refused", "5002", "与原申请人不符")
        data["czbh"] = (
            f"LN{_LETTERS[operation]}{self._ledger.change(arrival, number, operation, key, document):08d}"
        )
        if operation != "case.supplement":
            self._ledger.move(number, "withdrawn" if operation == "case.withdraw" else "corrected")
        return _answer("taken", "200", "已接收", data=data)

    def _untimely(self, operation: str, number: str) -> Answer | None:
        """Corrections where one was asked for, withdrawals before a decision."""
        state = self._ledger.states(number)[-1][0]
        if operation == "case.correct" and state != "correction_needed":
            return _answer("refused", "5011", "未要求补正")
        if (
            state in ("refused", "granted", "served", "not_accepted", "withdrawn")
            and operation == "case.withdraw"
        ):
            return _answer("refused", "5012", "已有决定或已办结,不能撤销")
        return None

    def _same_person(self, number: str, document: Mapping[str, object]) -> bool:
        kept = self._ledger.documents(number)[0]["document"]
        assert isinstance(kept, dict)
        return all(kept[name] == document[name] for name in ("sqrxm", "sqrzjhm"))

    def _session(self) -> Answer:
        secret, ends_ms = secrets.token_urlsafe(24), now_ms() + self._credential.secret_life_ms
        self._ledger.open_session(secret, ends_ms)
        opened = {"secret": sealed(self._credential.appkey, secret), "secretEndTime": ends_ms}
        body = json.dumps({"code": "0", "message": "成功", "data": opened}, ensure_ascii=False)
        return Answer(body.encode(), "application/json;charset=UTF-8", "session", "0")

    def _progress(self, number: str) -> Answer:
        reference = self._ledger.reference_of(number)
        if reference is None:
            return _answer("absent", "5404", "无此办件")
        steps = [
            {"zt": _STATES[state][0], "ztmc": _STATES[state][1], "sj": _time(at_ms)}
            for state, at_ms in self._ledger.states(number)
        ]
        data = {"caseNo": reference, "sblsh": number, **steps[-1], "lc": steps}
        return _answer("answered", "200", "查询成功", data=data)

    def _result(self, number: str) -> Answer:
        """How it ended, why, and with which documents; until then there is nothing to be had."""
        reference = self._ledger.reference_of(number)
        if reference is None:
            return _answer("absent", "5404", "无此办件")
        said = said_of(self._ledger, number, UNIT)
        if said is None:
            return _answer("refused", "5406", "尚未办结")
        code, text = _STATES[said.state]
        data = {"caseNo": reference, "sblsh": number, "zt": code, "ztmc": text, "sj": _time(said.at_ms)}
        return _answer("answered", "200", "查询成功", data={**data, **_decided(said.result)})

    def _guide(self, code: str) -> Answer:
        guide = self.guides.get(code)
        if guide is None:
            return _answer("absent", "5405", "无此事项的办事指南")
        return _answer("answered", "200", "查询成功", data=guide)

    def _list(self, asked: object) -> Answer:
        """One page of what was taken on a day; beyond the last page it is empty."""
        assert isinstance(asked, list)
        query = dict(asked)
        since = _day(query.get("rq", ""))
        page = query.get("ys", "")
        if len(asked) != 2 or since is None or not re.fullmatch(r"[1-9]\d{0,5}", page):
            return _answer("refused", "5007", "rq应为日期,ys应为从1起的页数,不得有其他参数")
        until = since + timedelta(days=1)
        taken = self._ledger.taken_between(*(round(each.timestamp() * 1000) for each in (since, until)))
        first = (int(page) - 1) * self.page_rows
        rows = [self._row(each) for each in taken[first : first + self.page_rows]]
        return _answer("answered", "200", "查询成功", data={"zs": str(len(taken)), "lb": rows})

    def _row(self, taken: Mapping[str, object]) -> dict[str, str]:
        number = str(taken["number"])
        code, text = _STATES[self._ledger.states(number)[-1][0]]
        kept = {"sblsh": number, "caseNo": str(taken["reference"])}
        return {**kept, "zt": code, "ztmc": text, "jssj": _time(int(str(taken["at_ms"])))}


def _day(text: str) -> datetime | None:
    """The beginning of a day in China, None for what is no day."""
    try:
        return datetime.strptime(text, "%Y%m%d").replace(tzinfo=CHINA) if len(text) == 8 else None
    except ValueError:
        return None


def _decided(said: Mapping[str, Any]) -> dict[str, Any]:
    """A result in this platform's words; what is not said is not there."""
    decision = said.get("decision", {})
    found = {
        "jdwh": decision.get("number"), "jdrq": _date(decision.get("on")), "jdjg": decision.get("unit"),
        "jgyy": _REASONS.get(said.get("reason", "")), "yysm": said.get("words"), "sdfs": said.get("delivery"),
        "jlbh": said.get("record"), "gzjl": said.get("corrects"),
        "ws": [_paper(each) for each in said.get("documents", ())],
    }  # fmt: skip
    return {name: value for name, value in found.items() if value}


def _paper(said: Mapping[str, Any]) -> dict[str, Any]:
    file = said.get("file", {})
    found = {
        "wslx": _PAPERS[said["kind"]], "wsmc": said.get("name"), "wsbh": said.get("number"),
        "cjdw": said.get("unit"), "cjrq": _date(said.get("on")), "yxqz": _date(said.get("valid_until")),
        "wjm": file.get("name"), "wjzy": str(file.get("digest", "")).removeprefix("sha-256:"),
        "wjnr": file.get("content"),
    }  # fmt: skip
    return {name: value for name, value in found.items() if value}


def _date(text: str | None) -> str | None:
    return text.replace("-", "") if text else None


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def _time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, CHINA).strftime("%Y%m%d%H%M%S")


class Quiet(Lingnan):
    """For benches: sessions are real, every case gets the same answer, nothing is kept of it."""

    _taken = _answer("taken", "200", "接收成功", data={"caseNo": "LN440232BENCH000", "sblsh": ""})

    def hear(self, request: web.BaseRequest, operation: str, body: bytes) -> Heard:
        return super().hear(request, operation, body) if operation == "session" else Heard(operation)

    def plain(self, heard: Heard, arrival: int) -> Answer:
        return self._session() if heard.operation == "session" else self._taken


def simulator(
    path: str | None = None, credential: Credential | None = None, *, quiet: bool = False
) -> Simulator:
    """The platform with its ledger in a file (or memory), not yet serving: give it to `server.running`."""
    ledger = Ledger(database(path))
    return Simulator(ledger, (Quiet if quiet else Lingnan)(ledger, credential or Credential()), quiet=quiet)


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop."""
    options = parser("模拟岭南省政务服务平台")
    options.add_argument("--rid", default=RID)
    options.add_argument("--appkey", default=APPKEY)
    options.add_argument("--secret-life-s", type=float, default=1800)
    given = options.parse_args(arguments)
    credential = Credential(given.rid, given.appkey, int(given.secret_life_s * 1000))
    return run(simulator(given.database, credential, quiet=given.quiet_bench), given, application)


if __name__ == "__main__":
    sys.exit(main())
