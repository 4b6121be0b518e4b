"""An answer is read again from its bytes alone as it was read when it came with its header."""

from typing import Any

import pytest

from adapters.base import Adapter
from adapters.errors import Garbled
from adapters.message import Response
from adapters.reread import reread
from adapters.transport import HttpTransport
from tests.adapters.peers import REST, SOAP, adapter, changed
from tests.adapters.test_soap import package, returning

WHOLE, INSIDE = {"document": "xml"}, {"document": "json", "at": "data"}
XML = '<?xml version="1.0" encoding="{}"?><R><说明>欧阳喆·</说明></R>'
RELATED = b"\r\n--b-1\r\nContent-ID: <root>\r\nContent-Type: text/xml;charset=utf-8\r\n\r\n%s\r\n--b-1--\r\n"


@pytest.mark.parametrize(
    ("answer", "kind", "body"),
    [
        (None, "application/json", '{"说明":"张"}'.encode()),
        (None, "text/html;charset=GBK", '{"说明":"张"}'.encode("gbk")),
        (None, "application/json", b"[]"),
        (INSIDE, "application/json;charset=GB2312", '{"data":"{\\"说明\\":1}","x":"张"}'.encode("gb2312")),
        (WHOLE, "application/xml", XML.format("GB18030").encode("gb18030")),
        (WHOLE, "application/xml;charset=UTF-8", XML.format("GBK").encode()),  # the header knew what was sent
        (WHOLE, "application/xml;charset=GBK", "<R><说明>欧阳喆·</说明></R>".encode("gbk")),
    ],
)
def test_a_rest_answer_is_read_again(transport: HttpTransport, answer: Any, kind: str, body: bytes) -> None:
    document = changed(REST, "operations.case.submit.answer", answer) if answer else REST
    _is_the_same(adapter(document, transport), kind, body)


@pytest.mark.parametrize("wrapped", ["%s", RELATED.decode()])
def test_a_soap_answer_is_read_again_with_and_without_attachments(
    transport: HttpTransport, wrapped: str
) -> None:
    kind = "text/xml" if wrapped == "%s" else 'multipart/related;start="<root>";boundary="b-1"'
    _is_the_same(adapter(SOAP, transport), kind, wrapped.encode() % returning(package("0", "0")))


def _is_the_same(speaking: Adapter, kind: str, body: bytes) -> None:
    came = speaking.decode(Response(200, {"Content-Type": kind}, body), "case.submit")
    assert reread(speaking, "case.submit", body) == came


@pytest.mark.parametrize("body", [b"\xff\xff", b"<html>", b'{"code":', b"--x\r\n\r\nhalf"])
def test_what_cannot_be_read_is_garbled(transport: HttpTransport, body: bytes) -> None:
    for document in (REST, SOAP):
        with pytest.raises(Garbled):
            reread(adapter(document, transport), "case.submit", body)
