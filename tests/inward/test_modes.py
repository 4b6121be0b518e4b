"""Each mode from its receipt to its end at platforms that call in over REST and SOAP, with all that befalls it."""

from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import pytest
from lxml import etree

from tests.inward.platform import Lingnan
from tests.inward.test_soap import envelope, package, post, record
from tests.web.joint import joint, joint_of_somebody, submit_joint
from tests.web.service import Running, changed
from tests.web.test_agency import ask, collected, parcel
from tests.web.test_later import correction, withdrawal
from tests.web.test_life import view


class Rest:
    """模拟岭南省."""

    platform, person, effect = "sim-gd", "gd-person", {"200": True, "201": False}
    codes = {
        "signed": "26", "correction_needed": "28", "accepted": "30", "suspended": "32", "resumed": "33",
        "supplement_owed": "44", "granted": "50", "refused": "40", "served": "90",
    }  # fmt: skip

    async def tell(self, service: Running, ours: str, state: str) -> bool:
        """Whether it changed anything."""
        answer = await Lingnan(service).tell({"sblsh": ours, "zt": self.codes[state]})
        return self.effect[answer.document["data"]["lb"][0]["code"]]


class Soap:
    """模拟桂山区: XML in a string, declared gb2312."""

    platform, person, effect = "sim-gx", "gx-person", {"0": True, "0001": False}
    codes = {
        "signed": "02", "correction_needed": "03", "accepted": "04", "suspended": "20", "resumed": "21",
        "supplement_owed": "22", "granted": "06", "refused": "07", "served": "09",
    }  # fmt: skip

    async def tell(self, service: Running, ours: str, state: str) -> bool:
        body = envelope(escape(package(record(ours, self.codes[state]))))
        text = etree.fromstring((await post(service, body)).text.encode()).findtext(".//return")
        assert text is not None
        [said] = etree.fromstring(text.partition("?>")[2]).iter("RECORD")
        return self.effect[str(said.get("CODE"))]


@dataclass(slots=True)
class Told:
    """A case of one mode at one platform, told of in its dialect."""

    service: Running
    at: Rest | Soap
    case: str
    ours: str
    key: str
    whole: dict[str, Any]  # the joint case that it is a part of

    async def tell(self, *states: str) -> dict[str, Any]:
        for state in states:
            self.service.platforms[self.at.platform].ledger.move(self.ours, state)
            assert await self.at.tell(self.service, self.ours, state), state
        return await self.shown()

    async def shown(self) -> dict[str, Any]:
        shown = await view(self.service, self.case)
        assert (shown["acts"] == "nobody") is not shown["open"]
        assert bool(shown["due"]) is shown["open"]  # who must act next until when, or why that is not known
        return shown

    async def write(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self.service.ask(
            "POST", f"/v1/cases/{self.case}/{path}", body=body, Idempotency_Key=f"{self.key}-{path}"
        )
        assert answer.status == 201, answer.text
        return await self.shown()


async def begun(service: Running, mode: str, at: Rest | Soap, key: str) -> Told:
    if mode == "joint":
        answer = await submit_joint(service, joint_of_somebody(), key)
        assert answer.status == 201, answer.text
        [part] = [each for each in answer.document["parts"] if each["platform"] == at.platform]
        case, whole = part["case"], answer.document
    else:
        answer = await service.submit(changed(collected(at.person), mode=mode), key)
        assert answer.status == 201, answer.text
        case, whole = answer.document["case"], {}
    [exchange] = (await view(service, case))["exchanges"]
    return Told(service, at, case, exchange["numbers"]["ours"], key, whole)


MODES = pytest.mark.parametrize("mode", ["full_online", "collect_for", "joint"])
BOTH = pytest.mark.parametrize("at", [Rest(), Soap()], ids=["rest", "soap"])


@MODES
@BOTH
async def test_a_case_is_corrected_supplied_suspended_and_granted_though_events_come_late(
    service: Running, key: str, mode: str, at: Rest | Soap
) -> None:
    case = await begun(service, mode, at, key)
    shown = await case.shown()
    assert (shown["state"], shown["acts"]) == ("handed_over", "deciding")
    shown = await case.tell("correction_needed")
    assert (shown["state"], shown["acts"]) == ("correction_needed", "applicant")
    shown = await case.write("correction", {**correction(at.person), "form": {"summary": "更正后的摘要"}})
    assert (shown["state"], shown["acts"]) == ("corrected", "deciding")
    shown = await case.tell("accepted", "supplement_owed")
    assert (shown["state"], shown["duties"], shown["acts"]) == ("accepted", ["supplement"], "applicant")
    shown = await case.write("supplement", correction(at.person))
    assert (shown["state"], shown["duties"], shown["acts"]) == ("accepted", [], "deciding")
    shown = await case.tell("suspended")
    assert (shown["state"], shown["acts"]) == ("suspended", "deciding")
    shown = await case.tell("resumed", "granted")
    assert (shown["state"], shown["findings"]) == ("granted", [])
    await at.tell(service, case.ours, "signed")  # late: it happened long before
    assert (await case.shown())["state"] == "granted"
    shown = await case.tell("served")
    assert (shown["state"], shown["open"]) == ("served", False)
    assert not await at.tell(service, case.ours, "refused")  # against an end that was told
    shown = await case.shown()
    [late] = shown["findings"]
    assert (shown["state"], late["event"]) == ("served", "refused")
    if case.whole:
        assert (await joint(service, case.whole))["outcomes"]["done"] == 1


@MODES
@BOTH
async def test_a_case_is_refused_and_one_is_withdrawn(
    service: Running, key: str, mode: str, at: Rest | Soap
) -> None:
    case = await begun(service, mode, at, key)
    shown = await case.tell("signed", "accepted", "refused")
    assert (shown["state"], shown["acts"], shown["findings"]) == ("refused", "deciding", [])
    assert (await case.tell("served"))["open"] is False
    other = await begun(service, mode, at, f"{key}-w")
    await other.tell("signed")
    shown = await other.write("withdrawal", withdrawal())
    assert (shown["state"], shown["open"]) == ("withdrawn", False)
    assert not await at.tell(service, other.ours, "granted")  # late, and against the end
    assert (await other.shown())["state"] == "withdrawn"
    if mode == "collect_for":  # the originals come back behind the end
        submitted = {"links": {"case": f"/v1/cases/{other.case}"}}
        back = await ask(service, submitted, "parcels", parcel(at.person, "sent", "back"))
        assert back.document["parcels"][0]["acts"] == "receiving"
    if case.whole:
        assert (await joint(service, case.whole))["standing"] == "broken"
