"""A flood from a process of its own: a caller that keeps connections busy and asks again whatever it is told.

`python -m tests.web.flood ADDRESS KEY CONNECTIONS FIRST KIND` says `{}` once it floods; a line on its standard
input ends it, and it says how often it was answered with which status. FIRST: number of the first made-up person.
"""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

from tests.bench.bodies import bodies, identity_number
from tests.installation import CHECKOUT

KINDS = {
    "submit": "POST /v1/cases",
    "preflight": "POST /v1/preflight",  # nothing in it ever waits
}
HEAD = """\
{kind} HTTP/1.1\r
Host: {host}\r
Authorization: Bearer {key}\r
Content-Type: application/json\r
Idempotency-Key: flood-{number:012d}\r
Content-Length: {size}\r
\r
"""


@dataclass
class Flood:
    """Requests without end over keep-alive connections, each of another person, and how they were answered."""

    address: str
    key: str
    serial: Iterator[int]
    kind: str
    answers: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        first = next(self.serial)
        self._before, self._after = bodies("gd-person", first, 1)[0].split(identity_number(first).encode())

    async def connection(self) -> None:
        host, port = self.address.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        while True:
            writer.write(self._request(next(self.serial)))
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            size = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
            await reader.readexactly(int(size))
            self.answers[int(head[9:12])] += 1

    def _request(self, number: int) -> bytes:
        body = self._before + identity_number(number).encode() + self._after
        head = HEAD.format(
            kind=self.kind, host=self.address.removeprefix("http://"), key=self.key, number=number, size=len(body)
        )  # fmt: skip
        return head.encode() + body


@dataclass
class Flooded:
    """What a flood was told, once it is over. cut: how many of its connections the gateway ended."""

    answers: Counter[int] = field(default_factory=Counter)
    cut: int = 0


@asynccontextmanager
async def flooding(
    address: str, key: str, *, connections: int, first: int, kind: str
) -> AsyncIterator[Flooded]:
    """A flood while the block runs. kind: one of KINDS."""
    arguments = (address, key, str(connections), str(first), KINDS[kind])
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.web.flood", *arguments, stdin=pipe, stdout=pipe, cwd=CHECKOUT
    )
    assert process.stdin and process.stdout
    await process.stdout.readline()
    flooded = Flooded()
    try:
        yield flooded
    finally:
        process.stdin.write(b"\n")
        said = json.loads(await process.stdout.readline())
        flooded.answers.update({int(status): times for status, times in said["answers"].items()})
        flooded.cut = said["cut"]
        await process.wait()


async def main(address: str, key: str, connections: int, first: int, kind: str) -> None:
    flood = Flood(address, key, count(first), kind)
    busy = [asyncio.create_task(flood.connection()) for _ in range(connections)]
    print("{}", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    cut = [each for each in busy if each.done()]  # a connection ends only if the gateway ends it
    for each in busy:
        each.cancel()
    print(json.dumps({"answers": flood.answers, "cut": len(cut)}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]))
