"""Platforms that call in as platforms do: what is not answered is told again; some of it is wrong.

They tell of cases that they have by their own count: also of those whose answer to us was lost.
"""

import asyncio
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from random import Random
from typing import Any
from xml.sax.saxutils import escape

from aiohttp import ClientError, ClientSession, ClientTimeout

from gateway.cases.states import ENDS
from tests.bench.bodies import identity_number
from tests.fakes.checks import CHINA
from tests.fakes.server import Simulator
from tests.inward.platform import UNIT, signed
from tests.inward.test_later import MATERIALS
from tests.inward.test_receiving import handed_over
from tests.inward.test_soap import UNIT as UNIT_GX
from tests.inward.test_soap import envelope, package

STATES = {"signed": ("26", "02"), "accepted": ("30", "04"), "correction_needed": ("28", "03")}
TAKEN = frozenset({"200", "201", "0", "0001"})
AGAIN = re.compile(r"503.|900.|401|1001|")  # told so, or there was no answer
HERE = "11440233007341120C"  # of the place where the callers' cases are decided; UNIT is of its neighbour
NOBODYS, FORGED = "4" * 40, "forged "
SLOWEST_S = 9
HANDED = 900_000  # from here on, persons whose cases are handed over
SHARES = {"notice": 6, "soap": 4, "result": 1, "receive": 2, "later": 2, "lie": 2}


@dataclass(slots=True)
class Telling:
    """One message of a platform, told until it is answered.

    number:  by which its record is known; of what is handed over, the case's number over there.
    lie:     it has to be refused.
    code:    of the answer that settled it.    answers: that said "taken", as they were written.
    strange: what was answered after it had been taken, and says otherwise.
    """

    platform: str
    operation: str
    number: str
    path: str
    body: bytes = field(repr=False)
    service: str = ""
    lie: bool = False
    code: str = ""
    tries: int = 0
    answers: set[str] = field(default_factory=set)
    exchanges: set[str] = field(default_factory=set)
    strange: list[str] = field(default_factory=list)

    @property
    def is_taken(self) -> bool:
        return self.code in TAKEN


@dataclass(slots=True)
class Teller:
    """Everybody who calls in, one message after the other."""

    session: ClientSession
    addresses: Callable[[], list[str]]
    simulators: Mapping[str, Simulator]
    chance: Random
    numbers: "count[int]"
    told: list[Telling] = field(default_factory=list)
    resting: asyncio.Event = field(default_factory=asyncio.Event)

    async def work(self) -> None:
        """Until it is told to rest."""
        while not self.resting.is_set():
            (what,) = self.chance.choices(tuple(SHARES), SHARES.values())
            if telling := getattr(self, f"_{what}")():
                self.told.append(telling)
                while not telling.code and not self.resting.is_set():
                    await self.tell(telling)
                    await asyncio.sleep(self.chance.uniform(0, 0.2))
            if self.told and self.chance.random() < 0.3:
                await self.tell(self.chance.choice(self.told[-20:]))
            await asyncio.sleep(self.chance.uniform(0, 0.2))

    async def again(self) -> None:
        """Everything once more, when all is well: each gets the answer that it got."""
        for telling in self.told:
            for _ in range(20):
                if await self.tell(telling, hasty=False) and telling.code:
                    break
                await asyncio.sleep(0.5)

    async def tell(self, telling: Telling, *, hasty: bool = True) -> bool:
        """One try; sometimes whoever calls hangs up before the answer. Whether there was an answer."""
        telling.tries += 1
        hangs_up = hasty and self.chance.random() < 0.15
        text = await self._send(telling, self.chance.uniform(0.01, 0.3) if hangs_up else SLOWEST_S)
        code = _code(telling, text)
        if AGAIN.fullmatch(code) and not (telling.lie and code == "401"):
            return False
        if telling.is_taken and code not in TAKEN:
            telling.strange.append(code)
            return True
        telling.code = code
        if telling.is_taken:
            telling.answers.add(text)
        if found := re.search(r'"jhbs": ?"(\w+)"', text):
            telling.exchanges.add(found[1])
        return True

    async def _send(self, telling: Telling, patience_s: float) -> str:
        """The answer, "" if there was none."""
        addresses = self.addresses()
        if not addresses:
            return ""
        headers = _headers(telling)
        url, timeout = self.chance.choice(addresses) + telling.path, ClientTimeout(total=patience_s)
        try:
            async with self.session.post(url, data=telling.body, headers=headers, timeout=timeout) as answer:
                return await answer.text() if answer.status in (200, 401, 503) else ""
        except (ClientError, OSError, TimeoutError):
            return ""

    # ---- what is told ------------------------------------------------------------------------------------

    def _notice(self) -> Telling | None:
        """A package of one or two steps, of one case or two."""
        records = [
            each for each in (self._step("sim-gd") for _ in range(self.chance.choice((1, 1, 2)))) if each
        ]
        if not records:
            return None
        number = "+".join(each["tzbh"] for each in records)
        return _notices(number, records)

    def _soap(self) -> Telling | None:
        step = self._step("sim-gx")
        if step is None:
            return None
        fields = {"TZBH": step["tzbh"], "GLBH": step["sblsh"], "ZTDM": step["zt"], "SJ": step["sj"]}
        record = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
        body = envelope(escape(package(record, unit=UNIT_GX)))
        return Telling("sim-gx", "case.notify", step["tzbh"], "/soap/sim-gx", body)

    def _result(self) -> Telling | None:
        number = self._case("sim-gd")
        if number is None:
            return None
        self.simulators["sim-gd"].ledger.move(number, "granted")
        record = f"JG{next(self.numbers):06d}"
        papers = [{"wslx": "A1", "wsmc": "准予行政许可决定书", "wjm": "决定书.pdf", "wjnr": "JVBERi0xLjQK"}]
        said = {"fsdw": HERE, "zt": "50", "sj": _moment(), "jlbh": record, "sblsh": number, "ws": papers}
        return _rest("case.result", record, "/cases/results", "s_sim_0102", said)

    def _receive(self) -> Telling:
        """A case of somebody new, for a platform of ours."""
        serial = next(self.numbers)
        number = f"LN{serial:08d}"
        said = handed_over(sblsh=number, sqrzjhm=identity_number(HANDED + serial))
        return _rest("case.receive", number, "/cases", "s_sim_0103", said)

    def _later(self) -> Telling | None:
        """Something comes to a case that was handed over; often to one that is not known as taken yet."""
        handed = [each.number for each in self.told[-60:] if each.operation == "case.receive"]
        if not handed:
            return None
        number, by = self.chance.choice(handed), {"czsj": _moment(), "czdwdm": UNIT}
        if self.chance.random() < 0.5:
            said = {**by, "cxyy": "申请人另在户籍地办理"}
            return _rest("case.withdraw", number, f"/cases/{number}/withdrawal", "s_sim_0106", said)
        said = {**by, "clxx": MATERIALS, "gzwh": f"桂补〔2026〕{next(self.numbers)}号"}
        return _rest("case.correct", number, f"/cases/{number}/corrections", "s_sim_0104", said)

    def _lie(self) -> Telling | None:
        """What may change nothing: nobody's case beside a right record, another's unit, a wrong signature."""
        step = self._step("sim-gd")
        if step is None:
            return None
        match self.chance.choice(("nobody", "unit", "forged")):
            case "nobody":
                other = {**step, "tzbh": f"TZ{next(self.numbers):06d}", "sblsh": NOBODYS}
                return _notices(f"{step['tzbh']}+{other['tzbh']}", [step, other], lie=True)
            case "unit":
                return _notices(step["tzbh"], [step], unit=UNIT, lie=True)
        return _notices(FORGED + step["tzbh"], [step], lie=True)

    def _step(self, platform: str) -> dict[str, str] | None:
        number = self._case(platform)
        if number is None:
            return None
        state = self.chance.choice(tuple(STATES))
        self.simulators[platform].ledger.move(number, state)
        code = STATES[state][platform == "sim-gx"]
        return {"tzbh": f"TZ{next(self.numbers):06d}", "sblsh": number, "zt": code, "sj": _moment()}

    def _case(self, platform: str) -> str | None:
        """One of the latest that they have, and that is not over."""
        ledger = self.simulators[platform].ledger
        latest = [number for (number,) in ledger.ask("select number from takings order by seq desc limit 40")]
        open_ = [each for each in latest if ledger.states(each)[-1][0] not in {*ENDS, "granted"}]
        return self.chance.choice(open_) if open_ else None


def _headers(telling: Telling) -> dict[str, str]:
    if not telling.service:
        return {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
    forged = {"appkey": "guessed"} if telling.number.startswith(FORGED) else {}
    return {"Content-Type": "application/json", **signed(telling.service, **forged)}


def _moment() -> str:
    return datetime.now(CHINA).strftime("%Y%m%d%H%M%S")


def _notices(number: str, records: list[dict[str, str]], *, unit: str = HERE, lie: bool = False) -> Telling:
    said = {"fsdw": unit, "lb": records}
    return _rest("case.notify", number, "/cases/notices", "s_sim_0101", said, lie=lie)


def _rest(
    operation: str, number: str, path: str, service: str, said: dict[str, Any], *, lie: bool = False
) -> Telling:
    body = json.dumps(said, ensure_ascii=False).encode()
    return Telling("sim-gd", operation, number, f"/inbound/sim-gd{path}", body, service, lie)


def _code(telling: Telling, text: str) -> str:
    """Of the package; "" where there is no answer in their envelope."""
    found = re.search(r'"code": ?"(\w+)"' if telling.service else r"&lt;CODE&gt;(\w+)&lt;/CODE&gt;", text)
    return found[1] if found else ""


def records_of(telling: Telling) -> Iterator[str]:
    """The numbers of the records that it tells."""
    yield from telling.number.removeprefix(FORGED).split("+")
