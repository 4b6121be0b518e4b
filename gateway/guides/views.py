"""Guides and comparisons as they are shown: as one document for machines, as words for people."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from gateway.clock import china_day
from gateway.guides.canonical import GUIDE
from gateway.guides.compare import Line, findings
from gateway.guides.guide import Guide
from gateway.guides.lookup import Known
from gateway.guides.texts import Finding
from gateway.guides.vocabulary import shown
from gateway.items.align import Alignment
from gateway.numbers import CHINA
from mappings.canonical.schema import resolved, schema

Part = dict[str, Any]
DAY_MS = 86_400_000
MARKS = {
    "same": ("相同", "same"),
    "differs": ("不同", "differs"),
    "only_here": ("仅本地", "only here"),
    "only_there": ("仅对方", "only there"),
    "unknown": ("不明", "unknown"),
}
NOTES = {
    "": ("", ""),
    "not_said": ("未说明", "not said"),
    "units_differ": ("单位不同，未比较", "units differ, not compared"),
    "unit_unknown": ("单位不明，未比较", "a unit is not known, not compared"),
}
_CODED = {
    "item_type": "item_type", "case_type": "case_type", "reach": "reach", "levels": "levels",
    "service_objects": "service_objects", "nature": "nature", "necessity": "necessity", "form": "form",
    "kind": "kind",
}  # fmt: skip
_OF_PARTS = ("materials", "fees")


def guide_view(known: Known, now_ms: int) -> Part:
    """A guide with its age and what is wrong with it; under `guide` it is as canonical/guide@1 has it."""
    guide = known.guide
    said: Part = {"version": guide.version} if guide.version else {}
    return {**side_view(guide, now_ms), "others": known.others, "guide": {**said, **guide.elements}}


def side_view(guide: Guide, now_ms: int) -> Part:
    """Which guide it is, since when it holds, on whose word, how old the word is."""
    return {
        "division": guide.division,
        "code": guide.code,
        "name": guide.elements["name"],
        "version": guide.version or None,
        "valid_from": guide.valid_from or None,
        "valid_to": guide.valid_to or None,
        "source": guide.source,
        "as_of": datetime.fromtimestamp(guide.as_of_ms / 1000, CHINA).isoformat(timespec="milliseconds"),
        "age_s": max(0, now_ms - guide.as_of_ms) // 1000,
        "findings": [_finding(each) for each in findings(guide)],
    }


def comparison_view(alignment: Alignment, sides: tuple[Guide, Guide], lines: list[Line], now_ms: int) -> Part:
    """The comparison line by line, and how many lines have which mark."""
    here, there = sides
    return {
        "alignment": alignment.id,
        "here": side_view(here, now_ms),
        "there": side_view(there, now_ms),
        "counts": {mark: sum(each.mark == mark for each in lines) for mark in MARKS},
        "lines": [_line(each) for each in lines],
    }


def title(*path: str) -> str:
    """The Chinese name of an element, or of a field of its parts."""
    return _title(path)


def words(name: str, value: Any) -> str:
    """What an element, or a field of one, says, in the field's words; "" where it says nothing."""
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case dict():
            return value["name"] if "name" in value else _limit(value)
        case list():
            return "、".join(words(name, each) for each in value) or "无"
    return shown(_CODED[name], value) if name in _CODED else str(value)


def age(guide: Guide, now_ms: int) -> tuple[str, str]:
    """How old the word is, in days, Chinese and English."""
    days = max(0, now_ms - guide.as_of_ms) // DAY_MS
    day = china_day(guide.as_of_ms).isoformat()
    return f"{day}（{days} 天前）", f"{day} ({days} days ago)"


def note(line: Line) -> tuple[str, str]:
    """Why a mark is as it is, and which fields of a material or a fee make it so; Chinese and English."""
    told = [
        f"{title(line.element, name)}：{words(name, here) or '未说明'} → {words(name, there) or '未说明'}"
        for name, _, here, there in line.fields
    ]
    chinese, english = NOTES[line.note]
    return "；".join(filter(None, (chinese, *told))), english


def _line(line: Line) -> Part:
    return {
        "element": line.element,
        "title": title(line.element),
        "name": line.name or None,
        "mark": line.mark,
        "note": line.note or None,
        "here": line.here,
        "there": line.there,
        "fields": [
            {"field": name, "title": title(line.element, name), "mark": mark, "here": here, "there": there}
            for name, mark, here, there in line.fields
        ],
    }


def _finding(finding: Finding) -> Part:
    text = {"zh": finding.text("zh"), "en": finding.text("en")}
    return {"element": finding.where, "code": finding.code, "text": text}


@cache
def _title(path: tuple[str, ...]) -> str:
    root = schema(GUIDE)
    part: Mapping[str, Any] = root
    for name in path:
        part = part["items"] if part.get("type") == "array" else part
        part = resolved(root, part["properties"][name])
    return str(part["title"])


def _limit(limit: Mapping[str, Any]) -> str:
    if "value" not in limit:
        return str(limit.get("explained", ""))
    unit = limit.get("unit_text") or shown("limit_unit", limit["unit"])
    unsure = "（单位不明）" if limit["unit"] == "unknown" and "unit_text" in limit else ""
    explained = f"，{limit['explained']}" if "explained" in limit else ""
    return f"{limit['value']} {unit}{unsure}{explained}"
