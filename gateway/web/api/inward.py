"""POST /inbound/{platform}/…, POST and GET /soap/{platform}: a platform calls in, in its own dialect."""

from aiohttp import web
from yarl import URL

from adapters.errors import Garbled, Unencodable
from adapters.inward.reading import by_rest, by_soap, enveloped, path_of
from adapters.inward.writing import soap_fault
from adapters.message import Request, Response
from gateway import logs
from gateway.errors import Refusal
from gateway.inward.channels import Channel
from gateway.inward.story import Calling
from gateway.web.answers import GATEWAY
from gateway.web.edge.reading import read_bytes
from mappings.problems import Unmappable

log = logs.get("web")


async def rest(request: web.Request) -> web.Response:
    """In the envelope that the platform declares. Raises Refusal no_route for what it does not declare."""
    gateway, channel = request.app[GATEWAY], _channel(request)
    path = f"/{request.match_info['path']}"
    operation = next(
        (name for name, call in channel.inward.calls.items() if path_of(call).fullmatch(path)), None
    )
    if operation is None or channel.soap:
        raise Refusal("no_route")
    call, came = channel.call(operation), await _came(request)
    try:
        opened = by_rest(call, came, path)
    except Garbled:
        opened = None
    calling = Calling(channel, operation, came, opened)
    reply = await gateway.inward.answer(calling)
    try:
        return _sent(channel.said(operation, reply))
    except (Unmappable, Unencodable) as error:
        raise _unsaid(channel, operation, error) from error


async def soap(request: web.Request) -> web.Response:
    """An envelope of the version in which it came; what is no call of the platform's is answered with a fault."""
    gateway, channel = request.app[GATEWAY], _channel(request)
    if not channel.soap:
        raise Refusal("no_route")
    came = await _came(request)
    try:
        envelope = enveloped(came)
    except Garbled:
        return _sent(soap_fault(11, "不是可识别的 SOAP 报文 / no SOAP envelope that can be read"))
    operation = channel.operation_of(envelope.element)
    if operation is None:
        return _sent(soap_fault(envelope.soap, "没有这一操作 / there is no such operation"))
    call = channel.call(operation)
    reply = await gateway.inward.answer(Calling(channel, operation, came, by_soap(call, envelope)))
    try:
        return _sent(channel.said(operation, reply, soap=envelope.soap))
    except (Unmappable, Unencodable) as error:
        raise _unsaid(channel, operation, error) from error


async def wsdl(request: web.Request) -> web.Response:
    """GET /soap/{platform}?wsdl: what a platform's tools read. It tells nothing of anybody."""
    channel = _channel(request)
    if not channel.soap or "wsdl" not in {name.lower() for name in request.query}:
        raise Refusal("no_route")
    address = str(request.url.with_query(None))
    return web.Response(text=channel.wsdl(address), content_type="text/xml", charset="utf-8")


async def _came(request: web.Request) -> Request:
    body = await read_bytes(request, request.app[GATEWAY].settings.installation.bounds)
    return Request(request.method, URL(str(request.url)), dict(request.headers), body)


def _channel(request: web.Request) -> Channel:
    channel = request.app[GATEWAY].channels.of(request.match_info["platform"])
    if channel is None:
        raise Refusal("no_route")
    return channel


def _sent(response: Response) -> web.Response:
    return web.Response(body=response.body, status=response.status, headers=dict(response.headers))


def _unsaid(channel: Channel, operation: str, error: Exception) -> Refusal:
    """Their envelope cannot carry the answer; what is committed stays, and is told again in the same way."""
    log.error("request.failed", route=f"{channel.name}/{operation}", failure=error)
    return Refusal("internal")
