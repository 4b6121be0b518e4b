"""/v1/materials: callers bring files in as many turns as their line needs (tus 1.0.0), and get them back."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from aiohttp import ClientError, web

from gateway.errors import Refusal
from gateway.materials.sealed import PIECE_BYTES
from gateway.materials.uploads import Turn
from gateway.store.uploads import Upload
from gateway.web import tus
from gateway.web.answers import GATEWAY, IDENTITY
from gateway.web.edge.reading import identifier, invite
from gateway.web.stretch import file_answer

KEEP_BYTES = 8 * 1024 * 1024  # how much may come before it is made durable, and is lost if this process dies
OVERRIDE = "X-HTTP-Method-Override"


async def options(request: web.Request) -> web.Response:
    """What this server can do."""
    limits = request.app[GATEWAY].uploads.limits
    headers = {
        "Tus-Extension": tus.EXTENSIONS,
        "Tus-Max-Size": str(limits.size_bytes),
        "Tus-Checksum-Algorithm": ",".join(tus.ALGORITHMS),
    }
    return web.Response(status=204, headers=headers)


async def create(request: web.Request) -> web.Response:
    """Announce a file; its address is in Location."""
    tus.require_version(request)
    gateway = request.app[GATEWAY]
    length, told = tus.count(request, "Upload-Length", 1), tus.told(request)
    if not gateway.exchanges.around.room.enough:
        raise Refusal("storage_unavailable")
    upload = await gateway.uploads.create(request[IDENTITY].caller.caller, length, told)
    return web.Response(
        status=201, headers={**tus.state_of(upload), "Location": f"/v1/materials/{upload.id}"}
    )


async def stands(request: web.Request) -> web.Response:
    """How far a file has come, and what is known of it."""
    tus.require_version(request)
    upload = await _own(request)
    told = request.app[GATEWAY].uploads.told(upload)
    headers = {**tus.state_of(upload), "Upload-Metadata": tus.metadata_of(told)}
    if upload.is_whole:
        headers["Repr-Digest"] = tus.digest_header(told.digest)
    return web.Response(headers=headers)


async def bring(request: web.Request) -> web.Response:
    """Take the next bytes; the last ones make the file whole, if it is what was announced."""
    tus.require_version(request)
    if request.content_type != tus.OFFSET_STREAM:
        raise Refusal("no_offset_stream", known=tus.OFFSET_STREAM)
    gateway, offset, checksum = (
        request.app[GATEWAY],
        tus.count(request, "Upload-Offset"),
        tus.checksum(request),
    )
    upload = await _own(request)
    if offset != upload.received:
        raise Refusal("upload_offset", offset=upload.received)
    if not gateway.exchanges.around.room.enough:
        raise Refusal("storage_unavailable")
    if upload.is_whole:
        return web.Response(status=204, headers=tus.state_of(upload))
    turn = await gateway.uploads.begin(upload, offset)
    try:
        now = await _brought(request, turn, checksum)
    finally:
        await turn.close()
    return web.Response(status=204, headers=tus.state_of(now))


async def overridden(request: web.Request) -> web.Response:
    """For clients whose way lets only POST through: the method that is meant stands in a header."""
    meant = request.headers.get(OVERRIDE, "").upper()
    known = {"PATCH": bring, "DELETE": take_back, "HEAD": stands}
    if meant not in known:
        raise Refusal("bad_parameter", name=OVERRIDE)
    return await known[meant](request)


async def take_back(request: web.Request) -> web.Response:
    """The file is not wanted any more; a case that uses it keeps it."""
    tus.require_version(request)
    await request.app[GATEWAY].uploads.forget(request[IDENTITY].caller.caller, identifier(request))
    return web.Response(status=204)


async def content(request: web.Request) -> web.Response:
    """The caller's own file, whole or a stretch of it."""
    gateway, upload = request.app[GATEWAY], await _own(request)
    if not upload.is_whole:
        raise Refusal("upload_unfinished", offset=upload.received, most=upload.length)
    told = gateway.uploads.told(upload)
    file = await asyncio.to_thread(gateway.uploads.open, upload)
    headers = {"Repr-Digest": tus.digest_header(told.digest)}
    return file_answer(request, file, told.media_type, tag=upload.id, headers=headers)


async def _own(request: web.Request) -> Upload:
    """Another caller's file is as unknown as one that does not exist."""
    gateway, identity = request.app[GATEWAY], request[IDENTITY]
    return await gateway.uploads.find(identity.caller.caller, identifier(request))


async def _brought(request: web.Request, turn: Turn, checksum: tus.Checksum | None) -> Upload:
    """Everything that this request brings; what came before its line broke is kept, unless it was to be checked."""
    if (request.content_length or 0) > turn.left:
        raise Refusal("too_large", most=turn.left)
    try:
        async for piece in _pieces(request):
            if len(piece) > turn.left:
                raise Refusal("too_large", most=turn.left)
            if checksum is not None:
                await asyncio.to_thread(checksum.state.update, piece)
            await turn.take(piece)
            if checksum is None and turn.not_kept >= KEEP_BYTES:
                await turn.keep()
    except Refusal:
        await _as_far_as_it_came(turn, checksum)
        raise
    if checksum is not None and not checksum.agrees:
        await turn.drop()
        raise Refusal("upload_checksum")
    return await turn.end()


async def _as_far_as_it_came(turn: Turn, checksum: tus.Checksum | None) -> None:
    if checksum is not None:
        await turn.drop()
        return
    with contextlib.suppress(Refusal):  # somebody else brings it by now
        await turn.keep()


async def _pieces(request: web.Request) -> AsyncIterator[bytes]:
    """The body in pieces, the last one as far as it came; each must arrive in time.

    Raises Refusal: too_slow, body_unreadable; after the rest of what came.
    """
    await invite(request)
    within_s = request.app[GATEWAY].settings.installation.bounds.read_s
    rest, broken = bytearray(), None
    while broken is None:
        try:
            async with asyncio.timeout(within_s):
                while len(rest) < PIECE_BYTES and (chunk := await request.content.readany()):
                    rest += chunk
        except TimeoutError:
            broken = Refusal("too_slow", most=f"{within_s:g}")
        except (web.RequestPayloadError, ClientError, ConnectionError):  # cut off
            broken = Refusal("body_unreadable")
        at_end = len(rest) < PIECE_BYTES
        while rest:
            yield bytes(rest[:PIECE_BYTES])
            del rest[:PIECE_BYTES]
        if at_end:
            break
    if broken is not None:
        raise broken
