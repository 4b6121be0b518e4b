"""TIF, Zhejiang, OAuth2, x-ca HMAC and WS-Security: published vectors, independent recomputation, odd answers."""

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

import orjson
import pytest
from lxml import etree
from zeep.wsse.username import UsernameToken as ZeepToken

from adapters.auth import tif, zj
from adapters.auth.ca_hmac import CaHmac
from adapters.auth.oauth2 import OAuth2
from adapters.auth.scheme import SecretMissing
from adapters.auth.tif import Tif
from adapters.auth.wsse import UsernameToken, password_digest
from adapters.auth.zj import Zj
from adapters.errors import SessionBarred, SessionFailed
from adapters.message import Access, Response
from tests.adapters.peers import NOW_MS, asking, moment

ACCESS = Access(
    "http://h/base/",
    {"paasid": "demo-paas", "app_key": "demo-appkey", "client_id": "demo client", "token_url": "/oauth/token",
     "user": "tong&ban"},
    {"token": "demo-token", "app_secret": "demo-secret", "client_secret": "demo/secret", "password": "<密>"},
)  # fmt: skip
PAIR = {"requestSecret": "rq", "refreshSecret": "rf"}
MINUTE, HOUR = 60_000, 3_600_000


def answer(status: int = 200, **fields: Any) -> Response:
    return Response(status, {}, orjson.dumps(fields))


def with_settings(**settings: str) -> Access:
    return Access(ACCESS.address, {**ACCESS.settings, **settings}, ACCESS.secrets)


# ---- TIF -------------------------------------------------------------------------------------------------


def test_tif_hashes_time_token_nonce_and_time() -> None:
    expected = "792c16148ff61919a4cbd83610558ea954c1a1177b5ff9a22ed0da378e4ef14d"
    assert tif.sign("1600000000", "demo-token", "0123abcd") == expected.upper()


def test_tif_sends_seconds_a_nonce_of_its_own_and_the_service_id_if_there_is_one() -> None:
    headers = Tif(ACCESS).sign(asking(), moment(nonce=bytes.fromhex("0123abcd"))).headers
    assert headers == {
        "x-tif-paasid": "demo-paas",
        "x-tif-timestamp": "1600000000",
        "x-tif-nonce": "0123abcd",
        "x-tif-signature": tif.sign("1600000000", "demo-token", "0123abcd"),
    }
    assert Tif(ACCESS).sign(asking(), moment(service="svc")).headers["x-tif-serviceId"] == "svc"


# ---- Zhejiang --------------------------------------------------------------------------------------------


def test_zhejiang_signs_app_key_key_and_time() -> None:
    assert zj.sign("demo-appkey", "demo-secret", "1600000000000") == "c69e17b1299acdac95532db20695ddd7"


def test_zhejiang_keeps_a_pair_as_long_as_its_document_says_where_the_answer_does_not() -> None:
    secret, ends_ms = Zj(ACCESS).learn(answer(code="00", datas=PAIR), NOW_MS)
    assert ends_ms == NOW_MS + 15 * MINUTE
    assert orjson.loads(secret)["refresh_ends_ms"] == NOW_MS + 48 * HOUR
    said = PAIR | {"requestSecretEndTime": NOW_MS + 7, "refreshSecretEndTime": str(NOW_MS + 9)}
    secret, ends_ms = Zj(ACCESS).learn(answer(code="00", datas=said), NOW_MS)
    assert (ends_ms, orjson.loads(secret)["refresh_ends_ms"]) == (NOW_MS + 7, NOW_MS + 9)


def test_zhejiang_signs_calls_with_the_request_secret() -> None:
    secret, _ = Zj(ACCESS).learn(answer(code="00", datas=PAIR), NOW_MS)
    time = str(NOW_MS)
    parameters = Zj(ACCESS).sign(asking(), moment(secret)).parameters
    assert parameters == {
        "appKey": "demo-appkey",
        "sign": zj.sign("demo-appkey", "rq", time),
        "requestTime": time,
    }


@pytest.mark.parametrize(
    ("former", "paths", "first_key"),
    [
        ("", ["ByKey"], "demo-secret"),
        ("left by another scheme", ["ByKey"], "demo-secret"),
        (NOW_MS + 1, ["BySec", "ByKey"], "rf"),
        (NOW_MS, ["ByKey"], "demo-secret"),  # the refresh secret has ended, too
    ],
)
def test_zhejiang_asks_with_the_refresh_secret_as_long_as_it_lives(
    former: Any, paths: list[str], first_key: str
) -> None:
    pair = {"request": "rq", "refresh": "rf", "refresh_ends_ms": former}
    secret = former if isinstance(former, str) else orjson.dumps(pair).decode()
    requests = Zj(ACCESS).asks(moment(secret))
    assert [request.url.path for request in requests] == [
        f"/base/gateway/app/refreshToken{way}.htm" for way in paths
    ]
    form = parse_qs(requests[0].body.decode())
    assert form["sign"] == [zj.sign("demo-appkey", first_key, str(NOW_MS))]


@pytest.mark.parametrize(
    "response",
    [
        Response(200, {}, b"<html>"),
        Response(200, {}, b"[]"),
        answer(500, code="00", datas=PAIR),
        answer(code="00"),
        answer(code="00", datas={"requestSecret": "rq"}),
        answer(code="00", datas=PAIR | {"requestSecretEndTime": "soon"}),
    ],
)
def test_an_answer_without_a_usable_pair_is_no_session(response: Response) -> None:
    with pytest.raises(SessionFailed):
        Zj(ACCESS).learn(response, NOW_MS)


def test_any_other_code_of_zhejiang_bars() -> None:
    with pytest.raises(SessionBarred, match="14"):
        Zj(ACCESS).learn(answer(code="14", msg="sign error"), NOW_MS)


# ---- OAuth2 ----------------------------------------------------------------------------------------------


def test_oauth2_asks_with_the_client_in_the_header_each_part_encoded() -> None:
    [request] = OAuth2(ACCESS).asks(moment())
    assert (request.method, str(request.url)) == ("POST", "http://h/oauth/token")
    assert parse_qs(request.body.decode()) == {"grant_type": ["client_credentials"]}
    pair = base64.b64encode(b"demo+client:demo%2Fsecret").decode()  # RFC 6749 §2.3.1
    assert request.headers["Authorization"] == f"Basic {pair}"


def test_oauth2_asks_with_the_client_in_the_form_where_told_so() -> None:
    access = with_settings(client_auth="body", scope="case read", token_url="https://login.example/token")
    [request] = OAuth2(access).asks(moment())
    assert str(request.url) == "https://login.example/token"
    assert "Authorization" not in request.headers
    assert parse_qs(request.body.decode()) == {
        "grant_type": ["client_credentials"],
        "scope": ["case read"],
        "client_id": ["demo client"],
        "client_secret": ["demo/secret"],
    }


def test_oauth2_keeps_a_token_for_as_long_as_it_lives() -> None:
    given = {"access_token": "tok", "token_type": "Bearer"}
    assert OAuth2(ACCESS).learn(answer(**given, expires_in=60), NOW_MS) == ("tok", NOW_MS + MINUTE)
    assert OAuth2(ACCESS).learn(answer(**given), NOW_MS) == ("tok", NOW_MS + 5 * MINUTE)
    assert OAuth2(ACCESS).sign(asking(), moment("tok")).headers == {"Authorization": "Bearer tok"}


@pytest.mark.parametrize("error", ["invalid_client", "unauthorized_client", "invalid_scope"])
@pytest.mark.parametrize("status", [400, 401])
def test_oauth2_is_barred_by_what_asking_again_does_not_mend(error: str, status: int) -> None:
    with pytest.raises(SessionBarred, match=error):
        OAuth2(ACCESS).learn(answer(status, error=error), NOW_MS)


@pytest.mark.parametrize(
    "response",
    [
        Response(502, {}, b"<html>"),
        answer(400, error="invalid_request"),
        answer(access_token="tok", token_type="mac", expires_in=60),
        answer(access_token="tok", expires_in=60),
        answer(access_token="tok", token_type="bearer", expires_in="soon"),
        answer(access_token="tok", token_type="bearer", expires_in=None),
        answer(500, access_token="tok", token_type="bearer", expires_in=60),
        answer(token_type="bearer", expires_in=60),
    ],
)
def test_an_answer_without_a_usable_token_is_no_session(response: Response) -> None:
    with pytest.raises(SessionFailed):
        OAuth2(ACCESS).learn(response, NOW_MS)


# ---- x-ca HMAC -------------------------------------------------------------------------------------------


def signed_by_hand(text: str) -> str:
    return base64.b64encode(hmac.new(b"demo-secret", text.encode(), hashlib.sha256).digest()).decode()


NONCE = "00" * 16
CA = f"x-ca-key:demo-appkey\nx-ca-nonce:{NONCE}\nx-ca-timestamp:1600000000000\n"


def test_x_ca_signs_method_headers_path_and_sorted_query() -> None:
    headers = CaHmac(ACCESS).sign(asking("/api/cases?b=2&a=%E5%BC%A0&c="), moment()).headers
    md5 = base64.b64encode(hashlib.md5(b"{}").digest()).decode()
    text = f"POST\n*/*\n{md5}\napplication/json\n\n{CA}/api/cases?a=张&b=2&c"
    assert headers == {
        "x-ca-key": "demo-appkey",
        "x-ca-nonce": NONCE,
        "x-ca-timestamp": "1600000000000",
        "x-ca-signature-headers": "x-ca-key,x-ca-nonce,x-ca-timestamp",
        "x-ca-signature": signed_by_hand(text),
        "Content-MD5": md5,
    }


def test_x_ca_signs_the_fields_of_a_form_instead_of_its_digest() -> None:
    form = "application/x-www-form-urlencoded;charset=UTF-8"
    request = asking("/api?z=1", body=b"b=x%2By&a=1", kind=form)
    headers = CaHmac(with_settings(stage="TEST")).sign(request, moment()).headers
    lines = CA.replace("x-ca-timestamp", "x-ca-stage:TEST\nx-ca-timestamp")
    assert headers["x-ca-signature"] == signed_by_hand(f"POST\n*/*\n\n{form}\n\n{lines}/api?a=1&b=x+y&z=1")
    assert headers["x-ca-stage"] == "TEST"
    assert "Content-MD5" not in headers


def test_x_ca_signs_a_bare_path() -> None:
    headers = CaHmac(ACCESS).sign(asking("/api", body=b"", kind="", method="GET"), moment()).headers
    assert headers["x-ca-signature"] == signed_by_hand(f"GET\n*/*\n\n\n\n{CA}/api")


# ---- WS-Security -----------------------------------------------------------------------------------------

ENVELOPE = '<soap-env:Envelope xmlns:soap-env="http://www.w3.org/2003/05/soap-envelope"><soap-env:Header/>{}</soap-env:Envelope>'
WSSE = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd}"


def by_zeep(**how: Any) -> etree._Element:
    envelope = etree.fromstring(ENVELOPE.format(""))
    token = ZeepToken("tong&ban", "<密>", **how)
    return token.apply(envelope, {})[0].find(f".//{WSSE}UsernameToken")


def by_us(access: Access, nonce: bytes) -> etree._Element:
    header = UsernameToken(access).sign(asking(), moment(nonce=nonce)).soap_header
    root = etree.fromstring(ENVELOPE.format(header))
    assert root[1].attrib == {"{http://www.w3.org/2003/05/soap-envelope}mustUnderstand": "1"}
    return root.find(f".//{WSSE}UsernameToken")


def flat(element: etree._Element) -> list[tuple[Any, Any, dict[Any, Any]]]:
    return [(each.tag, each.text, dict(each.attrib)) for each in element.iter()]


def test_a_digest_is_over_nonce_time_and_password_as_another_client_makes_it() -> None:
    created, nonce = datetime(2020, 9, 13, 12, 26, 40), b"sixteen bytes..."
    theirs = by_zeep(use_digest=True, nonce=nonce.decode(), created=created, zulu_timestamp=True)
    assert flat(by_us(ACCESS, nonce)) == flat(theirs)
    known = password_digest(
        base64.b64decode("LKqI6G/AikKCQrN0zqZFlg=="), "2010-09-16T07:50:45Z", "userpassword"
    )
    assert known == "tuOSpGlFlIXsozq4HFNeeGeFLEI="


def test_a_password_in_text_stands_there_as_another_client_writes_it() -> None:
    assert flat(by_us(with_settings(password_type="text"), bytes(16))) == flat(by_zeep())


def test_a_setting_that_is_none_of_the_choices_is_named() -> None:
    with pytest.raises(SecretMissing, match="password_type is none of digest, text"):
        UsernameToken(with_settings(password_type="plain"))
