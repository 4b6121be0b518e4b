"""材料交接清单: what lies in the parcel, who gave it out of hand and who took it, piece by piece."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gateway.cases.parcels import TEXTS
from gateway.prints.page import facts, grid, hands, notes, page
from gateway.prints.printed import FORMS, ON_PAPER, Printed, case_rows, checked

TITLE = ("材料交接清单", "List of the materials that are handed over")
_HEADS = (
    ("序号", "no."), ("编码", "code"), ("材料名称", "material"), ("形式", "form"), ("份数", "copies"),
    ("交接方式", "how"), ("核验", "checked"), ("清点", "counted"),
)  # fmt: skip
_PARCEL = (("承运单位", "carrier", "　"), ("运单号", "parcel no.", "　"), ("封签号", "seal no.", "　"))
_PARCEL_HEADS = (
    ("承运单位", "carrier"), ("运单号", "parcel no."), ("内件", "contents"), ("状态", "state"),
    ("封签号", "seal no."),
)  # fmt: skip
_NOTES = (
    ("接收单位逐件清点，缺少或者不符的，在“清点”栏注明并当日告知移交单位。",
     "Count every piece; write down what is missing or different, and tell the sender on the same day."),
    ("电子件经通办网关送达，不在包裹内。",
     "Electronic materials went through the gateway and are not in the parcel."),
)  # fmt: skip


def handover(printed: Printed) -> str:
    on_paper = [each for each in printed.materials if each["form"] in ON_PAPER and not each.get("instead")]
    rows = (
        (
            str(place), each["code"], each["name"], FORMS[each["form"]], str(each["count"]),
            _how(each, printed) if each in on_paper else "电子 online", checked(each), "",
        )
        for place, each in enumerate(printed.materials, 1)
    )  # fmt: skip
    originals = [each for each in on_paper if each["form"] == "original"]
    parcel = ("随件合计", "in the parcel", f"{_counted(on_paper)}；其中原件 {_counted(originals)}")
    return page(TITLE, printed.stamp, (
        facts([*case_rows(printed), parcel, *(() if printed.parcels else _PARCEL)]),
        grid(_HEADS, rows),
        *([grid(_PARCEL_HEADS, _parcels(printed))] if printed.parcels else []),
        notes(_NOTES),
        hands("移交人、日期 handed over by, on", "接收人、日期 taken over by, on"),
        f"<footer>打印 printed {printed.at}</footer>",
    ))  # fmt: skip


def _counted(materials: Sequence[Mapping[str, Any]]) -> str:
    kinds, copies = len(materials), sum(each["count"] for each in materials)
    return f"{kinds} 种 {copies} 份"


def _how(material: Mapping[str, Any], printed: Printed) -> str:
    """By which parcel it goes; one that no parcel names goes with this list."""
    piece = (material["code"], material["form"])
    by = [each.number for each in printed.parcels if piece in {(one.code, one.form) for one in each.contents}]
    return f"邮寄 {', '.join(by)}" if by else "随件 parcel"


def _parcels(printed: Printed) -> Iterator[tuple[str, ...]]:
    for each in printed.parcels:
        pieces = "；".join(f"{one.code} {FORMS[one.form]} {one.copies} 份" for one in each.contents)
        yield each.carrier, each.number, pieces, " ".join(TEXTS[each.state]), ""
