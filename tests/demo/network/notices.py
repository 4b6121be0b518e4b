"""The platform of twelve counties calls in over REST, another over SOAP: with nothing of ours, and not well.

Of what it should tell some is lost, some told twice, some told late and so out of order, some with a clock minutes
off; and now and then comes what nobody should believe: it has to be refused, and to change nothing.
"""

import base64
import hashlib
import hmac
import json
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from random import Random
from xml.sax.saxutils import escape

from aiohttp import ClientSession

from tests.demo.network.places import PLACES
from tests.demo.network.seat import Seat
from tests.fakes import clock
from tests.fakes.gd import APPKEY, RID
from tests.installation import SECRETS

PATH, SERVICE = "/inbound/net-qy/cases/notices", "s_sim_0101"
SOAP_PATH, SPACE = "/soap/net-gd", "http://guishan.example/notice"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
STATES = {  # in the words of the one platform, and of the other
    "signed": ("26", "02"), "correction_needed": ("28", "03"), "accepted": ("30", "04"), "refused": ("40", "07"),
    "granted": ("50", "06"), "served": ("90", "09"), "not_accepted": ("97", "05"), "returned": ("91", "10"),
    "lapsed": ("93", "12"),
}  # fmt: skip
FORM = "%Y%m%d%H%M%S"
TAKEN = frozenset({"200", "201", "0", "0001"})
LIES = ("wrong signature", "nobody's case", "far ahead", "other unit")
ELSEWHERE = PLACES["340322"].unit("失业登记")


@dataclass(frozen=True, slots=True)
class Notice:
    """One step as a platform tells it, in nobody's dialect."""

    platform: str
    number: str
    ours: str
    unit: str
    state: str
    at: datetime

    @property
    def by_soap(self) -> bool:
        return self.platform == "net-gd"


@dataclass(slots=True)
class Notices:
    """What was told, how, and what came of it. answers: (way of telling, code of the package) -> times."""

    client: ClientSession
    seat: Seat
    chance: Random
    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    _held_back: list[Notice] = field(default_factory=list)
    _serial: "count[int]" = field(default_factory=lambda: count(1))

    async def tell(self, platform: str, ours: str, unit: str, state: str) -> None:
        """One step of a case: told, lost, told twice, or kept back and told behind the next one."""
        moment = clock.now() + timedelta(seconds=self.chance.choice((0, 0, 0, -120, 90)))
        notice = Notice(platform, self._number(), ours, unit, state, moment)
        late, self._held_back = self._held_back, []
        match self.chance.choices(("told", "lost", "twice", "late"), (6, 1, 2, 1))[0]:
            case "told":
                await self._send("told", notice)
            case "twice":
                await self._send("told", notice)
                await self._send("again", notice)
            case "late":
                self._held_back.append(notice)
        for each in late:
            await self._send("late", each)
        if self.chance.random() < 0.15:
            await self._lie(notice)

    async def tell_held_back(self) -> None:
        for each in self._held_back:
            await self._send("late", each)
        self._held_back = []

    async def _lie(self, notice: Notice) -> None:
        """What may change nothing: a wrong signature, a case of nobody, a time to come, another platform's unit."""
        new = replace(notice, number=self._number(), state="returned")
        match self.chance.choice(LIES):
            case "wrong signature":
                await self._send("wrong signature", new, forged=True)
            case "nobody's case":
                await self._send("nobody's case", replace(new, ours="0" * 20 if new.by_soap else "0" * 43))
            case "far ahead":
                await self._send("far ahead", replace(new, at=new.at + timedelta(days=40)))
            case _:
                await self._send("other unit", replace(new, unit=ELSEWHERE))

    def _number(self) -> str:
        return f"TZ{next(self._serial):06d}"

    async def _send(self, how: str, notice: Notice, *, forged: bool = False) -> None:
        path, body, headers = (
            _by_soap(notice, forged=forged) if notice.by_soap else _by_rest(notice, forged=forged)
        )
        async with self.client.post(self.seat.address + path, data=body, headers=headers) as response:
            text = await response.text()
        found = re.search(r"&lt;CODE&gt;(\w+)&lt;" if notice.by_soap else r'"code": ?"(\w+)"', text)
        self.answers[how, found[1] if found else text[:80]] += 1


Sent = tuple[str, bytes, dict[str, str]]


def _by_rest(notice: Notice, *, forged: bool) -> Sent:
    record = {
        "tzbh": notice.number, "sblsh": notice.ours, "zt": STATES[notice.state][0],
        "sj": notice.at.strftime(FORM),
    }  # fmt: skip
    body = json.dumps({"fsdw": notice.unit, "lb": [record]}).encode()
    return PATH, body, {"Content-Type": "application/json", **_signed("guessed-appkey" if forged else APPKEY)}


def _by_soap(notice: Notice, *, forged: bool) -> Sent:
    """XML that says it is in GB2312, in a string."""
    record = (
        f'<TZJL SXH="1" LBDM="TZ01"><TZBH>{notice.number}</TZBH><GLBH>{notice.ours}</GLBH>'
        f"<ZTDM>{STATES[notice.state][1]}</ZTDM><SJ>{notice.at.strftime(FORM)}</SJ></TZJL>"
    )
    head = f"<HEAD><BBH>1.0</BBH><FSDWDM>{notice.unit}</FSDWDM></HEAD>"
    said = f'<?xml version="1.0" encoding="gb2312"?><PACKAGE>{head}<DATA>{record}</DATA></PACKAGE>'
    licence = "guessed-licence" if forged else SECRETS["licence"]
    call = (
        f'<n:notifyCase xmlns:n="{SPACE}"><licence>{licence}</licence>'
        f"<information>{escape(said)}</information></n:notifyCase>"
    )
    envelope = f'<s:Envelope xmlns:s="{ENVELOPE}"><s:Body>{call}</s:Body></s:Envelope>'
    return SOAP_PATH, envelope.encode(), {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}


def _signed(appkey: str) -> dict[str, str]:
    rtime = str(clock.now_ms())
    digest = hmac.new(appkey.encode(), (SERVICE + RID + rtime).encode(), hashlib.sha256).digest()
    values = {"rid": RID, "sid": SERVICE, "rtime": rtime, "sign": base64.b64encode(digest).decode()}
    return {f"gjgxjhpt_{name}": value for name, value in values.items()}
