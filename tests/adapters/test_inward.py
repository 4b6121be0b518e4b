"""Calls in, the pure halves: who is let in by each scheme, how a message is read, how an answer is written."""

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import pytest
import zeep
from lxml import etree
from yarl import URL
from zeep.wsse.username import UsernameToken

from adapters.coherence import NotDeclared, declare
from adapters.errors import Garbled
from adapters.inward.declared import Call, Inward
from adapters.inward.door import Door
from adapters.inward.offered import wrapper_of, wsdl_of
from adapters.inward.reading import by_rest, by_soap, came, enveloped
from adapters.inward.writing import rest_answer, soap_answer, soap_fault
from adapters.message import Request
from tests.adapters.peers import NOW_MS, REST, changed

CALL = {"call": "POST /notices", "service": "s1"}
SETTINGS = {"rid": "demo-rid", "paasid": "demo-paas", "app_key": "demo-appkey", "user": "demo-user"}
SECRETS = {"appkey": "demo-key", "token": "demo-token", "app_secret": "demo-secret", "password": "demo-word"}
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"


def request(headers: dict[str, str] | None = None, body: bytes = b"{}", query: str = "") -> Request:
    kind = {"Content-Type": "application/json", "Accept": "*/*"}
    return Request("POST", URL(f"http://h/inbound/p/notices{query}"), {**kind, **(headers or {})}, body)


def let_in(auth: str, came: Request, *, soap: bool = False, now_ms: int = NOW_MS, **arguments: str) -> str:
    inward = Inward.model_validate({"auth": auth, "calls": {"case.notify": CALL}})
    door = Door(inward, SETTINGS, SECRETS, soap=soap)
    return door.why_not("case.notify", inward.calls["case.notify"], came, arguments, now_ms)


def national(
    key: str = "demo-key", sid: str = "s1", rid: str = "demo-rid", at_ms: int = NOW_MS
) -> dict[str, str]:
    text = f"{sid}{rid}{at_ms}".encode()
    sign = base64.b64encode(hmac.new(key.encode(), text, hashlib.sha256).digest()).decode()
    return {"gjgxjhpt_rid": rid, "gjgxjhpt_sid": sid, "gjgxjhpt_rtime": str(at_ms), "gjgxjhpt_sign": sign}


NONCE = "2f1c0d9e-52a1-4c0b-9a57-6a3a3f6f9b11"


def tif(token: str = "demo-token", *, upper: bool = True) -> dict[str, str]:
    stamp, nonce = str(NOW_MS // 1000), NONCE
    digest = hashlib.sha256(f"{stamp}{token}{nonce}{stamp}".encode()).hexdigest()
    said = {
        "x-tif-paasid": "demo-paas",
        "x-tif-timestamp": stamp,
        "x-tif-nonce": nonce,
        "x-tif-serviceId": "s1",
    }
    return {**said, "X-Tif-Signature": digest.upper() if upper else digest}


def zhejiang(secret: str = "demo-secret") -> str:
    sign = hashlib.md5(f"demo-appkey{secret}{NOW_MS}".encode()).hexdigest()
    return "?" + urlencode({"appKey": "demo-appkey", "sign": sign, "requestTime": NOW_MS})


def ali(body: bytes, secret: str = "demo-secret") -> dict[str, str]:
    md5 = base64.b64encode(hashlib.md5(body).digest()).decode()
    signed = {
        "x-ca-key": "demo-appkey",
        "x-ca-nonce": NONCE,
        "x-ca-timestamp": str(NOW_MS),
    }
    lines = "".join(f"{name}:{value}\n" for name, value in sorted(signed.items()))
    text = f"POST\n*/*\n{md5}\napplication/json\n\n{lines}/inbound/p/notices"
    digest = base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()
    return {
        **signed,
        "Content-MD5": md5,
        "x-ca-signature-headers": ",".join(sorted(signed)),
        "x-ca-signature": digest,
    }


BASIC = base64.b64encode(b"demo-user:demo-word").decode()


@pytest.mark.parametrize(
    ("auth", "came", "why"),
    [
        ("gjgxjhpt", request(national()), ""),
        ("gjgxjhpt", request(national(key="other")), "wrong_signature"),
        ("gjgxjhpt", request(national(rid="somebody")), "wrong_signature"),
        ("gjgxjhpt", request(national(sid="s2")), "signed_for_another_service"),
        ("gjgxjhpt", request(national(at_ms=NOW_MS - 301_000)), "signed_at_another_time"),
        ("gjgxjhpt", request(), "not_signed"),
        ("gjgxjhpt", request({**national(), "gjgxjhpt_rtime": "now"}), "not_signed"),
        ("tif", request(tif()), ""),
        ("tif", request(tif(upper=False)), ""),
        ("tif", request(tif("other")), "wrong_signature"),
        ("zj", request(query=zhejiang()), ""),
        ("zj", request(query=zhejiang("other")), "wrong_signature"),
        ("hmac", request(ali(b"{}")), ""),
        ("hmac", request(ali(b"{}"), body=b'{"zt": "90"}'), "wrong_signature"),
        ("hmac", request(ali(b"{}", "other")), "wrong_signature"),
        ("hmac", request({**ali(b"{}"), "x-ca-signature-headers": "x-ca-key"}), "wrong_signature"),
        ("hmac", request({**ali(b"{}"), "x-ca-nonce": "another"}), "wrong_signature"),
        ("hmac", request({"x-ca-key": "demo-appkey"}), "not_signed"),
        ("tif", request({**tif(), "x-tif-timestamp": "1e9"}), "wrong_signature"),
        ("bearer", request({"Authorization": "Bearer demo-token"}), ""),
        ("bearer", request({"Authorization": "Bearer demo-token "}), "wrong_signature"),
        ("bearer", request(), "wrong_signature"),
        ("basic", request({"authorization": f"Basic {BASIC}"}), ""),
        ("basic", request({"Authorization": "Basic \udcff"}), "wrong_signature"),
    ],
)
def test_a_call_is_let_in_only_by_the_signature_that_nobody_else_can_make(
    auth: str, came: Request, why: str
) -> None:
    assert let_in(auth, came) == why


@pytest.mark.parametrize("digest", [True, False])
@pytest.mark.parametrize(("password", "why"), [("demo-word", ""), ("other", "wrong_signature")])
def test_the_token_that_zeep_writes_is_read(digest: bool, password: str, why: str) -> None:
    envelope = etree.fromstring(f'<s:Envelope xmlns:s="{ENVELOPE}"><s:Body><x/></s:Body></s:Envelope>')
    signed, _ = UsernameToken("demo-user", password, use_digest=digest).apply(envelope, {})
    inward = Inward.model_validate({"auth": "ws-security", "calls": {"case.notify": {"call": "x"}}})
    settings = {**SETTINGS, "password_type": "digest" if digest else "text"}
    door = Door(inward, settings, SECRETS, soap=True)
    created = signed.findtext(".//{*}Created")
    now_ms = NOW_MS
    if created:
        now_ms = int(datetime.fromisoformat(created).timestamp() * 1000)
    came = request({"Content-Type": "text/xml"}, etree.tostring(signed))
    assert door.why_not("case.notify", inward.calls["case.notify"], came, {}, now_ms) == why


INNER = '<?xml version="1.0" encoding="GBK"?><P><H>镕</H><R><ZT>1</ZT></R></P>'


def soap(information: str, call: dict[str, Any]) -> Any:
    body = (
        f'<s:Envelope xmlns:s="{ENVELOPE}"><s:Body><n:tell xmlns:n="urn:n"><key>k</key><text>{information}</text>'
        "</n:tell></s:Body></s:Envelope>"
    ).encode()
    declared = Call.model_validate(
        {"call": "tell", "arguments": {"key": {"secret": "k"}, "text": {"document": "xml"}}, **call}
    )
    opened = by_soap(declared, enveloped(request({"Content-Type": "text/xml"}, body)))
    return opened, came(declared, opened)


@pytest.mark.parametrize(
    ("information", "call"),
    [
        (INNER.replace("&", "&amp;").replace("<", "&lt;"), {}),
        (f"<![CDATA[{INNER}]]>", {}),
        (INNER.replace("<", "&amp;lt;"), {"unescape": "true"}),
        (base64.encodebytes(INNER.encode("gbk")).decode(), {"base64": "true"}),
        (base64.b64encode(INNER.replace("GBK", "UTF-8").encode()).decode(), {"base64": "true"}),
        (
            base64.b64encode(INNER.partition("?>")[2].encode("gb18030")).decode(),
            {"base64": "true", "charset": "gbk"},
        ),
    ],
)
def test_a_document_in_a_string_is_read_as_it_is_declared(information: str, call: dict[str, Any]) -> None:
    opened, said = soap(information, {**call, "lists": ["R"], "records": "R"})
    assert opened.arguments["key"] == "k"
    assert said.document == {"H": "镕", "R": [{"ZT": "1"}]}
    assert said.singly == [{"H": "镕", "R": {"ZT": "1"}}]


@pytest.mark.parametrize(
    ("information", "call"),
    [
        ("", {}), ("&lt;P>", {}), ("not base64!", {"base64": "true"}), (INNER.replace("<", "&amp;lt;"), {}),
        (base64.b64encode("<P>镕</P>".encode("gbk")).decode(), {"base64": "true"}),
    ],
)  # fmt: skip
def test_what_is_no_such_document_is_garbled(information: str, call: dict[str, Any]) -> None:
    with pytest.raises(Garbled):
        soap(information, call)


def test_rest_takes_json_forms_and_xml_and_fields_of_the_path() -> None:
    as_json = Call.model_validate({"call": "POST /cases/{id}/notices"})
    opened = by_rest(as_json, request(body='{"a": "一"}'.encode()), "/cases/A%201/notices")
    assert came(as_json, opened).document == {"a": "一", "id": "A 1"}
    as_form = Call.model_validate(
        {"call": "POST /n", "takes": "form", "arguments": {"biz": {"document": "json"}}}
    )
    opened = by_rest(as_form, request(body=urlencode({"biz": '{"a": 1}'}).encode()), "/n")
    assert came(as_form, opened).document == {"a": 1}
    as_xml = Call.model_validate({"call": "POST /n", "takes": "xml", "charset": "gbk"})
    opened = by_rest(as_xml, request({"Content-Type": "text/xml"}, "<a><b>镕</b></a>".encode("gbk")), "/n")
    assert came(as_xml, opened).document == {"b": "镕"}
    with pytest.raises(Garbled):
        by_rest(as_form, request(body=b"biz=1&biz=2"), "/n")


def test_a_wsdl_that_is_made_is_called_by_zeep_and_its_answer_is_read(tmp_path: Any) -> None:
    inward = Inward.model_validate(
        {"namespace": "urn:n", "calls": {"case.notify": {
            "call": "tell", "arguments": {"key": {"secret": "k"}, "text": {"document": "xml"}},
            "answer": {"document": "xml", "root": "P", "charset": "gbk"},
        }}}
    )  # fmt: skip
    wsdl = tmp_path / "made.wsdl"
    wsdl.write_text(wsdl_of(inward, {}, "sim-x", "http://127.0.0.1:9/soap/sim-x"))
    client, call = zeep.Client(str(wsdl)), inward.calls["case.notify"]
    written = etree.tostring(client.create_message(client.service, "tell", key="k", text=INNER))
    opened = by_soap(call, enveloped(request({"Content-Type": "text/xml"}, written)))
    assert (opened.arguments["key"], came(call, opened).document) == ("k", {"H": "镕", "R": {"ZT": "1"}})
    tree = {"CODE": "0", "MSG": "镕"}
    answer = soap_answer(call, "taken", tree, soap=11, wrapper=wrapper_of(inward, call, {}))
    operation = client.service._binding._operations["tell"]
    assert operation.process_reply(etree.fromstring(answer.body)) == (
        '<?xml version="1.0" encoding="gbk"?><P><CODE>0</CODE><MSG>镕</MSG></P>'
    )


def test_an_answer_is_written_as_it_is_declared() -> None:
    told = {"document": "json", "at": "biz", "base64": "true", "status": {"later": "503"}}
    call = Call.model_validate({"call": "POST /n", "answer": told})
    answer = rest_answer(call, "later", {"a": "一"})
    assert answer.status == 503
    assert base64.b64decode(answer.body.split(b'"')[3]) == '{"a":"一"}'.encode()
    as_xml = Call.model_validate(
        {"call": "POST /n", "takes": "xml", "answer": {"root": "A", "charset": "gbk"}}
    )
    assert "镕".encode("gbk") in rest_answer(as_xml, "taken", {"M": "镕"}).body
    assert soap_fault(12, "不").status == 400


@pytest.mark.parametrize(
    ("inward", "what"),
    [
        ({"calls": {"case.notify": {"call": "POST /n"}}}, "nothing shows who calls"),
        ({"auth": "oauth2", "calls": {"case.notify": {"call": "POST /n"}}}, "can be verified by oauth2"),
        ({"auth": "mutual-tls", "calls": {"case.notify": {"call": "POST /n"}}}, "verified by mutual-tls"),
        ({"auth": "tif", "calls": {"case.notify": {"call": "GET /n"}}}, "not called by POST"),
        ({"auth": "gjgxjhpt", "calls": {"case.notify": {"call": "POST /n"}}}, "signs the id of a service"),
        ({"auth": "ws-security", "calls": {"case.notify": {"call": "POST /n"}}}, "stands in a SOAP header"),
        ({"auth": "tif", "contract": "x", "calls": {"case.notify": {"call": "POST /n"}}}, "have no WSDL"),
        ({"auth": "tif", "calls": {"case.notify": {"call": "POST /n", "base64": "true"}}}, "of a string"),
        (
            {"auth": "tif", "calls": {"a.b": {"call": "POST /n"}, "a.c": {"call": "POST /n"}}},
            "called so, too",
        ),
        ({"auth": "tif", "calls": {"a.b": {"call": "POST /n", "arguments": {"a": {}}}}}, "not exactly one"),
        ({"auth": "tif", "calls": {"a.b": {"call": "POST /n", "records": "a.0"}}}, "a place in a list"),
    ],
)
def test_a_contradiction_is_told(inward: dict[str, Any], what: str) -> None:
    with pytest.raises(NotDeclared, match=what):
        declare(changed(REST, "inward", inward))
