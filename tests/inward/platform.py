"""模拟岭南省 as it calls in: it signs by itself, with nothing of the gateway's code."""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from itertools import count
from typing import Any

from tests.web.checked import Answer
from tests.web.people import case_of_somebody
from tests.web.service import Running

CHINA = timezone(timedelta(hours=8))
UNIT = "11440232007340216X"  # 岭南一县
RID, APPKEY, SERVICE = "demo-rid-0001", "demo-appkey", "s_sim_0101"
_SERIAL = count(1)


def notice_number() -> str:
    return f"TZ{next(_SERIAL):06d}"


def moment(ahead_s: float = 0) -> str:
    return (datetime.now(CHINA) + timedelta(seconds=ahead_s)).strftime("%Y%m%d%H%M%S")


def signed(sid: str = SERVICE, *, appkey: str = APPKEY, ahead_s: float = 0) -> dict[str, str]:
    rtime = str(int((time.time() + ahead_s) * 1000))
    digest = hmac.new(appkey.encode(), (sid + RID + rtime).encode(), hashlib.sha256).digest()
    values = {"rid": RID, "sid": sid, "rtime": rtime, "sign": base64.b64encode(digest).decode()}
    return {f"gjgxjhpt_{name}": value for name, value in values.items()}


@dataclass(slots=True)
class Lingnan:
    """The platform that calls in at a running gateway."""

    service: Running
    path: str = "/inbound/sim-gd/cases/notices"
    headers: dict[str, str] = field(default_factory=dict)

    async def tell(self, *records: dict[str, str], unit: str | None = UNIT, **head: str) -> Answer:
        """A package with these records; each gets a number and a time, unless it has one."""
        body: dict[str, Any] = {"lb": [{"tzbh": notice_number(), "sj": moment(), **each} for each in records]}
        if unit is not None:
            body["fsdw"] = unit
        return await self.send(json.dumps({**body, **head}, ensure_ascii=False).encode())

    async def send(self, body: bytes, **headers: str) -> Answer:
        sent = {"Content-Type": "application/json", **(self.headers or signed()), **headers}
        async with self.service.client.post(
            self.service.address + self.path, data=body, headers=sent
        ) as response:
            return Answer(response.status, response.headers, await response.read())


async def submitted(service: Running, key: str, division: str = "440232") -> dict[str, Any]:
    """A case that this platform has."""
    document = {**case_of_somebody(), "division": division}
    answer = await service.submit(document, key)
    assert answer.status == 201, answer.text
    case: dict[str, Any] = answer.document
    return case


async def view(service: Running, case: str) -> dict[str, Any]:
    document: dict[str, Any] = (await service.ask("GET", f"/v1/cases/{case}")).document
    return document
