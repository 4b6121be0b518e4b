"""How the codes of files that callers bring come about."""

from tests.web.checked import Answer
from tests.web.stage import Stage, provokes
from tests.web.test_uploads import PDF, TUS, announced, bring, brought, digest_of


async def _address(stage: Stage, length: int = len(PDF), **said: str) -> str:
    return str((await announced(stage.service, length, **said)).headers["Location"])


@provokes("tus_version")
async def _(stage: Stage) -> Answer:
    return await stage.service.ask("POST", "/v1/materials", Upload_Length="10")


@provokes("no_offset_stream")
async def _(stage: Stage) -> Answer:
    return await bring(stage.service, await _address(stage), 0, PDF, Content_Type="application/pdf")


@provokes("media_type_not_taken")
async def _(stage: Stage) -> Answer:
    return await announced(stage.service, 10, filetype="application/x-msdownload")


@provokes("upload_offset")
async def _(stage: Stage) -> Answer:
    return await bring(stage.service, await _address(stage), 5, PDF)


@provokes("upload_checksum")
async def _(stage: Stage) -> Answer:
    return await bring(stage.service, await _address(stage), 0, PDF, Upload_Checksum="sha1 AAAA")


@provokes("upload_differs")
async def _(stage: Stage) -> Answer:
    return await bring(stage.service, await _address(stage, digest=digest_of(b"another")), 0, PDF)


@provokes("upload_of_other_type")
async def _(stage: Stage) -> Answer:
    return await bring(stage.service, await _address(stage, filetype="image/png"), 0, PDF)


@provokes("pieces_too_small")
async def _(stage: Stage) -> Answer:
    address = await _address(stage, 200)
    for offset in range(70):
        answer = await bring(stage.service, address, offset, PDF[offset : offset + 1])
        if answer.status != 204:
            break
    return answer


@provokes("uploads_full")
async def _(stage: Stage) -> Answer:
    """Room is taken when a file is announced; the caller gives it back afterwards."""
    made = []
    for _ in range(17):
        answer = await announced(stage.service, 256 * 1024 * 1024, caller="agreeing")
        made += [answer.headers["Location"]] if answer.status == 201 else []
    for address in made:
        await stage.service.ask("DELETE", address, caller="agreeing", **TUS)
    return answer


@provokes("upload_unfinished")
async def _(stage: Stage) -> Answer:
    return await stage.service.ask("GET", await _address(stage))


@provokes("no_such_range")
async def _(stage: Stage) -> Answer:
    return await stage.service.ask("GET", await brought(stage.service), Range=f"bytes={len(PDF)}-")
