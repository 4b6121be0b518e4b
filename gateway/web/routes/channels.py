"""The routes by which platforms call in; no caller's interface, so they stand in no OpenAPI document.

Each platform has a description of its own: its interface document, or the WSDL that it is given.
"""

from aiohttp import web

from gateway.boot import Gateway
from gateway.errors import Refusal
from gateway.web.api import inward
from gateway.web.routes.described import Endpoint

_ANY = "-"  # a body of whatever kind the platform declares

CHANNELS = (
    Endpoint(
        "POST", "/inbound/{platform}/{path:.+}", inward.rest, None,
        ("平台来函（REST）", "A platform calls in over REST"), ("", ""), (), body=_ANY, channel=True,
    ),
    Endpoint(
        "POST", "/soap/{platform}", inward.soap, None,
        ("平台来函（SOAP）", "A platform calls in over SOAP"), ("", ""), (), body=_ANY, channel=True,
    ),
    Endpoint(
        "GET", "/soap/{platform}", inward.wsdl, None,
        ("来函接口的 WSDL", "The WSDL by which it calls in"), ("", ""), (), channel=True,
    ),
)  # fmt: skip


def sharing(gateway: Gateway, request: web.Request) -> str:
    """Whose share of the service a call has: the platform's at whose door it is. Raises Refusal no_route."""
    channel = gateway.channels.of(request.match_info["platform"])
    if channel is None:
        raise Refusal("no_route")
    return f"platform/{channel.name}"
