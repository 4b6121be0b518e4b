"""模拟国家医保业务协同系统: a ministry. SOAP 1.2, nested types, WS-Security digest; can be asked, takes twice.

    python -m tests.fakes.yb --port 0 --database insurance.sqlite

It checks messages against the schema of its own contract first (mappings/examples/sim-yb/contract), then what
`interface.md` says beside it.
"""

import base64
import hashlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

from aiohttp import web
from lxml import etree

from .clock import now_ms
from .control import application, parser, run
from .ledger import Ledger
from .programme import Step
from .server import Heard, Simulator, database
from .strict import Item, Seen, applicant, file, is_now, long_time, serial_is_sound
from .wire import Answer

USER, PASSWORD = "demo-yb-user", "demo-yb-password"
ENVELOPE = "http://www.w3.org/2003/05/soap-envelope"
SPACE = "urn:sim-yb:exchange:1"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
WSDL = Path(__file__).parents[2] / "mappings" / "examples" / "sim-yb" / "contract" / "service.wsdl"
ITEMS: Mapping[str, Item] = {
    "11520424MB3R00311G4002036003000": Item("基本医疗保险关系转移接续（模拟编码）", "2", "520424"),
    "11440233MB3R00415T4002036003000": Item("基本医疗保险关系转移接续（模拟编码）", "2", "440233"),
}
CERTIFICATES = {"01": "111", "02": "414", "03": "516"}
_OPERATIONS = {"SubmitCase": "case.submit", "QueryCase": "case.progress"}
_STATES = {
    "handed_over": "RECEIVED", "signed": "SIGNED", "correction_needed": "LACKING", "accepted": "ACCEPTED",
    "not_accepted": "REJECTED", "granted": "GRANTED", "refused": "DENIED", "withdrawn": "WITHDRAWN",
    "served": "DONE",
}  # fmt: skip
_XML = "application/soap+xml;charset=UTF-8"


class Refused(Exception):
    """The envelope is refused: subcode of the fault, and why."""


def _enveloped(inside: str) -> bytes:
    return f'<e:Envelope xmlns:e="{ENVELOPE}"><e:Body>{inside}</e:Body></e:Envelope>'.encode()


def fault(side: str, subcode: str, text: str, outcome: str, status: int) -> Answer:
    """A SOAP 1.2 fault; what it is about stands in the subcode. 400 is the sender's, 500 and 503 are theirs."""
    prefix = "w" if subcode in ("FailedAuthentication", "InvalidSecurityToken") else "y"
    body = _enveloped(
        f'<e:Fault xmlns:w="{WSSE}" xmlns:y="{SPACE}"><e:Code><e:Value>e:{side}</e:Value><e:Subcode><e:Value>'
        f"{prefix}:{subcode}</e:Value></e:Subcode></e:Code><e:Reason>"
        f'<e:Text xml:lang="zh">{escape(text)}</e:Text></e:Reason></e:Fault>'
    )
    return Answer(body, _XML, outcome, subcode, status)


def _answer(name: str, outcome: str, code: str, text: str, receipt: str = "") -> Answer:
    result = f"<y:Result><y:Code>{code}</y:Code><y:Message>{escape(text)}</y:Message></y:Result>"
    body = _enveloped(f'<y:{name}Answer xmlns:y="{SPACE}">{result}{receipt}</y:{name}Answer>')
    return Answer(body, _XML, outcome, code)


def password_digest(nonce: str, created: str, password: str) -> str:
    """nonce: its base64."""
    secret = base64.b64decode(nonce, validate=True) + created.encode() + password.encode()
    return base64.b64encode(hashlib.sha1(secret).digest()).decode()


class Insurance:
    """The dialect: UsernameToken in the header, one typed element in the body."""

    behaviours: frozenset[str] = frozenset({"lag"})
    path = "/exchange"

    def __init__(self, ledger: Ledger, password: str) -> None:
        self._ledger = ledger
        self._password = password
        self._nonces = Seen()
        types = etree.parse(WSDL).find("{*}types/{*}schema")
        self._schema = etree.XMLSchema(etree.fromstring(etree.tostring(types)))  # with its prefixes

    def operation(self, request: web.BaseRequest) -> str:
        """Told by the body only: every POST is `soap` until it is read."""
        return "soap" if request.method == "POST" and request.path == self.path else "unknown"

    def hear(self, request: web.BaseRequest, operation: str, body: bytes) -> Heard:
        """Envelope, token, schema."""
        if operation == "unknown":
            return Heard(operation, fault=Answer(b"Not Found", "text/plain", "unknown", "404", 404))
        try:
            root = _envelope(request, body)
            self._known(root)
            called = self._called(root)
        except Refused as error:
            subcode, text = error.args
            outcome = "refused" if subcode == "Malformed" else "barred"
            return Heard(operation, fault=fault("Sender", subcode, text, outcome, 400))
        number = called.findtext(".//{*}Serial") or ""
        name = etree.QName(called).localname
        return Heard(_OPERATIONS[name], number, etree.tostring(called, encoding="unicode"), called)

    def _known(self, root: etree._Element) -> None:
        """One security header that must be understood, with a digest that is right, fresh and never seen."""
        headers = root.findall(f"{{{ENVELOPE}}}Header/{{{WSSE}}}Security")
        if len(headers) != 1 or headers[0].get(f"{{{ENVELOPE}}}mustUnderstand") not in ("1", "true"):
            raise Refused("InvalidSecurityToken", "缺少wsse:Security")
        token = headers[0].find(f"{{{WSSE}}}UsernameToken")
        password = None if token is None else token.find(f"{{{WSSE}}}Password")
        if token is None or password is None or not (password.get("Type") or "").endswith("#PasswordDigest"):
            raise Refused("InvalidSecurityToken", "应为PasswordDigest")
        user, nonce = (token.findtext(f"{{{WSSE}}}{name}") or "" for name in ("Username", "Nonce"))
        created = token.findtext(f"{{{WSU}}}Created") or ""
        if not _is_fresh(created):
            raise Refused("FailedAuthentication", "Created超出五分钟")
        if user != USER or password.text != password_digest(nonce, created, self._password):
            raise Refused("FailedAuthentication", "用户或口令错误")
        if self._nonces.again(nonce):
            raise Refused("FailedAuthentication", "Nonce重复")

    def _called(self, root: etree._Element) -> etree._Element:
        """The one element of the body, as its schema has it."""
        inside = root.findall(f"{{{ENVELOPE}}}Body/*")
        if len(inside) != 1 or etree.QName(inside[0]).localname not in _OPERATIONS:
            raise Refused("Malformed", "没有这个操作")
        alone = etree.fromstring(etree.tostring(inside[0]))
        if not self._schema.validate(alone):
            places = {error.path for error in self._schema.error_log}
            raise Refused("Malformed", f"不符合Schema: {', '.join(sorted(places))}")
        return alone

    def plain(self, heard: Heard, arrival: int) -> Answer:
        """Take the case (again, when it comes again), or say how far it is."""
        called = heard.document
        assert isinstance(called, etree._Element)
        if heard.operation == "case.progress":
            return self._progress(heard.number, 0)
        if found := list(faults(called)):
            return _answer("SubmitCase", "refused", found[0][0], "；".join(text for _, text in found))
        kept = {
            "division": called.findtext("{*}Head/{*}Division"),
            "item": _code(called),
            "message": heard.text,
        }
        reference = self._ledger.take(arrival, heard.number, "YB{n:012d}", kept)
        return _answer("SubmitCase", "taken", "0000", "接收成功", _receipt(heard.number, reference))

    def told(self, heard: Heard, step: Step) -> Answer:
        """What the programme asks for instead of ordinary business; nothing is taken."""
        name = "QueryCase" if heard.operation == "case.progress" else "SubmitCase"
        match step.do:
            case "later":
                busy = fault("Receiver", "Busy", "系统繁忙,报文未接收", "later", 429)
                return replace(busy, headers={"Retry-After": str(step.facts.get("after_s", 1))})
            case "busy":
                return fault("Receiver", "Busy", "系统繁忙,报文未接收", "later", 503)
            case "bar":
                return fault("Sender", step.text("code", "QuotaExceeded"), "调用次数超限", "barred", 400)
            case "absent":
                return _answer(name, "absent", "2004", "无此流水号")
            case "lag":
                return self._progress(heard.number, int(step.seconds() * 1000))
        return _answer(name, "refused", step.text("code", "2009"), step.text("reason", "不符合受理条件"))

    def _progress(self, number: str, behind_ms: int) -> Answer:
        reference, since_ms = self._ledger.reference_of(number), self._ledger.first_taken_ms(number)
        if reference is None or since_ms is None or since_ms + behind_ms > now_ms():
            return _answer("QueryCase", "absent", "2004", "无此流水号")
        states = self._ledger.states(number)
        steps = "".join(f"<y:Step>{_step(*state)}</y:Step>" for state in states)
        receipt = _receipt(number, reference, f"<y:Now>{_step(*states[-1])}</y:Now>{steps}")
        return _answer("QueryCase", "answered", "0000", "查询成功", receipt)


def _receipt(number: str, reference: str, more: str = "") -> str:
    return f"<y:Receipt><y:Serial>{number}</y:Serial><y:Number>{reference}</y:Number>{more}</y:Receipt>"


def _step(state: str, at_ms: int) -> str:
    return f"<y:State>{_STATES[state]}</y:State><y:At>{long_time(at_ms)}</y:At>"


def _envelope(request: web.BaseRequest, body: bytes) -> etree._Element:
    if request.content_type != "application/soap+xml" or "SOAPAction" in request.headers:
        raise Refused("Malformed", "不是SOAP 1.2请求")
    try:
        root = etree.fromstring(
            body, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
        )
    except etree.XMLSyntaxError:
        raise Refused("Malformed", "不是完好的XML") from None
    parts = [etree.QName(each).localname for each in root]
    if root.tag != f"{{{ENVELOPE}}}Envelope" or parts != ["Header", "Body"]:
        raise Refused("Malformed", "信封应有Header和Body各一")
    return root


def _is_fresh(created: str) -> bool:
    try:
        moment = datetime.strptime(created, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return False
    return is_now(int(moment.timestamp() * 1000))


def _code(called: etree._Element) -> str:
    return called.findtext("{*}Case/{*}Item/{*}Code") or ""


def faults(called: etree._Element) -> Iterator[tuple[str, str]]:
    """What the schema cannot say, as (code, text)."""
    case, division = called.find("{*}Case"), called.findtext("{*}Head/{*}Division") or ""
    assert case is not None
    item, received = ITEMS.get(_code(called)), case.findtext("{*}ReceivedAt") or ""
    if item is None or (case.findtext("{*}Item/{*}Version"), division) != (item.version, item.division):
        yield "2001", "事项、版本或区划不在用"
    if not serial_is_sound(called.findtext("{*}Head/{*}Serial") or "", division):
        yield "2002", "流水号应为区划加日期加六位流水"
    insured = case.find("{*}Insured")
    assert insured is not None
    guardian = insured.find("{*}Guardian")
    for person in (insured, *([] if guardian is None else [guardian])):
        certificate = person.find("{*}Certificate")
        assert certificate is not None
        police, name = CERTIFICATES[certificate.get("kind", "")], person.findtext("{*}Name") or ""
        guarded = guardian is not None
        for text in applicant(
            "1",
            name,
            police,
            certificate.findtext("{*}Number") or "",
            received[:10].replace("-", ""),
            guarded=guarded,
        ):
            yield "2003", text
    for each in case.iterfind(".//{*}File"):
        parts = (each.findtext(f"{{*}}{name}") or "" for name in ("FileName", "Digest", "Content"))
        for text in file(*parts):
            yield "2005", text


def simulator(path: str | None = None, password: str = PASSWORD) -> Simulator:
    """The platform with its ledger in a file (or memory), not yet serving: give it to `server.running`."""
    ledger = Ledger(database(path))
    return Simulator(ledger, Insurance(ledger, password))


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop."""
    given = parser("模拟国家医保业务协同系统").parse_args(arguments)
    return run(simulator(given.database), given, application)


if __name__ == "__main__":
    sys.exit(main())
