"""The first peer, a bare aiohttp reverse proxy: reads a body, posts it on, answers 201 with what came back."""

import asyncio
import json
import sys

import uvloop
from aiohttp import ClientSession, DummyCookieJar, web


async def serve(target: str) -> None:
    session = ClientSession(cookie_jar=DummyCookieJar(), auto_decompress=False)

    async def forward(request: web.Request) -> web.Response:
        body = await request.read()
        async with session.post(target, data=body, headers={"Content-Type": "application/json"}) as response:
            return web.Response(body=await response.read(), status=201, content_type="application/json")

    app = web.Application()
    app.router.add_post("/v1/cases", forward)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(json.dumps({"address": f"http://127.0.0.1:{runner.addresses[0][1]}"}), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1]))
