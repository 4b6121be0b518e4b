"""Against SOAP servers that are not ours: node-soap, and spyne with a contract of its own making."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from adapters.base import Adapter
from adapters.build import build
from adapters.coherence import declare
from adapters.message import Access, Message
from adapters.soap import SoapAdapter
from adapters.transport import HttpTransport
from tests.adapters.node_peer import node_peer
from tests.adapters.peers import ROOT, SOAP, changed, go
from tests.adapters.test_soap import package

WSDL = ROOT / "mappings/examples/sim-gx/contract/service.wsdl"
FORMS = Path(__file__).parent / "forms.wsdl"
TYPED = Path(__file__).parent / "typed.wsdl"
NAME = "欧阳 <&> '\"\r\n末"
SHORT = "欧阳 <&> '\""
DOCUMENT = {
    "HEAD": {"XM": NAME},
    "DATA": {"RECORD": [{"@XH": "1", "CLNR": {"$material": "f1", "as": "base64"}}]},
}


async def material(name: str) -> bytes:
    return b"%PDF"


def speaking(
    transport: HttpTransport, address: str, wsdl: str, document: dict[str, Any] = SOAP, licence: str = "LIC-1"
) -> Adapter:
    return build(
        declare(
            {**document, "limits": {"timeout_s": "20", "connect_s": "10"}}
        ),  # foreign servers start slowly
        access=Access(address, {}, {"licence": licence}),
        transport=transport,
        contract={"contract/service.wsdl": wsdl},
        clock_ms=lambda: 0,
        random=bytes,
    )


async def test_node_soap_reads_what_we_write_and_we_read_what_it_writes(transport: HttpTransport) -> None:
    with node_peer(WSDL, {"submitCase": {"return": package("0", "0", "0")}}) as peer:
        adapter = speaking(transport, peer.url, WSDL.read_text())
        reply = await adapter.send(Message("case.submit", DOCUMENT), materials=material, go=go)
        assert (reply.verdict, reply.reference, reply.status) == ("taken", "G-1", 200)
        call = peer.call()
    assert call["operation"] == "submitCase"
    assert call["args"]["licence"] == "LIC-1"
    information = call["args"]["information"]
    assert information.startswith(
        '<?xml version="1.0" encoding="gb2312"?><PACKAGE><HEAD><XM>欧阳 &lt;&amp;&gt;'
    )
    assert '<RECORD XH="1"><CLNR>JVBERg==</CLNR></RECORD>' in information


async def test_a_fault_of_node_soap_bars_and_any_other_is_unknown(transport: HttpTransport) -> None:
    with node_peer(WSDL, {}) as peer:
        adapter = speaking(transport, peer.url, WSDL.read_text(), licence="wrong")
        reply = await adapter.send(Message("case.submit", DOCUMENT), materials=material, go=go)
        assert (reply.verdict, reply.reason, reply.status) == ("barred", "licence wrong", 500)
        document = changed(SOAP, "operations.case.submit.barred.body", {"fault.text": "licence*"})
        adapter = speaking(transport, peer.url, WSDL.read_text(), document)
        reply = await adapter.send(Message("case.submit", DOCUMENT), materials=material, go=go)
        assert (reply.verdict, reply.cause) == ("unknown", "undescribed")
        assert reply.document["fault"]["text"] == "not today"


async def test_node_soap_reads_typed_bodies(transport: HttpTransport) -> None:
    operation = {"call": "submit", "taken": {"body": {"result.code": "0"}}}
    document = changed(SOAP, "operations", {"case.submit": operation})
    case = {
        "sqr": {"@lx": "1", "xm": SHORT, "sfzh": "11"},
        "cl": [{"clmc": "甲", "nr": {"$material": "f1", "as": "base64"}}, {"clmc": "乙"}],
        "bz": "x",
    }
    rows = {"result": {"code": "0", "row": [{"attributes": {"code": "7"}}]}}
    with node_peer(TYPED, {"submit": rows}, "/typed") as peer:
        adapter = speaking(transport, peer.url, TYPED.read_text(), document)
        reply = await adapter.send(Message("case.submit", case), materials=material, go=go)
        assert reply.verdict == "taken", reply.raw
        args = peer.call()["args"]
    assert reply.document == {"result": {"code": "0", "row": [{"@code": "7"}]}}
    assert args["sqr"]["attributes"] == {"lx": "1"}
    assert [each["clmc"] for each in args["cl"]] == ["甲", "乙"]
    assert args["cl"][0]["nr"] == "JVBERg=="
    assert args["sqr"]["xm"] == SHORT


async def test_node_soap_reads_what_the_compiled_writer_writes(transport: HttpTransport) -> None:
    operation = {"call": "Forms/Eleven/plain", "taken": {"body": {"#text": "ok"}}}
    document = changed(SOAP, "operations", {"case.submit": operation})
    agent = {"@lx": "a & b", "xm": SHORT, "hzh": "AB12", "yxq": "2030-01-01", "sf": "省", "qx": "金山"}
    case = {"fs": 7, "je": {"@bz": "元", "#text": "1.50"}, "sqr": [agent, {**agent, "dlr": agent}]}
    with node_peer(FORMS, {"plain": "ok"}, "/11") as peer:
        adapter = speaking(transport, peer.url, FORMS.read_text(), document)
        assert isinstance(adapter, SoapAdapter)
        writer = adapter._calls["case.submit"].writer
        assert writer is not None
        assert writer.written(case, "utf-8") is not None
        reply = await adapter.send(Message("case.submit", case), materials=material, go=go)
        assert reply.verdict == "taken", reply.raw
        args = peer.call()["args"]
    assert args["fs"] == "7"
    assert args["je"] == {"attributes": {"bz": "元"}, "$value": "1.50"}
    first, second = args["sqr"]
    assert first["attributes"] == {"lx": "a & b", "bz": "无"}
    assert [first[name] for name in ("xm", "hzh", "sf", "gx")] == [SHORT, "AB12", "省", "本人"]
    assert [each["xm"] for each in second["dlr"]] == [SHORT]


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def spyne_server(seen: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Address and generated contract of a spyne service with two text arguments."""
    from spyne import Application, ServiceBase, Unicode, rpc
    from spyne.interface.wsdl import Wsdl11
    from spyne.protocol.soap import Soap11
    from spyne.server.wsgi import WsgiApplication

    class Exchange(ServiceBase):
        @rpc(Unicode, Unicode, _returns=Unicode)
        def submitCase(ctx: Any, licence: str, information: str) -> str:
            seen.append((licence, information))
            return package("0", "0") if licence == "LIC-1" else package("11")

    application = Application(
        [Exchange], "urn:foreign", in_protocol=Soap11(validator="lxml"), out_protocol=Soap11()
    )
    server = make_server("127.0.0.1", 0, WsgiApplication(application), handler_class=Quiet)
    contract = Wsdl11(application.interface)
    contract.build_interface_document("http://unreachable.invalid/")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", contract.get_interface_document().decode()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="spyne 2.14 runs on Python 3.11 only")
@pytest.mark.parametrize(("licence", "verdict"), [("LIC-1", "taken"), ("other", "refused")])
async def test_spyne_takes_what_we_write_by_its_own_contract(
    transport: HttpTransport, licence: str, verdict: str
) -> None:
    seen: list[tuple[str, str]] = []
    with spyne_server(seen) as (address, contract):
        adapter = speaking(transport, address, contract, licence=licence)
        reply = await adapter.send(Message("case.submit", DOCUMENT), materials=material, go=go)
    assert (reply.verdict, reply.cause) == (verdict, "described")
    assert [name for name, _ in seen] == [licence]
    assert "欧阳" in seen[0][1]
