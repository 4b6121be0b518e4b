"""The platform of twelve counties calls in: it signs by itself, with nothing of the gateway's code, and not well.

Of what it should tell some is lost, some told twice, some told late and so out of order, some with a clock minutes
off; and now and then comes what nobody should believe: it has to be refused, and to change nothing.
"""

import base64
import hashlib
import hmac
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from aiohttp import ClientSession

from tests.demo.network.places import PLACES
from tests.fakes import clock
from tests.fakes.gd import APPKEY, RID

PATH, SERVICE = "/inbound/net-qy/cases/notices", "s_sim_0101"
STATES = {
    "signed": "26", "correction_needed": "28", "accepted": "30", "refused": "40", "granted": "50", "served": "90",
    "not_accepted": "97", "returned": "91", "lapsed": "93",
}  # fmt: skip
FORM = "%Y%m%d%H%M%S"
TAKEN = frozenset({"200", "201"})
LIES = ("wrong signature", "nobody's case", "far ahead", "other unit")
ELSEWHERE = PLACES["340322"].unit("失业登记")


@dataclass(slots=True)
class Notices:
    """What was told, how, and what came of it. answers: (way of telling, code of the package) -> times."""

    client: ClientSession
    address: str
    chance: Random
    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    _held_back: list[dict[str, Any]] = field(default_factory=list)
    _serial: "count[int]" = field(default_factory=lambda: count(1))

    async def tell(self, ours: str, unit: str, state: str) -> None:
        """One step of a case: told, lost, told twice, or kept back and told behind the next one."""
        moment = clock.now() + timedelta(seconds=self.chance.choice((0, 0, 0, -120, 90)))
        record = {
            "tzbh": f"TZ{next(self._serial):06d}", "sblsh": ours, "zt": STATES[state],
            "sj": moment.strftime(FORM),
        }  # fmt: skip
        package = {"fsdw": unit, "lb": [record]}
        late, self._held_back = self._held_back, []
        match self.chance.choices(("told", "lost", "twice", "late"), (6, 1, 2, 1))[0]:
            case "told":
                await self._send("told", package)
            case "twice":
                await self._send("told", package)
                await self._send("again", package)
            case "late":
                self._held_back.append(package)
        for each in late:
            await self._send("late", each)
        if self.chance.random() < 0.15:
            await self._lie(package)

    async def tell_held_back(self) -> None:
        for each in self._held_back:
            await self._send("late", each)
        self._held_back = []

    async def _lie(self, package: dict[str, Any]) -> None:
        """What may change nothing: a wrong signature, a case of nobody, a time to come, another platform's unit."""
        [record] = package["lb"]
        new = {**record, "tzbh": f"TZ{next(self._serial):06d}", "zt": STATES["returned"]}
        what = self.chance.choice(LIES)
        if what == "wrong signature":
            await self._send(what, {**package, "lb": [new]}, appkey="guessed-appkey")
            return
        if what == "nobody's case":
            new["sblsh"] = "0" * 43
        if what == "far ahead":
            new["sj"] = (datetime.strptime(record["sj"], FORM) + timedelta(days=40)).strftime(FORM)
        unit = ELSEWHERE if what == "other unit" else package["fsdw"]
        await self._send(what, {"fsdw": unit, "lb": [new]})

    async def _send(self, how: str, package: dict[str, Any], appkey: str = APPKEY) -> None:
        async with self.client.post(
            self.address + PATH, data=json.dumps(package).encode(),
            headers={"Content-Type": "application/json", **_signed(appkey)},
        ) as response:  # fmt: skip
            answer = await response.json()
            self.answers[how, str(answer["code"])] += 1


def _signed(appkey: str) -> dict[str, str]:
    rtime = str(clock.now_ms())
    digest = hmac.new(appkey.encode(), (SERVICE + RID + rtime).encode(), hashlib.sha256).digest()
    values = {"rid": RID, "sid": SERVICE, "rtime": rtime, "sign": base64.b64encode(digest).decode()}
    return {f"gjgxjhpt_{name}": value for name, value in values.items()}
