"""GET /openapi.json, /docs, /docs.css: what the service is, for programs and for people."""

from aiohttp import web

from gateway.web.answers import DESCRIPTION

_ALONE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


async def openapi(request: web.Request) -> web.Response:
    return web.Response(body=request.app[DESCRIPTION].openapi, content_type="application/json")


async def docs(request: web.Request) -> web.Response:
    return web.Response(text=request.app[DESCRIPTION].page, headers=_ALONE, content_type="text/html")


async def style(request: web.Request) -> web.Response:
    return web.Response(text=request.app[DESCRIPTION].style, headers=_ALONE, content_type="text/css")
