"""SOAP with attachments, both ways."""

import base64
from email import message_from_bytes
from email.message import Message as Mail
from typing import Any

import pytest

from adapters.contract import related
from adapters.contract.own import Own
from adapters.errors import Garbled, Unencodable
from adapters.message import Response
from adapters.wsdl import Contract
from tests.adapters.contract.folders import FILES

OWN = Contract("attached.wsdl", FILES).operation("put")
PDF = base64.b64encode(b"%PDF-1.7 \x00\xff").decode()


def mail(document: dict[str, Any]) -> list[Mail]:
    """What another implementation finds in the message."""
    assert isinstance(OWN, Own)
    body, headers = OWN.written(document, "utf-8")
    whole = message_from_bytes(f"Content-Type: {headers['Content-Type']}\r\n\r\n".encode() + body)
    assert whole.get_content_type() == "multipart/related"
    assert not whole.defects
    return [each for each in whole.get_payload() if isinstance(each, Mail)]


def test_an_attached_member_travels_beside_the_envelope() -> None:
    envelope, file = mail({"name": "申请表", "file": PDF})
    assert "申请表" in envelope.get_payload(decode=True).decode()
    assert PDF not in envelope.get_payload(decode=True).decode()
    assert (file.get_content_type(), file.get_payload(decode=True)) == (
        "application/pdf",
        b"%PDF-1.7 \x00\xff",
    )


def test_a_text_that_looks_like_a_boundary_does_not_part_the_message() -> None:
    envelope, _ = mail({"name": "\r\n--tongban-part-000\r\nX: y\r\n\r\n--tongban-part-001--", "file": PDF})
    assert "tongban-part-001" in envelope.get_payload(decode=True).decode()


def test_an_attachment_must_be_there_and_be_base64() -> None:
    for document, code in (
        ({"name": "x"}, "needed_there"),
        ({"name": "x", "file": "%"}, "not_allowed_there"),
    ):
        with pytest.raises(Unencodable) as caught:
            OWN.written(document, "utf-8")
        assert [(each.path, each.code) for each in caught.value.problems] == [("file", code)]


KIND = 'Multipart/Related; type="application/xop+xml"; start="<root>"; boundary="b-1"'
INCLUDE = '<nr><i:Include xmlns:i="http://www.w3.org/2004/08/xop/include" href="cid:f"/></nr>'


def answer(inside: str, parts: str) -> Response:
    root = (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
        f"<r><code>0</code>{inside}</r></e:Body></e:Envelope>"
    )
    text = (
        f"--b-1\r\nContent-ID: <f>\r\nContent-Transfer-Encoding: binary\r\n\r\n{parts}\r\n"
        f"--b-1\r\nContent-ID: <root>\r\nContent-Type: application/xop+xml; charset=utf-8\r\n\r\n{root}\r\n--b-1--"
    )
    return Response(200, {"Content-Type": KIND}, text.encode())


def test_an_answer_in_several_parts_is_read_and_what_it_includes_put_in_place() -> None:
    root, parts = related.opened(answer(INCLUDE, "%PDF"))
    assert root.headers["Content-Type"] == "application/xop+xml; charset=utf-8"
    assert parts["f"] == b"%PDF"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/related", b"--x\r\n\r\na\r\n--x--"),
        ('multipart/related; boundary="x"', b"--x\r\n\r\nhalf"),
        ('multipart/related; boundary="x"', b"nothing"),
        ('multipart/related; boundary="x"', b"--x\r\nContent-Transfer-Encoding: base64\r\n\r\na\r\n--x--"),
    ],
)
def test_an_answer_that_lacks_its_end_or_its_boundary_is_garbled(kind: str, body: bytes) -> None:
    with pytest.raises(Garbled, match="multipart"):
        related.opened(Response(200, {"Content-Type": kind}, body))
