"""What stands on a print, from the case as it was admitted; nothing is looked up while it is written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.cases.parcels import Parcel
from gateway.prints.page import Row
from gateway.prints.stamp import Stamp
from gateway.shown import masked
from mappings.china_time import instant

MODES = {"full_online": "全程网办", "collect_for": "异地代收代办", "joint": "多地联办"}
FORMS = {"original": "原件", "copy": "复印件", "electronic": "电子件", "paper": "纸质件"}
ON_PAPER = frozenset({"original", "copy", "paper"})
INSTEAD = {"licence": "电子证照", "data": "数据核验", "pledge": "告知承诺", "owed": "容缺后补"}
_ORGANIZATION = "001"  # 统一社会信用代码: public


@dataclass(frozen=True, slots=True)
class Printed:
    """One print. document: canonical/case with what the gateway added; there: the title of the deciding platform.

    contact: whom to ring, as the operators wrote it; at: when it was made, as it is shown.
    parcels: those that go to the deciding place.
    """

    stamp: Stamp
    document: Mapping[str, Any] = field(repr=False)
    there: str
    contact: str
    at: str
    parcels: Sequence[Parcel] = ()

    @property
    def materials(self) -> list[Mapping[str, Any]]:
        return list(self.document["materials"])


def case_rows(printed: Printed) -> Iterator[Row]:
    """What both prints say of the case."""
    document = printed.document
    item, receiving = document["item"], document["receiving"]
    there = item["there"]
    code = (
        there.get("handling_code")
        or there.get("implementation_code")
        or there.get("local_code")
        or item["code"]
    )
    yield "办理事项", "item", " ".join(filter(None, (there.get("name") or item.get("name", ""), code)))
    yield "情形", "situation", item.get("situation", "")
    yield "申请人", "applicant", person(document["applicant"])
    yield "代理人", "agent", person(document["agent"]) if document.get("agent") else ""
    yield "收件单位", "received by", f"{document['sender']['name']} {receiving['unit']}"
    yield "窗口", "window", receiving.get("window", "")
    yield "收件时间", "received at", _received(document)
    yield "办理地", "decided by", f"{printed.there} {document['division']}"
    yield "办理单位", "deciding unit", there.get("unit", "")
    yield "通办方式", "mode", MODES.get(document["mode"], document["mode"])
    yield "依据", "agreement", document.get("agreement", "")


def _received(document: Mapping[str, Any]) -> str:
    """When the papers were received, and what the window has checked of them and of who brought them."""
    receiving, said = document["receiving"], [_minute(document["received_at"])]
    if check := receiving.get("identity_check"):
        said.append(f"身份核验 {_minute(check['at'])[-5:]}")
    if check := receiving.get("form_check"):
        said.append(f"形式审查 {_minute(check['at'])[-5:]}")
    return "；".join(said)


def person(named: Mapping[str, Any]) -> str:
    """The name as it is, and only a trace of the number: the paper passes through many hands."""
    number = named["id_number"]
    return f"{named['name']}（{number if named['id_type'] == _ORGANIZATION else masked(number)}）"


def checked(material: Mapping[str, Any]) -> str:
    """How far a material is trusted, who has checked it, or what stands in its place."""
    said = [f"{material['trust']} 级"]
    if verification := material.get("verification"):
        said.append(f"已核验 {_minute(verification['at'])}")
    if instead := material.get("instead"):
        said.append(INSTEAD.get(instead["kind"], instead["kind"]))
        said += [f"至 {instead['until']}"] if instead.get("until") else []
    return "，".join(said)


def _minute(time: str) -> str:
    """In China time, whatever zone it was written in."""
    return instant(time).strftime("%Y-%m-%d %H:%M")
