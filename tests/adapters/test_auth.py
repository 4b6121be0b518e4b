"""Auth schemes against published vectors (dummy secrets)."""

import base64
from typing import Any

import orjson
import pytest

from adapters.auth.answers import end_ms
from adapters.auth.gjgxjhpt import Gjgxjhpt, Gjzwfwpt, appkey_to_aes, open_secret, sign
from adapters.auth.scheme import NOTHING, SecretMissing
from adapters.auth.schemes import RENEWING, SCHEMES
from adapters.auth.simple import Basic, Bearer, Unsigned
from adapters.errors import SessionBarred, SessionFailed
from adapters.message import Access, Response
from tests.adapters.peers import NOW_MS, asking, moment

ACCESS = Access("http://h/base/", {"rid": "demo-rid-0001"}, {"appkey": "demo-appkey"})
SEALED = "uaFCKHK/4nnDTN1rISjvBUB95eeLR16D4057zf0ZP/Q="  # "demo-session-secret", by JDK 17


def answer(status: int = 200, **fields: Any) -> Response:
    return Response(status, {}, orjson.dumps(fields))


def test_the_signature_is_over_service_requester_and_time() -> None:
    expected = "banx+jAYVx56rBhC9hbfwisVmZJKzhVbZvFLZMZIwt8="
    assert sign("demo-secret", "s_demo_0001", "demo-rid-0001", "1600000000000") == expected


def test_the_aes_key_is_what_java_makes_of_the_appkey() -> None:
    assert appkey_to_aes("demo-appkey").hex() == "184cf440a649665776dd4583990aeab1"
    assert open_secret(SEALED, "demo-appkey") == "demo-session-secret"


def test_line_breaks_in_base64_are_allowed() -> None:
    assert open_secret(f"{SEALED[:20]}\r\n{SEALED[20:]}", "demo-appkey") == "demo-session-secret"


@pytest.mark.parametrize("sealed", ["", "x", "AAAA", base64.b64encode(bytes(16)).decode(), SEALED[:-4]])
def test_what_is_no_secret_is_refused(sealed: str) -> None:
    with pytest.raises(ValueError):
        open_secret(sealed, "demo-appkey")


def test_four_headers_in_milliseconds() -> None:
    signature = Gjgxjhpt(ACCESS).sign(asking(), moment("demo-secret", "s_demo_0001"))
    assert signature.headers == {
        "gjgxjhpt_rid": "demo-rid-0001",
        "gjgxjhpt_sid": "s_demo_0001",
        "gjgxjhpt_rtime": "1600000000000",
        "gjgxjhpt_sign": "banx+jAYVx56rBhC9hbfwisVmZJKzhVbZvFLZMZIwt8=",
    }
    # the same formula under its own names
    assert Gjzwfwpt(ACCESS).sign(asking(), moment("demo-secret", "s_demo_0001")).headers == {
        "gjzwfwpt_rid": "demo-rid-0001",
        "gjzwfwpt_sid": "s_demo_0001",
        "gjzwfwpt_rtime": "1600000000000",
        "gjzwfwpt_sign": "banx+jAYVx56rBhC9hbfwisVmZJKzhVbZvFLZMZIwt8=",
    }


@pytest.mark.parametrize(("names", "first"), [("prefixed", "gjgxjhpt_rid"), ("bare", "rid")])
def test_soap_repeats_the_four_in_an_element_of_its_own(names: str, first: str) -> None:
    access = Access("http://h", {"rid": "a&b", "soap_names": names}, {"appkey": "demo-appkey"})
    header = Gjgxjhpt(access).sign(asking(), moment("demo-secret", "s_demo_0001")).soap_header
    assert header.startswith(f"<tongtechheader><{first}>a&amp;b</{first}>")
    assert header.count("</") == 5


def test_the_session_is_asked_for_with_the_appkey() -> None:
    [request] = Gjgxjhpt(ACCESS).asks(moment("", "s_demo_0001"))
    fields = orjson.loads(request.body)
    assert (request.method, str(request.url)) == ("POST", "http://h/base/sysapi/auth/refreshappsecret")
    assert fields["gjgxjhpt_sign"] == sign("demo-appkey", "s_demo_0001", "demo-rid-0001", "1600000000000")
    assert not request.fresh


def test_the_service_platform_gives_its_secret_at_the_proxy() -> None:
    [request] = Gjzwfwpt(ACCESS).asks(moment("", "s_demo_0001"))
    assert str(request.url) == "http://h/base/gateway/httpproxy"
    assert orjson.loads(request.body)["gjzwfwpt_rid"] == "demo-rid-0001"
    data = {"secret": SEALED, "secretEndTime": "1600000600000"}
    for code in ("0", "200", 200):
        learnt = Gjzwfwpt(ACCESS).learn(answer(code=code, data=data), NOW_MS)
        assert learnt == ("demo-session-secret", 1600000600000)
    with pytest.raises(SessionFailed):
        Gjzwfwpt(ACCESS).learn(answer(code="300", data=data), NOW_MS)


def test_a_session_secret_is_learnt_with_its_end() -> None:
    data = {"secret": SEALED, "secretEndTime": 1600000600000}
    assert Gjgxjhpt(ACCESS).learn(answer(code="0", data=data), NOW_MS) == (
        "demo-session-secret",
        1600000600000,
    )


@pytest.mark.parametrize("code", ["-1", -1, "E-106"])
def test_not_on_their_list_is_barred(code: Any) -> None:
    with pytest.raises(SessionBarred):
        Gjgxjhpt(ACCESS).learn(answer(code=code, message="not authorised"), NOW_MS)


@pytest.mark.parametrize(
    "response",
    [
        Response(200, {}, b"<html>"),
        Response(200, {}, b"[]"),
        Response(200, {}, b""),
        answer(500, code="0", data={"secret": SEALED, "secretEndTime": 1600000600000}),
        answer(code="1"),
        answer(code="0", data=None),
        answer(code="0", data={"secret": "x", "secretEndTime": 1600000600000}),
        answer(code="0", data={"secret": SEALED}),
        answer(code="0", data={"secret": SEALED, "secretEndTime": "tomorrow"}),
        answer(code="0", data={"secretEndTime": 1600000600000}),
    ],
)
def test_anything_else_is_no_session(response: Response) -> None:
    with pytest.raises(SessionFailed) as caught:
        Gjgxjhpt(ACCESS).learn(response, NOW_MS)
    assert "demo" not in str(caught.value)


@pytest.mark.parametrize("text", [1600000000000, "1600000000000", "2020-09-13 20:26:40", "20200913202640"])
def test_an_end_is_epoch_milliseconds_or_china_time(text: Any) -> None:
    assert end_ms(text) == 1_600_000_000_000


@pytest.mark.parametrize("text", [None, "", "1600000000", 1600000000, "2020-09-13", "９" * 13, "0"])
def test_an_end_of_unknown_form_is_no_end(text: Any) -> None:
    with pytest.raises(ValueError):
        end_ms(text)


def test_simple_schemes() -> None:
    access = Access("http://h", {"user": "tongban"}, {"token": "t0", "password": "密"})
    assert Bearer(access).sign(asking(), moment()).headers == {"Authorization": "Bearer t0"}
    pair = base64.b64encode("tongban:密".encode()).decode()
    assert Basic(access).sign(asking(), moment()).headers == {"Authorization": f"Basic {pair}"}
    assert Unsigned(access).sign(asking(), moment()) is NOTHING


def test_a_missing_secret_is_named_and_an_access_shows_nothing() -> None:
    with pytest.raises(SecretMissing, match="secrets token is missing"):
        Bearer(Access("http://h"))
    assert repr(ACCESS) == "Access()"


def test_whoever_signs_with_a_session_secret_may_renew_it_once() -> None:
    assert {"gjgxjhpt", "gjzwfwpt", "zj", "oauth2"} == RENEWING
    assert SCHEMES.keys() - RENEWING >= {
        "none",
        "bearer",
        "basic",
        "tif",
        "hmac",
        "ws-security",
        "mutual-tls",
    }
