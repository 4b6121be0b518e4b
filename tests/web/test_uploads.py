"""Files are brought in pieces (tus 1.0.0), checked when they are whole, and got back whole or in stretches."""

import asyncio
import base64
import hashlib
import random
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from tusclient.client import TusClient

from gateway.errors import Refusal
from tests.waiting import looks
from tests.web.checked import Answer
from tests.web.service import Running, key_of

PDF = b"%PDF-1.7\n" + random.Random(5).randbytes(700_000)
TUS = {"Tus_Resumable": "1.0.0"}
STREAM = {**TUS, "Content_Type": "application/offset+octet-stream"}


def digest_of(content: bytes) -> str:
    return f"sha-256:{hashlib.sha256(content).hexdigest()}"


def metadata(**said: str) -> str:
    return ",".join(f"{name} {base64.b64encode(each.encode()).decode()}" for name, each in said.items())


async def announced(service: Running, length: int, *, caller: str = "guichi", **said: str) -> Answer:
    said = {"filetype": "application/pdf", **said}
    return await service.ask(
        "POST", "/v1/materials", caller=caller, Upload_Length=str(length), Upload_Metadata=metadata(**said), **TUS
    )  # fmt: skip


async def bring(service: Running, address: str, offset: int, content: bytes, **headers: str) -> Answer:
    headers = {**STREAM, "Upload_Offset": str(offset), **headers}
    return await service.ask("PATCH", address, data=content, **headers)


async def brought(service: Running, content: bytes = PDF, **said: str) -> str:
    """The address of a whole file."""
    address = (await announced(service, len(content), **said)).headers["Location"]
    answer = await bring(service, address, 0, content)
    assert answer.status == 204, answer.raw
    return address


async def stands(service: Running, address: str) -> Mapping[str, str]:
    answer = await service.ask("HEAD", address, **TUS)
    assert answer.status == 200
    return answer.headers


async def test_what_the_server_can_do_is_told_before_anything_is_brought(service: Running) -> None:
    answer = await service.ask("OPTIONS", "/v1/materials")
    told = {name: answer.headers[name] for name in ("Tus-Version", "Tus-Extension", "Tus-Max-Size")}
    assert answer.status == 204
    assert told == {
        "Tus-Version": "1.0.0",
        "Tus-Extension": "creation,expiration,checksum,termination",
        "Tus-Max-Size": "268435456",
    }
    assert "sha1" in answer.headers["Tus-Checksum-Algorithm"].split(",")


async def test_a_file_is_brought_in_pieces_and_got_back_as_it_was(service: Running) -> None:
    created = await announced(service, len(PDF), filename="户口簿.pdf", digest=digest_of(PDF))
    address = created.headers["Location"]
    assert (created.status, created.headers["Upload-Offset"]) == (201, "0")
    for start, end in ((0, 1), (1, 200_000), (200_000, len(PDF))):
        assert (await stands(service, address))["Upload-Offset"] == str(start)
        answer = await bring(service, address, start, PDF[start:end])
        assert (answer.status, answer.headers["Upload-Offset"]) == (204, str(end))
    whole = await stands(service, address)
    assert (whole["Upload-Offset"], whole["Upload-Length"]) == (str(len(PDF)), str(len(PDF)))
    assert whole["Repr-Digest"] == f"sha-256=:{base64.b64encode(hashlib.sha256(PDF).digest()).decode()}:"
    assert "filename " + base64.b64encode("户口簿.pdf".encode()).decode() in whole["Upload-Metadata"]
    got = await service.ask("GET", address)
    assert (got.status, got.media, got.raw) == (200, "application/pdf", PDF)
    assert got.headers["Tus-Resumable"] == "1.0.0"


async def test_a_foreign_client_brings_a_file_breaks_off_and_goes_on(
    service: Running, tmp_path: Path
) -> None:
    """tuspy, the client of the protocol's authors, with a checksum on every piece."""
    file = tmp_path / "a.pdf"
    file.write_bytes(PDF)
    url = await asyncio.to_thread(_bring_by_tuspy, service.address, str(file))
    assert (await service.ask("GET", url.removeprefix(service.address))).raw == PDF


def _bring_by_tuspy(address: str, file: str) -> str:
    client = TusClient(f"{address}/v1/materials", {"Authorization": f"Bearer {key_of('guichi')}"})
    said = {"filename": "a.pdf", "filetype": "application/pdf"}
    first = client.uploader(file, chunk_size=150_000, metadata=said, upload_checksum=True)
    first.upload(stop_at=300_000)
    second = client.uploader(file, chunk_size=250_000, url=first.url, upload_checksum=True)
    assert second.offset == 300_000
    second.upload()
    return str(first.url)


async def test_a_line_that_breaks_keeps_what_came(service: Running) -> None:
    address = (await announced(service, len(PDF))).headers["Location"]
    host, port = service.address.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    head = (
        f"PATCH {address} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key_of('guichi')}\r\n"
        "Tus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\n"
        f"Content-Length: {len(PDF)}\r\n\r\n"
    )
    writer.write(head.encode() + PDF[:300_000])
    await writer.drain()
    await asyncio.sleep(0.2)
    writer.transport.abort()
    async for _ in looks():
        if (offset := int((await stands(service, address))["Upload-Offset"])) > 0:
            break
    assert 0 < offset <= 300_000
    assert (await bring(service, address, offset, PDF[offset:])).status == 204
    assert (await service.ask("GET", address)).raw == PDF


async def test_whoever_comes_later_takes_over_and_the_first_adds_nothing_any_more(service: Running) -> None:
    uploads = service.gateway.uploads
    address = (await announced(service, len(PDF))).headers["Location"]
    upload = await uploads.find("guichi", address.rpartition("/")[2])
    first = await uploads.begin(upload, 0)
    await first.take(b"%PDF of somebody who fell asleep")
    assert (await bring(service, address, 0, PDF[:100_000])).status == 204
    with pytest.raises(Refusal, match="upload_offset"):
        await first.keep()
    await first.close()
    assert (await bring(service, address, 100_000, PDF[100_000:])).status == 204
    assert (await service.ask("GET", address)).raw == PDF


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"Upload_Offset": "7"}, 409, "upload_offset"),
        ({"Upload_Offset": "minus"}, 400, "bad_parameter"),
        ({"Tus_Resumable": "0.2.2"}, 412, "tus_version"),
        ({"Content_Type": "application/pdf"}, 415, "no_offset_stream"),
        ({"Upload_Checksum": "sha1 AAAA"}, 460, "upload_checksum"),
        ({"Upload_Checksum": "crc32 AAAA"}, 400, "bad_parameter"),
    ],
)
async def test_bytes_that_do_not_belong_there_are_not_taken(
    service: Running, sent: dict[str, str], status: int, code: str
) -> None:
    address = (await announced(service, len(PDF))).headers["Location"]
    answer = await bring(service, address, 0, PDF[:1000], **sent)
    assert (answer.status, answer.code) == (status, code)
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert (await stands(service, address))["Upload-Offset"] == "0"


async def test_more_than_was_announced_is_not_taken(service: Running) -> None:
    address = (await announced(service, 1000)).headers["Location"]
    answer = await bring(service, address, 0, PDF[:1001])
    assert (answer.status, answer.code, answer.document["most"]) == (413, "too_large", 1000)


@pytest.mark.parametrize(
    ("said", "content", "code"),
    [
        ({"digest": digest_of(b"another")}, PDF, "upload_differs"),
        ({}, b"\x89PNG\r\n\x1a\n" + PDF, "upload_of_other_type"),
        ({"filetype": "image/jpeg"}, PDF, "upload_of_other_type"),
        ({"filetype": "text/plain"}, PDF, "upload_of_other_type"),
    ],
)
async def test_a_file_that_is_not_what_was_said_is_discarded(
    service: Running, said: dict[str, str], content: bytes, code: str
) -> None:
    address = (await announced(service, len(content), **said)).headers["Location"]
    answer = await bring(service, address, 0, content)
    assert (answer.status, answer.code) == (422, code)
    assert (await service.ask("HEAD", address, **TUS)).status == 404
    assert not _coming(service, address)


@pytest.mark.parametrize(
    ("length", "said", "status", "code"),
    [
        (1 << 40, {}, 413, "too_large"),
        (0, {}, 400, "bad_parameter"),
        (10, {"filetype": "application/x-msdownload"}, 422, "media_type_not_taken"),
        (10, {"digest": "md5:00"}, 400, "bad_parameter"),
        (10, {"filetype": "no type"}, 400, "bad_parameter"),
    ],
)
async def test_a_file_that_cannot_be_taken_is_refused_before_it_is_brought(
    service: Running, length: int, said: dict[str, str], status: int, code: str
) -> None:
    answer = await announced(service, length, **said)
    assert (answer.status, answer.code) == (status, code)


async def test_another_callers_file_is_as_unknown_as_none(service: Running) -> None:
    address = await brought(service)
    for method in ("GET", "HEAD", "PATCH", "DELETE"):
        answer = await service.ask(
            method, address, caller="cixi", data=b"x" if method == "PATCH" else None, Upload_Offset="0", **STREAM
        )  # fmt: skip
        assert answer.status == 404
    assert (await service.ask("GET", address)).raw == PDF


async def test_what_is_taken_back_is_gone(service: Running) -> None:
    address = await brought(service)
    assert (await service.ask("DELETE", address, **TUS)).status == 204
    assert (await service.ask("HEAD", address, **TUS)).status == 404
    assert (await service.ask("DELETE", address, **TUS)).code == "not_found"


async def test_where_only_post_comes_through_a_header_says_what_is_meant(service: Running) -> None:
    address = (await announced(service, len(PDF))).headers["Location"]
    meant = {**STREAM, "X_HTTP_Method_Override": "PATCH"}
    answer = await service.ask("POST", address, data=PDF, Upload_Offset="0", **meant)
    assert (answer.status, answer.headers["Upload-Offset"]) == (204, str(len(PDF)))
    assert (await service.ask("POST", address, X_HTTP_Method_Override="DELETE", **TUS)).status == 204


@pytest.mark.parametrize(
    ("wanted", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=196600-196620", 196_600, 196_621),  # over the edge of a piece
        ("bytes=500000-", 500_000, len(PDF)),
        ("bytes=-5", len(PDF) - 5, len(PDF)),
        ("bytes=-99999999", 0, len(PDF)),
        ("bytes=10-99999999", 10, len(PDF)),
    ],
)
async def test_a_stretch_is_got_by_itself(service: Running, wanted: str, start: int, end: int) -> None:
    answer = await service.ask("GET", await brought(service), Range=wanted)
    assert (answer.status, answer.raw) == (206, PDF[start:end])
    assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(PDF)}"


@pytest.mark.parametrize("wanted", ["bytes=5-2", "bytes=0-1,4-5", "lines=1-2", "bytes=", "bytes=a-b"])
async def test_a_range_that_is_none_gets_the_whole(service: Running, wanted: str) -> None:
    answer = await service.ask("GET", await brought(service), Range=wanted)
    assert (answer.status, answer.raw) == (200, PDF)


async def test_a_stretch_behind_the_end_is_refused_and_an_old_condition_gets_the_whole(
    service: Running,
) -> None:
    address = await brought(service)
    answer = await service.ask("GET", address, Range=f"bytes={len(PDF)}-")
    assert (answer.status, answer.code) == (416, "no_such_range")
    whole = await service.ask("GET", address, Range="bytes=0-3", If_Range='"another"')
    part = await service.ask("GET", address, Range="bytes=0-3", If_Range=whole.headers["ETag"])
    assert (whole.status, part.status, part.raw) == (200, 206, PDF[:4])


async def test_nothing_of_a_file_stands_readable_on_the_disk_while_it_comes_or_after(
    service: Running,
) -> None:
    address = (await announced(service, len(PDF), filename="金丝雀.pdf")).headers["Location"]
    await bring(service, address, 0, PDF[:300_000])
    _unreadable(service)
    await bring(service, address, 300_000, PDF[300_000:])
    _unreadable(service)
    assert not _coming(service, address)


def _unreadable(service: Running) -> None:
    """Read by a process of its own: whoever closes a file of SQLite gives up all locks of his process on it."""
    for file in (service.folder / "state").rglob("*"):
        content = subprocess.run(["cat", file], capture_output=True).stdout if file.is_file() else b""
        assert PDF[9:60] not in content
        assert PDF[250_000:250_050] not in content
        assert "金丝雀".encode() not in content


def _coming(service: Running, address: str) -> list[str]:
    folder = service.folder / "state" / "materials" / "coming"
    return [each.name for each in folder.iterdir() if each.name.startswith(address.rpartition("/")[2])]
