"""/log: the log as C2SP has it: its checkpoint, its tiles for auditors, and this gateway as a witness of others."""

import hashlib

from aiohttp import web

from audit.serving import tile_file
from audit.witness import REQUEST_BYTES_AT_MOST, SIZE_MEDIA, STATUS, Declined
from gateway.boot import Gateway
from gateway.errors import Refusal
from gateway.web.answers import GATEWAY
from gateway.web.auditors import AUDITORS
from gateway.web.edge.reading import parameter, read_bytes

_FOREVER = "private, max-age=31536000, immutable"
SAID = {  # why this gateway does not cosign, in the words of both languages
    "malformed": ("请求格式不符", "no request for a cosignature"),
    "unknown_log": ("本网关不见证该日志", "no log of this origin is witnessed here"),
    "unsigned": ("检查点未经该日志密钥签名", "none of the log's keys signed the checkpoint"),
    "behind": ("证明未自上次共签处起", "the proof does not begin where it was cosigned last"),
    "shorter": ("少于已共签的条数", "the tree has fewer entries than were cosigned"),
    "other_root": ("同样条数而根不同", "other content under as many entries as were cosigned"),
    "inconsistent": (
        "与已共签的内容不一致：日志分叉",
        "the tree does not begin with the one that was cosigned",
    ),
}


async def checkpoint(request: web.Request) -> web.Response:
    """The newest one, with the lines of its witnesses."""
    note = request.app[GATEWAY].checkpoint
    if not note:
        raise Refusal("not_found")
    return _text(note)


async def tile(request: web.Request) -> web.Response:
    """A tile or a bundle of entries that the newest checkpoint covers. Whoever pulls the log leaves an entry."""
    gateway, path = request.app[GATEWAY], request.match_info["path"]
    await request.app[AUDITORS].note(gateway, request)
    found = await gateway.store.read(lambda connection: tile_file(connection, path))
    if found is None:
        raise Refusal("not_found")
    headers = {"Cache-Control": _FOREVER, "ETag": f'"{hashlib.sha256(found).hexdigest()[:32]}"'}
    return web.Response(body=found, content_type="application/octet-stream", headers=headers)


async def witnessed(request: web.Request) -> web.Response:
    """What this gateway cosigned last of another's log: whoever doubts that log holds it against this."""
    origin = parameter(request, "origin", required=True, most=500)
    note = await request.app[GATEWAY].keeping.newest(origin)
    if note is None:
        raise Refusal("not_found")
    return _text(note)


async def add_checkpoint(request: web.Request) -> web.Response:
    """C2SP tlog-witness: whoever has a log's key is known by its signature, nobody else gets anything."""
    gateway = request.app[GATEWAY]
    try:
        return _text(await gateway.keeping.cosign(await _asked(gateway, request)))
    except Declined as declined:
        if STATUS[declined.reason] == 409 and declined.reason != "other_root":
            return web.Response(
                body=f"{declined.held}\n".encode(), status=409, headers={"Content-Type": SIZE_MEDIA}
            )
        said = " / ".join(SAID[declined.reason])
        return web.Response(text=f"{declined.reason}: {said}\n", status=STATUS[declined.reason])


async def _asked(gateway: Gateway, request: web.Request) -> str:
    bounds = gateway.settings.installation.bounds
    most = min(REQUEST_BYTES_AT_MOST, bounds.body_bytes)
    raw = await read_bytes(request, bounds.model_copy(update={"body_bytes": most}))
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Declined("malformed") from error


def _text(note: str) -> web.Response:
    return web.Response(text=note, content_type="text/plain", headers={"Cache-Control": "no-store"})
