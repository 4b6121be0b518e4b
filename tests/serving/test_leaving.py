"""A process that is told to stop takes leave of its callers: nobody is cut off in the middle of anything."""

import asyncio
import json
import signal
from dataclasses import dataclass
from pathlib import Path

from tests.installation import Installation, installed
from tests.waiting import LONGEST_S
from tests.web.people import case_of_somebody

LINGER_S = 1.5
POST = (
    "POST /v1/cases HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer demo-key-of-guichi\r\n"
    "Idempotency-Key: before-it-leaves\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n"
)
GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Line:
    """One keep-alive connection, by hand."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def answer(self, sent: bytes) -> tuple[int, str]:
        """Status, and what the answer says about the connection."""
        self.writer.write(sent)
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower().split("\r\n")
        headers = dict(line.split(": ", 1) for line in head[1:] if line)
        await self.reader.readexactly(int(headers["content-length"]))
        return int(head[0].split()[1]), headers.get("connection", "keep-alive")

    async def closed(self) -> bool:
        """Once the other side has closed: whether it did so in order."""
        return await self.reader.read() == b""


async def connected(place: Installation) -> Line:
    host, port = place.address.removeprefix("http://").split(":")
    return Line(*await asyncio.open_connection(host, int(port)))


async def refused(place: Installation) -> float:
    """When the first caller was refused."""
    async with asyncio.timeout(LONGEST_S):
        while True:
            try:
                (await connected(place)).writer.close()
            except ConnectionRefusedError:
                return asyncio.get_running_loop().time()
            await asyncio.sleep(0.01)


async def test_whoever_is_connected_is_answered_once_more_and_what_is_half_read_is_read_to_its_end(
    tmp_path: Path,
) -> None:
    body = json.dumps(case_of_somebody(), ensure_ascii=False).encode()
    half = len(body) // 2
    async with installed(tmp_path, linger_s=LINGER_S) as place:
        await place.start_gateway()
        silent, speaking, slow = [await connected(place) for _ in range(3)]
        for line in (silent, speaking):
            assert await line.answer(GET) == (200, "keep-alive")
        slow.writer.write(POST.format(len(body)).encode() + body[:half])
        assert place.gateway and place.gateway.child
        place.gateway.child.send_signal(signal.SIGTERM)
        since_s = await refused(place)
        assert await speaking.answer(GET) == (200, "close")
        assert await speaking.closed()
        assert await silent.closed()
        assert asyncio.get_running_loop().time() - since_s > LINGER_S - 0.5
        assert await slow.answer(body[half:]) == (201, "close")
        assert await place.gateway.child.wait() == 0
